#include "base/text.hpp"
#include "base/units.hpp"
#include "json/json.hpp"
#include "script/script.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::script {
namespace {

using Kind = engine::Outgoing::Kind;
using check::Predicate;

constexpr std::uint16_t kNoStatus = 1005, kAbnormal = 1006;  // RFC 6455 section 7.4.1: never on the wire

Predicate predicate_of(const profile::Where& where) {
  static constexpr std::array<Predicate::Op, 7> kOps{Predicate::Op::equals,
                                                     Predicate::Op::in,
                                                     Predicate::Op::contains,
                                                     Predicate::Op::exists,
                                                     Predicate::Op::absent,
                                                     Predicate::Op::at_least,
                                                     Predicate::Op::at_most};
  Predicate predicate;
  predicate.op = kOps.at(static_cast<std::size_t>(where.op));
  predicate.pointer = where.pointer;
  predicate.bound = where.bound;
  if (where.op == profile::Where::Op::in) {
    predicate.value = fmt::format("[{}]", fmt::join(where.values, ","));
  } else if (!where.values.empty()) {
    predicate.value = where.op == profile::Where::Op::has ? json::quote(where.values[0]) : where.values[0];
  }
  return predicate;
}

Move move_as(std::string text, check::Step::Act act) {
  Move move;
  move.step.text = std::move(text);
  move.step.act = std::move(act);
  return move;
}

Move move_of(const profile::Step& from) {
  using From = profile::Step::Kind;
  switch (from.kind) {
  case From::send:
  case From::raw:
    return saying(from);
  case From::expect:
    return expecting(from.await, from.where);
  case From::wait:
  case From::silence:
    return move_as("wait " + from.duration, check::Wait{from.duration});
  case From::close:
    return move_as(fmt::format("close {}", from.code), check::Close{from.code, from.reason, ""});
  case From::reset:
    break;
  }
  return move_as("reset", check::Reset{});
}

std::string without_stop(std::string_view sentence) {
  return std::string(sentence.substr(0, sentence.find_last_not_of('.') + 1));
}

/// "Close 4000 \"gone\" came", or what came in its place.
std::string end_seen(const session::Verdict& verdict) {
  if (!verdict.received) {
    return "no Close came: " + without_stop(verdict.headline);
  }
  const auto& close = *verdict.received;
  const std::string reason = close.reason.empty() ? "" : fmt::format(" \"{}\"", escape_for_terminal(close.reason));
  return close.code ? fmt::format("Close {}{} came", *close.code, reason) : "a Close without a code came";
}

/// Who closed first, or else ended the connection.
std::string ended_by(const session::Verdict& verdict) {
  return std::string(verdict.first_close ? wire::name(*verdict.first_close) : session::name(verdict.ended_by));
}

template <typename Number>
std::string any_of_words(const std::vector<Number>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " or "));
}

}  // namespace

Move saying(profile::Step said, bool verbatim, bool patient) {
  using Body = check::Send::Body;
  const Body body = verbatim ? Body::bytes : said.kind == profile::Step::Kind::raw ? Body::json : Body::message;
  std::string text = "send " + (said.message.empty() ? std::string("a message") : said.message);
  Move move = move_as(std::move(text), check::Send{body, std::move(said)});
  move.patient = patient;
  return move;
}

Move expecting(const std::string& type, const std::vector<profile::Where>& where) {
  check::Expect expect;
  expect.type = type;
  for (const profile::Where& row : where) {
    expect.where.push_back(predicate_of(row));
  }
  Move move = move_as("expect " + (type.empty() ? std::string("a message") : type), std::move(expect));
  move.literal = true;
  return move;
}

std::vector<Move> moves_of(const profile::Scenario& scenario) {
  std::vector<Move> moves;
  for (const profile::Step& step : scenario.client) {
    moves.push_back(move_of(step));
    moves.back().step.number = fmt::format("{}", moves.size());
  }
  return moves;
}

Script::StepResult Script::make(const Move& move) {
  return std::visit([this](const auto& act) { return make(act); }, move.step.act);
}

