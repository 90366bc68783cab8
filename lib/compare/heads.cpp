// Requests and answers: what was asked for, what was agreed.
#include "session/heads.hpp"

#include "base/text.hpp"
#include "compare/difference_collector.hpp"
#include "compare/value_shapes.hpp"
#include "handshake/head.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

using handshake::Head;
using Kind = Difference::Kind;

constexpr std::size_t kMostOfBody = 120;

/// How a header field counts. What is in no row is compared by its value, and could explain an ending.
struct HeaderRow {
  std::string_view name;  ///< in lower case; a "-" at its end stands for any rest
  bool presence_only;     ///< its value is made anew for each request
  bool slight;            ///< it says who asks, not what is asked for
  bool skipped = false;   ///< told elsewhere, or it says nothing of the session
  bool fresh = false;     ///< it cannot be the same twice, RFC 6455 section 4.1: presence_only with --strict too
};
constexpr HeaderRow kHeaderRows[] = {
    {"sec-websocket-key", true, false, false, true},
    {"sec-websocket-accept", true, false, false, true},
    {"sec-websocket-protocol", false, false},
    {"sec-websocket-extensions", false, true},
    {"cookie", true, false},
    {"set-cookie", true, true},
    {"date", true, true, true},
    {"age", true, true},
    {"etag", true, true},
    {"expires", true, true},
    {"last-modified", true, true},
    {"via", true, true},
    {"content-length", false, true, true},
    {"x-request-id", true, true},
    {"x-amz-", true, true},
    {"x-amzn-", true, true},
    {"cf-", true, true},
    {"traceparent", true, true},
    {"tracestate", true, true},
    {"user-agent", false, true},
    {"accept", false, true},
    {"accept-", false, true},
    {"cache-control", false, true},
    {"pragma", false, true},
    {"connection", false, true},
    {"keep-alive", false, true},
    {"server", false, true},
    {"sec-fetch-", false, true},
    {"sec-ch-", false, true},
    {"sec-gpc", false, true},
    {"dnt", false, true},
    {"priority", false, true},
};

HeaderRow row_of(const std::string& name) {
  const auto found = std::find_if(std::begin(kHeaderRows), std::end(kHeaderRows), [&](const HeaderRow& row) {
    return row.name == name || (row.name.back() == '-' && starts_with(name, row.name));
  });
  return found == std::end(kHeaderRows) ? HeaderRow{name, false, false} : *found;
}

/// A head under comparison, with what its differences are told as.
struct Part {
  const Head& a;
  const Head& b;
  Difference as;
  Context context;
  bool redacted = false;
};

using FieldValues = std::vector<std::string_view>;

/// The values of a head by the names of their fields, in lower case: a head may have ten thousand.
std::map<std::string, FieldValues, std::less<>> values_by_name(const Head& head) {
  std::map<std::string, FieldValues, std::less<>> values;
  for (const auto& field : head.fields) {
    values[lower_case(field.name)].push_back(field.value);
  }
  return values;
}

