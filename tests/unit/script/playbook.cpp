#include "unit/script/playbook.hpp"

#include "base/units.hpp"

#include <fmt/format.h>

namespace whydrop::script::test {

Playbook::Playbook(Script::Settings settings) : script_(clock_, *this, settings) {}

Acts Playbook::acts() {
  clock_.settle();
  return std::exchange(acts_, {});
}

Acts Playbook::start(std::vector<Move> moves) {
  script_.start(std::move(moves));
  return acts();
}

Acts Playbook::start_alone(std::vector<Move> moves) {
  script_.start_alone(std::move(moves));
  return acts();
}

Acts Playbook::opened(std::vector<Move> opening) {
  script_.opened(std::move(opening));
  return acts();
}

Acts Playbook::ended(std::uint16_t code) {
  session::Verdict verdict;
  verdict.headline = code != 0 ? "The server closed." : "The connection was reset.";
  verdict.how = code != 0 ? session::EndingHow::fin : session::EndingHow::reset;
  verdict.ended_by = session::EndedBy::server;
  if (code != 0) {
    verdict.received = session::CloseSeen{code, "bye"};
    verdict.first_close = session::Side::server;
  }
  script_.ended({verdict, true, 101, {}});
  return acts();
}

Acts Playbook::refused(int status, std::string body) {
  session::Verdict verdict;
  verdict.headline = "The upgrade was refused.";
  script_.ended({verdict, false, status, std::move(body)});
  return acts();
}

Acts Playbook::called(Script::Called called) {
  script_.called(std::move(called));
  return acts();
}

Acts Playbook::hears(std::string payload, std::string type, bool text) {
  session::Message message;
  message.from = session::Side::server;
  message.text = text;
  message.payload = payload;
  message.type = std::move(type);
  script_.on_message(message);
  return acts();
}

Acts Playbook::ponged(std::string payload) {
  script_.on_pong(payload);
  return acts();
}

Acts Playbook::crossed() {
  script_.on_sent();
  return acts();
}

Acts Playbook::passes(std::chrono::nanoseconds time) {
  clock_.pass(time);
  return acts();
}

Result<codec::Message> Playbook::payload_of(const check::Send& send, std::uint64_t turn) {
  if (send.said.text == "unset") {
    return fail(ErrorKind::usage, "variable x is not set");
  }
  return codec::Message{!send.said.binary,
                        turn > 1 ? fmt::format("{} in turn {}", send.said.text, turn) : send.said.text};
}

Result<std::chrono::nanoseconds> Playbook::duration_of(const std::string& text) {
  return parse_duration(text);
}

Result<std::string> Playbook::expected(std::string_view text, std::uint64_t) {
  return std::string(text);
}

bool Playbook::deliver(Outbox::Item item) {
  using Kind = engine::Outgoing::Kind;
  const std::string kind = item.kind == Kind::close  ? fmt::format("close {}", item.close_code)
                           : item.kind == Kind::ping ? "ping"
                           : item.fragments > 1      ? fmt::format("send in {}", item.fragments)
                                                     : "send";
  acts_.push_back(kind + (item.payload.empty() ? "" : " " + item.payload));
  return !holds_;
}

Result<void> Playbook::take(const std::vector<profile::Take>& takes, const std::string& payload) {
  for (const profile::Take& take : takes) {
    acts_.push_back("take " + take.variable + " from " + payload);
  }
  return {};
}

void Playbook::stuck(Failure failure) {
  acts_.push_back(
      fmt::format("stuck at {}: {}{}", failure.step, failure.error.message, failure.ended ? " [ended]" : ""));
}

Result<void> Playbook::connect(const check::Connect&) {
  acts_.emplace_back("connect");
  return {};
}

void Playbook::call(Calls calls) {
  acts_.emplace_back(calls == Calls::token ? "call token" : "call session");
}

Move send(std::string text) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  Move move = saying(std::move(said));
  move.step.number = "1";
  return move;
}

Move step(check::Step::Act act) {
  Move move;
  move.step.act = std::move(act);
  move.step.number = "1";
  move.step.text = "it";
  return move;
}

}  // namespace whydrop::script::test
