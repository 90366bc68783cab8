// What is known of the tokens that two sessions used, though captures hold them masked.
#include "base/time.hpp"
#include "base/units.hpp"
#include "compare/difference_collector.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

/// One token of two sessions.
struct Couple {
  const Connection& session_a;
  const Connection& session_b;
  const TokenSeen& a;
  const TokenSeen& b;
};

void tell(const Couple& tokens, std::string a, std::string b, std::string says, DifferenceCollector& collector) {
  Difference difference;
  difference.kind = Difference::Kind::request;
  difference.from = session::Side::client;
  difference.key = "token";
  difference.seq_a = tokens.a.seq;
  difference.seq_b = tokens.b.seq;
  difference.pointer = tokens.a.token.variable;
  difference.a = std::move(a);
  difference.b = std::move(b);
  difference.says = std::move(says);
  collector.tell(std::move(difference), Weight::plain);
}

std::string title(const TokenSeen& seen) {
  return "the token " + seen.token.variable;
}

void compare_scopes(const Couple& tokens, DifferenceCollector& collector) {
  const auto lone = [](const std::vector<std::string>& of, const std::vector<std::string>& other) {
    std::string found;
    for (const std::string& scope : of) {
      if (std::find(other.begin(), other.end(), scope) == other.end()) {
        found += (found.empty() ? "" : ", ") + scope;
      }
    }
    return found;
  };
  const auto &a = tokens.a.token.scopes, &b = tokens.b.token.scopes;
  const std::string only_a = lone(a, b), only_b = lone(b, a);
  const auto all = [](const std::vector<std::string>& of) { return fmt::format("{}", fmt::join(of, " ")); };
  if (!only_a.empty()) {
    tell(tokens, all(a), all(b), collector.one_sided(title(tokens.a) + ": the scope " + only_a, true), collector);
  }
  if (!only_b.empty()) {
    tell(tokens, all(a), all(b), collector.one_sided(title(tokens.a) + ": the scope " + only_b, false), collector);
  }
}

enum class Life : std::uint8_t { unknown, over, ends, lasts };

/// Seconds that it had left when it was used. A token may say any number.
std::int64_t left_of(const TokenSeen& seen) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  return std::clamp(*seen.token.exp, -kMost, kMost) - *seen.used;
}

/// Whether it had run out when it was used, or did so before the session's end.
Life life_of(const TokenSeen& seen, const Connection& session) {
  if (!seen.token.exp || !seen.used) {
    return Life::unknown;
  }
  const std::int64_t left = left_of(seen);
  const std::int64_t session_left = (session.ended_ns - session.response_ns) / kSecond;
  return left <= 0 ? Life::over : session.opened() && left <= session_left ? Life::ends : Life::lasts;
}

std::string words(Life life, const TokenSeen& seen) {
  const std::int64_t left = left_of(seen);
  // A token that is older than this has a wrong time in it.
  constexpr std::int64_t kMostTold = 100LL * 365 * 24 * 3600;
  const std::string span = format_duration(std::clamp(std::abs(left), std::int64_t{0}, kMostTold) * kSecond);
  return life == Life::over ? "had run out " + span + " before it was used" : "ran out " + span + " after it was used";
}

void compare_lives(const Couple& tokens, DifferenceCollector& collector) {
  const Life a = life_of(tokens.a, tokens.session_a), b = life_of(tokens.b, tokens.session_b);
  if (a == Life::unknown || b == Life::unknown || a == b) {
    return;
  }
  const bool in_b = b < a;  // the one that ran out sooner
  const std::string ran_out = in_b ? words(b, tokens.b) : words(a, tokens.a);
  const std::string lasted = "did not run out before the end";
  const std::string other = std::max(a, b) == Life::lasts ? lasted : in_b ? words(a, tokens.a) : words(b, tokens.b);
  tell(tokens,
       in_b ? other : ran_out,
       in_b ? ran_out : other,
       fmt::format(
           "{} {} in {}; in {} it {}", title(tokens.a), ran_out, collector.name(in_b), collector.name(!in_b), other),
       collector);
}

}  // namespace

void compare_tokens(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  // A variable may have had several values: the nth is held against the nth.
  std::map<std::string, std::vector<const TokenSeen*>> left_in_b;
  std::for_each(b.tokens.rbegin(), b.tokens.rend(), [&](const TokenSeen& seen) {
    left_in_b[seen.token.variable].push_back(&seen);
  });
  for (const TokenSeen& seen : a.tokens) {
    auto& left = left_in_b[seen.token.variable];
    if (left.empty()) {
      continue;
    }
    const TokenSeen* const opposite = left.back();
    left.pop_back();
    const Couple tokens{a, b, seen, *opposite};
    if (seen.token.alg != opposite->token.alg) {
      tell(tokens,
           seen.token.alg,
           opposite->token.alg,
           collector.two_sided(title(seen) + ": the algorithm", seen.token.alg, opposite->token.alg),
           collector);
    }
    compare_scopes(tokens, collector);
    compare_lives(tokens, collector);
  }
}

void compare_head_findings(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  const auto first_message = [](const Connection& of) {
    return of.messages.empty() ? of.ending_seq : of.messages.front().first_seq;
  };
  const auto has = [](const Connection& of, const std::string& id) {
    return std::any_of(
        of.findings.begin(), of.findings.end(), [&](const auto& known) { return known.second.id == id; });
  };
  const auto report_unpaired = [&](const Connection& of, const Connection& other, bool in_b) {
    for (const auto& [seq, finding] : of.findings) {
      if (seq >= first_message(of) || seq == of.response_seq || has(other, finding.id)) {
        continue;
      }
      Difference difference;
      difference.kind = Difference::Kind::request;
      difference.from = session::Side::client;
      difference.key = of.is_socket() ? "upgrade" : title_of(of);
      (in_b ? difference.seq_b : difference.seq_a) = seq;
      difference.says = fmt::format("in {} only: {}", collector.name(in_b), with_id(finding));
      collector.tell(std::move(difference),
                     finding.at_fault == session::Party::client ? Weight::finding : Weight::plain);
    }
  };
  report_unpaired(b, a, true);
  report_unpaired(a, b, false);
}

}  // namespace whydrop::compare