std::string joined(const FieldValues& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

void tell_header(const Part& part,
                 const std::string& field,
                 const FieldValues& in_a,
                 const FieldValues& in_b,
                 Weight weight,
                 DifferenceCollector& collector) {
  Difference difference = part.as;
  difference.pointer = field;
  difference.a = !in_a.empty() ? std::optional(joined(in_a)) : std::nullopt;
  difference.b = !in_b.empty() ? std::optional(joined(in_b)) : std::nullopt;
  const std::string what = part.context.title + ": the header " + field;
  difference.says =
      difference.a && difference.b
          ? collector.two_sided(what, json::quote(shown(*difference.a)), json::quote(shown(*difference.b)))
          : collector.one_sided(what, !in_a.empty());
  collector.tell(std::move(difference), weight);
}

void compare_header(const Part& part,
                    const std::string& field,
                    const FieldValues& in_a,
                    const FieldValues& in_b,
                    DifferenceCollector& collector) {
  const std::string name = lower_case(field);
  const HeaderRow row = row_of(name);
  const Weight weight = row.slight ? Weight::slight : Weight::plain;
  const bool elsewhere = collector.options.other_server && (name == "host" || name == "origin");
  if (row.skipped || elsewhere ||
      (!in_a.empty() && !in_b.empty() && row.presence_only && (row.fresh || !collector.options.strict))) {
    return;
  }
  const bool lists = name == "connection";  // RFC 9110 section 7.6.1: tokens without regard to case
  const std::string a = lists ? lower_case(joined(in_a)) : joined(in_a),
                    b = lists ? lower_case(joined(in_b)) : joined(in_b);
  if (in_a.empty() != in_b.empty() || !collector.values.same_text(a, b, name, part.context)) {
    tell_header(part, field, in_a, in_b, weight, collector);
  }
}

void compare_headers(const Part& part,
                     DifferenceCollector& collector,
                     const std::vector<std::string_view>& skipped = {}) {
  const auto in_a = values_by_name(part.a), in_b = values_by_name(part.b);
  const auto values_in = [](const auto& head, const std::string& name) {
    const auto found = head.find(name);
    return found == head.end() ? FieldValues() : found->second;
  };
  std::set<std::string, std::less<>> seen(skipped.begin(), skipped.end());
  const auto each = [&](const Head& head) {
    for (const auto& field : head.fields) {
      const std::string name = lower_case(field.name);
      if (seen.insert(name).second) {
        compare_header(part, field.name, values_in(in_a, name), values_in(in_b, name), collector);
      }
    }
  };
  each(part.a);
  each(part.b);
}

/// The method and what it was asked of.
struct Target {
  std::string method;
  profile::UrlParts url;
};

Target target_of(const std::string& start_line) {
  const std::size_t space = start_line.find(' '), end = start_line.rfind(' ');
  const std::string path =
      space == std::string::npos || end <= space ? "" : start_line.substr(space + 1, end - space - 1);
  return {start_line.substr(0, space), profile::split_url(path)};
}

void tell_part(const Part& part,
               const std::string& what,
               const std::string* a,
               const std::string* b,
               const std::string& pointer,
               DifferenceCollector& collector) {
  Difference difference = part.as;
  difference.pointer = pointer;
  difference.a = a != nullptr ? std::optional(*a) : std::nullopt;
  difference.b = b != nullptr ? std::optional(*b) : std::nullopt;
  difference.says = a != nullptr && b != nullptr
                        ? collector.two_sided(part.context.title + ": " + what, shown(*a), shown(*b))
                        : collector.one_sided(part.context.title + ": " + what, a != nullptr);
  collector.tell(std::move(difference), Weight::plain);
}

void compare_text(const Part& part,
                  const std::string& what,
                  const std::string& a,
                  const std::string& b,
                  const std::string& name,
                  DifferenceCollector& collector) {
  if (!collector.values.same_text(a, b, name, part.context)) {
    tell_part(part, what, &a, &b, name, collector);
  }
}

/// The first value of each name.
std::map<std::string_view, const std::string*> first_values(const profile::Query& query) {
  std::map<std::string_view, const std::string*> values;
  for (const auto& [name, value] : query) {
    values.emplace(name, &value);
  }
  return values;
}

void compare_query(const Part& part, const profile::Query& a, const profile::Query& b, DifferenceCollector& collector) {
  const auto in_a = first_values(a), in_b = first_values(b);
  for (const auto& [name, value] : a) {
    const auto opposite = in_b.find(name);
    if (opposite == in_b.end()) {
      tell_part(part, "the query parameter " + name, &value, nullptr, name, collector);
    } else {
      compare_text(part, "the query parameter " + name, value, *opposite->second, name, collector);
    }
  }
  for (const auto& [name, value] : b) {
    if (in_a.count(name) == 0) {
      tell_part(part, "the query parameter " + name, nullptr, &value, name, collector);
    }
  }
}

bool has_masks(const Connection& connection) {
  return connection.request && (!connection.request->redact.empty() ||
                                std::any_of(connection.request->headers.begin(),
                                            connection.request->headers.end(),
                                            [](const session::Header& header) { return !header.redact.empty(); }));
}

std::string call_of(const Connection& connection) {
  const Target target = connection.request ? target_of(connection.request->start_line) : Target{"GET", {}};
  return target.method + " " + target.url.path;
}

std::string status_words(const session::Response& response) {
  const std::size_t space = response.start_line.find(' ');
  return response.status == 0 || space == std::string::npos ? "no HTTP" : response.start_line.substr(space + 1);
}

void tell_status(const Part& part,
                 const session::Response& a,
                 const session::Response& b,
                 DifferenceCollector& collector) {
  Difference difference = part.as;
  difference.pointer = "status";
  difference.a = status_words(a);
  difference.b = status_words(b);
  difference.says = collector.two_sided(part.context.title + ": the status", *difference.a, *difference.b);
  const bool in_b = a.status < b.status;  // the refusal says why
  const std::string& body = in_b ? b.body : a.body;
  if (!body.empty()) {
    difference.says += fmt::format("; {} says {}", collector.name(in_b), elide(body, kMostOfBody));
  }
  collector.tell(std::move(difference), Weight::plain);
}

void compare_bodies(const Part& part,
                    const session::Response& a,
                    const session::Response& b,
                    DifferenceCollector& collector) {
  json::Json parsed_a, parsed_b;
  if (!parsed_a.parse(a.body) && !parsed_b.parse(b.body)) {
    tell_values(parsed_a.root(), parsed_b.root(), part.context, part.as, collector);
  } else if (!collector.values.same_text(a.body, b.body, {}, part.context)) {
    tell_part(part, "the body", &a.body, &b.body, {}, collector);
  }
}

void compare_agreed(const Head (&requests)[2],
                    const Head (&answers)[2],
                    const Part& part,
                    DifferenceCollector& collector) {
  const auto a = handshake::negotiate(requests[0], answers[0]), b = handshake::negotiate(requests[1], answers[1]);
  Part agreed = part;
  agreed.as.kind = Kind::negotiated;
  agreed.as.from.reset();
  agreed.context.title = "the handshake";
  if (a.subprotocol != b.subprotocol) {
    tell_part(agreed,
              "the subprotocol",
              a.subprotocol.empty() ? nullptr : &a.subprotocol,
              b.subprotocol.empty() ? nullptr : &b.subprotocol,
              "Sec-WebSocket-Protocol",
              collector);
  }
  const std::string in_a = joined(answers[0].find_all("Sec-WebSocket-Extensions")),
                    in_b = joined(answers[1].find_all("Sec-WebSocket-Extensions"));
  if (in_a != in_b) {
    agreed.as.pointer = "Sec-WebSocket-Extensions";
    agreed.as.a = in_a.empty() ? std::nullopt : std::optional(in_a);
    agreed.as.b = in_b.empty() ? std::nullopt : std::optional(in_b);
    agreed.as.says = collector.two_sided(
        "the handshake: the extension agreed on", in_a.empty() ? "none" : in_a, in_b.empty() ? "none" : in_b);
    collector.tell(agreed.as, Weight::slight);
  }
}

}  // namespace

