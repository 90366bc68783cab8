#pragma once

#include "session/event.hpp"
#include "wire/encoder.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace whydrop::test {

inline constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// A good upgrade request; `extensions` may be empty.
inline session::Request good_request(std::string extensions = {}) {
  session::Request request;
  request.start_line = "GET / HTTP/1.1";
  request.size = 140;
  request.headers = {{"Host", "x", {}},
                     {"Upgrade", "websocket", {}},
                     {"Connection", "Upgrade", {}},
                     {"Sec-WebSocket-Key", std::string(kKey), {}},
                     {"Sec-WebSocket-Version", "13", {}}};
  if (!extensions.empty()) {
    request.headers.push_back({"Sec-WebSocket-Extensions", std::move(extensions), {}});
  }
  return request;
}

/// The good answer to good_request().
inline session::Response good_response(std::string extensions = {}) {
  session::Response response;
  response.start_line = "HTTP/1.1 101 Switching Protocols";
  response.status = 101;
  response.headers = {
      {"Upgrade", "websocket", {}}, {"Connection", "Upgrade", {}}, {"Sec-WebSocket-Accept", std::string(kAccept), {}}};
  if (!extensions.empty()) {
    response.headers.push_back({"Sec-WebSocket-Extensions", std::move(extensions), {}});
  }
  return response;
}

/// Replaces a header's value, or adds the header.
template <typename Head>
Head with(Head head, std::string_view name, std::string_view value) {
  for (auto& header : head.headers) {
    if (header.name == name) {
      header.value = value;
      return head;
    }
  }
  head.headers.push_back({std::string(name), std::string(value), {}});
  return head;
}

template <typename Head>
Head without(Head head, std::string_view name) {
  for (auto at = head.headers.begin(); at != head.headers.end(); ++at) {
    if (at->name == name) {
      head.headers.erase(at);
      break;
    }
  }
  return head;
}

/// A Frame fact as a legal peer would make it; the payload is borrowed.
inline session::Frame frame_fact(session::Side from, wire::Opcode opcode, std::string_view payload, bool fin = true) {
  session::Frame frame;
  frame.from = from;
  frame.header.opcode = opcode;
  frame.header.fin = fin;
  frame.header.masked = from == session::Side::client;
  frame.header.length = payload.size();
  frame.header.length_form = wire::shortest_form(payload.size());
  frame.payload = payload;
  return frame;
}

}  // namespace whydrop::test
