#include "codec/codec.hpp"
#include "json/yaml.hpp"
#include "profile/bindings.hpp"
#include "profile/embedded.hpp"
#include "profile/read.hpp"
#include "profile/template.hpp"
#include "profile/template_check.hpp"
#include "schema/kinds.hpp"
#include "schema/schema.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace whydrop::profile {

namespace {

using json::Value;
using read::items;

// A value is joined each time that it is asked for.
constexpr std::size_t kMaxDefaultPieces = 1000;
constexpr std::string_view kTypeOfClient = "message of the client";
constexpr std::string_view kTypeOfServer = "message of the server";

/// Follows every name in a profile to what it names.
class ProfileNames {
 public:
  explicit ProfileNames(MistakeList& list, Value root)
      : list_(list),
        root_(root),
        variables_(names_under(root, "/variables")),
        calls_(names_under(root, "/calls")),
        client_(names_under(root, "/messages/client")),
        server_(names_under(root, "/messages/server")),
        states_(names_under(root, "/sequence/states")) {}

  void run() {
    check_codec();
    check_variables();
    check_calls();
    check_socket();
    check_messages();
    check_habits();
    check_sequence();
    check_shape();
    check_meanings();
  }

 private:
  Placeholders in_requests() const {
    return {variables_, {"$uuid", "$now", "$epoch"}, {"$epoch+", "$epoch-", "$letters:"}};
  }
  Placeholders in_words() const {
    return {variables_,
            {"$type",
             "$status",
             "$code",
             "$reason",
             "$last_client",
             "$last_server",
             "$state",
             "$age",
             "$idle",
             "$since_last_client",
             "$largest",
             "$largest_frame",
             "$how"},
            {"$/"}};
  }
  const Names& types(std::string_view side) const { return side == "client" ? client_ : server_; }
  static std::string_view what(std::string_view side) { return side == "client" ? kTypeOfClient : kTypeOfServer; }

  void templates_under(const std::string& pointer) {
    for (const auto& member : read::members(root_.at(pointer))) {
      check_template(list_, under(pointer, member.first), in_requests());
    }
  }

  /// Variables that a reply binds.
  void check_take(const std::string& pointer) {
    for (const auto& member : read::members(root_.at(pointer))) {
      list_.key(under(pointer, member.first), member.first, variables_, "variable");
    }
  }

  void check_variables() {
    const auto costs = costs_of_defaults();
    for (const std::string_view name : variables_) {
      const std::string pointer = under("/variables", name) + "/default";
      check_template(list_, pointer, {variables_, {}, {}});
      const auto cost = costs.find(name);
      if (cost == costs.end()) {
        list_.say(pointer, "leads back to itself");
      } else if (cost->second.depth >= kMaxDefaultDepth) {
        list_.say(pointer, fmt::format("needs more than {} variables, one for another", kMaxDefaultDepth));
      } else if (cost->second.pieces > kMaxDefaultPieces) {
        list_.say(pointer, fmt::format("is put together from more than {} values", kMaxDefaultPieces));
      }
    }
  }

  /// What it takes to fill a variable from its default.
  struct Cost {
    std::size_t depth = 0;   ///< variables within variables
    std::size_t pieces = 1;  ///< values that are joined; kMaxDefaultPieces + 1 also stands for more
  };

  /// Of each variable whose default can be filled: those in a circle, and those that lead into one, have no cost.
  std::map<std::string_view, Cost> costs_of_defaults() const {
    std::map<std::string_view, Cost> costs, open;
    std::map<std::string_view, std::size_t> waiting;
    std::map<std::string_view, Names> users;
    const auto variables = read::members(root_.at("/variables"));
    for (const auto& [name, variable] : variables) {
      waiting[name] = 0;
    }
    for (const auto& [name, variable] : variables) {
      const auto fallback = variable.find("default");
      for (const Piece& piece : pieces_of(fallback ? fallback->string() : std::string_view())) {
        if (const auto needed = piece.name ? waiting.find(piece.text) : waiting.end(); needed != waiting.end()) {
          users[needed->first].push_back(name);
          ++waiting[name];
        }
      }
    }
    Names ready;
    std::copy_if(
        variables_.begin(), variables_.end(), std::back_inserter(ready), [&](auto name) { return waiting[name] == 0; });
    for (std::size_t i = 0; i < ready.size(); ++i) {
      const Cost cost = costs[ready[i]] = open[ready[i]];
      for (const std::string_view user : users[ready[i]]) {
        open[user].depth = std::max(open[user].depth, cost.depth + 1);
        open[user].pieces = std::min(open[user].pieces + cost.pieces, kMaxDefaultPieces + 1);
        if (--waiting[user] == 0) {
          ready.push_back(user);
        }
      }
    }
    return costs;
  }

