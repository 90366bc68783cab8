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
using StepKind = check::Step::Kind;
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

Move move_of(const profile::Step& from) {
  using From = profile::Step::Kind;
  Move move;
  switch (from.kind) {
  case From::send:
  case From::raw:
    return saying(from);
  case From::expect:
    return expecting(from.await, from.where);
  case From::wait:
  case From::silence:
    move.step.kind = StepKind::wait;
    move.step.within = from.duration;
    move.step.text = "wait " + from.duration;
    break;
  case From::close:
    move.step.kind = StepKind::close;
    move.step.code = from.code;
    move.step.close_reason = from.reason;
    move.step.text = fmt::format("close {}", from.code);
    break;
  case From::reset:
    move.step.kind = StepKind::reset;
    move.step.text = "reset";
    break;
  }
  return move;
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
  Move move;
  move.step.kind = StepKind::send;
  move.step.text = "send " + (said.message.empty() ? std::string("a message") : said.message);
  using Body = check::Step::Body;
  move.step.body = verbatim ? Body::bytes : said.kind == profile::Step::Kind::raw ? Body::json : Body::message;
  move.step.send = std::move(said);
  move.patient = patient;
  return move;
}

Move expecting(const std::string& type, const std::vector<profile::Where>& where) {
  Move move;
  move.step.kind = StepKind::expect;
  move.step.text = "expect " + (type.empty() ? std::string("a message") : type);
  move.step.type = type;
  move.literal = true;
  for (const profile::Where& row : where) {
    move.step.where.push_back(predicate_of(row));
  }
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

Script::Made Script::make(const Move& move) {
  const check::Step& step = move.step;
  switch (step.kind) {
  case StepKind::token:
  case StepKind::session:
    return call(step);
  case StepKind::connect:
    return connect(step);
  case StepKind::send:
    return send(move);
  case StepKind::ping:
    return ping(step);
  case StepKind::close:
    return close(step);
  case StepKind::reset:
    return reset(step);
  case StepKind::expect:
    return expect(step);
  case StepKind::expect_close:
    return expect_end(step);
  case StepKind::expect_refused:
    return expect_refused(step);
  case StepKind::expect_silence:
    return silence(step);
  case StepKind::wait:
    return pause(step.within);
  case StepKind::take:
    return take(step);
  case StepKind::repeat:
    return repeat(step);
  }
  return Made::done;
}

/// Connecting has a limit of its own: its verdict says more than that time ran out.
Script::Made Script::need_session(const check::Step& step) {
  if (session_ == Session::none) {
    if (const auto begun = stage_.connect(step); !begun) {
      return fail(begun.error());
    }
    session_ = Session::opening;
  }
  if (session_ != Session::opening) {
    return Made::done;
  }
  waiting_ = Waiting::session;
  missing_ = "waited for the session to open";
  return Made::waits;
}

/// The end of a session that was to go on.
Script::Made Script::fail_ended() {
  if (!end_ || !end_->verdict || end_asked_) {
    return unmet_step("no session is open");
  }
  end_asked_ = true;
  return unmet_step((end_->opened ? "the session ended: " : "") + without_stop(end_->verdict->headline), true);
}

Script::Made Script::connect(const check::Step& step) {
  if (!std::exchange(frames_.back().begun, true) && session_ != Session::open) {
    session_ = Session::none;
    end_.reset();
  }
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  return session_ == Session::open || expects_refusal() ? Made::done : fail_ended();
}

/// True if the move after the current one waits for a refusal.
bool Script::expects_refusal() const {
  const Frame& frame = frames_.back();
  return frame.at + 1 < frame.moves.size() && frame.moves[frame.at + 1].step.kind == StepKind::expect_refused;
}

Script::Made Script::call(const check::Step& step) {
  if (!std::exchange(frames_.back().begun, true)) {
    called_.reset();
    stage_.call(step.kind);
  }
  if (!called_) {
    return wait_for(Waiting::answer, "no answer came", step.within);
  }
  if (called_->complete || (called_->status != 0 && expects_refusal())) {
    return Made::done;
  }
  return unmet_step(called_->says, true);
}

Script::Made Script::send(const Move& move) {
  if (const Made made = need_session(move.step); made != Made::done) {
    return made;
  }
  const profile::Step& said = move.step.send;
  while (frames_.back().said < said.times) {
    if (session_ != Session::open) {
      return fail_ended();
    }
    if (move.patient && !stage_.is_timely(move)) {
      return wait_for(Waiting::turn, "cannot send " + said.message + ": its turn did not come", "");
    }
    auto payload = stage_.payload_of(move, turn());
    if (!payload) {
      return fail(std::move(payload.error()));
    }
    Outbox::Item item{
        said.binary ? Kind::binary : Kind::text, std::move(*payload), 0, std::max(1U, said.fragments), said.message};
    ++frames_.back().said;
    waiting_ = Waiting::crossing;
    if (!stage_.deliver(std::move(item))) {
      return Made::waits;
    }
    waiting_ = Waiting::nothing;
  }
  return Made::done;
}

Script::Made Script::ping(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  if (session_ != Session::open) {
    return fail_ended();
  }
  if (!std::exchange(frames_.back().begun, true)) {
    auto payload = stage_.payload_of({step}, turn());
    if (!payload) {
      return fail(std::move(payload.error()));
    }
    pong_.reset();
    stage_.deliver({Kind::ping, std::move(*payload)});
  }
  return pong_ ? Made::done : wait_for(Waiting::pong, "no pong came", step.within);
}

Script::Made Script::close(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  if (!std::exchange(frames_.back().begun, true)) {
    if (session_ != Session::open) {
      return fail_ended();
    }
    stage_.deliver({Kind::close, step.close_reason, step.code});
  }
  if (session_ == Session::open) {
    return wait_for(Waiting::session, "the session did not end", step.within);
  }
  end_asked_ = true;
  return end_->verdict && !end_->verdict->received
             ? unmet_step("the Close was not answered: " + without_stop(end_->verdict->headline))
             : Made::done;
}

Script::Made Script::reset(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
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
  return Made::done;
}

Script::Made Script::expect(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  Came& came = frames_.back().came;
  while (!heard_.empty()) {
    const Heard next = std::move(heard_.front());
    heard_.pop_front();
    heard_bytes_ -= next.payload.size();
    const bool candidate = step.type.empty() || step.type == next.type;
    auto why_not = candidate ? mismatch(step, next) : std::nullopt;
    if (candidate && !why_not) {
      return met(step, next);
    }
    if (!candidate || !came.nearest.empty()) {
      came.add(candidate ? came.nearest : next.name);
    }
    if (candidate) {
      came.nearest = next.name;
      came.why_not = std::move(*why_not);
    }
    if (step.unrelated.value_or(settings_.unrelated) == check::Unrelated::refuse) {
      return unmet_step(candidate ? came.words() : next.name + " came");
    }
  }
  if (session_ != Session::open) {
    return fail_ended();
  }
  return wait_for(Waiting::message,
                  fmt::format("waited for {}: it did not come", step.type.empty() ? "a message" : step.type),
                  step.within);
}

Script::Made Script::met(const check::Step& step, const Heard& heard) {
  last_ = heard.payload;
  const auto taken = step.takes.empty() ? Result<void>() : stage_.take(step.takes, last_);
  return taken ? Made::done : fail(taken.error());
}

std::optional<std::string> Script::mismatch(const check::Step& step, const Heard& heard) const {
  if (step.binary && *step.binary == heard.text) {
    return heard.text ? "it is text; expected binary" : "it is binary; expected text";
  }
  return unmet(step.where, heard.payload);
}

std::optional<std::string> Script::unmet(const std::vector<Predicate>& where, const std::string& text) const {
  if (where.empty()) {
    return std::nullopt;
  }
  json::Json document;
  const bool is_json = !document.parse(text);
  const bool literal = frames_.back().moves[frames_.back().at].literal;
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

Script::Made Script::silence(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  Frame& frame = frames_.back();
  if (!std::exchange(frame.begun, true)) {
    // What came before does not count.
    heard_.clear();
    heard_bytes_ = 0;
  }
  for (const Heard& heard : heard_) {
    const bool meant = step.type.empty() || step.type == heard.type;
    if (meant && !unmet(step.where, heard.payload)) {
      return unmet_step(
          fmt::format("{} came after {}", heard.name, format_duration(timers_.now_ns() - frame.since_ns)));
    }
  }
  return session_ == Session::open ? pause(step.within) : fail_ended();
}

/// Done once `duration` is over, counted from when the move began.
Script::Made Script::pause(const std::string& duration) {
  const auto length = stage_.duration_of(duration);
  if (!length) {
    return fail(length.error());
  }
  std::int64_t& since = frames_.back().since_ns;
  since = since < 0 ? timers_.now_ns() : since;
  if (timers_.now_ns() - since >= length->count()) {
    return Made::done;
  }
  waiting_ = Waiting::time;
  set_timer(since + length->count(), [this] { advance(); });
  return Made::waits;
}

Script::Made Script::expect_end(const check::Step& step) {
  if (const Made made = need_session(step); made != Made::done) {
    return made;
  }
  const bool refuses = step.unrelated.value_or(settings_.unrelated) == check::Unrelated::refuse;
  for (; !heard_.empty(); heard_.pop_front()) {
    frames_.back().came.add(heard_.front().name);
    if (refuses) {
      return unmet_step(heard_.front().name + " came");
    }
  }
  heard_bytes_ = 0;
  if (session_ == Session::open) {
    return wait_for(Waiting::session, "the session did not end", step.within);
  }
  if (!end_ || !end_->verdict || std::exchange(end_asked_, true)) {
    return unmet_step("no session is open");
  }
  auto why = end_mismatch(step, *end_->verdict);
  return why ? unmet_step(std::move(*why)) : Made::done;
}

std::optional<std::string> Script::end_mismatch(const check::Step& step, const session::Verdict& verdict) const {
  const std::uint16_t code = verdict.received ? verdict.received->code.value_or(kNoStatus) : kAbnormal;
  if (!step.codes.empty() && std::find(step.codes.begin(), step.codes.end(), code) == step.codes.end()) {
    return fmt::format("{}; expected {}", end_seen(verdict), any_of_words(step.codes));
  }
  if (step.ending && (verdict.received || verdict.how != step.ending)) {
    return fmt::format("{}; expected the ending {}", end_seen(verdict), session::name(*step.ending));
  }
  if (const std::string by = ended_by(verdict); step.by && by != wire::name(*step.by)) {
    return fmt::format("the {} ended it; expected the {} to", by, wire::name(*step.by));
  }
  if (step.reason.empty()) {
    return std::nullopt;
  }
  auto why = unmet(step.reason, verdict.received ? verdict.received->reason : "");
  return why ? std::optional(end_seen(verdict) + ", but " + *why) : std::nullopt;
}

Script::Made Script::expect_refused(const check::Step& step) {
  if (called_ && !called_->complete) {
    const Called refused = *std::exchange(called_, std::nullopt);
    return judge_refusal(step, refused.status, refused.body);
  }
  if (const Made made = need_session(step); made != Made::done) {
    return step.within.empty() ? made : wait_for(Waiting::session, "it was neither refused nor opened", step.within);
  }
  if (session_ == Session::open) {
    return unmet_step("the session opened; expected a refusal");
  }
  if (!end_ || end_->status == 0) {
    return fail_ended();
  }
  end_asked_ = true;
  return judge_refusal(step, end_->status, end_->body);
}

Script::Made Script::judge_refusal(const check::Step& step, int status, const std::string& body) {
  if (!step.statuses.empty() && std::find(step.statuses.begin(), step.statuses.end(), status) == step.statuses.end()) {
    return unmet_step(fmt::format("it was refused with status {}; expected {}", status, any_of_words(step.statuses)));
  }
  auto why = unmet(step.where, body);
  return why ? unmet_step(fmt::format("it was refused with status {}, but {}", status, *why)) : Made::done;
}

Script::Made Script::take(const check::Step& step) {
  const auto taken = stage_.take(step.takes, last_);
  return taken ? Made::done : fail(taken.error());
}

Script::Made Script::repeat(const check::Step& step) {
  Frame frame;
  for (const check::Step& inner : step.steps) {
    frame.moves.push_back({inner});
  }
  frame.times = step.times;
  if (frame.times == 0 || frame.moves.empty()) {
    return Made::done;
  }
  frames_.push_back(std::move(frame));
  return Made::entered;
}

}  // namespace whydrop::script
