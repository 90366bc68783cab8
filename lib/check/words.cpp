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

std::string within(const std::string& limit) {
  return limit.empty() ? std::string() : " within " + shown(limit);
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

std::string sent(const Send& send) {
  const profile::Step& said = send.said;
  std::string out;
  switch (send.body) {
  case Send::Body::message:
    out = shown(said.message);
    break;
  case Send::Body::json:
    out = shown(said.text);
    break;
  case Send::Body::text:
    out = shown(json::quote(said.text));
    break;
  case Send::Body::bytes:
    out = fmt::format("{} {}", said.text.size(), said.text.size() == 1 ? "byte" : "bytes");
    break;
  }
  return said.times == 1 ? out : fmt::format("{}, {} times", out, said.times);
}

std::string close_awaited(const ExpectClose& it) {
  if (it.ending) {
    return fmt::format("expect the ending {}", session::name(*it.ending));
  }
  return fmt::format("expect a close{}{}{}",
                     either(it.codes),
                     it.by ? fmt::format(" by the {}", wire::name(*it.by)) : std::string(),
                     conditions(it.reason));
}

std::string names_of(const std::vector<profile::Take>& takes) {
  std::string out;
  for (const profile::Take& take : takes) {
    out += (out.empty() ? "" : ", ") + take.variable;
  }
  return out;
}

/// One overload an act.
struct Words {
  std::string operator()(const GetToken&) const { return "get a token"; }
  std::string operator()(const BeginSession&) const { return "begin a session"; }
  std::string operator()(const Connect&) const { return "connect"; }
  std::string operator()(const Send& it) const { return "send " + sent(it); }
  std::string operator()(const Ping& it) const { return "ping" + within(it.within); }
  std::string operator()(const Close& it) const { return fmt::format("close {}{}", it.code, within(it.within)); }
  std::string operator()(const Reset&) const { return "reset the connection"; }
  std::string operator()(const Expect& it) const {
    return fmt::format("expect {}{}{}{}",
                       it.type.empty() ? "a message" : escape_for_terminal(it.type),
                       it.binary ? (*it.binary ? ", binary" : ", text") : "",
                       conditions(it.where),
                       within(it.within));
  }
  std::string operator()(const ExpectClose& it) const { return close_awaited(it) + within(it.within); }
  std::string operator()(const ExpectRefused& it) const {
    return fmt::format("expect a refusal{}{}{}", either(it.statuses), conditions(it.where), within(it.within));
  }
  std::string operator()(const ExpectSilence& it) const {
    const std::string what = it.type.empty() ? "message" : escape_for_terminal(it.type);
    return it.type.empty() && it.where.empty()
               ? fmt::format("expect silence for {}", shown(it.length))
               : fmt::format("expect no {}{} for {}", what, conditions(it.where), shown(it.length));
  }
  std::string operator()(const Wait& it) const { return "wait " + shown(it.length); }
  std::string operator()(const TakeLast& it) const { return "take " + names_of(it.takes); }
  std::string operator()(const Repeat& it) const { return fmt::format("repeat {} times", it.times); }
};

}  // namespace

std::string words_of(const Step::Act& act) {
  return std::visit(Words{}, act);
}

}  // namespace whydrop::check
