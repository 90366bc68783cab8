#include "profile/account.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "profile/findings.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

using Lines = std::vector<AccountLine>;

void heading(Lines& lines, std::string label, std::string text = {}) {
  lines.push_back({0, std::move(label), std::move(text)});
}

/// Adds `text` to a list of clauses, if there is any.
void add(std::string& clauses, std::string_view text) {
  if (!text.empty()) {
    clauses += (clauses.empty() ? "" : "; ") + std::string(text);
  }
}

bool gives(const std::vector<Take>& takes, std::string_view variable) {
  return std::any_of(takes.begin(), takes.end(), [&](const Take& row) { return row.variable == variable; });
}

/// Where a variable's value comes from when nobody gives it.
std::string source_of(const Profile& profile, const Variable& variable) {
  std::string clauses;
  for (const Call& call : profile.calls) {
    if (gives(call.takes, variable.name)) {
      add(clauses, fmt::format("from the call {}", call.name));
    }
  }
  for (const MessageType& message : profile.messages) {
    if (gives(message.takes, variable.name)) {
      add(clauses, fmt::format("from the {}'s {}", wire::name(message.side), message.name));
    }
  }
  if (variable.generate == "uuid") {
    add(clauses, "else a new UUID");
  }
  if (variable.fallback) {
    add(clauses, fmt::format("default {}", variable.secret ? "(secret)" : *variable.fallback));
  }
  return clauses;
}

void tell_variables(Lines& lines, const Profile& profile) {
  if (profile.variables.empty()) {
    return;
  }
  heading(lines, "variables", "--var NAME=VALUE, or WHYDROP_<NAME> in the environment");
  for (const Variable& variable : profile.variables) {
    std::string clauses;
    add(clauses, variable.secret ? "secret" : "");
    add(clauses, variable.about);
    add(clauses, variable.choices.empty() ? "" : fmt::format("one of {}", fmt::join(variable.choices, ", ")));
    add(clauses, source_of(profile, variable));
    lines.push_back({1, variable.name, clauses});
  }
}

std::string names_of(const std::vector<Take>& takes) {
  std::string names;
  for (const Take& row : takes) {
    names += (names.empty() ? "" : ", ") + row.variable;
  }
  return names;
}

void tell_calls(Lines& lines, const Profile& profile) {
  if (profile.calls.empty()) {
    return;
  }
  heading(lines, "calls");
  for (const Call& call : profile.calls) {
    const bool of_session =
        std::find(profile.session_calls.begin(), profile.session_calls.end(), call.name) != profile.session_calls.end();
    std::string clauses = call.about;
    add(clauses, call.takes.empty() ? "" : "gives " + names_of(call.takes));
    add(clauses, call.name == profile.token_call ? "made by whydrop token get" : "");
    add(clauses, of_session ? "made by whydrop session create" : "");
    lines.push_back({1, call.name, clauses});
    lines.push_back({1, "", call.method + " " + call.url, true});
  }
}

void tell_socket(Lines& lines, const Profile& profile) {
  if (profile.socket_url.empty()) {
    return;
  }
  heading(lines, "socket");
  lines.push_back({1, "url", profile.socket_url, true});
  for (const Field& header : profile.socket_headers) {
    lines.push_back({1, "header", header.name + ": " + header.value});
  }
  if (!profile.subprotocols.empty()) {
    lines.push_back({1, "subprotocols", fmt::format("{}", fmt::join(profile.subprotocols, ", "))});
  }
  if (!profile.token_variable.empty()) {
    const std::string scopes =
        profile.scopes.empty() ? "" : fmt::format(", with the scopes {}", fmt::join(profile.scopes, ", "));
    lines.push_back({1, "credential", profile.token_variable + scopes});
  }
}

void tell_messages(Lines& lines, const Profile& profile, Side side) {
  bool any = false;
  for (const MessageType& message : profile.messages) {
    if (message.side != side) {
      continue;
    }
    if (!any) {
      heading(lines, fmt::format("messages of the {}", wire::name(side)));
      any = true;
    }
    std::string clauses = message.about;
    add(clauses, message.takes.empty() ? "" : "gives " + names_of(message.takes));
    lines.push_back({1, message.name, clauses});
    if (!message.example.empty()) {
      lines.push_back({1, "", message.example, true});
    }
  }
}

/// "pong for each ping, within {ping_timeout}ms", "ping every 25s".
std::string heartbeat_words(const Heartbeat& row) {
  return row.answers.empty() ? fmt::format("{} every {}{}",
                                           row.message,
                                           fmt::join(row.every, " or "),
                                           row.any ? ", where no other message is sent" : "")
                             : fmt::format("{} for each {}, within {}", row.message, row.answers, row.within);
}

void tell_habits(Lines& lines, const Profile& profile) {
  if (profile.opening.empty() && profile.heartbeats.empty() && !profile.reconnect) {
    return;
  }
  heading(lines, "by itself");
  for (const Opening& row : profile.opening) {
    lines.push_back({1, "opening", row.await.empty() ? row.message : row.message + ", then waits for " + row.await});
  }
  for (const Heartbeat& row : profile.heartbeats) {
    lines.push_back({1, row.side == Side::client ? "heartbeat" : "server's beat", heartbeat_words(row)});
  }
  if (profile.reconnect) {
    const Reconnect& row = *profile.reconnect;
    std::string text = fmt::format("after {}, doubled up to {}, at most {} times",
                                   format_duration(row.first.count()),
                                   format_duration(row.cap.count()),
                                   row.most);
    add(text, row.not_after.empty() ? "" : fmt::format("not after {}", fmt::join(row.not_after, ", ")));
    lines.push_back({1, "reconnect", text});
  }
}

