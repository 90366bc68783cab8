#include "asyncapi/profile_text.hpp"

#include "base/text.hpp"
#include "json/object_text.hpp"

#include <cctype>
#include <string_view>

namespace whydrop::asyncapi {
namespace {

/// A profile's name: small letters, digits and single dashes.
std::string profile_name(const std::string& title) {
  std::string name;
  for (const char c : title) {
    const bool fits = static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (fits) {
      name += ascii_lower(c);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && name.back() == '-') {
    name.pop_back();
  }
  return name.empty() ? "asyncapi" : name;
}

/// A JSON text as a JSON template: braces in its strings are no placeholder's.
std::string as_template(std::string_view json) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    inside = c == '"' ? !inside : inside;
    out.append(inside && (c == '{' || c == '}') ? 2 : 1, c);
    if (inside && c == '\\' && i + 1 < json.size()) {
      out += json[++i];
    }
  }
  return out;
}

std::string match_text(const Match& match) {
  json::ObjectText out;
  for (const auto& [pointer, condition] : match) {
    if (condition.values.empty()) {
      out.raw(pointer, condition.exists ? R"({"exists":true})" : R"({"exists":false})");
    } else if (condition.values.size() == 1) {
      out.raw(pointer, condition.values[0]);
    } else {
      out.raw(pointer, json::ObjectText().raw("in", json::list_text(condition.values)).str());
    }
  }
  return out.str();
}

std::string messages_text(const ProfileParts& parts) {
  json::ObjectText sides;
  for (const wire::Side side : {wire::Side::client, wire::Side::server}) {
    json::ObjectText types;
    for (const Message& message : parts.of(side)) {
      json::ObjectText type;
      type.text("about", message.about).raw("match", match_text(message.match));
      if (!message.schema.empty()) {
        type.raw("schema", message.schema);
      }
      if (!message.example.empty()) {
        type.raw("example", as_template(message.example));
      }
      types.raw(message.name, type.str());
    }
    sides.raw(wire::name(side), types.str());
  }
  return sides.str();
}

std::string strings(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) {
    quoted.push_back(json::quote(text));
  }
  return json::list_text(quoted);
}

std::string variables_text(const Socket& from) {
  json::ObjectText variables;
  for (const Variable& variable : from.variables) {
    json::ObjectText one;
    one.text("about", variable.about);
    if (variable.default_value) {
      one.text("default", *variable.default_value);
    }
    if (variable.secret) {
      one.raw("secret", "true");
    }
    if (!variable.choices.empty()) {
      one.raw("choices", strings(variable.choices));
    }
    variables.raw(variable.name, one.str());
  }
  return variables.str();
}

std::string socket_text(const Socket& from) {
  json::ObjectText socket;
  socket.text("url", from.url);
  json::ObjectText headers;
  for (const auto& [name, value] : from.headers) {
    headers.text(name, value);
  }
  if (!headers.empty()) {
    socket.raw("headers", headers.str());
  }
  if (!from.subprotocols.empty()) {
    socket.raw("subprotocols", strings(from.subprotocols));
  }
  if (!from.token.empty()) {
    socket.text("token", from.token);
  }
  if (!from.scopes.empty()) {
    socket.raw("scopes", strings(from.scopes));
  }
  return socket.str();
}

}  // namespace

std::string profile_text(const ProfileParts& parts) {
  json::ObjectText out;
  out.raw("whydrop_profile", "1").text("name", profile_name(parts.title));
  out.text("title", parts.title.empty() ? "An API of AsyncAPI" : parts.title).text("about", parts.about);
  out.text("status", "served");
  if (!parts.socket.variables.empty()) {
    out.raw("variables", variables_text(parts.socket));
  }
  out.raw("socket", socket_text(parts.socket)).raw("messages", messages_text(parts));
  if (!parts.definitions.empty()) {
    out.raw("definitions", parts.definitions);
  }
  if (!parts.correlate_client.empty() && !parts.correlate_server.empty()) {
    // AsyncAPI does not promise that a message gets one reply only.
    json::ObjectText correlate;
    correlate.text("client", parts.correlate_client).text("server", parts.correlate_server).raw("many", "true");
    out.raw("correlate", correlate.str());
  }
  json::Json parsed;
  return parsed.parse(out.str()) ? out.str() : json::pretty(parsed.root()) + "\n";
}

}  // namespace whydrop::asyncapi
