#include "rules/head_rules.hpp"

#include "base/base64.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::rules {
namespace {

using handshake::has_token;
using handshake::list_values;

constexpr std::string_view kProtocol = "Sec-WebSocket-Protocol";
constexpr std::string_view kFixServer =
    "Fix the server's upgrade answer, or look for a proxy that rewrites or answers upgrades itself.";
constexpr std::string_view kFixClient = "Fix the client's upgrade request; remove headers set by hand.";

std::string_view fix_sender(const HeadContext& context) {
  return context.is_request() ? kFixClient : kFixServer;
}

std::string_view head_name(const HeadContext& context) {
  return context.is_request() ? "request" : "answer";
}

Broken broken(const HeadContext& context, std::string says) {
  Broken result{std::move(says), std::string(fix_sender(context)), {}};
  if (context.request != nullptr) {
    result.also.push_back(context.request_seq);
  }
  return result;
}

/// A request for an upgrade, or an answer that switches; nothing else obeys the upgrade's rules.
bool upgrades(const HeadContext& context) {
  return context.is_request() || context.switches();
}

/// `"a, b"` for all values of a field, or "no <name>".
std::string shown(const HeadContext& context, std::string_view name) {
  const auto values = context.head.find_all(name);
  return values.empty() ? fmt::format("no {}", name) : fmt::format("{} \"{}\"", name, fmt::join(values, ", "));
}

bool is_masked(const HeadContext& context, std::string_view name) {
  return std::any_of(context.headers.begin(), context.headers.end(), [&](const session::Header& header) {
    return handshake::same_token(header.name, name) && !header.redact.empty();
  });
}

std::string_view once_only(const HeadContext& context) {
  static constexpr std::array<std::string_view, 3> kInRequest{"Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"};
  const auto repeated = [&](std::string_view name) { return context.head.find_all(name).size() > 1; };
  if (context.is_request()) {
    const auto found = std::find_if(kInRequest.begin(), kInRequest.end(), repeated);
    return found == kInRequest.end() ? std::string_view() : *found;
  }
  return handshake::repeated_in_answer(context.head);
}

}  // namespace

Judgement head_malformed(const HeadContext& context) {
  if (context.raw.empty() || (!context.is_request() && context.head.status == 0)) {
    return std::nullopt;
  }
  handshake::HeadParser parser(context.is_request() ? handshake::HeadParser::Kind::request
                                                    : handshake::HeadParser::Kind::response);
  parser.feed(context.raw);
  // What is refused for it is told by a rule of its own; a size that is ours breaks none.
  if (parser.head().fault.empty() || parser.head().too_large || !handshake::unacceptable(context.head).empty()) {
    return std::nullopt;
  }
  return broken(
      context,
      fmt::format(
          "{}'s {} is not well-formed HTTP: {}.", subject(context.from), head_name(context), parser.head().fault));
}

Judgement head_unacceptable(const HeadContext& context) {
  const std::string fault = handshake::unacceptable(context.head);
  if (fault.empty()) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{}'s {} has {}; most {} refuse it.",
                            subject(context.from),
                            head_name(context),
                            fault,
                            context.is_request() ? "servers" : "clients"));
}

/// ws and undici pass over interim answers, as HTTP asks; Python's websockets and browsers do not where a WebSocket is
/// opened.
Judgement interim_before_switch(const HeadContext& context) {
  if (context.is_request() || !handshake::is_interim(context.head)) {
    return std::nullopt;
  }
  return Broken{fmt::format("The server's first answer is {} and not the last: browsers and some libraries refuse an "
                            "upgrade that is answered so.",
                            context.head.status),
                "",
                {context.request_seq}};
}

Judgement header_repeated(const HeadContext& context) {
  if (!upgrades(context)) {
    return std::nullopt;
  }
  const auto name = once_only(context);
  if (name.empty()) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{}'s {} has {} headers {}; it may have one.",
                            subject(context.from),
                            head_name(context),
                            context.head.find_all(name).size(),
                            name));
}

Judgement request_line_wrong(const HeadContext& context) {
  const std::string_view line = context.head.start_line;
  const bool is_get = line.substr(0, 4) == "GET ";
  const bool is_1_1 = line.size() > 9 && line.substr(line.size() - 9) == " HTTP/1.1";
  if (!context.is_request() || (is_get && is_1_1)) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("The client asked for the upgrade with \"{}\"; it must be GET and HTTP/1.1.", line));
}

Judgement host_missing(const HeadContext& context) {
  if (!context.is_request() || context.head.find("Host") != nullptr) {
    return std::nullopt;
  }
  return broken(context, "The client's request has no Host header.");
}

Judgement version_wrong(const HeadContext& context) {
  const auto* version = context.head.find("Sec-WebSocket-Version");
  if (!context.is_request() || (version != nullptr && *version == "13")) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("The client's request has {}; it must be 13.", shown(context, "Sec-WebSocket-Version")));
}

Judgement key_invalid(const HeadContext& context) {
  if (!context.is_request() || is_masked(context, "Sec-WebSocket-Key")) {
    return std::nullopt;
  }
  const auto* key = context.head.find("Sec-WebSocket-Key");
  const auto bytes = key != nullptr ? base64_decode(*key) : std::nullopt;
  if (bytes && bytes->size() == 16) {
    return std::nullopt;
  }
  return broken(
      context,
      fmt::format("The client's request has {}; it must be 16 bytes in base64.", shown(context, "Sec-WebSocket-Key")));
}

Judgement http_version_wrong(const HeadContext& context) {
  if (!context.switches() || context.head.start_line.substr(0, 9) == "HTTP/1.1 ") {
    return std::nullopt;
  }
  return broken(
      context, fmt::format("The server switched protocols with \"{}\"; that needs HTTP/1.1.", context.head.start_line));
}

