#include "rehearsal/message_checker.hpp"

#include "capture/redactor.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace whydrop::rehearsal {

MessageChecker::MessageChecker(ScenarioState& state)
    : profile_(state.profile()),
      bindings_(state.bindings()),
      checker_(state.judge(), &bindings_, [this](session::Body&& body) {
        if (const auto* const finding = std::get_if<session::Finding>(&body)) {
          found_.push_back(*finding);
        }
      }) {}

void MessageChecker::tell(session::Body body) {
  const std::int64_t now = std::chrono::nanoseconds(std::chrono::steady_clock::now() - started_).count();
  const bool fact = !session::is_opinion(body);
  checker_.on_event({fact ? ++seq_ : seq_, now, 1, std::move(body)});
}

void MessageChecker::on_open() {
  tell(session::Open{});
  tell(session::State{session::Side::client, session::Phase::open});
}

void MessageChecker::on_client_frame(const wire::Frame& frame) {
  session::Frame event;
  event.header = frame.header;
  event.offset = client_bytes_;
  event.payload = frame.payload;
  client_bytes_ += frame.header.length;
  tell(event);
  if (!wire::is_control(frame.header.opcode)) {
    frames_.push_back(seq_);
  }
}

std::vector<CheckedMessage> MessageChecker::on_client_message(bool text, bool compressed, std::string_view payload) {
  session::Message message;
  message.from = session::Side::client;
  message.frames = std::exchange(frames_, {});
  message.text = text;
  message.compressed = compressed;
  message.payload = payload;
  message.length = payload.size();
  message.wire_length = payload.size();
  return hear(std::move(message));
}

CheckedMessage MessageChecker::on_server_message(bool text, std::string_view payload) {
  session::Frame frame;
  frame.from = session::Side::server;
  frame.header.opcode = text ? wire::Opcode::text : wire::Opcode::binary;
  frame.header.length = payload.size();
  frame.offset = server_bytes_;
  frame.payload = payload;
  server_bytes_ += payload.size();
  tell(frame);
  session::Message message;
  message.from = session::Side::server;
  message.frames = {seq_};
  message.text = text;
  message.payload = payload;
  message.length = payload.size();
  message.wire_length = payload.size();
  auto all = hear(std::move(message));
  return all.empty() ? CheckedMessage() : std::move(all.front());
}

std::vector<CheckedMessage> MessageChecker::hear(session::Message message) {
  checker_.annotate(message);
  std::vector<CheckedMessage> all;
  const auto add = [&](const std::string& type, std::string_view json) {
    auto parsed = std::make_shared<json::Json>();
    const bool is_json = !parsed->parse(json);
    if (is_json) {
      learn(message.from, type, *parsed);
    }
    all.push_back({type, {}, {}, is_json ? std::move(parsed) : nullptr});
  };
  for (const session::Message::Packet& packet : message.packets) {
    add(packet.type, packet.json);
  }
  const bool whole = message.codec.empty() || !message.errors.empty();
  if (all.empty() && message.text && message.codec.empty()) {
    add(message.type, message.payload);
  } else if (all.empty() && whole) {
    all.push_back({message.type, {}, {}, nullptr});
  }
  std::vector<std::string> errors = message.errors;
  tell(std::move(message));
  if (!all.empty()) {
    all.front().errors = std::move(errors);
    all.front().findings = std::exchange(found_, {});
  }
  return all;
}

/// A value that the client made up, as its session's token, is what its first message says: the server gave out none.
void MessageChecker::learn(session::Side from, const std::string& name, const json::Json& parsed) {
  const profile::MessageType* const type = profile_.message(from, name);
  if (type == nullptr || from != session::Side::client) {
    return;
  }
  for (const auto& same : type->same) {
    const auto origin = bindings_.origin(same.variable);
    const auto value = parsed.root().at(same.pointer);
    if (origin != profile::Origin::reply && value && value->is(json::Type::string)) {
      static_cast<void>(bindings_.set(same.variable, std::string(value->string()), profile::Origin::reply));
    }
  }
}

std::string told(const CheckedMessage& heard, const profile::Bindings& bindings) {
  std::vector<capture::Secret> secrets;
  for (auto& [variable, value] : bindings.secrets()) {
    secrets.push_back({variable, value});
  }
  std::string line = heard.type.empty() ? "a message of no known type" : heard.type;
  for (const session::Finding& finding : heard.findings) {
    line += "; " + finding.id + ": " + finding.says;
  }
  return secrets.empty() ? line : capture::Redactor(std::move(secrets), false).redact_text(line);
}

bool is_fault(const session::Finding& finding) {
  return finding.severity == session::Severity::error && finding.at_fault == session::Party::client;
}

}  // namespace whydrop::rehearsal
