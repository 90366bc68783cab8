#include "profile/build.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "profile/read.hpp"

#include <array>

namespace whydrop::profile {

namespace {

using json::Value;
using read::text;

constexpr std::array<std::string_view, 4> kStatuses{"served", "retired", "generic", "not_served"};

Profile::Status status_of(std::string_view given) {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses[i] == given) {
      return static_cast<Profile::Status>(i);
    }
  }
  return Profile::Status::not_served;
}

Variable variable_of(std::string_view name, Value value) {
  Variable made;
  made.name = name;
  made.about = text(value, "about");
  if (const auto fallback = value.find("default")) {
    made.fallback = fallback->string();
  }
  made.generate = text(value, "generate");
  made.env = environment_name(name);
  made.choices = read::texts(value, "choices");
  made.secret = read::flag(value, "secret");
  return made;
}

Call call_of(std::string_view name, Value value) {
  Call made;
  made.name = name;
  made.about = text(value, "about");
  made.url = text(value, "url");
  made.headers = read::fields(value, "headers");
  if (const auto basic = value.find("basic")) {
    made.basic_user = text(*basic, "user");
    made.basic_password = text(*basic, "password");
  }
  if (value.find("form")) {
    made.body = Call::Body::form;
    made.form = read::fields(value, "form");
  } else if (value.find("json")) {
    made.body = Call::Body::json;
    made.json = read::json_text(value, "json");
  }
  made.method = text(value, "method", made.body == Call::Body::none ? "GET" : "POST");
  if (value.find("success")) {
    made.success = read::numbers<int>(value, "success");
  }
  made.takes = read::takes(value, "take");
  for (const Value& row : read::items(value.find("refusals"))) {
    const auto status = row.find("status");
    made.refusals.push_back(
        {status ? static_cast<int>(status->integer()) : 0, read::conditions(row, "where"), read::finding(row)});
  }
  for (const Value& row : read::items(value.find("notes"))) {
    made.notes.push_back({read::conditions(row, "where"), read::finding(row)});
  }
  return made;
}

MessageType message_of(Side side, std::string_view name, Value value) {
  MessageType made;
  made.side = side;
  made.name = name;
  made.about = text(value, "about");
  made.match = read::conditions(value, "match");
  if (value.find("schema")) {
    made.schema = "/messages/" + std::string(wire::name(side)) + "/" + json::escape_step(name) + "/schema";
  }
  made.example = read::json_text(value, "example");
  made.takes = read::takes(value, "take");
  for (const Value& row : read::items(value.find("same"))) {
    made.same.push_back({text(row, "pointer"), text(row, "variable"), read::finding(row)});
  }
  return made;
}

/// `to`: a state's name, or a list of conditions and states.
void add_transitions(Side side, std::string_view type, Value to, std::vector<Transition>& rows) {
  if (to.is(json::Type::string)) {
    rows.push_back({side, {std::string(type)}, {}, std::string(to.string())});
  }
  for (const Value& row : read::items(to)) {
    rows.push_back({side, {std::string(type)}, read::conditions(row, "where"), text(row, "to")});
  }
}

SequenceState state_of(std::string_view name, Value value) {
  SequenceState made;
  made.name = name;
  made.about = text(value, "about");
  for (const Side side : {Side::client, Side::server}) {
    for (const auto& [type, to] : read::members(value.find(wire::name(side)))) {
      add_transitions(side, type, to, made.transitions);
    }
  }
  if (const auto deadline = value.find("deadline")) {
    made.deadline = SequenceState::Deadline{text(*deadline, "message"), read::duration(*deadline, "within")};
  }
  return made;
}

Sequence sequence_of(Value value) {
  Sequence made;
  made.start = text(value, "start");
  made.ready = text(value, "ready");
  for (const auto& [name, state] : read::members(value.find("states"))) {
    made.states.push_back(state_of(name, state));
  }
  return made;
}

