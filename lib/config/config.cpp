#include "config/config.hpp"

#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "config/config_schema.hpp"
#include "json/json.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::config {
namespace {

namespace read_json = json::read;

ConfigValue read_value(json::Value value) {
  if (value.is(json::Type::string)) {
    return {ConfigValue::From::text, std::string(value.string()), ""};
  }
  const bool of_file = value.find("file").has_value();
  return {of_file ? ConfigValue::From::file : ConfigValue::From::environment,
          read_json::text(value, of_file ? "file" : "env"),
          read_json::text(value, "before")};
}

std::vector<std::pair<std::string, ConfigValue>> read_values(json::Value target, std::string_view key) {
  std::vector<std::pair<std::string, ConfigValue>> values;
  for (const auto& [name, value] : read_json::members(target.find(key))) {
    values.emplace_back(name, read_value(value));
  }
  return values;
}

NamedTarget read_target(std::string_view name, json::Value row) {
  NamedTarget target;
  target.name = name;
  target.url = read_json::text(row, "url");
  target.profile = read_json::text(row, "profile");
  target.origin = read_json::text(row, "origin");
  target.captures = read_json::text(row, "captures");
  target.headers = read_values(row, "headers");
  target.variables = read_values(row, "variables");
  target.subprotocols = read_json::texts(row, "subprotocols");
  return target;
}

std::string at_home(const std::string& path, const os::Environment& environment) {
  return path.rfind("~/", 0) == 0 ? environment("HOME") + path.substr(1) : path;
}

/// A value whose name means a secret, or that is one by its form, stands elsewhere.
void say_secrets(json::Value root, schema::MistakeList& mistakes) {
  for (const auto& [name, target] : read_json::members(root.find("targets"))) {
    for (const std::string_view key : {"headers", "variables"}) {
      for (const auto& [member, value] : read_json::members(target.find(key))) {
        if (value.is(json::Type::string) && !value.string().empty() && is_secret_key(member)) {
          mistakes.say(fmt::format("/targets/{}/{}/{}", name, key, member),
                       R"(is a secret in clear: write {"env": "NAME"} or {"file": "PATH"})");
        }
      }
    }
  }
}

void say_unusable(json::Value root, const TargetJudges& judges, schema::MistakeList& mistakes) {
  for (const auto& [name, target] : read_json::members(root.find("targets"))) {
    for (const auto& [key, judge] : {std::pair("url", &judges.url), std::pair("profile", &judges.profile)}) {
      const std::string value = read_json::text(target, key);
      const std::string why = value.empty() || !*judge ? std::string() : (*judge)(value);
      if (!why.empty()) {
        mistakes.say(fmt::format("/targets/{}/{}", name, key), "cannot be used: " + why);
      }
    }
  }
}

}  // namespace

std::string config_path(const os::Environment& environment) {
  const std::string folder = os::config_folder(environment);
  return folder.empty() ? "" : folder + "/config.json";
}

std::vector<schema::Mistake> config_mistakes(std::string_view text, const TargetJudges& judges) {
  json::Json document;
  if (auto unreadable = schema::read_document(text, document); !unreadable.empty()) {
    return unreadable;
  }
  schema::MistakeList mistakes(text, document.root());
  mistakes.check_schema(kConfigSchema);
  mistakes.check_twice();
  say_secrets(document.root(), mistakes);
  say_unusable(document.root(), judges, mistakes);
  return mistakes.all();
}

Result<Config> load_config(const std::string& text, const std::string& path) {
  if (const auto mistakes = config_mistakes(text); !mistakes.empty()) {
    return tl::unexpected(schema::first_of(mistakes, escape_for_terminal(path), "whydrop config check"));
  }
  const auto document = json::parse_file(text, path, ErrorKind::usage);
  WHYDROP_TRY(document);
  Config config;
  for (const auto& [name, row] : read_json::members((*document)->root().find("targets"))) {
    config.targets.push_back(read_target(name, row));
  }
  return config;
}

Result<NamedTarget> find_target(const std::string& name,
                                const os::Environment& environment,
                                const os::FileReader& read) {
  const std::string path = config_path(environment);
  const auto text = path.empty() ? fail(ErrorKind::local, "no home folder to look for a configuration in") : read(path);
  WHYDROP_TRY(text);
  auto config = load_config(*text, path);
  WHYDROP_TRY(config);
  std::vector<std::string_view> names;
  for (NamedTarget& target : config->targets) {
    if (target.name == name) {
      return std::move(target);
    }
    names.push_back(target.name);
  }
  const auto near = nearest(name, names);
  return fail(ErrorKind::usage,
              fmt::format("target {}: {} names none so{}",
                          escape_for_terminal(name),
                          path,
                          near ? "; did you mean " + std::string(*near) + "?" : ""),
              "whydrop config list");
}

Result<std::string> value_of(const ConfigValue& value, const os::Environment& environment, const os::FileReader& read) {
  if (value.from == ConfigValue::From::text) {
    return value.name;
  }
  if (value.from == ConfigValue::From::file) {
    return read(at_home(value.name, environment)).map([&](const std::string& text) {
      return value.before + std::string(trim(text));
    });
  }
  const std::string found = environment(value.name);
  if (found.empty()) {
    return fail(ErrorKind::usage, fmt::format("the environment variable {} is not set", value.name));
  }
  return value.before + found;
}

}  // namespace whydrop::config
