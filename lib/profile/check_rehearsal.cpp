#include "base/text.hpp"
#include "base/units.hpp"
#include "profile/embedded.hpp"
#include "profile/read.hpp"
#include "profile/rehearsal.hpp"
#include "profile/template_check.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

using json::Value;
using read::items;

Names types_of(const Profile& profile, Side side) {
  Names names;
  for (const MessageType& row : profile.messages) {
    if (row.side == side) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

template <typename Row>
Names names_of(const std::vector<Row>& rows) {
  Names names;
  for (const Row& row : rows) {
    names.emplace_back(row.name);
  }
  return names;
}

/// Follows every name in a rehearsal to what it names in its profile.
class RehearsalNames {
 public:
  RehearsalNames(MistakeList& list, Value root, const Profile& profile)
      : list_(list),
        root_(root),
        profile_(profile),
        variables_(names_of(profile.variables)),
        calls_(names_of(profile.calls)),
        client_(types_of(profile, Side::client)),
        server_(types_of(profile, Side::server)),
        tokens_(names_under(root, "/tokens")) {
    for (const std::string_view token : tokens_) {
      token_placeholders_.push_back("$token:" + std::string(token));
    }
  }

  void run() {
    if (const auto name = root_.at("/profile"); name && name->string() != profile_.name) {
      list_.say("/profile", fmt::format("is not the name of the profile, {}", profile_.name));
    }
    check_variables("/variables");
    for (const std::string_view token : tokens_) {
      check_template(list_, under("/tokens", token) + "/claims", in_server());
    }
    check_reactions("/server");
    for (const std::string_view name : names_under(root_, "/scenarios")) {
      check_scenario(under("/scenarios", name));
    }
  }

 private:
  Placeholders in_client() const {
    return {variables_, {"$uuid", "$now", "$epoch"}, {"$epoch+", "$epoch-", "$letters:"}};
  }
  Placeholders in_server() const {
    Placeholders known = in_client();
    known.exact.push_back("$count");
    known.exact.insert(known.exact.end(), token_placeholders_.begin(), token_placeholders_.end());
    known.prefixes.insert(known.prefixes.end(), {"$request/", "$query/"});
    return known;
  }

  void check_variables(const std::string& pointer) {
    Placeholders known = in_client();
    known.exact.insert(known.exact.end(), token_placeholders_.begin(), token_placeholders_.end());
    for (const std::string_view name : names_under(root_, pointer)) {
      list_.key(under(pointer, name), name, variables_, "variable of the profile");
      check_template(list_, under(pointer, name), known);
    }
  }

  void check_scenario(const std::string& scenario) {
    check_variables(scenario + "/variables");
    for (const std::string_view name : names_under(root_, scenario + "/tokens")) {
      list_.key(under(scenario + "/tokens", name), name, tokens_, "token of the rehearsal");
      check_template(list_, under(scenario + "/tokens", name), in_server());
    }
    check_template(list_, scenario + "/socket", in_client());
    check_duration(scenario + "/ping_interval");
    check_duration(scenario + "/idle_timeout");
    const std::size_t steps = items(root_.at(scenario + "/client")).size();
    for (std::size_t i = 0; i < steps; ++i) {
      check_step(under(scenario + "/client", i));
    }
    check_reactions(scenario + "/server");
  }

  void check_step(const std::string& step) {
    check_kind(step, {"send", "raw", "expect", "wait", "close", "reset", "silence"});
    list_.name_at(step + "/send", client_, "message of the client");
    if (const auto name = root_.at(step + "/send")) {
      const MessageType* message = profile_.message(Side::client, name->string());
      if (message != nullptr && message->example.empty()) {
        list_.say(step + "/send", fmt::format("names {}, which has no example to send", message->name));
      }
    }
    for (const std::string_view pointer : names_under(root_, step + "/set")) {
      check_template(list_, under(step + "/set", pointer), in_client());
    }
    check_template(list_, step + "/raw", in_client());
    list_.name_at(step + "/expect", server_, "message of the server");
    check_duration(step + "/wait");
    check_duration(step + "/silence");
  }

  /// What an object does is named by one of its members.
  void check_kind(const std::string& pointer, const Names& kinds) {
    const auto value = root_.at(pointer);
    if (!value || !value->is(json::Type::object)) {
      return;
    }
    std::string near;
    for (const auto& member : read::members(value)) {
      if (std::find(kinds.begin(), kinds.end(), member.first) != kinds.end()) {
        return;
      }
      if (const auto meant = nearest(member.first, kinds)) {
        near = fmt::format("; did you mean {}?", *meant);
      }
    }
    list_.say(pointer, fmt::format("is none of {}{}", fmt::join(kinds, ", "), near));
  }

  void check_duration(const std::string& pointer) {
    check_template(list_, pointer, {variables_, {}, {}});
    const auto given = root_.at(pointer);
    const bool written = given && given->is(json::Type::string) && given->string().find('{') == std::string_view::npos;
    if (written && !parse_duration(given->string())) {
      list_.say(pointer, "is no duration such as 500ms or 2s");
    }
  }

  void check_reactions(const std::string& pointer) {
    const auto rows = items(root_.at(pointer));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string row = under(pointer, i);
      const std::string on = read::text(rows[i], "on");
      check_trigger(row + "/on", on);
      const auto acts = items(rows[i].find("do"));
      for (std::size_t act = 0; act < acts.size(); ++act) {
        check_act(under(row + "/do", act), acts[act], on);
      }
    }
  }

  void check_trigger(const std::string& pointer, std::string_view on) {
    const std::size_t colon = on.find(':');
    if (colon == std::string_view::npos) {
      return;
    }
    const std::string_view kind = on.substr(0, colon), of = on.substr(colon + 1);
    if (kind == "client" && of != "*") {
      list_.name(pointer, of, client_, "message of the client");
    } else if (kind == "call") {
      list_.name(pointer, of, calls_, "call");
    } else if ((kind == "idle" || kind == "age") && of.find('{') == std::string_view::npos && !parse_duration(of)) {
      list_.say(pointer, fmt::format("has no duration such as 500ms or 2s: {}", of));
    }
  }

  void check_act(const std::string& pointer, Value act, std::string_view on) {
    if (!act.is(json::Type::object)) {
      return;
    }
    check_kind(pointer, {"send", "send_raw", "wait", "close", "end", "refuse", "silence", "ignore"});
    for (const char* member : {"/send", "/headers", "/json", "/body"}) {
      check_template(list_, pointer + member, in_server());
    }
    check_duration(pointer + "/wait");
    const bool refuses = act.find("refuse").has_value();
    const bool of_http = on == "upgrade" || on.substr(0, 5) == "call:";
    // A fault may be one of the upgrade or of a call.
    if (refuses && !of_http && on.substr(0, 6) != "fault:") {
      list_.say(pointer, "refuses, which is only done on upgrade, call:NAME and fault:ID");
    }
    if (of_http && (act.find("send") || act.find("send_raw") || act.find("close"))) {
      list_.say(pointer, fmt::format("needs an open socket, and {} comes before there is one", on));
    }
  }

  MistakeList& list_;
  Value root_;
  const Profile& profile_;
  Names variables_, calls_, client_, server_, tokens_;
  std::vector<std::string> token_placeholders_;
};

}  // namespace

std::vector<Mistake> check_rehearsal(std::string_view text, const Profile& profile) {
  json::Json document;
  if (auto unreadable = schema::read_document(text, document); !unreadable.empty()) {
    return unreadable;
  }
  MistakeList list(text, document.root());
  list.check_twice();
  list.check_schema(kRehearsalSchema);
  RehearsalNames(list, document.root(), profile).run();
  return list.all();
}

}  // namespace whydrop::profile