std::string transition_words(const Transition& row, const SequenceState& state) {
  return fmt::format("{} {}{} -> {}",
                     wire::name(row.side),
                     fmt::join(row.on, ", "),
                     row.where.empty() ? "" : " (if so)",
                     row.to.empty() ? state.name : row.to);
}

void tell_sequence(Lines& lines, const Profile& profile) {
  if (profile.sequence.states.empty()) {
    return;
  }
  const std::string& ready = profile.sequence.ready;
  heading(lines,
          "sequence",
          fmt::format("begins {}{}", profile.sequence.start, ready.empty() ? "" : ", is ready when " + ready));
  for (const SequenceState& state : profile.sequence.states) {
    lines.push_back({1, state.name, state.about});
    for (const Transition& row : state.transitions) {
      lines.push_back({1, "", transition_words(row, state)});
    }
    if (state.deadline) {
      lines.push_back(
          {1,
           "",
           fmt::format("{} within {}", state.deadline->message, format_duration(state.deadline->within.count()))});
    }
  }
}

std::string of_message(const std::string& message) {
  return message == "*" ? "any message" : message;
}

void tell_shape(Lines& lines, const Profile& profile) {
  const Shape& shape = profile.shape;
  Lines rules;
  const auto rule = [&](bool holds, std::string text) {
    if (holds) {
      rules.push_back({1, "", std::move(text)});
    }
  };
  rule(shape.text_only, "text, never binary");
  rule(shape.one_frame, "one frame a message");
  rule(shape.compact, "compact JSON");
  rule(!shape.ends_with.empty(), fmt::format("each message ends with {}", json::quote(shape.ends_with)));
  rule(shape.max_frame != 0, fmt::format("a frame of at most {}", format_size(shape.max_frame)));
  rule(shape.max_message != 0, fmt::format("a message of at most {}", format_size(shape.max_message)));
  for (const Shape::MaxBytes& row : shape.max_bytes) {
    rule(true, fmt::format("{} of {}: at most {}", row.pointer, of_message(row.message), format_size(row.most)));
  }
  for (const Shape::Rate& row : shape.rates) {
    rule(true,
         fmt::format("{}: at most {} in {}",
                     of_message(row.message),
                     row.most_template.empty() ? fmt::format("{}", row.most) : row.most_template,
                     format_duration(row.per.count())));
  }
  for (const Shape::Gap& row : shape.gaps) {
    rule(true, fmt::format("{}: at least {} between two", of_message(row.message), format_duration(row.least.count())));
  }
  if (!rules.empty()) {
    heading(lines, "shape of the client's messages");
    rules.front().label = "must be";
    lines.insert(lines.end(), rules.begin(), rules.end());
  }
}

void tell_scenarios(Lines& lines, const Profile& profile, const Rehearsal* rehearsal) {
  if (rehearsal == nullptr || rehearsal->scenarios.empty()) {
    return;
  }
  heading(lines, "scenarios", fmt::format("whydrop rehearse --profile {} --scenario NAME", profile.name));
  for (const Scenario& row : rehearsal->scenarios) {
    lines.push_back({1, row.name, row.says + (row.leads_to.empty() ? "" : " -> " + row.leads_to)});
  }
}

void tell_findings(Lines& lines, const Profile& profile) {
  std::set<std::string_view> seen;
  for (const FindingText* row : finding_texts(profile)) {
    if (seen.empty()) {
      heading(lines, "findings", "whydrop explain ID");
    }
    if (seen.insert(row->id).second) {
      lines.push_back({1, row->id, row->says + (row->verified ? "" : " (not verified)")});
    }
  }
}

}  // namespace

std::string status_words(std::string_view status, std::string_view instead) {
  std::string words(status);
  std::replace(words.begin(), words.end(), '_', ' ');
  return instead.empty() ? words : fmt::format("{}: see {}", words, instead);
}

std::vector<AccountLine> account(const Profile& profile, const Rehearsal* rehearsal) {
  Lines lines;
  heading(lines, profile.name, profile.title);
  lines.push_back({1, "status", status_words(name(profile.status), profile.instead)});
  lines.push_back({1, "about", profile.about});
  for (const std::string& source : profile.sources) {
    lines.push_back({1, "from", source, true});
  }
  tell_variables(lines, profile);
  tell_calls(lines, profile);
  tell_socket(lines, profile);
  tell_messages(lines, profile, Side::client);
  tell_messages(lines, profile, Side::server);
  tell_habits(lines, profile);
  tell_sequence(lines, profile);
  tell_shape(lines, profile);
  tell_scenarios(lines, profile, rehearsal);
  tell_findings(lines, profile);
  for (AccountLine& line : lines) {
    line.label = escape_for_terminal(line.label);
    line.text = escape_for_terminal(line.text);
  }
  return lines;
}

}  // namespace whydrop::profile