std::string title_of(const Connection& connection) {
  return connection.is_socket() ? "the WebSocket connection" : "the call " + call_of(connection);
}

void compare_requests(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  if (!a.request || !b.request) {
    return;
  }
  const Head head_a = session::head_of(*a.request), head_b = session::head_of(*b.request);
  Difference as;
  as.kind = Kind::request;
  as.from = session::Side::client;
  as.key = call_of(a);
  as.seq_a = a.request_seq;
  as.seq_b = b.request_seq;
  const Context context{
      session::Side::client, a.is_socket() ? "the upgrade request" : title_of(a), has_masks(a) || has_masks(b)};
  const Part part{head_a, head_b, as, context};
  const Target target_a = target_of(a.request->start_line), target_b = target_of(b.request->start_line);
  compare_text(part, "the method", target_a.method, target_b.method, "method", collector);
  if (!a.is_socket() || !collector.options.other_url) {
    compare_text(part, "the path", target_a.url.path, target_b.url.path, "path", collector);
    compare_query(part, target_a.url.query, target_b.url.query, collector);
  }
  const bool whole = session::is_whole(*a.request) && session::is_whole(*b.request);
  if (whole || !a.is_socket()) {
    compare_headers(part, collector);
  }
}

void compare_responses(const Connection& a, const Connection& b, DifferenceCollector& collector) {
  Difference as;
  as.kind = Kind::response;
  as.from = session::Side::server;
  as.key = call_of(a);
  if (!a.response || !b.response) {
    if (a.response || b.response) {
      as.seq_a = a.response ? std::optional(a.response_seq) : std::nullopt;
      as.seq_b = b.response ? std::optional(b.response_seq) : std::nullopt;
      as.says =
          collector.one_sided("the answer to " + (a.is_socket() ? std::string("the upgrade request") : title_of(a)),
                              a.response.has_value());
      collector.tell(std::move(as), Weight::plain);
    }
    return;
  }
  as.seq_a = a.response_seq;
  as.seq_b = b.response_seq;
  const Head heads_a = session::head_of(*a.response), heads_b = session::head_of(*b.response);
  const bool masks = !a.response->redact.empty() || !b.response->redact.empty();
  const Context context{session::Side::server,
                        "the answer to " + (a.is_socket() ? std::string("the upgrade request") : title_of(a)),
                        masks};
  const Part part{heads_a, heads_b, as, context};
  if (a.response->status != b.response->status) {
    tell_status(part, *a.response, *b.response, collector);
    return;  // the rest follows from it
  }
  if (a.opened()) {
    if (a.request && b.request) {
      const Head requests[2] = {session::head_of(*a.request), session::head_of(*b.request)};
      compare_agreed(requests, {heads_a, heads_b}, part, collector);
    }
    compare_headers(part, collector, {"sec-websocket-protocol", "sec-websocket-extensions"});
    return;
  }
  compare_headers(part, collector);
  compare_bodies(part, *a.response, *b.response, collector);
}

}  // namespace whydrop::compare
