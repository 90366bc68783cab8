#include "asyncapi/socket.hpp"

#include "asyncapi/naming.hpp"
#include "base/secret_keys.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::asyncapi {
namespace {

/// "apiKey" becomes "api_key": small letters, digits and underscores, a letter first.
std::string variable_name(std::string_view given) {
  std::string name;
  bool low = false;
  for (const char c : given) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = std::isalnum(byte) != 0 && byte < 0x80;
    if ((!letter || (std::isupper(byte) != 0 && low)) && !name.empty() && name.back() != '_') {
      name += '_';
    }
    name += letter ? std::string(1, ascii_lower(c)) : "";
    low = letter && std::isupper(byte) == 0;
  }
  while (!name.empty() && name.back() == '_') {
    name.pop_back();
  }
  return name.empty() || is_digit(name.front()) ? "value_" + name : name;
}

/// Text in a template: its braces are no placeholder's.
std::string doubled(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.append(c == '{' || c == '}' ? 2 : 1, c);
  }
  return out;
}

class SocketMaker {
 public:
  explicit SocketMaker(Sources& sources) : sources_(sources) {}

  Socket run(const Server* server, const std::vector<const Channel*>& channels) {
    made_.url = url_of(server, *channels.front());
    for (const Channel* channel : channels) {
      read_binding(*channel);
    }
    if (server != nullptr) {
      read_credentials(*server);
    }
    for (std::size_t i = 0; i < query_.size(); ++i) {
      made_.url += (i == 0 ? "?" : "&") + query_[i];
    }
    return std::move(made_);
  }

 private:
  std::string url_of(const Server* server, const Channel& channel) {
    std::string base = server == nullptr || server->address.empty()
                           ? unknown_server()
                           : server->protocol + "://" + template_of(server->address, server->site, "variables");
    if (!channel.path.empty() && base.back() == '/') {
      base.pop_back();
    }
    // A server's own path is the place of a channel at "/".
    const bool has_path = server != nullptr && server->address.find('/') != std::string::npos;
    return channel.path == "/" && has_path ? base : base + template_of(channel.path, channel.site, "parameters");
  }

  std::string unknown_server() {
    return "{" +
           add({"server", "where the API is, as wss://host: the document names no server that speaks ws or wss"}) + "}";
  }

