#include "rehearsal/answers.hpp"

#include "json/json.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whydrop::rehearsal {
namespace {

/// What goes with a status.
struct Refusal {
  int status;
  std::vector<handshake::HeaderField> headers;
  const char* type;
  const char* body;
};

constexpr const char* kJson = "application/json";
constexpr const char* kHtml = "text/html; charset=utf-8";

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> rows{
      {200,
       {},
       kHtml,
       "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"},
      {301, {{"Location", "/moved"}}, kHtml, "<html><body>Moved to <a href=\"/moved\">here</a></body></html>\n"},
      {400, {}, "text/plain", "The plain port was asked for TLS.\n"},
      {401,
       {{"WWW-Authenticate", "Bearer realm=\"rehearsal\""}},
       kJson,
       R"({"message":"No authentication bearer token specified in authorization header.","code":"authentication.required","status":401})"},
      {403,
       {},
       kJson,
       R"({"message":"The token has no permission for this conversation.","code":"not.authorized","status":403})"},
      {404, {}, kJson, R"({"message":"The requested resource was not found.","code":"not.found","status":404})"},
      {426,
       {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}},
       kJson,
       R"({"message":"This is a WebSocket endpoint.","code":"upgrade.required","status":426})"},
      {429,
       {{"Retry-After", "30"}},
       kJson,
       R"({"message":"Rate limit exceeded the maximum. Retry the request in [30] seconds.","code":"too.many.requests","status":429})"},
      {503,
       {},
       kJson,
       R"({"message":"The service is temporarily unavailable.","code":"service.unavailable","status":503})"},
  };
  return rows;
}

constexpr std::pair<int, const char*> kReasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char* reason(int status) {
  const auto* const found =
      std::find_if(std::begin(kReasons), std::end(kReasons), [status](const auto& row) { return row.first == status; });
  return found == std::end(kReasons) ? "Refused" : found->second;
}

const Refusal& find_refusal(int status) {
  static const Refusal other{0, {}, kJson, R"({"message":"The upgrade was refused.","code":"refused"})"};
  const auto& rows = refusals();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [status](const Refusal& row) { return row.status == status; });
  return found == rows.end() ? other : *found;
}

}  // namespace

Reply usual_reply(int status) {
  const Refusal& row = find_refusal(status);
  Reply reply{status, row.headers, row.body};
  reply.headers.push_back({"Content-Type", row.type});
  return reply;
}

Reply error_reply(int status, std::string_view code, std::string_view message) {
  return {status,
          {{"Content-Type", kJson}},
          "{\"message\":" + json::quote(message) + ",\"code\":" + json::quote(code) +
              ",\"status\":" + std::to_string(status) + "}"};
}

std::string write_reply(const Reply& reply, bool keep_alive, bool head_only) {
  const bool bodiless = reply.status == 204 || reply.status == 304;
  std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " " + reason(reply.status) + "\r\n";
  for (const handshake::HeaderField& field : reply.headers) {
    out += field.name + ": " + field.value + "\r\n";
  }
  if (!bodiless) {
    out += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  }
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head_only || bodiless ? out : out + reply.body;
}

std::string refusal(int status) {
  return write_reply(usual_reply(status), false);
}

bool is_redirect_target(const handshake::Head& request) {
  return request.start_line.find(" /moved ") != std::string::npos;
}

std::string_view ssh_banner() {
  return "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
}

}  // namespace whydrop::rehearsal