  void check_calls() {
    for (const std::string_view name : calls_) {
      const std::string call = under("/calls", name);
      for (const char* member : {"/url", "/json"}) {
        check_template(list_, call + member, in_requests());
      }
      for (const char* member : {"/headers", "/form", "/basic"}) {
        templates_under(call + member);
      }
      check_take(call + "/take");
      for (const char* member : {"/refusals", "/notes"}) {
        const std::size_t rows = items(root_.at(call + member)).size();
        for (std::size_t i = 0; i < rows; ++i) {
          check_finding(under(call + member, i) + "/finding");
        }
      }
    }
    list_.names_at("/session", calls_, "call");
    list_.name_at("/token", calls_, "call");
  }

  void check_socket() {
    check_template(list_, "/socket/url", in_requests());
    templates_under("/socket/headers");
    list_.name_at("/socket/token", variables_, "variable");
  }

  void check_messages() {
    for (const char* side : {"client", "server"}) {
      for (const std::string_view name : types(side)) {
        const std::string message = under(std::string("/messages/") + side, name);
        check_template(list_, message + "/example", in_requests());
        check_take(message + "/take");
        const std::size_t rows = items(root_.at(message + "/same")).size();
        for (std::size_t i = 0; i < rows; ++i) {
          const std::string row = under(message + "/same", i);
          list_.name_at(row + "/variable", variables_, "variable");
          check_finding(row + "/finding");
        }
      }
    }
  }

  void check_habits() {
    const std::size_t rows = items(root_.at("/opening")).size();
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string row = under("/opening", i);
      check_sendable(row + "/message");
      list_.name_at(row + "/await", server_, kTypeOfServer);
    }
    const auto beats = root_.at("/heartbeat");
    if (beats && beats->is(json::Type::array)) {
      for (std::size_t i = 0; i < beats->size(); ++i) {
        check_heartbeat(under("/heartbeat", i));
      }
    } else {
      check_heartbeat("/heartbeat");
    }
  }

  void check_heartbeat(const std::string& beat) {
    const auto side = root_.at(beat + "/side");
    const bool of_server = side && side->string() == "server";
    if (of_server) {
      list_.name_at(beat + "/message", server_, kTypeOfServer);
    } else {
      check_sendable(beat + "/message");
    }
    list_.name_at(beat + "/answers", of_server ? client_ : server_, of_server ? kTypeOfClient : kTypeOfServer);
    const auto every = root_.at(beat + "/every");
    const std::size_t spans = every && every->is(json::Type::array) ? every->size() : 0;
    for (std::size_t i = 0; i < spans; ++i) {
      check_template(list_, under(beat + "/every", i), {variables_, {}, {}});
    }
    for (const char* member : {"/every", "/within", "/grace"}) {
      check_template(list_, beat + member, {variables_, {}, {}});
    }
  }

  /// The codec that the profile's messages are packets of.
  void check_codec() {
    Names names;
    for (const codec::Codec& row : codec::codecs()) {
      names.push_back(row.name);
    }
    list_.name_at("/codec", names, "codec");
  }

  /// A message that is sent by itself needs an example.
  void check_sendable(const std::string& pointer) {
    list_.name_at(pointer, client_, kTypeOfClient);
    const auto name = root_.at(pointer);
    const auto message = name ? root_.at(under("/messages/client", name->string())) : std::nullopt;
    if (message && message->is(json::Type::object) && !message->find("example")) {
      list_.say(pointer, fmt::format("names {}, which has no example to send", name->string()));
    }
  }

  void check_sequence() {
    list_.name_at("/sequence/start", states_, "state");
    list_.name_at("/sequence/ready", states_, "state");
    for (const std::string_view name : states_) {
      const std::string state = under("/sequence/states", name);
      for (const char* side : {"client", "server"}) {
        check_transitions(state + "/" + side, side);
      }
      list_.name_at(state + "/deadline/message", client_, kTypeOfClient);
    }
  }

