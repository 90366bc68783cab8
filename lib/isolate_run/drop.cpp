#include "isolate_run/drop.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "script/replay_actor.hpp"
#include "session/endings.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

using isolate::Outcome;
using session::EndingHow;
using session::Side;

constexpr std::uint16_t kAbnormal = 1006;  // said of a session without a Close, never sent. RFC 6455 section 7.1.5.
constexpr std::uint16_t kLeastCode = 1000, kMostCode = 4999;

tl::unexpected<Error> wrong(std::string_view text, const std::string& why) {
  return fail(ErrorKind::usage,
              fmt::format("drop {}: {}", escape_for_terminal(text), why),
              "as in code=1008, or how=reset,within=2s");
}

std::optional<EndingHow> ending_named(std::string_view name) {
  const auto& rows = session::endings();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& it) { return it.name == name; });
  return row != rows.end() ? std::optional(row->how) : std::nullopt;
}

Drop::Kind kind_of(EndingHow how) {
  return session::ends_before_session(how) ? Drop::Kind::refused : Drop::Kind::cut;
}

}  // namespace

Result<Drop> parse_drop(std::string_view text) {
  Drop drop;
  for (const std::string& field : split(text, ',')) {
    const std::size_t sign = std::min(field.find('='), field.size());
    const std::string key = field.substr(0, sign), value = field.substr(std::min(sign + 1, field.size()));
    if (key == "code") {
      const auto code = parse_number(value, kLeastCode, kMostCode);
      if (!code) {
        return wrong(text, "'" + value + "' is no close code");
      }
      drop.kind = *code == kAbnormal ? Drop::Kind::cut : Drop::Kind::closed;
      drop.code = *code == kAbnormal ? std::nullopt : std::optional(static_cast<std::uint16_t>(*code));
    } else if (key == "how") {
      drop.how = ending_named(value);
      if (!drop.how) {
        return wrong(text, "there is no ending of the name '" + value + "'");
      }
      drop.kind = drop.code ? drop.kind : kind_of(*drop.how);
    } else if (key == "within") {
      const auto within = parse_duration(value);
      WHYDROP_TRY(within);
      drop.within = *within;
    } else {
      return wrong(text, "'" + key + "' is none of code, how and within");
    }
  }
  return drop;
}

std::optional<Drop> drop_of(const replay::Over& over) {
  Drop drop;
  if (script::server_closed_first(over)) {
    drop.kind = Drop::Kind::closed;
    drop.code = over.received->code;
    return drop;
  }
  if (over.sent || over.received || !over.ending || over.ending->how == EndingHow::capture_ended) {
    return std::nullopt;
  }
  drop.kind = kind_of(over.ending->how);
  return drop;
}

Outcome outcome_of(const Drop& drop, const Tried& tried) {
  const session::Verdict& verdict = tried.verdict;
  const bool of_how = !drop.how || drop.how == verdict.how;
  if (!tried.opened) {
    const bool refused = verdict.how == EndingHow::upgrade_refused || verdict.how == EndingHow::upgrade_cut;
    const bool sought = drop.kind == Drop::Kind::refused && of_how && (refused || drop.how);
    return sought ? Outcome::drop : refused ? Outcome::other : Outcome::unclear;
  }
  if (verdict.first_close == Side::server || (verdict.received && verdict.ended_by == session::EndedBy::server &&
                                              verdict.code != verdict.sent.value_or(session::CloseSeen()).code)) {
    const bool of_code = !drop.code || verdict.received->code == drop.code;
    return drop.kind == Drop::Kind::closed && of_code && of_how ? Outcome::drop : Outcome::other;
  }
  if (verdict.code && !verdict.first_close) {
    return drop.kind == Drop::Kind::cut && of_how ? Outcome::drop : Outcome::other;
  }
  return tried.failed ? Outcome::unclear : Outcome::alive;
}

std::string words_of(const Drop& drop) {
  const std::string how = drop.how ? fmt::format(" ({})", session::name(*drop.how)) : "";
  switch (drop.kind) {
  case Drop::Kind::closed:
    return drop.code ? fmt::format("the server closes with {}{}", *drop.code, how) : "the server closes" + how;
  case Drop::Kind::cut:
    return "it ends without a Close" + how;
  case Drop::Kind::refused:
    return "no session opens" + how;
  }
  return {};
}

std::string ending_of(const session::Verdict& verdict) {
  if (verdict.first_close) {
    const bool server = *verdict.first_close == Side::server;
    const auto& close = server ? verdict.received : verdict.sent;
    const std::string reason = close && !close->reason.empty() ? fmt::format(" ({})", close->reason) : "";
    return fmt::format("the {} {}{}",
                       session::name(*verdict.first_close),
                       close ? script::close_words(*close) : std::string("closed"),
                       reason);
  }
  std::string how = verdict.how ? std::string(session::name(*verdict.how)) : "not connected";
  std::replace(how.begin(), how.end(), '_', ' ');
  return how;
}

}  // namespace whydrop::isolate_run
