// Documents of fixtures/asyncapi through an import, against the profile and the notes beside them
// (WHYDROP_UPDATE_GOLDEN=1 writes these), and what no document of ours should hold.
#include "asyncapi/asyncapi.hpp"
#include "profile/load.hpp"
#include "support/source_tree.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

namespace whydrop::asyncapi {
namespace {

using Files = std::map<std::string, std::string>;

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Options with_files(const Files& files) {
  Options options;
  options.read = [&files](const std::string& path) -> Result<std::optional<std::string>> {
    const auto found = files.find(path);
    if (path.substr(0, 2) == "..") {
      return fail(ErrorKind::local, "file " + path + ": it is not to be read", "move it");
    }
    return found == files.end() ? std::nullopt : std::optional(found->second);
  };
  return options;
}

std::string notes_of(const Imported& imported) {
  std::string out;
  for (const Note& note : imported.notes) {
    out += note.text() + "\n";
  }
  return out;
}

/// Compares with the file, or writes it.
void expect_file(const std::string& path, const std::string& text) {
  if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
  }
  EXPECT_EQ(text, read(path)) << path;
}

TEST(Import, MakesTheProfilesBesideTheDocuments) {
  const std::string folder = test::in_source_tree("fixtures/asyncapi/");
  const Files parts = {{"parts/messages.yaml", read(folder + "parts/messages.yaml")},
                       {"parts/codes.yaml", read(folder + "parts/codes.yaml")},
                       {"parts/say.json", read(folder + "parts/say.json")}};
  const struct {
    const char* name;
    Described described;
  } rows[] = {{"chat-v3", Described::server}, {"chat-v2", Described::client}};
  for (const auto& row : rows) {
    Options options = with_files(parts);
    options.described = row.described;
    const std::string file = std::string(row.name) + ".yaml";
    const auto imported = import_document(read(folder + file), file, options);
    ASSERT_TRUE(imported) << imported.error().message;
    expect_file(folder + row.name + ".profile.json", imported->profile);
    expect_file(folder + row.name + ".notes.txt", notes_of(*imported));
    EXPECT_TRUE(profile::load(imported->profile, "made")) << row.name;
  }
}

TEST(Import, SaysWhatCannotBe) {
  const struct {
    std::string text, server, channel, message, hint;
  } rows[] = {
      {"a: [", "", "", "a.yaml:1:5: not YAML: end of sequence flow not found", ""},
      {"openapi: 3.0.0\n", "", "", "a.yaml: this is an OpenAPI 3.0.0 document, not an AsyncAPI document", ""},
      {"[asyncapi]", "", "", "a.yaml: this is no AsyncAPI document: it has no member asyncapi at its top", ""},
      {"asyncapi: 1.2.0\n",
       "",
       "",
       "a.yaml: AsyncAPI 1.2.0: only versions 2 and 3 are read",
       "npx @asyncapi/converter makes a newer one of it"},
      {"asyncapi: 3.0.0\n", "", "", "a.yaml: it has no channel", ""},
      {"asyncapi: 3.0.0\n", "x", "", "a.yaml: it has no server x", "it names no server at all"},
      {"asyncapi: 3.0.0\nservers: {a: {protocol: mqtt, host: h}, b: {protocol: ws, host: h}}\n",
       "x",
       "",
       "a.yaml: it has no server x",
       "its servers: a, b"},
      {"asyncapi: 3.0.0\nservers: {a: {protocol: mqtt, host: h}}\n",
       "a",
       "",
       "a.yaml: server a speaks mqtt, not ws or wss",
       ""},
      {"asyncapi: 2.6.0\nservers: {a: {url: 'ws://h'}}\nchannels: {c: {servers: [b]}}\n",
       "a",
       "",
       "a.yaml: it has no channel at server a",
       ""},
      {"asyncapi: 3.1.0\nchannels: {c: {}, d: {}}\n", "", "x", "a.yaml: it has no channel x", "its channels: c, d"},
  };
  for (const auto& row : rows) {
    Options options;
    options.server = row.server;
    options.channel = row.channel;
    const auto imported = import_document(row.text, "a.yaml", options);
    ASSERT_FALSE(imported) << row.text;
    EXPECT_EQ(imported.error().message, row.message);
    EXPECT_EQ(imported.error().hint, row.hint) << row.message;
  }
}

TEST(Import, TellsDocumentsFromOtherTexts) {
  const std::pair<const char*, bool> rows[] = {
      {"asyncapi: 3.0.0\n", true},
      {"# x\n'asyncapi' : 3.0.0\n", true},
      {" {\"asyncapi\": \"3.0.0\"}", true},
      {"{asyncapi: 3.0.0}", false},
      {"{\"x\": {\"asyncapi\": 1}}", false},
      {"x:\n  asyncapi: 1\n", false},
      {"my-asyncapi: 1\n", false},
      {"asyncapi", false},
      {"", false},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(is_document(text), expected) << text;
  }
}

/// The notes and the URL of a document of AsyncAPI 3 with one server, one channel and these parts.
struct Made {
  std::string url, notes;
};
Made made(const std::string& text, const Files& files = {}) {
  const auto imported = import_document(text, "a.yaml", with_files(files));
  if (!imported) {
    return {"", imported.error().message};
  }
  json::Json profile;
  EXPECT_FALSE(profile.parse(imported->profile));
  return {std::string(profile.root().at("/socket/url")->string()), notes_of(*imported)};
}

TEST(Import, PutsUrlsTogether) {
  const std::string head = "asyncapi: 2.6.0\nservers: {s: {protocol: wss, url: '";
  const struct {
    const char *server, *channel, *url;
  } rows[] = {
      {"h", "/", "wss://h/"},
      {"h/", "/c", "wss://h/c"},
      {"h/api", "/", "wss://h/api"},
      {"wss://h/api/", "/c/{d}", "wss://h/api/c/{d}"},
      {"ws://h:80", "topic", "ws://h:80"},
      {"http://h", "/c", "wss://h/c"},
      {"{aB-c}.h/{}", "/{d}}", "wss://{a_b_c}.h/{{}}/{d}}}"},
      {"{a}{a}", "/{A}", "wss://{a}{a_2}/{a_3}"},
      {"{1}", "", "wss://{value_1}"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(made(head + row.server + "'}}\nchannels: {'" + row.channel + "': {}}\n").url, row.url) << row.server;
  }
}

TEST(Import, IsBounded) {
  std::string text = "asyncapi: 3.0.0\nchannels:\n";
  for (int i = 0; i < 2'100; ++i) {
    text += "  c" + std::to_string(i) + ": {address: /" + std::to_string(i % 300) + "}\n";
  }
  const auto many = import_document(text, "a.yaml", {});
  ASSERT_TRUE(many) << many.error().message;
  ASSERT_EQ(many->notes.size(), 201U);
  EXPECT_EQ(many->notes[1].text(), "a.yaml:3:3: /channels: what stands behind the first 2000 is not read");
  EXPECT_EQ(many->notes.back().text(), "a.yaml:1:1: and 1795 notes more");

  text = "asyncapi: 3.0.0\nchannels: {c: {messages: {";
  for (int i = 0; i < 401; ++i) {
    text += "m" + std::to_string(i) + ": {payload: {const: " + std::to_string(i) + "}}, ";
  }
  text += "}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}}}\n";
  const auto messages = import_document(text, "a.yaml", {});
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(messages->notes.back().says, "messages behind the first 400 are not carried over");

  text =
      "asyncapi: 3.0.0\nchannels: {c: {messages: {m: {payload: {$ref: '#/s/s0'}}}}}\n"
      "operations: {o: {action: send, channel: {$ref: '#/channels/c'}}}\ns:\n";
  for (int i = 0; i < 2'001; ++i) {
    text += "  s" + std::to_string(i) + ": {not: {$ref: '#/s/s" + std::to_string(i + 1) + "'}}\n";
  }
  const auto schemas = import_document(text + "  s2001: {}\n", "a.yaml", {});
  ASSERT_TRUE(schemas) << schemas.error().message;
  EXPECT_EQ(schemas->notes.back().says,
            "schemas behind the first 2000 are not carried over: anything is taken for one");
}

TEST(Import, MakesExamplesOfSchemas) {
  const std::string head = "asyncapi: 3.0.0\nchannels: {c: {messages: {m: {payload: ";
  const std::string tail = "}}}}\noperations: {o: {action: receive, channel: {$ref: '#/channels/c'}}}\n";
  const std::pair<const char*, const char*> rows[] = {
      {"{const: {a: '{b}'}}", R"({"a":"{{b}}"})"},
      {"{enum: [b, a]}", R"("b")"},
      {"{type: [string, 'null'], minLength: 6}", R"("textxx")"},
      {"{type: string, format: uuid}", R"("00000000-0000-4000-8000-000000000000")"},
      {"{type: integer, minimum: 3}", "3"},
      {"{type: number, exclusiveMinimum: 3}", "4"},
      {"{type: array, minItems: 2, items: {type: boolean}}", "[false,false]"},
      {"{required: [a, b], properties: {a: {type: object}, b: {default: 7}, c: {const: x}, d: {type: string}}}",
       R"({"a":{},"b":7,"c":"x"})"},
      {"{allOf: [{required: [a]}, {properties: {a: {examples: [1]}}}], oneOf: [{properties: {t: {const: u}}}, {}]}",
       nullptr},
      {"{anyOf: [{type: 'null'}, {type: string}]}", nullptr},
      {"{type: string, pattern: '^[0-9]+$'}", nullptr},
      {"{$ref: '#/channels/c/messages/m/payload/x', x: 1}", nullptr},
      {"true", nullptr},
  };
  for (const auto& [payload, expected] : rows) {
    const auto imported = import_document(head + payload + tail, "a.yaml", {});
    ASSERT_TRUE(imported) << payload << imported.error().message;
    json::Json profile;
    ASSERT_FALSE(profile.parse(imported->profile));
    const auto example = profile.root().at("/messages/client/m/example");
    EXPECT_EQ(example ? example->text() : "none", expected == nullptr ? "none" : expected) << payload;
  }
}

TEST(Import, FollowsReferencesWithinBounds) {
  const std::string head = "asyncapi: 3.0.0\nchannels: {c: {address: /, messages: {m: {payload: ";
  const std::string operations = "}}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/c'}}}\n";
  const std::string assumed =
      "a.yaml:1:1: assumed: it describes the server; --as client where it describes what talks to one\n";
  const std::string note = "a.yaml:2:52: /channels/c/messages/m/payload: ";
  const struct {
    std::string payload, says;
  } rows[] = {
      {"{$ref: '#/x'}", "$ref #/x leads nowhere"},
      {"{$ref: '#/channels/c/messages/m/payload'}", "$ref leads back to itself"},
      {"{$ref: 'https://h/x.json'}", "https://h/x.json is not read: nothing is fetched over the network"},
      {"{$ref: '../x.json'}", "file ../x.json: it is not to be read; move it"},
      {"{$ref: 'b%20c.yaml'}", "b c.yaml:1:5: not YAML: end of sequence flow not found"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(made(head + row.payload + operations, {{"b c.yaml", "a: ["}}).notes, assumed + note + row.says + "\n");
  }
  // A schema that refers to itself below a member is a schema; so is a long chain.
  std::string chain = "components: {schemas: {a0: {properties: {next: {$ref: '#/components/schemas/a0'}}}";
  for (int i = 1; i < 60; ++i) {
    chain += ", a" + std::to_string(i) + ": {$ref: '#/components/schemas/a" + std::to_string(i - 1) + "'}";
  }
  EXPECT_EQ(made(head + "{$ref: '#/components/schemas/a59'}" + operations + chain + "}}\n").notes, assumed);
}

}  // namespace
}  // namespace whydrop::asyncapi