  void check_transitions(const std::string& pointer, std::string_view side) {
    for (const auto& member : read::members(root_.at(pointer))) {
      const std::string_view type = member.first;
      const json::Value to = member.second;
      const std::string row = under(pointer, type);
      if (const Names& known = types(side);
          type != "*" && std::none_of(known.begin(), known.end(), [&](auto one) { return covers(type, one); })) {
        list_.key(row, type, known, what(side));
      }
      check_target(row, to);
      const auto rows = items(to);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (const auto target = rows[i].find("to")) {
          check_target(under(row, i) + "/to", *target);
        }
      }
    }
  }

  void check_target(const std::string& pointer, Value target) {
    if (target.is(json::Type::string) && !target.string().empty()) {
      list_.name(pointer, target.string(), states_, "state");
    }
  }

  void check_shape() {
    for (const char* member : {"/shape/max_bytes", "/shape/rates", "/shape/gaps"}) {
      const auto rows = items(root_.at(member));
      for (std::size_t i = 0; i < rows.size(); ++i) {
        check_family_at(under(member, i) + "/message", "client");
        check_template(list_, under(member, i) + "/most", {variables_, {}, {}});
      }
    }
  }

  /// A type, or the beginning of some with an asterisk behind it.
  void check_family(const std::string& pointer, std::string_view family, std::string_view side) {
    const Names& known = types(side);
    if (std::none_of(known.begin(), known.end(), [&](auto type) { return covers(family, type); })) {
      list_.name(pointer, family, known, what(side));
    }
  }
  void check_family_at(const std::string& pointer, std::string_view side) {
    const auto given = root_.at(pointer);
    if (given && given->is(json::Type::string) && given->string() != "*") {
      check_family(pointer, given->string(), side);
    }
  }
  void check_families_at(const std::string& pointer, std::string_view side) {
    const std::size_t rows = items(root_.at(pointer)).size();
    for (std::size_t i = 0; i < rows; ++i) {
      check_family_at(under(pointer, i), side);
    }
  }

  void check_meanings() {
    const auto signals = items(root_.at("/signals"));
    for (std::size_t i = 0; i < signals.size(); ++i) {
      const std::string row = under("/signals", i);
      check_family_at(row + "/message", read::text(signals[i], "side", "server"));
      check_finding(row + "/finding");
    }
    const std::size_t symptoms = items(root_.at("/symptoms")).size();
    for (std::size_t i = 0; i < symptoms; ++i) {
      check_when(under("/symptoms", i) + "/when");
      check_finding(under("/symptoms", i) + "/finding");
    }
    const std::size_t misforms = items(root_.at("/fingerprint/misforms")).size();
    for (std::size_t i = 0; i < misforms; ++i) {
      check_finding(under("/fingerprint/misforms", i) + "/finding");
    }
  }

  void check_when(const std::string& when) {
    check_families_at(when + "/last_client", "client");
    check_families_at(when + "/last_server", "server");
    list_.names_at(when + "/state", states_, "state");
    for (const char* member : {"/never", "/seen"}) {
      const auto rows = items(root_.at(when + member));
      for (std::size_t i = 0; i < rows.size(); ++i) {
        check_event(under(when + member, i), rows[i].string());
      }
    }
    for (const char* member : {"/age", "/idle", "/since_last_client", "/silent_for"}) {
      for (const auto& bound : read::members(root_.at(when + member))) {
        check_template(list_, under(when + member, bound.first), {variables_, {}, {}});
      }
    }
  }

  /// "client:TYPE", "server:TYPE", or a finding's id.
  void check_event(const std::string& pointer, std::string_view name) {
    for (const std::string_view side : {"client", "server"}) {
      if (name.substr(0, side.size() + 1) == std::string(side) + ":") {
        check_family(pointer, name.substr(side.size() + 1), side);
      }
    }
  }

  void check_finding(const std::string& pointer) {
    for (const char* member : {"/says", "/fix"}) {
      check_template(list_, pointer + member, in_words());
    }
  }

  MistakeList& list_;
  Value root_;
  Names variables_, calls_, client_, server_, states_;
};

/// The schemas of messages are compiled as they will be when messages come.
void check_message_schemas(MistakeList& list, const json::Json& document, std::string_view text) {
  for (const char* side : {"client", "server"}) {
    const std::string messages = std::string("/messages/") + side;
    for (const std::string_view name : names_under(document.root(), messages)) {
      const std::string pointer = under(messages, name) + "/schema";
      if (!document.root().at(pointer)) {
        continue;
      }
      const auto compiled = schema::Schema::compile(document, text, "profile", {}, pointer);
      if (!compiled) {
        list.say_of_schema(pointer, compiled.error());
      }
    }
  }
}

}  // namespace

std::vector<Mistake> check(std::string_view text) {
  json::Json document;
  if (auto unreadable = schema::read_document(text, document); !unreadable.empty()) {
    return unreadable;
  }
  const auto kind = schema::other_kind(document.root());
  if (kind && kind->known && !document.root().find("whydrop_profile")) {
    return {{json::place_of(text, 0), fmt::format("this is {}, not a profile", kind->what)}};
  }
  MistakeList list(text, document.root());
  list.check_twice();
  list.check_schema(kProfileSchema);
  ProfileNames(list, document.root()).run();
  check_message_schemas(list, document, text);
  return list.all();
}

}  // namespace whydrop::profile
