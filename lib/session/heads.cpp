#include "session/heads.hpp"

namespace whydrop::session {
namespace {

handshake::Head make_head(const std::string& start_line, int status, const std::vector<Header>& headers) {
  handshake::Head head;
  head.start_line = start_line;
  head.status = status;
  head.complete = true;
  head.fields.reserve(headers.size());
  for (const auto& header : headers) {
    head.fields.push_back({header.name, header.value});
  }
  return head;
}

std::string serialised(const handshake::Head& head) {
  std::string out = head.start_line + "\r\n";
  for (const auto& field : head.fields) {
    out += field.name + ": " + field.value + "\r\n";
  }
  return out + "\r\n";
}

std::vector<Header> headers_of(const handshake::Head& head) {
  std::vector<Header> out;
  out.reserve(head.fields.size());
  for (const auto& field : head.fields) {
    out.push_back({field.name, field.value, {}});
  }
  return out;
}

std::string raw_if_needed(const handshake::Head& head) {
  return serialised(head) == head.raw ? std::string() : head.raw;
}

}  // namespace

std::string bytes_of(const Request& request) {
  return request.raw.empty() ? serialised(make_head(request.start_line, 0, request.headers)) : request.raw;
}

std::string bytes_of(const Response& response) {
  return response.raw.empty() ? serialised(make_head(response.start_line, response.status, response.headers))
                              : response.raw;
}

Request request_of(const handshake::Head& head) {
  Request fact;
  fact.start_line = head.start_line;
  fact.headers = headers_of(head);
  fact.raw = raw_if_needed(head);
  fact.size = head.raw.size();
  return fact;
}

Response response_of(const handshake::Head& head) {
  Response fact;
  fact.start_line = head.start_line;
  fact.status = head.status;
  fact.headers = headers_of(head);
  fact.raw = raw_if_needed(head);
  fact.size = head.raw.size();
  return fact;
}

handshake::Head head_of(const Request& request) {
  auto head = make_head(request.start_line, 0, request.headers);
  head.raw = request.raw;
  // Nothing can be computed from a key that is masked.
  for (std::size_t i = request.headers.size(); i-- > 0;) {
    if (!request.headers[i].redact.empty() && handshake::same_token(request.headers[i].name, "Sec-WebSocket-Key")) {
      head.fields.erase(head.fields.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return head;
}

bool is_whole(const Request& request) {
  const auto head = head_of(request);
  const auto has = [&head](std::string_view name) { return head.find(name) != nullptr; };
  return request.size > 0 || (has("Sec-WebSocket-Key") && has("Host") && has("Connection"));
}

handshake::Head head_of(const Response& response) {
  auto head = make_head(response.start_line, response.status, response.headers);
  head.raw = response.raw;
  // A head is recorded as it was where it is not what its parts make up.
  const std::string_view raw = response.raw;
  const auto ends_in = [raw](std::string_view end) {
    return raw.size() >= end.size() && raw.substr(raw.size() - end.size()) == end;
  };
  head.complete = raw.empty() || ends_in("\n\r\n") || ends_in("\n\n");
  return head;
}

bool is_whole(const Response& response) {
  const std::string_view version = response.start_line;
  if (version.substr(0, 6) == "HTTP/2" || version.substr(0, 6) == "HTTP/3") {
    return false;
  }
  return response.size > 0 || !response.headers.empty() || !response.raw.empty();
}

CloseSeen read_close(std::string_view payload, std::uint64_t seq) {
  CloseSeen close;
  close.seq = seq;
  if (payload.size() < 2) {
    return close;
  }
  const auto high = static_cast<unsigned char>(payload[0]);
  const auto low = static_cast<unsigned char>(payload[1]);
  close.code = static_cast<std::uint16_t>(high << 8 | low);
  close.reason = payload.substr(2);
  return close;
}

}  // namespace whydrop::session