Heartbeat heartbeat_of(Value row) {
  Heartbeat made;
  made.side = text(row, "side") == "server" ? Side::server : Side::client;
  made.message = text(row, "message");
  const auto every = row.find("every");
  made.every = every && every->is(json::Type::string) ? std::vector{text(row, "every")} : read::texts(row, "every");
  made.answers = text(row, "answers");
  made.any = read::flag(row, "any");
  if (const auto times = row.find("times")) {
    made.times = times->number();
  }
  made.within = text(row, "within");
  made.grace = text(row, "grace");
  made.judged = row.find("times") || row.find("grace") || row.find("within");
  return made;
}

Shape::Rate rate_of(Value row) {
  Shape::Rate made;
  made.message = text(row, "message");
  made.most = read::amount(row, "most");
  made.most_template = text(row, "most");
  made.per = read::duration(row, "per");
  return made;
}

Shape shape_of(Value value) {
  Shape made;
  made.text_only = read::flag(value, "text_only");
  made.one_frame = read::flag(value, "one_frame");
  made.compact = read::flag(value, "compact");
  made.ends_with = text(value, "ends_with");
  made.max_frame = read::amount(value, "max_frame");
  made.max_message = read::amount(value, "max_message");
  for (const Value& row : read::items(value.find("max_bytes"))) {
    made.max_bytes.push_back({text(row, "message"), text(row, "pointer"), read::amount(row, "most")});
  }
  for (const Value& row : read::items(value.find("rates"))) {
    made.rates.push_back(rate_of(row));
  }
  for (const Value& row : read::items(value.find("gaps"))) {
    made.gaps.push_back({text(row, "message"), read::duration(row, "least")});
  }
  return made;
}

Span span_of(Value when, std::string_view key) {
  const auto value = when.find(key);
  return value ? Span{text(*value, "at_least"), text(*value, "at_most"), text(*value, "about")} : Span{};
}

Symptom symptom_of(Value row) {
  Symptom made;
  made.finding = read::finding(row);
  const auto found = row.find("when");
  if (!found) {
    return made;
  }
  const Value when = *found;
  made.status = read::numbers<int>(when, "status");
  made.body = read::conditions(when, "body");
  made.ending = read::texts(when, "ending");
  made.close = read::numbers<std::uint16_t>(when, "close");
  made.close_empty = read::flag(when, "close_empty");
  made.close_reason = text(when, "close_reason");
  made.resolve_error = text(when, "resolve_error");
  made.last_client = read::texts(when, "last_client");
  made.last_server = read::texts(when, "last_server");
  made.never = read::texts(when, "never");
  made.seen = read::texts(when, "seen");
  made.state = read::texts(when, "state");
  made.age = span_of(when, "age");
  made.idle = span_of(when, "idle");
  made.since_last_client = span_of(when, "since_last_client");
  made.silent_for = span_of(when, "silent_for");
  made.unanswered = read::flag(when, "unanswered");
  made.token_read = read::flag(when, "token_read");
  made.clean = read::flag(when, "clean");
  made.frame_over = read::amount(when, "frame_over");
  made.message_over = read::amount(when, "message_over");
  made.binary_sent = read::flag(when, "binary_sent");
  made.request = read::conditions(when, "request");
  return made;
}

std::vector<std::vector<Where>> alternatives(Value object, std::string_view key) {
  std::vector<std::vector<Where>> found;
  for (const Value& item : read::items(object.find(key))) {
    found.push_back(read::conditions(item));
  }
  return found;
}

Fingerprint fingerprint_of(Value value) {
  Fingerprint made;
  made.urls = read::texts(value, "urls");
  made.client = alternatives(value, "client");
  made.server = alternatives(value, "server");
  if (const auto settles = value.find("settles")) {
    made.settles = {read::texts(*settles, "urls"),
                    read::texts(*settles, "query"),
                    read::texts(*settles, "subprotocols"),
                    alternatives(*settles, "client"),
                    alternatives(*settles, "server")};
  }
  for (const Value& row : read::items(value.find("misforms"))) {
    made.misforms.push_back({read::texts(row, "urls"), read::conditions(row, "client"), read::finding(row)});
  }
  return made;
}

void fill_heading(Value root, Profile& made) {
  made.name = text(root, "name");
  made.codec = text(root, "codec");
  made.title = text(root, "title");
  made.about = text(root, "about");
  made.status = status_of(text(root, "status"));
  made.instead = text(root, "instead");
  made.sources = read::texts(root, "sources");
  if (const auto fingerprint = root.find("fingerprint")) {
    made.fingerprint = fingerprint_of(*fingerprint);
  }
}