/// Connecting has a limit of its own: its verdict says more than that time ran out.
Script::StepResult Script::need_session(const check::Connect& how) {
  if (session_ == Session::none) {
    if (const auto begun = stage_.connect(how); !begun) {
      return fail(begun.error());
    }
    session_ = Session::opening;
  }
  if (session_ != Session::opening) {
    return StepResult::done;
  }
  waiting_ = Waiting::session;
  missing_ = "waited for the session to open";
  return StepResult::waits;
}

/// The end of a session that was to go on.
Script::StepResult Script::fail_ended() {
  if (!end_ || !end_->verdict || end_asked_) {
    return unmet_step("no session is open");
  }
  end_asked_ = true;
  return unmet_step((end_->opened ? "the session ended: " : "") + without_stop(end_->verdict->headline), true);
}

Script::StepResult Script::make(const check::Connect& connect) {
  if (!std::exchange(frames_.back().begun, true) && session_ != Session::open) {
    session_ = Session::none;
    end_.reset();
  }
  if (const StepResult result = need_session(connect); result != StepResult::done) {
    return result;
  }
  return session_ == Session::open || expects_refusal() ? StepResult::done : fail_ended();
}

/// True if the move after the current one waits for a refusal.
bool Script::expects_refusal() const {
  const Frame& frame = frames_.back();
  return frame.at + 1 < frame.moves.size() &&
         frame.moves[frame.at + 1].step.kind() == check::Step::Kind::expect_refused;
}

Script::StepResult Script::call(Stage::Calls calls) {
  if (!std::exchange(frames_.back().begun, true)) {
    called_.reset();
    stage_.call(calls);
  }
  if (!called_) {
    return wait_for(Waiting::answer, "no answer came", "");
  }
  if (called_->complete || (called_->status != 0 && expects_refusal())) {
    return StepResult::done;
  }
  return unmet_step(called_->says, true);
}

Script::StepResult Script::make(const check::Send& send) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  const profile::Step& said = send.said;
  while (frames_.back().said < said.times) {
    if (session_ != Session::open) {
      return fail_ended();
    }
    if ((move().patient || move().after_met) && !stage_.is_timely(move())) {
      return wait_for(Waiting::turn,
                      move().after_met ? std::string("what is expected before the next message did not come")
                                       : "cannot send " + said.message + ": its turn did not come",
                      "");
    }
    auto payload = stage_.payload_of(send, turn());
    if (!payload) {
      return fail(std::move(payload.error()));
    }
    Outbox::Item item{payload->text ? Kind::text : Kind::binary,
                      std::move(payload->payload),
                      0,
                      std::max(1U, said.fragments),
                      said.message};
    ++frames_.back().said;
    waiting_ = Waiting::crossing;
    if (!stage_.deliver(std::move(item))) {
      return StepResult::waits;
    }
    waiting_ = Waiting::nothing;
  }
  return StepResult::done;
}

Script::StepResult Script::make(const check::Ping& ping) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  if (session_ != Session::open) {
    return fail_ended();
  }
  if (!std::exchange(frames_.back().begun, true)) {
    check::Send send{check::Send::Body::text, {}};
    send.said.kind = profile::Step::Kind::raw;
    send.said.text = ping.payload;
    auto payload = stage_.payload_of(send, turn());
    if (!payload) {
      return fail(std::move(payload.error()));
    }
    pong_.reset();
    stage_.deliver({Kind::ping, std::move(payload->payload)});
  }
  return pong_ ? StepResult::done : wait_for(Waiting::pong, "no pong came", ping.within);
}

Script::StepResult Script::make(const check::Close& close) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  if (!std::exchange(frames_.back().begun, true)) {
    if (session_ != Session::open) {
      return fail_ended();
    }
    stage_.deliver({Kind::close, close.reason, close.code});
  }
  if (session_ == Session::open) {
    return wait_for(Waiting::session, "the session did not end", close.within);
  }
  end_asked_ = true;
  // RFC 6455 section 5.5.1: a Close is answered by a Close.
  return end_->verdict && !end_->verdict->received
             ? unmet_step("the Close was not answered: " + without_stop(end_->verdict->headline))
             : StepResult::done;
}

