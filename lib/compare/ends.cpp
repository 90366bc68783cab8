// How two connections ended, and whether their pings were answered.
#include "compare/difference_collector.hpp"
#include "report/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

using session::EndingHow;
using session::Side;
using Kind = Difference::Kind;

const session::CloseSeen* first_close(const Connection& connection) {
  return connection.first_close ? &*connection.closes[index_of(*connection.first_close)] : nullptr;
}

std::string close_words(const session::CloseSeen& close, Side from) {
  const std::string code = close.code ? report::close_code_words(*close.code) : "without a code";
  const std::string reason = close.reason.empty() ? "" : " " + json::quote(shown(close.reason));
  return fmt::format("a Close {}{} by the {}", code, reason, wire::name(from));
}

/// What the transport does after a Close that was answered depends on who is quicker.
bool ended_in_order(const Connection& connection) {
  constexpr std::array<EndingHow, 4> kInOrder{
      EndingHow::fin, EndingHow::reset, EndingHow::tls_close_notify, EndingHow::local_close};
  return connection.ending && connection.closes[0] && connection.closes[1] &&
         std::find(kInOrder.begin(), kInOrder.end(), connection.ending->how) != kInOrder.end();
}

std::string ending_words(const Connection& connection) {
  return connection.ending ? report::ending_words(connection.ending->how) : "the record stops before the end";
}

bool tell_close(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  const auto *close_a = first_close(a), *close_b = first_close(b);
  const bool same =
      (close_a == nullptr && close_b == nullptr) ||
      (close_a != nullptr && close_b != nullptr && close_a->code == close_b->code && a.first_close == b.first_close &&
       collector.values.same_text(close_a->reason, close_b->reason, {}, {*a.first_close, "the Close", false}));
  if (same) {
    return false;
  }
  Difference difference;
  difference.kind = Kind::close;
  difference.from = b.first_close ? b.first_close : a.first_close;
  if (close_a != nullptr) {
    difference.seq_a = close_a->seq;
    difference.a = close_words(*close_a, *a.first_close);
  }
  if (close_b != nullptr) {
    difference.seq_b = close_b->seq;
    difference.b = close_words(*close_b, *b.first_close);
  }
  difference.says = collector.two_sided(
      "the first Close frame", difference.a ? *difference.a : "none", difference.b ? *difference.b : "none");
  collector.tell(std::move(difference), Weight::none);
  return true;
}

bool tell_answer(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  const auto answered = [](const Connection& connection) {
    return connection.first_close && connection.closes[index_of(wire::other(*connection.first_close))];
  };
  if (!a.first_close || a.first_close != b.first_close || answered(a) == answered(b)) {
    return false;
  }
  Difference difference;
  difference.kind = Kind::close;
  difference.from = wire::other(*a.first_close);
  difference.seq_a = first_close(a)->seq;
  difference.seq_b = first_close(b)->seq;
  difference.a = answered(a) ? "answered" : "not answered";
  difference.b = answered(b) ? "answered" : "not answered";
  difference.says = collector.two_sided(
      fmt::format("the {}'s Close frame", wire::name(*a.first_close)), *difference.a, *difference.b);
  collector.tell(std::move(difference), Weight::none);
  return true;
}

bool tell_ending(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  const bool both = a.ending && b.ending;
  const bool same = (!a.ending && !b.ending) ||
                    (both && a.ending->how == b.ending->how && a.ending->by == b.ending->by) ||
                    (both && ended_in_order(a) && ended_in_order(b));
  if (same) {
    return false;
  }
  Difference difference;
  difference.kind = Kind::ending;
  difference.seq_a = a.ending ? std::optional(a.ending_seq) : std::nullopt;
  difference.seq_b = b.ending ? std::optional(b.ending_seq) : std::nullopt;
  const bool by = both && a.ending->how == b.ending->how;
  const auto words = [by](const Connection& of) {
    return by ? fmt::format("{}, by the {}", ending_words(of), session::name(of.ending->by)) : ending_words(of);
  };
  difference.a = words(a);
  difference.b = words(b);
  difference.says = fmt::format("the end is \"{}\" in {}, \"{}\" in {}",
                                *difference.a,
                                collector.name(false),
                                *difference.b,
                                collector.name(true));
  collector.tell(std::move(difference), Weight::none);
  return true;
}

/// A ping counts as unanswered if there was time for a pong.
std::uint64_t unanswered(const Connection& connection, const session::Pings& pings) {
  constexpr std::int64_t kTimeForPong = 1'000'000'000;
  const bool last_may_wait = connection.ended_ns - pings.last_sent_ns < kTimeForPong;
  const std::uint64_t open = pings.sent - pings.settled;
  return open > 0 && last_may_wait ? open - 1 : open;
}

}  // namespace

std::string end_words(const Connection& connection) {
  if (const auto* close = first_close(connection)) {
    return close_words(*close, *connection.first_close);
  }
  if (!connection.opened() && connection.response && connection.is_socket()) {
    return "the upgrade was answered with " + connection.response->start_line;
  }
  if (!connection.is_socket()) {
    return connection.response ? "the call was answered with " + connection.response->start_line
                               : "the call was not answered";
  }
  return "no Close frame; " + ending_words(connection);
}

bool end_is_known(const Connection& connection) {
  return first_close(connection) != nullptr ||
         (connection.ending && connection.ending->how != EndingHow::capture_ended) ||
         (connection.response && !connection.opened());
}

bool compare_ends(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  if (!end_is_known(a) || !end_is_known(b)) {
    return false;  // what a record does not tell is no difference
  }
  const bool close = tell_close(a, b, collector);
  const bool answer = tell_answer(a, b, collector);
  const bool ending = tell_ending(a, b, collector);
  return close || answer || ending;
}

void compare_pings(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  for (const Side from : {Side::server, Side::client}) {
    const session::Pings &in_a = a.pings[index_of(from)], &in_b = b.pings[index_of(from)];
    const std::uint64_t open_a = unanswered(a, in_a), open_b = unanswered(b, in_b);
    if (in_a.sent == 0 || in_b.sent == 0 || (open_a == 0) == (open_b == 0)) {
      continue;
    }
    Difference difference;
    difference.kind = Kind::frames;
    difference.from = wire::other(from);
    difference.key = "pong";
    difference.a = fmt::format("{} of {} answered", in_a.settled, in_a.sent);
    difference.b = fmt::format("{} of {} answered", in_b.settled, in_b.sent);
    difference.says = fmt::format("the {}'s pings: {} in {}, {} in {}",
                                  wire::name(from),
                                  *difference.a,
                                  collector.name(false),
                                  *difference.b,
                                  collector.name(true));
    collector.tell(std::move(difference), Weight::plain);
  }
}

}  // namespace whydrop::compare