void fill_calls(Value root, Profile& made) {
  for (const auto& [name, value] : read::members(root.find("variables"))) {
    made.variables.push_back(variable_of(name, value));
  }
  for (const auto& [name, value] : read::members(root.find("calls"))) {
    made.calls.push_back(call_of(name, value));
  }
  made.session_calls = read::texts(root, "session");
  made.token_call = text(root, "token");
}

void fill_socket(Value root, Profile& made) {
  const auto socket = root.find("socket");
  if (!socket) {
    return;
  }
  made.socket_url = text(*socket, "url");
  made.socket_headers = read::fields(*socket, "headers");
  made.subprotocols = read::texts(*socket, "subprotocols");
  made.token_variable = text(*socket, "token");
  made.scopes = read::texts(*socket, "scopes");
}

void fill_messages(Value root, Profile& made) {
  for (const Side side : {Side::client, Side::server}) {
    const auto messages = root.find("messages");
    for (const auto& [name, value] : read::members(messages ? messages->find(wire::name(side)) : std::nullopt)) {
      made.messages.push_back(message_of(side, name, value));
    }
  }
  for (const Value& row : read::items(root.find("opening"))) {
    made.opening.push_back({text(row, "message"), text(row, "await"), read::conditions(row, "where")});
  }
}

void fill_habits(Value root, Profile& made) {
  if (const auto heartbeat = root.find("heartbeat")) {
    for (const Value& row : heartbeat->is(json::Type::array) ? read::items(heartbeat) : std::vector{*heartbeat}) {
      made.heartbeats.push_back(heartbeat_of(row));
    }
  }
  if (const auto reconnect = root.find("reconnect")) {
    made.reconnect = Reconnect{read::duration(*reconnect, "first"),
                               read::duration(*reconnect, "cap"),
                               read::amount(*reconnect, "most"),
                               read::numbers<std::uint16_t>(*reconnect, "not_after")};
  }
  if (const auto sequence = root.find("sequence")) {
    made.sequence = sequence_of(*sequence);
  }
  if (const auto shape = root.find("shape")) {
    made.shape = shape_of(*shape);
  }
  if (const auto correlate = root.find("correlate")) {
    made.correlate_client = text(*correlate, "client");
    made.correlate_server = text(*correlate, "server");
    made.many_replies = read::flag(*correlate, "many");
  }
  made.order_server = text(root, "order");
  made.secret_keys = read::texts(root, "secret_keys");
}

void fill_meanings(Value root, Profile& made) {
  for (const Value& row : read::items(root.find("signals"))) {
    const Side side = text(row, "side") == "client" ? Side::client : Side::server;
    made.signals.push_back({side, text(row, "message"), read::conditions(row, "where"), read::finding(row)});
  }
  for (const Value& row : read::items(root.find("symptoms"))) {
    made.symptoms.push_back(symptom_of(row));
  }
}

}  // namespace

std::string environment_name(std::string_view variable) {
  std::string made = "WHYDROP_";
  for (const char c : variable) {
    const char lower = ascii_lower(c);
    const bool letter = lower >= 'a' && lower <= 'z';
    made += letter ? static_cast<char>(lower - 'a' + 'A') : is_digit(c) ? c : '_';
  }
  return made;
}

std::string_view name(Profile::Status status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::shared_ptr<const Profile> build_heading(Value root) {
  auto made = std::make_shared<Profile>();
  fill_heading(root, *made);
  made->path = kBuiltInPath;
  made->built_in = true;
  return made;
}

std::shared_ptr<const Profile> build(std::shared_ptr<const json::Json> document,
                                     std::string text,
                                     std::string path,
                                     bool built_in) {
  auto made = std::make_shared<Profile>();
  made->built_in = built_in;
  const Value root = document->root();
  fill_heading(root, *made);
  fill_calls(root, *made);
  fill_socket(root, *made);
  fill_messages(root, *made);
  fill_habits(root, *made);
  fill_meanings(root, *made);
  made->text = std::move(text);
  made->path = std::move(path);
  made->document = std::move(document);
  return made;
}

}  // namespace whydrop::profile
