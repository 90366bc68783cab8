#include "asyncapi/asyncapi.hpp"

#include "asyncapi/messages.hpp"
#include "asyncapi/model.hpp"
#include "asyncapi/profile_text.hpp"
#include "asyncapi/sample.hpp"
#include "asyncapi/schemas.hpp"
#include "asyncapi/sources.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "json/object_text.hpp"
#include "profile/load.hpp"
#include "schema/kinds.hpp"
#include "schema/schema.hpp"
#include "yaml/yaml.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::asyncapi {
namespace {

bool speaks_websocket(const Server& server) {
  return server.protocol == "ws" || server.protocol == "wss";
}

template <typename Named>
std::string names_of(const std::vector<Named>& all) {
  std::vector<std::string_view> names;
  for (const Named& one : all) {
    names.push_back(one.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

template <typename Named>
const Named* find_named(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

class Importer {
 public:
  Importer(yaml::Document document, const std::string& name, const Options& options)
      : sources_(std::move(document), name, options), name_(escape_for_terminal(name)), options_(options) {}

  Result<Imported> run() {
    const std::string version = sources_.text(sources_.root(), "asyncapi");
    if (!starts_with(version, "2.") && !starts_with(version, "3.")) {
      return fail(ErrorKind::usage,
                  fmt::format("{}: AsyncAPI {}: only versions 2 and 3 are read", name_, escape_for_terminal(version)),
                  "npx @asyncapi/converter makes a newer one of it");
    }
    if (options_.described == Described::server) {
      sources_.note(sources_.root(),
                    "assumed: it describes the server; --as client where it describes what talks to one");
    }
    model_ = starts_with(version, "2.") ? read_v2(sources_, options_.described) : read_v3(sources_, options_.described);
    model_.version = version;
    const auto server = choose_server();
    WHYDROP_TRY(server);
    server_ = *server;
    const auto channels = choose_channels();
    WHYDROP_TRY(channels);
    channels_ = *channels;
    return make();
  }

 private:
  /// Null where none speaks ws or wss.
  Result<const Server*> choose_server() {
    if (!options_.server.empty()) {
      const Server* const named = find_named(model_.servers, options_.server);
      if (named == nullptr) {
        return fail(ErrorKind::usage,
                    fmt::format("{}: it has no server {}", name_, escape_for_terminal(options_.server)),
                    model_.servers.empty() ? "it names no server at all" : "its servers: " + names_of(model_.servers));
      }
      if (!speaks_websocket(*named)) {
        return fail(ErrorKind::usage,
                    fmt::format("{}: server {} speaks {}, not ws or wss",
                                name_,
                                escape_for_terminal(named->name),
                                escape_for_terminal(named->protocol)));
      }
      return named;
    }
    const auto found = std::find_if(model_.servers.begin(), model_.servers.end(), speaks_websocket);
    if (found == model_.servers.end()) {
      for (const Server& server : model_.servers) {
        sources_.note(
            server.site,
            fmt::format("server {} is not carried over: it speaks {}, not ws or wss", server.name, server.protocol));
      }
      return nullptr;
    }
    for (const Server& server : model_.servers) {
      if (speaks_websocket(server) && &server != &*found) {
        sources_.note(
            server.site,
            fmt::format("the profile is that of server {}; --server {} takes this one", found->name, server.name));
      }
    }
    return &*found;
  }

  bool is_served(const Channel& channel) const {
    return server_ == nullptr || channel.servers.empty() ||
           std::find(channel.servers.begin(), channel.servers.end(), server_->name) != channel.servers.end();
  }

  /// The channel that was asked for, or the first, and all others at its address: they share one socket.
  Result<std::vector<const Channel*>> choose_channels() {
    std::vector<const Channel*> served;
    for (const Channel& channel : model_.channels) {
      if (is_served(channel)) {
        served.push_back(&channel);
      }
    }
    if (served.empty()) {
      return fail(
          ErrorKind::usage,
          fmt::format("{}: it has no channel{}", name_, server_ == nullptr ? "" : " at server " + server_->name));
    }
    const auto wanted = std::find_if(served.begin(), served.end(), [&](const Channel* channel) {
      return options_.channel.empty() || channel->name == options_.channel;
    });
    if (wanted == served.end()) {
      return fail(ErrorKind::usage,
                  fmt::format("{}: it has no channel {}", name_, escape_for_terminal(options_.channel)),
                  "its channels: " + names_of(model_.channels));
    }
    std::vector<const Channel*> chosen;
    for (const Channel* channel : served) {
      if (channel->path == (*wanted)->path) {
        chosen.push_back(channel);
      } else if (options_.channel.empty()) {
        sources_.note(
            channel->site,
            fmt::format(
                "the profile is that of channel {}; --channel {} takes this one", (*wanted)->name, channel->name));
      }
    }
    for (const Channel* channel : chosen) {
      for (const auto& [site, says] : channel->notes) {
        sources_.note(site, says);
      }
    }
    return chosen;
  }

  Result<Imported> make() {
    parts_.socket = make_socket(sources_, server_, channels_);
    for (const wire::Side side : wire::kSides) {
      parts_.of(side) = messages_of(sources_, channels_, side);
      for (Message& message : parts_.of(side)) {
        message.schema = schema_text(message);
      }
    }
    parts_.definitions = writer_.definitions();
    WHYDROP_TRY(drop_what_does_not_compile());
    parts_.correlate_client = correlation(wire::Side::client);
    parts_.correlate_server = correlation(wire::Side::server);
    tell_origin();
    Imported out;
    out.profile = profile_text(parts_);
    out.notes = sources_.take_notes();
    const auto mistakes = profile::check(out.profile);
    if (!mistakes.empty()) {
      return fail(ErrorKind::internal,
                  fmt::format("{}: what was made of it is no profile: {}", name_, mistakes[0].says));
    }
    return out;
  }

  /// Empty: anything will do.
  std::string schema_text(const Message& message) {
    if (message.any || message.schemas.empty()) {
      return "";
    }
    std::vector<std::string> all;
    for (const Site& schema : message.schemas) {
      all.push_back(writer_.schema_at(schema));
    }
    return all.size() == 1 ? all[0] : json::ObjectText().raw("anyOf", json::list_text(all)).str();
  }

  /// All schemas in one document, as they will stand in the profile: "/client/0/…", "/definitions/…".
  std::string schemas_text() const {
    json::ObjectText all;
    for (const wire::Side side : wire::kSides) {
      std::vector<std::string> schemas;
      for (const Message& message : parts_.of(side)) {
        schemas.push_back(message.schema.empty() ? "true" : message.schema);
      }
      all.raw(wire::name(side), json::list_text(schemas));
    }
    if (!parts_.definitions.empty()) {
      all.raw("definitions", parts_.definitions);
    }
    return all.str();
  }

  Result<void> drop_what_does_not_compile() {
    constexpr std::string_view kName = "its schema: ";
    const auto document = json::parse_file(schemas_text(), name_, ErrorKind::internal);
    WHYDROP_TRY(document);
    for (const wire::Side side : wire::kSides) {
      for (std::size_t i = 0; i < parts_.of(side).size(); ++i) {
        Message& message = parts_.of(side)[i];
        const std::string entry = fmt::format("/{}/{}", wire::name(side), i);
        const auto compiled = schema::Schema::compile(**document, {}, "its schema", {}, entry);
        if (!compiled) {
          std::string why = compiled.error().message;
          why.erase(0, starts_with(why, kName) ? kName.size() : 0);
          why.erase(0, starts_with(why, entry + "/") ? entry.size() : 0);
          sources_.note(message.site,
                        fmt::format("the schema of message {} is not carried over: {}", message.name, why));
          message.schema.clear();
        }
        keep_example(message, compiled ? &*compiled : nullptr, side);
      }
    }
    return {};
  }

  /// What is wrong with an example of a message; empty if nothing is.
  static std::string fault_of(const std::string& example, const Message& message, const schema::Schema* schema) {
    json::Json value;
    if (const auto fault = value.parse(example)) {
      return fault->why;
    }
    const auto faults = schema == nullptr ? std::vector<schema::Fault>() : schema->check(value.root(), 1);
    if (!faults.empty()) {
      return faults[0].says();
    }
    return holds(message.match, value.root()) ? "" : "its values are not those of this message";
  }

  /// An example that is no message of its type would be sent in vain. Where the client has none, one is made.
  void keep_example(Message& message, const schema::Schema* schema, wire::Side side) {
    const std::string fault = message.example.empty() ? "" : fault_of(message.example, message, schema);
    if (!fault.empty()) {
      sources_.note(message.site,
                    fmt::format("the example of message {} is not carried over: {}", message.name, fault));
      message.example.clear();
    }
    if (side == wire::Side::client && message.example.empty() && schema != nullptr && !message.schemas.empty()) {
      std::string made = sample_of(sources_, message.schemas.front());
      // Of a schema that allows anything, nothing is an example.
      if (made != "null" && fault_of(made, message, schema).empty()) {
        message.example = std::move(made);
        sources_.note(message.site, fmt::format("an example of message {} is made of its schema", message.name));
      }
    }
  }

  /// The one pointer at which all requests, or all replies, hold their id; empty where there is none.
  std::string correlation(wire::Side side) {
    std::string pointer;
    for (const Message& message : parts_.of(side)) {
      if (!message.id.empty() && !message.correlated) {
        sources_.note(
            message.site,
            fmt::format("the correlation id of message {} is not carried over: no operation says what replies to what",
                        message.name));
      } else if (!message.id.empty() && (pointer.empty() || pointer == message.id)) {
        pointer = message.id;
      } else if (!message.id.empty()) {
        sources_.note(
            message.site,
            fmt::format("the correlation id of message {} is not carried over: a profile has one place for all, {}",
                        message.name,
                        pointer));
      }
    }
    return pointer;
  }

  /// The document's file name, without its folder: a profile may be passed on.
  std::string file_name() const { return name_.substr(name_.rfind('/') + 1); }

  void tell_origin() {
    const auto info = sources_.member(sources_.root(), "info");
    const std::string version = info ? sources_.text(*info, "version") : "";
    parts_.title = info ? sources_.text(*info, "title") : "";
    parts_.about = fmt::format("Made of the AsyncAPI {} document {}{}, {}.",
                               model_.version,
                               file_name(),
                               version.empty() ? "" : " of version " + version,
                               names_of_channels());
  }

  std::string names_of_channels() const {
    constexpr std::size_t kMostNamed = 8;
    std::vector<std::string_view> names;
    for (const Channel* channel : channels_) {
      names.push_back(channel->name);
    }
    const std::string more =
        names.size() > kMostNamed ? fmt::format(" and {} more", names.size() - kMostNamed) : std::string();
    names.resize(std::min(names.size(), kMostNamed));
    return fmt::format("{} {}{}", channels_.size() > 1 ? "channels" : "channel", fmt::join(names, ", "), more);
  }

  Sources sources_;
  std::string name_;
  const Options& options_;
  Model model_;
  const Server* server_ = nullptr;
  std::vector<const Channel*> channels_;
  SchemaWriter writer_{sources_};
  ProfileParts parts_;
};

}  // namespace

bool is_document(std::string_view text) {
  constexpr std::string_view kName = "asyncapi";
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '{' && text.find(kName) != std::string_view::npos) {
    json::Json document;
    if (!document.parse(text)) {
      return document.root().find(kName).has_value();
    }
  }
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    std::string_view before = text.substr(0, at), behind = text.substr(at + kName.size());
    const bool quoted = !before.empty() && (before.back() == '"' || before.back() == '\'') && !behind.empty() &&
                        behind.front() == before.back();
    before.remove_suffix(quoted ? 1 : 0);
    behind.remove_prefix(quoted ? 1 : 0);
    const std::size_t colon = behind.find_first_not_of(' ');
    const bool begins_line = before.empty() || before.back() == '\n' || before == "\xEF\xBB\xBF";
    if (begins_line && colon != std::string_view::npos && behind[colon] == ':') {
      return true;
    }
  }
  return false;
}

Result<Imported> import_document(std::string_view text, const std::string& name, const Options& options) {
  auto document = yaml::Document::parse(text, name);
  WHYDROP_TRY(document);
  if (!document->root().is(json::Type::object) || !document->root().find("asyncapi")) {
    const auto kind = schema::other_kind(document->root());
    return fail(
        ErrorKind::usage,
        fmt::format("{}: {}",
                    escape_for_terminal(name),
                    kind && kind->known ? "this is " + kind->what + ", not an AsyncAPI document"
                                        : "this is no AsyncAPI document: it has no member asyncapi at its top"));
  }
  return Importer(std::move(*document), name, options).run();
}

}  // namespace whydrop::asyncapi
