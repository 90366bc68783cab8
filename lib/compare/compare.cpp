#include "compare/compare.hpp"

#include "compare/align.hpp"
#include "compare/difference_collector.hpp"
#include "compare/value_shapes.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

using Connections = std::vector<const Connection*>;

Connections connections_of(const Recorder::Impl& recorder, bool all) {
  Connections found;
  if (!all) {
    if (const Connection* session = recorder.session()) {
      found.push_back(session);
    }
    return found;
  }
  for (const Connection& connection : recorder.connections) {
    found.push_back(&connection);
  }
  return found;
}

bool has_socket(const Recorder::Impl& recorder) {
  const Connection* session = recorder.session();
  return session != nullptr && session->is_socket();
}

/// Places of the sockets, or of the calls.
std::vector<std::size_t> places_of(const Connections& connections, bool sockets) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    if (connections[i]->is_socket() == sockets) {
      places.push_back(i);
    }
  }
  return places;
}

std::vector<std::size_t> kinds_of(const Connections& connections, const std::vector<std::size_t>& places) {
  std::vector<std::size_t> kinds;
  std::transform(places.begin(), places.end(), std::back_inserter(kinds), [&](std::size_t at) {
    return shape_hash(title_of(*connections[at]), {}, true);
  });
  return kinds;
}

