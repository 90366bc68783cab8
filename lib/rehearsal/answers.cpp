#include "rehearsal/answers.hpp"

#include <algorithm>
#include <iterator>

namespace whydrop::rehearsal {
namespace {

/// What goes with a status. `headers` are whole lines.
struct Refusal {
  int status;
  const char* reason;
  const char* headers;
  const char* type;
  const char* body;
};

constexpr const char* kJson = "application/json";
constexpr const char* kHtml = "text/html; charset=utf-8";

constexpr Refusal kRefusals[] = {
    {200,
     "OK",
     "",
     kHtml,
     "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"},
    {301,
     "Moved Permanently",
     "Location: /moved\r\n",
     kHtml,
     "<html><body>Moved to <a href=\"/moved\">here</a></body></html>\n"},
    {400, "Bad Request", "", "text/plain", "The plain port was asked for TLS.\n"},
    {401,
     "Unauthorized",
     "WWW-Authenticate: Bearer realm=\"rehearsal\"\r\n",
     kJson,
     R"({"message":"No authentication bearer token specified in authorization header.","code":"authentication.required","status":401})"},
    {403,
     "Forbidden",
     "",
     kJson,
     R"({"message":"The token has no permission for this conversation.","code":"not.authorized","status":403})"},
    {404,
     "Not Found",
     "",
     kJson,
     R"({"message":"The requested resource was not found.","code":"not.found","status":404})"},
    {426,
     "Upgrade Required",
     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
     kJson,
     R"({"message":"This is a WebSocket endpoint.","code":"upgrade.required","status":426})"},
    {429,
     "Too Many Requests",
     "Retry-After: 30\r\n",
     kJson,
     R"({"message":"Rate limit exceeded the maximum. Retry the request in [30] seconds.","code":"too.many.requests","status":429})"},
    {503,
     "Service Unavailable",
     "",
     kJson,
     R"({"message":"The service is temporarily unavailable.","code":"service.unavailable","status":503})"},
};
constexpr Refusal kOther{0, "Refused", "", kJson, R"({"message":"The upgrade was refused.","code":"refused"})"};

const Refusal& find_refusal(int status) {
  const auto* const found = std::find_if(
      std::begin(kRefusals), std::end(kRefusals), [status](const Refusal& row) { return row.status == status; });
  return found == std::end(kRefusals) ? kOther : *found;
}

}  // namespace

std::string refusal(int status) {
  const Refusal& row = find_refusal(status);
  const std::string body = row.body;
  return "HTTP/1.1 " + std::to_string(status) + " " + row.reason + "\r\n" + row.headers + "Content-Type: " + row.type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

bool is_redirect_target(const handshake::Head& request) {
  return request.start_line.find(" /moved ") != std::string::npos;
}

std::string_view ssh_banner() {
  return "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
}

}  // namespace whydrop::rehearsal