Judgement upgrade_header_wrong(const HeadContext& context) {
  const bool good = context.is_request() ? has_token(context.head, "Upgrade", "websocket")
                                         : handshake::switches_to_websocket(context.head);
  if (!upgrades(context) || good) {
    return std::nullopt;
  }
  const bool alone = !context.is_request() && has_token(context.head, "Upgrade", "websocket");
  return broken(context,
                fmt::format("{}'s {} has {}; it must name websocket{}.",
                            subject(context.from),
                            head_name(context),
                            shown(context, "Upgrade"),
                            alone ? " once, and nothing else" : ""));
}

Judgement connection_header_wrong(const HeadContext& context) {
  if (!upgrades(context) || has_token(context.head, "Connection", "upgrade")) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{}'s {} has {}; it must name Upgrade.",
                            subject(context.from),
                            head_name(context),
                            shown(context, "Connection")));
}

/// undici, aiohttp, Deno, and websocket and faye-websocket of npm compare the whole value.
Judgement connection_list(const HeadContext& context) {
  const auto fields = context.head.find_all("Connection");
  if (!context.switches() || !has_token(context.head, "Connection", "upgrade") ||
      (fields.size() == 1 && handshake::same_token(fields.front(), "upgrade"))) {
    return std::nullopt;
  }
  return Broken{fmt::format("The server's answer has {}: lawful, but some libraries take \"Upgrade\" alone.",
                            shown(context, "Connection")),
                "",
                {context.request_seq}};
}

Judgement accept_missing(const HeadContext& context) {
  if (!context.switches() || context.head.find("Sec-WebSocket-Accept") != nullptr) {
    return std::nullopt;
  }
  return broken(context, "The server's answer has no Sec-WebSocket-Accept.");
}

Judgement accept_wrong(const HeadContext& context) {
  const auto* accept = context.head.find("Sec-WebSocket-Accept");
  const auto* key = context.request != nullptr ? context.request->find("Sec-WebSocket-Key") : nullptr;
  if (!context.switches() || accept == nullptr || key == nullptr) {
    return std::nullopt;
  }
  const auto expected = handshake::accept_key(*key);
  if (*accept == expected) {
    return std::nullopt;
  }
  Broken result = broken(context,
                         fmt::format("The server's Sec-WebSocket-Accept is \"{}\"; for the key of this request "
                                     "it must be \"{}\".",
                                     *accept,
                                     expected));
  result.fix =
      "The answer was not made for this request: fix how the server computes it, or look for a cache or proxy "
      "that answers with an earlier handshake.";
  return result;
}

Judgement subprotocol_unasked(const HeadContext& context) {
  if (!context.switches() || context.request == nullptr || is_masked(context, kProtocol)) {
    return std::nullopt;
  }
  const auto* chosen = handshake::unasked_subprotocol(*context.request, context.head);
  if (chosen == nullptr) {
    return std::nullopt;
  }
  const auto asked = list_values(*context.request, kProtocol);
  Broken result =
      broken(context,
             asked.empty() ? fmt::format("The server chose subprotocol \"{}\"; the client asked for none.", *chosen)
                           : fmt::format("The server chose subprotocol \"{}\"; the client asked for {}.",
                                         *chosen,
                                         fmt::join(asked, ", ")));
  result.fix = "Ask for a subprotocol that the server speaks (--subprotocol), or fix the server's choice.";
  return result;
}

Judgement subprotocol_missing(const HeadContext& context) {
  if (!context.switches() || context.head.find(kProtocol) != nullptr || context.request == nullptr) {
    return std::nullopt;
  }
  const auto asked = list_values(*context.request, kProtocol);
  if (asked.empty()) {
    return std::nullopt;
  }
  Broken result = broken(
      context, fmt::format("The client asked for subprotocol {}; the server chose none.", fmt::join(asked, ", ")));
  result.fix = "A browser drops such a session: ask for a subprotocol that the server speaks, or for none.";
  return result;
}

Judgement extensions_malformed(const HeadContext& context) {
  if (!upgrades(context) || handshake::extensions_of(context.head)) {
    return std::nullopt;
  }
  return broken(context,
                fmt::format("{}'s {} has {}, which cannot be parsed.",
                            subject(context.from),
                            head_name(context),
                            shown(context, "Sec-WebSocket-Extensions")));
}

Judgement extension_unasked(const HeadContext& context) {
  if (!context.switches() || context.request == nullptr) {
    return std::nullopt;
  }
  const auto name = handshake::unasked_extension(*context.request, context.head);
  if (name.empty()) {
    return std::nullopt;
  }
  return broken(context, fmt::format("The server switched on extension {}, which the client did not offer.", name));
}

Judgement deflate_parameters_invalid(const HeadContext& context) {
  if (!context.switches() || context.request == nullptr || extension_unasked(context)) {
    return std::nullopt;
  }
  const auto fault = handshake::negotiate(*context.request, context.head).deflate_fault;
  if (fault.empty()) {
    return std::nullopt;
  }
  return broken(context, fmt::format("The server's answer to permessage-deflate cannot stand: {}.", fault));
}

Judgement upgrade_with_body(const HeadContext& context) {
  if (!context.switches()) {
    return std::nullopt;
  }
  for (const std::string_view name : {"Content-Length", "Transfer-Encoding"}) {
    if (context.head.find(name) != nullptr) {
      return broken(context, fmt::format("The server's 101 has {}; a 101 has no body.", shown(context, name)));
    }
  }
  return std::nullopt;
}

}  // namespace whydrop::rules