/// REST calls belong together by what they ask for, WebSocket connections by their number, in whatever order the two
/// kinds stand. In order of the first session.
Pairs pairs_of(const Connections& a, const Connections& b) {
  Pairs pairs;
  const auto sockets_a = places_of(a, true), sockets_b = places_of(b, true);
  for (std::size_t i = 0; i < std::min(sockets_a.size(), sockets_b.size()); ++i) {
    pairs.emplace_back(sockets_a[i], sockets_b[i]);
  }
  const auto calls_a = places_of(a, false), calls_b = places_of(b, false);
  for (const auto& pair : align(kinds_of(a, calls_a), kinds_of(b, calls_b))) {
    pairs.emplace_back(calls_a[pair.first], calls_b[pair.second]);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

/// The first pair whose ends differ counts, else the first of which one is not known, else the last.
void compare_end(const Connection& a, const Connection& b, DifferenceCollector& collector, Comparison& out) {
  const bool known_a = end_is_known(a), known_b = end_is_known(b), known = known_a && known_b;
  // How a call's connection ended says nothing: it may be kept for the next one.
  const bool differ = a.is_socket() && compare_ends(a, b, collector);
  if (differ || !known) {
    collector.ends_differ();
  }
  if (!out.ends_differ && (out.ends_known() || (differ && known))) {
    out.end_a = end_words(a);
    out.end_b = end_words(b);
    out.end_a_known = known_a;
    out.end_b_known = known_b;
    out.ends_differ = differ && known;
  }
}

/// Compares what two connections have from beginning to end.
void compare_pair(
    const Connection& a, const Connection& b, const Sides& sides, DifferenceCollector& collector, Comparison& out) {
  compare_requests(a, b, collector);
  compare_tokens(a, b, collector);
  compare_head_findings(a, b, collector);
  collector.go_on();
  compare_responses(a, b, collector);
  collector.go_on();
  compare_messages(a, b, sides, collector, out);
  compare_pings(a, b, collector);
}

void give_ids(const Connection& connection, bool in_b, DifferenceCollector& collector) {
  json::Json parsed;
  if (connection.response && !parsed.parse(connection.response->body)) {
    const Context context{
        session::Side::server, "the answer to " + title_of(connection), !connection.response->redact.empty()};
    collector.values.give(parsed.root(), context, in_b);
  }
}

/// How far both sessions came.
struct Reach {
  bool socket = false, open = false;
};

Reach reach_of(const Connections& a, const Connections& b) {
  const auto any = [](const Connections& of, bool open) {
    return std::any_of(of.begin(), of.end(), [open](const Connection* connection) {
      return connection->is_socket() && (!open || connection->opened());
    });
  };
  return {any(a, false) && any(b, false), any(a, true) && any(b, true)};
}

std::string key_of(const Connection& connection) {
  return connection.is_socket() ? "connection" : title_of(connection);
}

/// The event that shows that there is such a connection.
std::optional<std::uint64_t> seq_of(const Connection& connection) {
  return connection.request  ? std::optional(connection.request_seq)
         : connection.ending ? std::optional(connection.ending_seq)
                             : std::nullopt;
}

void report_unpaired(
    const Connection& connection, bool in_a, const Reach& reach, DifferenceCollector& collector, Comparison& out) {
  Difference difference;
  difference.kind = in_a ? Difference::Kind::missing : Difference::Kind::extra;
  difference.from = session::Side::client;
  difference.key = key_of(connection);
  (in_a ? difference.seq_a : difference.seq_b) = seq_of(connection);
  difference.says = collector.one_sided(title_of(connection), in_a);
  constexpr int kRefused = 400;
  if (!connection.is_socket() && connection.response && connection.response->status >= kRefused) {
    difference.says += "; it was answered with " + connection.response->start_line;
  }
  give_ids(connection, !in_a, collector);
  (in_a ? out.messages_a : out.messages_b) += connection.messages.size();
  if (connection.is_socket() && !out.ends_differ) {
    out.ends_differ = true;
    (in_a ? out.end_a : out.end_b) = end_words(connection);
    collector.tell(std::move(difference), Weight::none);
    collector.ends_differ();
    return;
  }
  // Where both came as far as the socket, or an open session, what the call gives was known to both.
  collector.tell(std::move(difference), reach.open ? Weight::none : reach.socket ? Weight::slight : Weight::plain);
}

template <typename Tell>
void tell_lone_of(const Connections& of, std::size_t begin, std::size_t end, bool sockets, const Tell& tell) {
  for (std::size_t i = begin; i < end; ++i) {
    if (of[i] != nullptr && of[i]->is_socket() == sockets) {
      tell(*of[i]);
    }
  }
}

/// A call that began before a socket in one session, and after it in the other.
void tell_crossed(const Connection& a,
                  const Connection& b,
                  const Connection& later_in_b,
                  DifferenceCollector& collector) {
  Difference difference;
  difference.kind = Difference::Kind::order;
  difference.from = session::Side::client;
  difference.key = key_of(b);
  difference.seq_a = seq_of(a);
  difference.seq_b = seq_of(b);
  difference.says = fmt::format("{} began before {} in {}, after it in {}",
                                title_of(b),
                                title_of(later_in_b),
                                collector.name(true),
                                collector.name(false));
  collector.tell(std::move(difference), Weight::slight);
}

void compare_all(
    const Connections& a, const Connections& b, const Sides& sides, DifferenceCollector& collector, Comparison& out) {
  Pairs pairs = pairs_of(a, b);
  Connections lone_b = b;
  for (const auto& pair : pairs) {
    lone_b[pair.second] = nullptr;
  }
  pairs.emplace_back(a.size(), b.size());
  const Reach reach = reach_of(a, b);
  std::size_t next_a = 0, next_b = 0;
  for (const auto& [at_a, at_b] : pairs) {
    // A call that was refused comes before the socket that is missing for it.
    for (const bool sockets : {false, true}) {
      tell_lone_of(
          a, next_a, at_a, sockets, [&](const Connection& of) { report_unpaired(of, true, reach, collector, out); });
      tell_lone_of(lone_b, next_b, at_b, sockets, [&](const Connection& of) {
        report_unpaired(of, false, reach, collector, out);
      });
    }
    if (at_b < next_b) {
      tell_crossed(*a[at_a], *b[at_b], *b[next_b - 1], collector);
    }
    if (at_a < a.size()) {
      compare_pair(*a[at_a], *b[at_b], sides, collector, out);
      // Where there are sockets the sessions end as they do, and not as a call does.
      if (a[at_a]->is_socket() || !reach.socket) {
        compare_end(*a[at_a], *b[at_b], collector, out);
      }
    }
    next_a = at_a + 1;
    next_b = std::max(next_b, at_b + 1);
  }
}

}  // namespace

Comparison compare(const Recorder& a, const Recorder& b, const Options& options) {
  Comparison out;
  DifferenceCollector collector(options, out);
  const Sides sides{a.impl(), b.impl()};
  // Where only one of them came as far as a socket, what was called before it tells why.
  const bool all = options.all || has_socket(sides.a) != has_socket(sides.b);
  compare_all(connections_of(sides.a, all), connections_of(sides.b, all), sides, collector, out);
  collector.finish();
  out.by_form = collector.values.by_form();
  out.left_out = options.all ? sides.a.left_out + sides.b.left_out : 0;
  return out;
}

}  // namespace whydrop::compare