  /// `text` with the placeholders of AsyncAPI, which `holder`'s member `key` tells of, as those of a profile.
  std::string template_of(const std::string& text, const Site& holder, const char* key) {
    const auto told = sources_.member(holder, key);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
      if (end == std::string::npos || end == at + 1) {
        out += doubled(text.substr(at++, 1));
        continue;
      }
      const std::string name = text.substr(at + 1, end - at - 1);
      const auto site = told ? sources_.member(*told, name) : std::nullopt;
      if (!site) {
        sources_.note(holder, fmt::format("{{{}}} is not described by {}: it becomes a variable", name, key));
      }
      out += "{" + add_told(name, site) + "}";
      at = end + 1;
    }
    return out;
  }

  /// A variable of what `site` tells of it, as server variables, parameters and schemas do.
  std::string add_told(const std::string& name, const std::optional<Site>& site, bool secret = false) {
    Variable variable{name, name};
    variable.secret = secret;
    if (site) {
      // In AsyncAPI 2 a parameter has a schema.
      const auto schema = sources_.member(*site, "schema");
      const Site& source = schema ? *schema : *site;
      const std::string own = sources_.text(*site, "description");
      variable.about = first_line(own.empty() ? sources_.text(source, "description") : own, name);
      if (const auto value = sources_.member(source, "default")) {
        variable.default_value = doubled(json::plain_text(value->value));
      }
      const auto choices = sources_.member(source, "enum");
      for (const Site& choice : choices ? sources_.items(*choices) : std::vector<Site>()) {
        variable.choices.push_back(json::plain_text(choice.value));
      }
    }
    return add(std::move(variable));
  }

  std::string add_secret(std::string name, std::string about) {
    Variable variable{std::move(name), std::move(about)};
    variable.secret = true;
    return add(std::move(variable));
  }

  /// Makes its name one of a profile's, and its own; returns it.
  std::string add(Variable variable) {
    variable.name = take_name(taken_, variable_name(variable.name), "_");
    variable.about = variable.about.empty() ? variable.name : variable.about;
    made_.variables.push_back(std::move(variable));
    return made_.variables.back().name;
  }

  void read_binding(const Channel& channel) {
    const auto binding = sources_.at(channel.site, "/bindings/ws");
    if (!binding) {
      return;
    }
    if (const auto method = sources_.member(*binding, "method"); method && method->value.string() != "GET") {
      sources_.note(*method,
                    fmt::format("method {} is not carried over: a WebSocket begins with GET (RFC 6455 section 4.1)",
                                json::plain_text(method->value)));
    }
    read_fields(*binding, "query", NamePlace::parameter, [this](const std::string& name, const std::string& value) {
      query_.push_back(name + "=" + value);
    });
    read_fields(*binding, "headers", NamePlace::header, [this](const std::string& name, const std::string& value) {
      made_.headers.emplace_back(name, value);
    });
  }

  /// The members of a schema of parameters or headers: those that are required, or can have one value only.
  void read_fields(const Site& binding,
                   const char* key,
                   NamePlace place,
                   const std::function<void(const std::string& name, const std::string& value)>& put) {
    const auto schema = sources_.member(binding, key);
    const auto fields = schema ? sources_.member(*schema, "properties") : std::nullopt;
    std::vector<std::string> optional;
    for (const auto& [name, site] : fields ? sources_.members(*fields) : std::vector<std::pair<std::string, Site>>()) {
      const auto constant = sources_.member(site, "const");
      if (same_caseless(name, "Sec-WebSocket-Protocol")) {
        read_subprotocols(site);
      } else if (constant) {
        put(name, doubled(json::plain_text(constant->value)));
      } else if (is_required(*schema, name)) {
        put(name, "{" + add_told(name, site, secrecy_of(name, place) != Secrecy::none) + "}");
      } else {
        optional.push_back(name);
      }
    }
    if (!optional.empty()) {
      sources_.note(*schema,
                    fmt::format("{} that are not required are left out: {}",
                                std::string_view(key) == "query" ? "query parameters" : "headers",
                                fmt::join(optional, ", ")));
    }
  }

  bool is_required(const Site& schema, const std::string& name) {
    const auto required = sources_.member(schema, "required");
    const auto names = required ? sources_.items(*required) : std::vector<Site>();
    return std::any_of(names.begin(), names.end(), [&](const Site& one) { return one.value.string() == name; });
  }

  void read_subprotocols(const Site& field) {
    for (const char* key : {"const", "enum"}) {
      const auto found = sources_.member(field, key);
      const auto listed = found && found->value.is(json::Type::array) ? sources_.items(*found)
                          : found                                     ? std::vector<Site>{*found}
                                                                      : std::vector<Site>();
      for (const Site& one : listed) {
        made_.subprotocols.push_back(json::plain_text(one.value));
      }
    }
  }

  /// The first that a WebSocket's request can carry.
  void read_credentials(const Server& server) {
    bool done = false;
    for (const Credential& credential : server.security) {
      const std::string type = sources_.text(credential.scheme, "type");
      if (done) {
        sources_.note(credential.scheme, fmt::format("another way to log in is not carried over: {}", type));
      } else {
        done = read_credential(credential, type);
      }
    }
  }

  bool read_credential(const Credential& credential, const std::string& type) {
    const Site& scheme = credential.scheme;
    const std::string name = sources_.text(scheme, "name"), in = sources_.text(scheme, "in");
    const std::string kind = lower_case(sources_.text(scheme, "scheme"));
    const std::string about = sources_.text(scheme, "description");
    if (type == "http" && kind == "basic") {
      made_.token = add_secret("basic_credentials", "user:password in base64");
      made_.headers.emplace_back("Authorization", "Basic {" + made_.token + "}");
    } else if ((type == "http" && kind == "bearer") || type == "oauth2" || type == "openIdConnect") {
      made_.token = add_secret("token", first_line(about, "the credential, as Authorization: Bearer has it"));
      made_.headers.emplace_back("Authorization", "Bearer {" + made_.token + "}");
      made_.scopes = credential.scopes;
      if (type != "http") {
        sources_.note(
            scheme,
            fmt::format("how {} gives a token is not carried over: give it with --var {}=TOKEN", type, made_.token));
      }
    } else if (type == "httpApiKey" && (in == "header" || in == "query" || in == "cookie") && !name.empty()) {
      made_.token = add_secret(name, first_line(about, "the API key"));
      const std::string value = "{" + made_.token + "}";
      if (in == "query") {
        query_.push_back(name + "=" + value);
      } else {
        made_.headers.emplace_back(in == "header" ? name : "Cookie", in == "header" ? value : name + "=" + value);
      }
    } else {
      sources_.note(
          scheme,
          fmt::format("security of type {} is not carried over: a WebSocket's request has no place for it", type));
      return false;
    }
    return true;
  }

  Sources& sources_;
  Socket made_;
  std::set<std::string> taken_;  ///< names of its variables
  std::vector<std::string> query_;
};

}  // namespace

Socket make_socket(Sources& sources, const Server* server, const std::vector<const Channel*>& channels) {
  return SocketMaker(sources).run(server, channels);
}

}  // namespace whydrop::asyncapi
