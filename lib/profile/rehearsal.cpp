#include "profile/rehearsal.hpp"

#include "base/text.hpp"
#include "profile/read.hpp"

#include <algorithm>
#include <array>

namespace whydrop::profile {

namespace {

using json::Value;
using read::text;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// As pairs of name and JSON text.
Pairs json_pairs(Value object, std::string_view key) {
  Pairs found;
  for (const auto& [name, value] : read::members(object.find(key))) {
    found.emplace_back(name, value.text());
  }
  return found;
}

int whole(Value object, std::string_view key, int fallback) {
  const auto found = object.find(key);
  return found ? static_cast<int>(found->integer()) : fallback;
}

/// The first of `names` that is a member of `object`; -1 if none is.
template <std::size_t N>
int which(Value object, const std::array<std::string_view, N>& names) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](std::string_view name) { return object.find(name).has_value(); });
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

// In the order of Act::Kind and Step::Kind.
constexpr std::array<std::string_view, 8> kActs{
    "send", "send_raw", "wait", "close", "end", "refuse", "silence", "ignore"};
constexpr std::array<std::string_view, 7> kSteps{"send", "raw", "expect", "wait", "close", "reset", "silence"};

Act act_of(Value value) {
  Act made;
  made.kind = static_cast<Act::Kind>(std::max(which(value, kActs), 0));
  switch (made.kind) {
  case Act::Kind::send:
    made.json = read::json_text(value, "send");
    break;
  case Act::Kind::send_raw:
    made.text = text(value, "send_raw");
    made.binary = read::flag(value, "binary");
    break;
  case Act::Kind::wait:
    made.duration = text(value, "wait");
    break;
  case Act::Kind::close:
    if (const auto code = value.find("close"); code && code->is_integer()) {
      made.code = static_cast<std::uint16_t>(code->integer());
    }
    made.reason = text(value, "reason");
    break;
  case Act::Kind::end:
    made.ending = text(value, "end");
    break;
  case Act::Kind::refuse:
    made.status = whole(value, "refuse", 0);
    made.headers = read::fields(value, "headers");
    made.json = read::json_text(value, "json");
    made.body = text(value, "body");
    break;
  case Act::Kind::silence:
  case Act::Kind::ignore:
    break;
  }
  return made;
}

std::vector<Reaction> reactions_of(Value object, std::string_view key) {
  std::vector<Reaction> found;
  for (const Value& row : read::items(object.find(key))) {
    Reaction made;
    made.on = text(row, "on");
    made.where = read::conditions(row, "where");
    made.from = static_cast<unsigned>(whole(row, "from", 1));
    made.to = static_cast<unsigned>(whole(row, "to", 0));
    for (const Value& act : read::items(row.find("do"))) {
      made.acts.push_back(act_of(act));
    }
    found.push_back(std::move(made));
  }
  return found;
}

Step step_of(Value value) {
  Step made;
  made.kind = static_cast<Step::Kind>(std::max(which(value, kSteps), 0));
  made.message = text(value, "send");
  made.set = json_pairs(value, "set");
  made.drop = read::texts(value, "drop");
  made.text = text(value, "raw");
  made.binary = read::flag(value, "binary");
  made.pretty = read::flag(value, "pretty");
  made.fragments = static_cast<unsigned>(whole(value, "fragments", 1));
  made.times = static_cast<unsigned>(whole(value, "times", 1));
  made.await = text(value, "expect");
  made.where = read::conditions(value, "where");
  made.duration = text(value, made.kind == Step::Kind::silence ? "silence" : "wait");
  made.code = static_cast<std::uint16_t>(whole(value, "close", 1000));
  made.reason = text(value, "reason");
  return made;
}

/// `over` on top of `under`.
Pairs merged(Pairs under, const Pairs& over) {
  for (const auto& row : over) {
    const auto same =
        std::find_if(under.begin(), under.end(), [&](const auto& have) { return have.first == row.first; });
    if (same == under.end()) {
      under.push_back(row);
    } else {
      same->second = row.second;
    }
  }
  return under;
}

/// `session`: true or nothing (the profile's session calls), false (none), or a list of calls.
std::vector<std::string> calls_of(Value scenario, const Profile& profile) {
  const auto session = scenario.find("session");
  if (!session || session->boolean()) {
    return profile.session_calls;
  }
  return read::texts(scenario, "session");
}

Scenario scenario_of(std::string_view name, Value value, const Pairs& variables, const Profile& profile) {
  Scenario made;
  made.name = name;
  made.says = text(value, "says");
  made.leads_to = text(value, "leads_to");
  made.variables = merged(variables, read::pairs(value, "variables"));
  made.tokens = json_pairs(value, "tokens");
  made.socket_url = text(value, "socket");
  for (const Value& step : read::items(value.find("client"))) {
    made.client.push_back(step_of(step));
  }
  made.server = reactions_of(value, "server");
  made.calls = calls_of(value, profile);
  made.reconnects = read::amount(value, "reconnects");
  made.ping_interval = text(value, "ping_interval");
  made.idle_timeout = text(value, "idle_timeout");
  return made;
}

Rehearsal build_rehearsal(Value root, const Profile& profile) {
  Rehearsal made;
  made.profile = text(root, "profile");
  for (const auto& [name, value] : read::members(root.find("tokens"))) {
    made.tokens.push_back({std::string(name), text(value, "alg", "HS256"), read::json_text(value, "claims")});
  }
  made.reactions = reactions_of(root, "server");
  const Pairs variables = read::pairs(root, "variables");
  for (const auto& [name, value] : read::members(root.find("scenarios"))) {
    made.scenarios.push_back(scenario_of(name, value, variables, profile));
  }
  return made;
}

}  // namespace

const Scenario* Rehearsal::scenario(std::string_view name) const {
  const auto found =
      std::find_if(scenarios.begin(), scenarios.end(), [&](const Scenario& row) { return row.name == name; });
  return found == scenarios.end() ? nullptr : &*found;
}

Result<const Scenario*> Rehearsal::find(std::string_view name) const {
  if (const Scenario* found = scenario(name)) {
    return found;
  }
  std::vector<std::string_view> names;
  std::string all;
  for (const Scenario& row : scenarios) {
    names.emplace_back(row.name);
    all += (all.empty() ? "" : ", ") + row.name;
  }
  const auto near = nearest(name, names);
  return fail(ErrorKind::usage,
              "scenario " + escape_for_terminal(name) + ": " + profile + " has none of that name" +
                  (near ? "; did you mean " + std::string(*near) + "?" : ""),
              "scenarios: " + all);
}

Result<Rehearsal> load_rehearsal(std::string_view text, const std::string& path, const Profile& profile) {
  const auto mistakes = check_rehearsal(text, profile);
  if (!mistakes.empty()) {
    return tl::unexpected(schema::first_of(mistakes, escape_for_terminal(path), "whydrop profile check"));
  }
  json::Json document;
  (void)document.parse(text);
  return build_rehearsal(document.root(), profile);
}

}  // namespace whydrop::profile
