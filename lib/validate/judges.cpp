// What `whydrop validate` judges by: a schema, or the messages of a profile.
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "json/yaml.hpp"
#include "os/named_files.hpp"
#include "profile/examination.hpp"
#include "schema/kinds.hpp"
#include "validate/validation.hpp"
#include "yaml/yaml.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace whydrop::validate {
namespace {

constexpr std::size_t kMostFaults = 100;

using profile::MessageType;
using schema::Schema;

/// What `schema` says, without values that are secret by their names: what is printed of a file may be kept for long.
std::vector<schema::Fault> faults_of(const Schema& schema, json::Value value, const SecretKeys& secrets) {
  std::vector<schema::Fault> faults = schema.check(value, kMostFaults);
  for (schema::Fault& fault : faults) {
    profile::hide_secret(secrets, fault);
  }
  return faults;
}

class SchemaJudge final : public Judge {
 public:
  explicit SchemaJudge(Schema schema) : schema_(std::move(schema)) {}
  Judged judge(json::Value value) const override { return {"", faults_of(schema_, value, {})}; }
  std::vector<std::string> unchecked() const override { return schema_.unchecked(); }

 private:
  Schema schema_;
};

std::string title(const MessageType& type) {
  return std::string(wire::name(type.side)) + " " + type.name;
}

class ProfileJudge final : public Judge {
 public:
  struct Type {
    const MessageType* message;
    std::optional<Schema> schema;  ///< null: anything will do
  };

  ProfileJudge(std::shared_ptr<const profile::Profile> profile, std::vector<Type> types, bool forced)
      : profile_(std::move(profile)), types_(std::move(types)), forced_(forced) {
    for (const std::string& key : profile_->secret_keys) {
      secrets_.add(key);
    }
  }

  Judged judge(json::Value value) const override {
    const auto fits = [&](const Type& type) { return forced_ || profile::holds(type.message->match, value); };
    const auto type = std::find_if(types_.begin(), types_.end(), fits);
    if (type == types_.end()) {
      return {"", {unknown()}};
    }
    return {title(*type->message),
            type->schema ? faults_of(*type->schema, value, secrets_) : std::vector<schema::Fault>()};
  }

  std::vector<std::string> unchecked() const override {
    std::vector<std::string> all;
    for (const Type& type : types_) {
      for (const std::string& what : type.schema ? type.schema->unchecked() : std::vector<std::string>()) {
        if (std::find(all.begin(), all.end(), what) == all.end()) {
          all.push_back(what);
        }
      }
    }
    return all;
  }

 private:
  schema::Fault unknown() const {
    schema::Fault fault;
    fault.keyword = "message";
    fault.found = "no message of " + profile_->name;
    std::string names;
    for (const Type& type : types_) {
      names += (names.empty() ? "" : ", ") + title(*type.message);
    }
    fault.expected = "one of " + names;
    fault.hint = "--as TYPE says which it is meant to be";
    return fault;
  }

  std::shared_ptr<const profile::Profile> profile_;
  std::vector<Type> types_;
  bool forced_;
  SecretKeys secrets_;
};

/// "client:startChat" apart; a side that is not given is empty.
std::pair<std::string, std::string> split_type(const std::string& as) {
  const std::size_t colon = as.find(':');
  return colon == std::string::npos ? std::make_pair(std::string(), as)
                                    : std::make_pair(as.substr(0, colon), as.substr(colon + 1));
}

Result<std::vector<const MessageType*>> wanted_types(const profile::Profile& profile,
                                                     const std::string& as,
                                                     const std::string& given_side) {
  const auto [own_side, name] = split_type(as);
  const std::string& side = own_side.empty() ? given_side : own_side;
  std::vector<const MessageType*> types;
  std::vector<std::string> titles;
  for (const MessageType& type : profile.messages) {
    const bool of_side = side.empty() || wire::name(type.side) == side;
    if (of_side && (name.empty() || type.name == name)) {
      types.push_back(&type);
    }
    titles.push_back(std::string(wire::name(type.side)) + ":" + type.name);
  }
  if (!types.empty()) {
    return types;
  }
  const std::string given = as.empty() ? side : as;
  const std::string wanted = side.empty() ? "client:" + name : side + ":" + name;
  const auto other_side = std::find_if(titles.begin(), titles.end(), [type = name](const std::string& title) {
    return split_type(title).second == type;
  });
  const auto near = other_side != titles.end()
                        ? std::optional<std::string_view>(*other_side)
                        : nearest(wanted, std::vector<std::string_view>(titles.begin(), titles.end()));
  return fail(ErrorKind::usage,
              fmt::format("profile {} has no message {}", profile.name, escape_for_terminal(given)),
              near ? fmt::format("did you mean {}?", *near) : "whydrop profile show " + profile.name + " lists them");
}

}  // namespace