Script::StepResult Script::make(const check::Reset&) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  if (!std::exchange(frames_.back().begun, true)) {
    if (session_ != Session::open) {
      return fail_ended();
    }
    stage_.reset();
  }
  if (session_ == Session::open) {
    return wait_for(Waiting::session, "the session did not end", "");
  }
  end_asked_ = true;
  return StepResult::done;
}

Script::StepResult Script::make(const check::Expect& expect) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  Unmatched& unmatched = frames_.back().unmatched;
  while (!heard_.empty()) {
    const Heard next = std::move(heard_.front());
    heard_.pop_front();
    heard_bytes_ -= next.payload.size();
    const bool candidate = expect.type.empty() || expect.type == next.type;
    auto why_not = candidate ? mismatch(expect, next) : std::nullopt;
    if (candidate && !why_not) {
      return met(expect, next);
    }
    if (!candidate || !unmatched.nearest.empty()) {
      unmatched.add(candidate ? unmatched.nearest : next.name);
    }
    if (candidate) {
      unmatched.nearest = next.name;
      unmatched.why_not = std::move(*why_not);
    }
    if (expect.unrelated.value_or(settings_.unrelated) == check::Unrelated::refuse) {
      return unmet_step(candidate ? unmatched.words() : next.name + " came");
    }
  }
  if (session_ != Session::open) {
    return fail_ended();
  }
  return wait_for(Waiting::message,
                  fmt::format("waited for {}: it did not come", expect.type.empty() ? "a message" : expect.type),
                  expect.within);
}

Script::StepResult Script::met(const check::Expect& expect, const Heard& heard) {
  last_ = heard.payload;
  const auto taken = expect.takes.empty() ? Result<void>() : stage_.take(expect.takes, last_);
  return taken ? StepResult::done : fail(taken.error());
}

std::optional<std::string> Script::mismatch(const check::Expect& expect, const Heard& heard) const {
  if (expect.binary && *expect.binary == heard.text) {
    return heard.text ? "it is text; expected binary" : "it is binary; expected text";
  }
  return unmet(expect.where, heard.payload);
}

std::optional<std::string> Script::unmet(const std::vector<Predicate>& where, const std::string& text) const {
  if (where.empty()) {
    return std::nullopt;
  }
  json::Json document;
  const bool is_json = !document.parse(text);
  const bool literal = move().literal;
  const auto fill = [&](std::string_view value) -> Result<std::string> {
    return literal ? Result<std::string>(value) : stage_.expected(value, turn());
  };
  for (const Predicate& predicate : where) {
    auto why = check::unmet(predicate, is_json ? std::optional(document.root()) : std::nullopt, text, fill);
    if (why) {
      return why;
    }
  }
  return std::nullopt;
}

Script::StepResult Script::make(const check::ExpectSilence& silence) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  Frame& frame = frames_.back();
  if (!std::exchange(frame.begun, true)) {
    // What came before the step does not count.
    heard_.clear();
    heard_bytes_ = 0;
  }
  for (const Heard& heard : heard_) {
    const bool meant = silence.type.empty() || silence.type == heard.type;
    if (meant && !unmet(silence.where, heard.payload)) {
      return unmet_step(
          fmt::format("{} came after {}", heard.name, format_duration(timers_.now_ns() - frame.since_ns)));
    }
  }
  return session_ == Session::open ? pause(silence.length) : fail_ended();
}

/// Done once `duration` is over, counted from when the move began.
Script::StepResult Script::pause(const std::string& duration) {
  const auto length = stage_.duration_of(duration);
  if (!length) {
    return fail(length.error());
  }
  std::int64_t& since = frames_.back().since_ns;
  since = since < 0 ? timers_.now_ns() : since;
  if (timers_.now_ns() - since >= length->count()) {
    return StepResult::done;
  }
  waiting_ = Waiting::time;
  set_timer(since + length->count(), [this] { advance(); });
  return StepResult::waits;
}

