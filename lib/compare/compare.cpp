#include "compare/compare.hpp"

#include "compare/align.hpp"
#include "compare/forms.hpp"
#include "compare/teller.hpp"

#include <functional>

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

/// REST calls belong together by what they ask for, WebSocket connections by their number.
std::vector<std::size_t> kinds_of(const Connections& connections) {
  std::vector<std::size_t> kinds;
  for (const Connection* connection : connections) {
    kinds.push_back(connection->is_socket() ? 0 : form_hash(title_of(*connection), {}, true));
  }
  return kinds;
}

void add_values(const Connection& a, const Connection& b, Comparison& out) {
  out.end_a = end_words(a);
  out.end_b = end_words(b);
  out.ends_known = end_is_known(a) && end_is_known(b);
}

/// Compares what two connections have from beginning to end.
void compare_pair(const Connection& a, const Connection& b, const Sides& sides, Teller& teller, Comparison& out) {
  compare_requests(a, b, teller);
  teller.go_on();
  compare_responses(a, b, teller);
  teller.go_on();
  compare_messages(a, b, sides, teller, out);
  compare_pings(a, b, teller);
  const bool ends_told = out.ends_differ;
  if (!ends_told) {
    add_values(a, b, out);
  }
  // How a call's connection ended says nothing: it may be kept for the next one.
  if ((a.is_socket() && compare_ends(a, b, teller)) || (!ends_told && !out.ends_known)) {
    teller.ends_differ();
    out.ends_differ = out.ends_differ || out.ends_known;
  }
}

void tell_lone(const Connection& connection, bool in_a, Teller& teller, Comparison& out) {
  Difference difference;
  difference.kind = in_a ? Difference::Kind::missing : Difference::Kind::extra;
  difference.from = session::Side::client;
  difference.key = connection.is_socket() ? "connection" : title_of(connection);
  (in_a ? difference.seq_a : difference.seq_b) = connection.request ? connection.request_seq : connection.ending_seq;
  difference.says = teller.one_sided(title_of(connection), in_a);
  (in_a ? out.messages_a : out.messages_b) += connection.messages.size();
  if (connection.is_socket() && !out.ends_differ) {
    out.ends_differ = true;
    (in_a ? out.end_a : out.end_b) = end_words(connection);
    teller.tell(std::move(difference), Weight::none);
    teller.ends_differ();
    return;
  }
  teller.tell(std::move(difference), Weight::plain);
}

void compare_all(const Connections& a, const Connections& b, const Sides& sides, Teller& teller, Comparison& out) {
  Pairs pairs = align(kinds_of(a), kinds_of(b));
  pairs.emplace_back(a.size(), b.size());
  std::size_t next_a = 0, next_b = 0;
  for (const auto& [at_a, at_b] : pairs) {
    for (; next_a < at_a; ++next_a) {
      tell_lone(*a[next_a], true, teller, out);
    }
    for (; next_b < at_b; ++next_b) {
      tell_lone(*b[next_b], false, teller, out);
    }
    if (at_a < a.size()) {
      compare_pair(*a[at_a], *b[at_b], sides, teller, out);
    }
    next_a = at_a + 1;
    next_b = at_b + 1;
  }
}

}  // namespace

Comparison compare(const Recorder& a, const Recorder& b, const Options& options) {
  Comparison out;
  Teller teller(options, out);
  const Sides sides{a.impl(), b.impl()};
  compare_all(connections_of(sides.a, options.all), connections_of(sides.b, options.all), sides, teller, out);
  teller.finish();
  out.by_form = teller.values.by_form();
  return out;
}

}  // namespace whydrop::compare
