#include "check/words.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

constexpr std::size_t kLongestValue = 40, kMostConditions = 3;

std::string shown(std::string_view value) {
  return elide(escape_for_terminal(value), kLongestValue);
}

std::string condition(const Predicate& predicate) {
  const std::string what = predicate.of_text           ? "the text"
                           : predicate.pointer.empty() ? "the message"
                                                       : escape_for_terminal(predicate.pointer);
  switch (predicate.op) {
  case Predicate::Op::equals:
    return fmt::format("{} is {}", what, shown(predicate.value));
  case Predicate::Op::not_equals:
    return fmt::format("{} is not {}", what, shown(predicate.value));
  case Predicate::Op::in:
    return fmt::format("{} is one of {}", what, shown(predicate.value));
  case Predicate::Op::contains:
    return fmt::format("{} contains {}", what, shown(predicate.value));
  case Predicate::Op::matches:
    return fmt::format("{} matches {}", what, shown(predicate.value));
  case Predicate::Op::exists:
    return fmt::format("{} exists", what);
  case Predicate::Op::absent:
    return fmt::format("{} is absent", what);
  case Predicate::Op::type:
    return fmt::format("{} is of type {}", what, shown(predicate.value));
  case Predicate::Op::at_least:
    return fmt::format("{} is at least {}", what, shown(predicate.value));
  case Predicate::Op::at_most:
    return fmt::format("{} is at most {}", what, shown(predicate.value));
  case Predicate::Op::schema:
    return fmt::format("{} meets {}", what, shown(predicate.value));
  }
  return what;
}

/// " where /state is \"active\", /n exists", or empty.
std::string conditions(const std::vector<Predicate>& where) {
  std::string out;
  for (std::size_t i = 0; i < std::min(where.size(), kMostConditions); ++i) {
    out += (i == 0 ? " where " : ", ") + condition(where[i]);
  }
  return where.size() > kMostConditions ? fmt::format("{} and {} more", out, where.size() - kMostConditions) : out;
}

std::string within(const Step& step) {
  return step.within.empty() ? std::string() : " within " + shown(step.within);
}

/// " 1000 or 1001", or empty.
template <typename Number>
std::string either(const std::vector<Number>& numbers) {
  std::string out;
  for (const Number number : numbers) {
    out += fmt::format("{}{}", out.empty() ? " " : " or ", number);
  }
  return out;
}

std::string sent(const Step& step) {
  std::string out;
  switch (step.body) {
  case Step::Body::message:
    out = shown(step.send.message);
    break;
  case Step::Body::json:
    out = shown(step.send.text);
    break;
  case Step::Body::text:
    out = shown(json::quote(step.send.text));
    break;
  case Step::Body::bytes:
    out = fmt::format("{} {}", step.send.text.size(), step.send.text.size() == 1 ? "byte" : "bytes");
    break;
  }
  return step.send.times == 1 ? out : fmt::format("{}, {} times", out, step.send.times);
}

std::string close_awaited(const Step& step) {
  if (step.ending) {
    return fmt::format("expect the ending {}", session::name(*step.ending));
  }
  return fmt::format("expect a close{}{}{}",
                     either(step.codes),
                     step.by ? fmt::format(" by the {}", wire::name(*step.by)) : std::string(),
                     conditions(step.reason));
}

std::string names_of(const std::vector<profile::Take>& takes) {
  std::string out;
  for (const profile::Take& take : takes) {
    out += (out.empty() ? "" : ", ") + take.variable;
  }
  return out;
}

}  // namespace

std::string words_of(const Step& step) {
  switch (step.kind) {
  case Step::Kind::token:
    return "get a token";
  case Step::Kind::session:
    return "begin a session";
  case Step::Kind::connect:
    return "connect";
  case Step::Kind::send:
    return "send " + sent(step);
  case Step::Kind::ping:
    return "ping" + within(step);
  case Step::Kind::close:
    return fmt::format("close {}{}", step.code, within(step));
  case Step::Kind::reset:
    return "reset the connection";
  case Step::Kind::expect:
    return fmt::format("expect {}{}{}{}",
                       step.type.empty() ? "a message" : escape_for_terminal(step.type),
                       step.binary ? (*step.binary ? ", binary" : ", text") : "",
                       conditions(step.where),
                       within(step));
  case Step::Kind::expect_close:
    return close_awaited(step) + within(step);
  case Step::Kind::expect_refused:
    return fmt::format("expect a refusal{}{}{}", either(step.statuses), conditions(step.where), within(step));
  case Step::Kind::expect_silence: {
    const std::string what = step.type.empty() ? "message" : escape_for_terminal(step.type);
    return step.type.empty() && step.where.empty()
               ? fmt::format("expect silence for {}", shown(step.within))
               : fmt::format("expect no {}{} for {}", what, conditions(step.where), shown(step.within));
  }
  case Step::Kind::wait:
    return "wait " + shown(step.within);
  case Step::Kind::take:
    return "take " + names_of(step.takes);
  case Step::Kind::repeat:
    return fmt::format("repeat {} times", step.times);
  }
  return {};
}

}  // namespace whydrop::check