Script::StepResult Script::make(const check::ExpectClose& expect) {
  if (const StepResult result = need_session(); result != StepResult::done) {
    return result;
  }
  const bool refuses = settings_.unrelated == check::Unrelated::refuse;
  for (; !heard_.empty(); heard_.pop_front()) {
    frames_.back().unmatched.add(heard_.front().name);
    if (refuses) {
      return unmet_step(heard_.front().name + " came");
    }
  }
  heard_bytes_ = 0;
  if (session_ == Session::open) {
    return wait_for(Waiting::session, "the session did not end", expect.within);
  }
  if (!end_ || !end_->verdict || std::exchange(end_asked_, true)) {
    return unmet_step("no session is open");
  }
  auto why = end_mismatch(expect, *end_->verdict);
  return why ? unmet_step(std::move(*why)) : StepResult::done;
}

std::optional<std::string> Script::end_mismatch(const check::ExpectClose& expect,
                                                const session::Verdict& verdict) const {
  const std::uint16_t code = verdict.received ? verdict.received->code.value_or(kNoStatus) : kAbnormal;
  if (!expect.codes.empty() && std::find(expect.codes.begin(), expect.codes.end(), code) == expect.codes.end()) {
    return fmt::format("{}; expected {}", end_seen(verdict), any_of_words(expect.codes));
  }
  if (expect.ending && (verdict.received || verdict.how != expect.ending)) {
    return fmt::format("{}; expected the ending {}", end_seen(verdict), session::name(*expect.ending));
  }
  if (const std::string by = ended_by(verdict); expect.by && by != wire::name(*expect.by)) {
    return fmt::format("the {} ended it; expected the {} to", by, wire::name(*expect.by));
  }
  if (expect.reason.empty()) {
    return std::nullopt;
  }
  auto why = unmet(expect.reason, verdict.received ? verdict.received->reason : "");
  return why ? std::optional(end_seen(verdict) + ", but " + *why) : std::nullopt;
}

Script::StepResult Script::make(const check::ExpectRefused& expect) {
  if (called_ && !called_->complete) {
    const Called refused = *std::exchange(called_, std::nullopt);
    return judge_refusal(expect, refused.status, refused.body);
  }
  if (const StepResult result = need_session(); result != StepResult::done) {
    return expect.within.empty() ? result
                                 : wait_for(Waiting::session, "it was neither refused nor opened", expect.within);
  }
  if (session_ == Session::open) {
    return unmet_step("the session opened; expected a refusal");
  }
  if (!end_ || end_->status == 0) {
    return fail_ended();
  }
  end_asked_ = true;
  return judge_refusal(expect, end_->status, end_->body);
}

Script::StepResult Script::judge_refusal(const check::ExpectRefused& expect, int status, const std::string& body) {
  if (!expect.statuses.empty() &&
      std::find(expect.statuses.begin(), expect.statuses.end(), status) == expect.statuses.end()) {
    return unmet_step(fmt::format("it was refused with status {}; expected {}", status, any_of_words(expect.statuses)));
  }
  auto why = unmet(expect.where, body);
  return why ? unmet_step(fmt::format("it was refused with status {}, but {}", status, *why)) : StepResult::done;
}

Script::StepResult Script::make(const check::TakeLast& take) {
  const auto taken = stage_.take(take.takes, last_);
  return taken ? StepResult::done : fail(taken.error());
}

Script::StepResult Script::make(const check::Repeat& repeat) {
  Frame frame;
  for (const check::Step& inner : repeat.steps) {
    frame.moves.push_back({inner});
  }
  frame.times = repeat.times;
  if (frame.times == 0 || frame.moves.empty()) {
    return StepResult::done;
  }
  frames_.push_back(std::move(frame));
  return StepResult::entered;
}

}  // namespace whydrop::script