Result<std::optional<std::string>> References::read(const std::string& uri) const {
  auto text = read_as_given(uri);
  if (text && *text && json::looks_like_yaml(**text)) {
    return yaml::Document::parse(**text, uri).map([](const yaml::Document& document) {
      return std::optional(document.text());
    });
  }
  return text;
}

Result<std::optional<std::string>> References::read_as_given(const std::string& uri) const {
  for (const auto& [prefix, directory] : replacements) {
    if (uri.compare(0, prefix.size(), prefix) == 0) {
      return os::NamedFiles(directory, allowed).read("./" + uri.substr(prefix.size()));
    }
  }
  const bool has_scheme = uri.find("://") != std::string::npos;
  return has_scheme ? Result<std::optional<std::string>>(std::nullopt)
                    : os::NamedFiles(folder, allowed).read("./" + uri);
}

Result<References> make_references(const std::string& schema_path,
                                   const std::vector<std::string>& mapped,
                                   std::vector<std::string> allowed) {
  References references;
  references.allowed = std::move(allowed);
  references.folder = std::filesystem::path(schema_path.substr(0, schema_path.find('#'))).parent_path().string();
  for (const std::string& text : mapped) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return fail(ErrorKind::usage,
                  "--ref-map: '" + escape_for_terminal(text) + "' is no URL-PREFIX=DIR",
                  "as in --ref-map https://example.org/schemas/=./schemas");
    }
    references.replacements.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  const auto longer = [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); };
  std::stable_sort(references.replacements.begin(), references.replacements.end(), longer);
  return references;
}

namespace {

/// FILE and the JSON Pointer behind its "#".
struct SchemaPlace {
  std::string file, entry;
};
SchemaPlace place_of_schema(const std::string& given) {
  std::error_code error;
  const std::size_t mark = given.find('#');
  if (mark == std::string::npos || std::filesystem::exists(given, error)) {
    return {given, {}};
  }
  return {given.substr(0, mark), percent_decoded(given.substr(mark + 1))};
}

/// A document of another kind is taken for a schema that allows all.
Result<void> check_kind(json::Value root, const std::string& file) {
  const auto kind = schema::other_kind(root);
  if (!kind) {
    return {};
  }
  return fail(ErrorKind::usage,
              fmt::format("schema {}: this is {}, not a JSON Schema", escape_for_terminal(file), kind->what),
              kind->entry.empty() ? "--schema FILE#/POINTER takes a schema that stands in a document"
                                  : fmt::format("a schema in it: --schema '{}#{}'", file, kind->entry));
}

/// A schema's document.
struct Source {
  std::shared_ptr<const json::Json> json;
  std::function<std::optional<json::Place>(const std::string& pointer)> place;  ///< null: it is JSON
};
Result<Source> read_source(std::string_view text, const std::string& path) {
  if (!json::looks_like_yaml(text)) {
    return json::parse_file(text, path, ErrorKind::usage).map([](auto&& json) { return Source{std::move(json), {}}; });
  }
  auto parsed = yaml::Document::parse(text, path);
  WHYDROP_TRY(parsed);
  const auto document = std::make_shared<const yaml::Document>(std::move(*parsed));
  return Source{document->json(), [document](const std::string& pointer) { return document->place(pointer); }};
}

}  // namespace

Result<std::unique_ptr<Judge>> judge_by_schema(const std::string& given,
                                               const schema::Options& options,
                                               const os::FileReader& read) {
  const auto [path, entry] = place_of_schema(given);
  const auto text = read(path);
  WHYDROP_TRY(text);
  const auto source = read_source(*text, path);
  WHYDROP_TRY(source);
  const json::Value root = source->json->root();
  const auto kind = entry.empty() ? check_kind(root, path) : Result<void>();
  WHYDROP_TRY(kind);
  if (!root.at(entry)) {
    return fail(ErrorKind::usage,
                fmt::format("schema {}: nothing stands at #{}", escape_for_terminal(path), escape_for_terminal(entry)));
  }
  schema::Options placed = options;
  placed.place = source->place;
  auto schema = Schema::compile(*source->json, *text, path, placed, entry);
  WHYDROP_TRY(schema);
  return std::make_unique<SchemaJudge>(std::move(*schema));
}

Result<std::unique_ptr<Judge>> judge_by_profile(std::shared_ptr<const profile::Profile> profile,
                                                const std::string& as,
                                                const std::string& side,
                                                const schema::Options& options) {
  const auto wanted = wanted_types(*profile, as, side);
  WHYDROP_TRY(wanted);
  std::vector<ProfileJudge::Type> types;
  for (const MessageType* message : *wanted) {
    types.push_back({message, std::nullopt});
    if (message->schema.empty()) {
      continue;
    }
    auto schema = Schema::compile(*profile->document, profile->text, profile->path, options, message->schema);
    WHYDROP_TRY(schema);
    types.back().schema.emplace(std::move(*schema));
  }
  const bool forced = !as.empty() && types.size() == 1;
  return std::make_unique<ProfileJudge>(std::move(profile), std::move(types), forced);
}

}  // namespace whydrop::validate
