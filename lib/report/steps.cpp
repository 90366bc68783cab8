#include "report/steps.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "handshake/head.hpp"
#include "report/names.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>

namespace whydrop::report {

using payload::Ink;
using session::Header;

namespace {

/// "what (took)" or "what failed: why (took)".
Step timed(std::string_view label, const std::string& what, const std::string& error, std::int64_t duration_ns) {
  const std::string took = duration_ns > 0 ? " (" + format_duration(duration_ns) + ")" : std::string();
  if (error.empty()) {
    return {label, escape_for_terminal(what) + took};
  }
  return {label, escape_for_terminal(what + " failed: " + spoken(error)) + took, Ink::red};
}

std::string value_of(const std::vector<Header>& headers, std::string_view name) {
  std::vector<std::string> values;
  for (const Header& header : headers) {
    if (handshake::same_token(header.name, name)) {
      values.push_back(header.value);
    }
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

void add_part(std::string& text, std::string_view label, const std::string& value) {
  if (!value.empty()) {
    text += "; ";
    text += label;
    text += value;
  }
}

/// Seconds since 1970, as a date where nanoseconds can hold it.
std::string date_of(std::int64_t seconds) {
  constexpr std::int64_t kNs = 1'000'000'000;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kNs;
  return seconds > kMost || seconds < -kMost ? std::to_string(seconds) : format_rfc3339(seconds * kNs);
}

}  // namespace

Step step_of(const session::Open& open) {
  std::string text = open.url;
  if (open.parent) {
    text += " (after c" + std::to_string(*open.parent) + ")";
  }
  return {"open", escape_for_terminal(text), Ink::bold};
}

Step step_of(const session::Resolve& resolve) {
  const std::string found =
      resolve.error.empty() ? fmt::format(": {}", fmt::join(resolve.addresses, ", ")) : std::string();
  return timed("resolve", resolve.host + found, resolve.error, resolve.duration_ns);
}

Step step_of(const session::Connect& connect) {
  const std::string from = connect.local.empty() || connect.local == "unix:" ? std::string() : " from " + connect.local;
  return timed("connect", connect.remote + from, connect.error, connect.duration_ns);
}

Step step_of(const session::Proxy& proxy) {
  const std::string status = proxy.status != 0 ? ", answered " + std::to_string(proxy.status) : std::string();
  return timed("proxy", proxy.kind + " " + proxy.address + status, proxy.error, proxy.duration_ns);
}

Step step_of(const session::Tls& tls) {
  std::string text = tls.error.empty() ? tls.version + " " + tls.cipher : std::string("handshake");
  if (tls.error.empty()) {
    add_part(text, "", tls.subject);
    add_part(text, "expires ", tls.not_after.substr(0, 10));
    add_part(text, "", tls.verified ? "" : "certificate not checked");
  }
  return timed("tls", text, tls.error, tls.duration_ns);
}

Step step_of(const session::Request& request) {
  return {"", escape_for_terminal(request.start_line)};
}

Step step_of(const session::Response& response) {
  std::string text = response.start_line.empty() ? "(not an HTTP answer)" : response.start_line;
  if (response.status == 101) {
    add_part(text, "subprotocol ", value_of(response.headers, "Sec-WebSocket-Protocol"));
    add_part(text, "", value_of(response.headers, "Sec-WebSocket-Extensions"));
    return {"", escape_for_terminal(text), Ink::green};
  }
  add_part(text, "", value_of(response.headers, "Content-Type"));
  add_part(text, "to ", value_of(response.headers, "Location"));
  add_part(text, "retry after ", value_of(response.headers, "Retry-After"));
  return {"", escape_for_terminal(text), Ink::red};
}

Step step_of(const session::Partial& partial) {
  std::string text;
  if (partial.has_header) {
    text = std::string(wire::name(partial.header.opcode)) + " frame of " + format_size(partial.need) + ", cut after " +
           format_size(partial.have);
  } else {
    text = "frame header, cut after " + format_size(partial.have);
  }
  return {"partial", text, Ink::red};
}

Step step_of(const session::UndecodedBytes& bytes) {
  if (!bytes.protocol.empty()) {
    return {"undecoded", "no frames: " + escape_for_terminal(bytes.protocol) + " follows the 101", Ink::red};
  }
  return {"undecoded", format_size(bytes.length) + " after framing was lost", Ink::red};
}

Step step_of(const session::Shutdown& shutdown) {
  return {"shutdown", fmt::format("the {} sends no more", wire::name(shutdown.from)), Ink::dim};
}

Step step_of(const session::Intervention& intervention) {
  return {"relay", escape_for_terminal(intervention.detail), Ink::magenta};
}

Step step_of(const session::Ending& ending) {
  std::string text = ending_words(ending.how);
  add_part(text, "", spoken(ending.detail));
  add_part(text, "read: ", spoken(ending.read_error));
  add_part(text, "write: ", spoken(ending.write_error));
  return {"ended", escape_for_terminal(text), Ink::bold};
}

Step step_of(const session::Token& token) {
  std::string text = token.variable;
  add_part(text, "", token.alg);
  add_part(text, "expires ", token.exp ? date_of(*token.exp) : std::string());
  add_part(text, "scopes ", fmt::format("{}", fmt::join(token.scopes, " ")));
  return {"token", escape_for_terminal(text), Ink::dim};
}

Step step_of(const session::State& state) {
  return {"state", std::string(wire::name(state.side)) + " is " + std::string(session::name(state.phase)), Ink::dim};
}

}  // namespace whydrop::report
