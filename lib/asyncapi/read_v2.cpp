// AsyncAPI 2.0 to 2.6: operations stand in channels, and are told from the view of whoever talks to the described:
// "publish" is what they send, "subscribe" what they get.
#include "asyncapi/model.hpp"
#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::asyncapi {
namespace {

/// "wss://host/path" apart; without a scheme all is the address.
std::pair<std::string, std::string> split_scheme(const std::string& url) {
  const std::size_t mark = url.find("://");
  return mark == std::string::npos ? std::make_pair(std::string(), url)
                                   : std::make_pair(lower_case(url.substr(0, mark)), url.substr(mark + 3));
}

/// A list of objects, each of which names schemes, all of which are wanted together, and their scopes.
std::vector<Credential> read_security(Sources& sources, const Site& holder, const char* key) {
  std::vector<Credential> found;
  const auto list = sources.member(holder, key);
  for (const Site& wanted : list ? sources.items(*list) : std::vector<Site>()) {
    for (std::size_t i = 0; wanted.value.is(json::Type::object) && i < wanted.value.size(); ++i) {
      const auto [name, scopes] = wanted.value.member(i);
      auto scheme = sources.at(sources.root(), "/components/securitySchemes");
      scheme = scheme ? sources.member(*scheme, name) : std::nullopt;
      if (!scheme) {
        sources.note(wanted, fmt::format("there is no security scheme {}", name));
        continue;
      }
      found.push_back({*scheme, {}});
      for (std::size_t k = 0; scopes.is(json::Type::array) && k < scopes.size(); ++k) {
        found.back().scopes.emplace_back(scopes.item(k).string());
      }
    }
  }
  return found;
}

std::vector<Server> read_servers(Sources& sources) {
  std::vector<Server> servers;
  const auto all = sources.member(sources.root(), "servers");
  for (const auto& [name, site] : all ? sources.members(*all) : std::vector<std::pair<std::string, Site>>()) {
    auto [scheme, address] = split_scheme(sources.text(site, "url"));
    const std::string protocol = lower_case(sources.text(site, "protocol"));
    const bool speaks = scheme == "ws" || scheme == "wss";
    servers.push_back({name,
                       site,
                       speaks || protocol.empty() ? scheme : protocol,
                       std::move(address),
                       read_security(sources, site, "security")});
  }
  return servers;
}

std::string message_name(Sources& sources, const Site& message, const Site& given) {
  for (const char* key : {"messageId", "name"}) {
    if (std::string name = sources.text(message, key); !name.empty()) {
      return name;
    }
  }
  // What a $ref calls it, else the operation that holds it.
  return message == given ? std::string() : name_of(message);
}

void read_operation(Sources& sources, const char* verb, wire::Side from, Channel& channel) {
  const auto operation = sources.member(channel.site, verb);
  const auto given = operation ? Sources::own(*operation, "message") : std::nullopt;
  const auto message = given ? sources.follow(*given) : std::nullopt;
  if (!message) {
    return;
  }
  note_security(sources, *operation, verb, channel);
  const std::string id = sources.text(*operation, "operationId");
  const std::string fallback = id.empty() ? verb : id;
  const auto add = [&](const Site& site, const Site& as_given) {
    std::string name = message_name(sources, site, as_given);
    channel.uses.push_back({name.empty() ? fallback : std::move(name), site, from});
  };
  const auto choice = sources.member(*message, "oneOf");
  if (!choice) {
    add(*message, *given);
    return;
  }
  for (std::size_t i = 0; choice->value.is(json::Type::array) && i < choice->value.size(); ++i) {
    const Site item = child(*choice, std::to_string(i), choice->value.item(i));
    if (const auto site = sources.follow(item)) {
      add(*site, item);
    }
  }
}

}  // namespace

Model read_v2(Sources& sources, Described described) {
  const wire::Side publisher = described == Described::server ? wire::Side::client : wire::Side::server;
  Model model;
  model.servers = read_servers(sources);
  const auto channels = sources.member(sources.root(), "channels");
  for (const auto& [name, site] : channels ? sources.members(*channels) : std::vector<std::pair<std::string, Site>>()) {
    Channel channel;
    channel.name = name;
    channel.site = site;
    channel.path = starts_with(name, "/") ? name : "";
    if (const auto servers = sources.member(site, "servers")) {
      for (const Site& server : sources.items(*servers)) {
        channel.servers.emplace_back(server.value.string());
      }
    }
    read_operation(sources, "publish", publisher, channel);
    read_operation(sources, "subscribe", wire::other(publisher), channel);
    model.channels.push_back(std::move(channel));
  }
  return model;
}

}  // namespace whydrop::asyncapi
