#include "rehearsal/request_router.hpp"

#include "base/secret_keys.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::rehearsal {
namespace {

using profile::Call;

/// What is wrong with a request, and how a server usually says so.
struct Objection {
  std::string fault;
  Reply reply;
};

std::shared_ptr<const json::Json> parsed(const std::string& text) {
  auto made = std::make_shared<json::Json>();
  return made->parse(text) ? nullptr : made;
}

/// Names and values as a JSON object; null where an escape of theirs makes them no UTF-8.
std::shared_ptr<const json::Json> as_object(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text += (text.empty() ? "{" : ",") + json::quote(name) + ":" + json::quote(value);
  }
  return parsed(text.empty() ? "{}" : text + "}");
}

std::optional<json::Value> root_of(const TemplateContext& context) {
  return context.request ? std::optional(context.request->root()) : std::nullopt;
}

/// A URL that is one variable as a whole was given out by this server.
Target pattern_of(const std::string& url, const profile::Bindings& bindings) {
  if (!url.empty() && url.front() == '{') {
    const auto filled = bindings.fill_url(url);
    return filled ? read_target(*filled) : Target{};
  }
  return read_template(url);
}

Objection bad_token(std::string fault) {
  if (fault == "token-scope") {
    return {std::move(fault), error_reply(403, "missing.permissions", "The token lacks a scope that is needed here.")};
  }
  const bool expired = fault == "token-expired";
  return {std::move(fault),
          error_reply(401,
                      expired ? "credentials.expired" : "bad.credentials",
                      expired ? "The token has expired." : "Invalid login credentials.")};
}

std::optional<Objection> object_to_bearer(const ScenarioState& state, const std::string* value) {
  if (value == nullptr || scheme_length(*value) == 0) {
    return Objection{"token-missing", usual_reply(401)};
  }
  std::string fault = state.token_fault(std::string_view(*value).substr(scheme_length(*value)), {});
  return fault.empty() ? std::nullopt : std::optional(bad_token(std::move(fault)));
}

bool begins_with_scheme(std::string_view value, std::string_view scheme) {
  return handshake::same_token(value.substr(0, value.find(' ')), scheme);
}

std::optional<Objection> object_to_headers(const ScenarioState& state, const Call& call, const handshake::Head& head) {
  const std::string* const credential = head.find("Authorization");
  if (!call.basic_user.empty() && (credential == nullptr || !begins_with_scheme(*credential, "Basic"))) {
    return Objection{
        "basic-missing",
        {400,
         {{"Content-Type", "application/json"}},
         R"({"error":"invalid_client","description":"The client's id and secret are missing: Authorization: Basic."})"}};
  }
  for (const profile::Field& field : call.headers) {
    const std::string* const value = head.find(field.name);
    if (begins_with_scheme(field.value, "Bearer") && handshake::same_token(field.name, "Authorization")) {
      if (auto objection = object_to_bearer(state, value)) {
        return objection;
      }
    } else if (value == nullptr) {
      return Objection{"header-missing", error_reply(400, "bad.request", "The header " + field.name + " is missing.")};
    }
  }
  return std::nullopt;
}

std::optional<Objection> object_to_body(const Call& call, const std::string& body) {
  if (call.body == Call::Body::json && !parsed(body)) {
    return Objection{"body-not-json", error_reply(400, "bad.request", "The body is not JSON.")};
  }
  if (call.body == Call::Body::form && (body.empty() || body.front() == '{')) {
    return Objection{
        "body-not-form",
        {400,
         {{"Content-Type", "application/json"}},
         R"({"error":"invalid_request","description":"The body is not application/x-www-form-urlencoded."})"}};
  }
  return std::nullopt;
}

/// Calls whose path the request has, the one that fits best first.
std::vector<const Call*> candidates(const ScenarioState& state, const RequestReader& request, const Target& target) {
  std::vector<const Call*> found;
  for (const Call& call : state.profile().calls) {
    if (same_path(read_template(call.url).path, target.path)) {
      found.push_back(&call);
    }
  }
  const auto rank = [&](const Call* call) {
    const bool method = call->method == request.method() || (call->method == "GET" && request.method() == "HEAD");
    return (method ? 0 : 2) + (missing_query(read_template(call->url), target) ? 1 : 0);
  };
  std::stable_sort(found.begin(), found.end(), [&rank](const Call* a, const Call* b) { return rank(a) < rank(b); });
  if (!found.empty() && rank(found.front()) >= 2) {
    found.erase(std::remove_if(found.begin(), found.end(), [&rank](const Call* call) { return rank(call) < 2; }),
                found.end());
  }
  return found;
}

bool takes_method(const Call& call, std::string_view method) {
  return call.method == method || (call.method == "GET" && method == "HEAD");
}

Reply wrong_method(const std::vector<const Call*>& calls) {
  std::string allowed;
  for (const Call* call : calls) {
    allowed += (allowed.empty() ? "" : ", ") + call->method;
  }
  Reply reply = error_reply(405, "method.not.allowed", "This resource takes " + allowed + ".");
  reply.headers.insert(reply.headers.begin(), {"Allow", allowed});
  return reply;
}

std::optional<Objection> object_to_call(const ScenarioState& state, const Call& call, const RequestReader& request) {
  if (auto objection = object_to_headers(state, call, request.head())) {
    return objection;
  }
  if (const auto name = missing_query(read_template(call.url), read_target(request.target()))) {
    return Objection{"query-missing",
                     error_reply(400, "bad.request", "The query parameter " + *name + " is missing or wrong.")};
  }
  return object_to_body(call, request.body());
}

/// The socket's credential, where the profile puts it: in the query or in a header. Null: none came.
std::optional<std::string> credential(const profile::Profile& profile,
                                      const Target& pattern,
                                      const Target& target,
                                      const handshake::Head& head) {
  for (const auto& [name, value] : pattern.query) {
    if (const std::string* const given = target.find(name)) {
      if (auto found = value_in(value, profile.token_variable, *given)) {
        return found;
      }
    }
  }
  for (const profile::Field& field : profile.socket_headers) {
    if (const std::string* const given = head.find(field.name)) {
      if (auto found = value_in(field.value, profile.token_variable, *given)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

/// True if the profile puts the credential into the request at all.
bool asks_for_credential(const profile::Profile& profile, const Target& pattern) {
  const std::string placeholder = "{" + profile.token_variable + "}";
  const auto holds = [&placeholder](std::string_view text) { return text.find(placeholder) != std::string_view::npos; };
  return !profile.token_variable.empty() &&
         (std::any_of(pattern.query.begin(),
                      pattern.query.end(),
                      [&holds](const auto& field) { return holds(field.second); }) ||
          std::any_of(profile.socket_headers.begin(), profile.socket_headers.end(), [&holds](const auto& field) {
            return holds(field.value);
          }));
}

std::optional<Objection> object_to_credential(const ScenarioState& state,
                                              const Target& pattern,
                                              const Target& target,
                                              const handshake::Head& head) {
  const profile::Profile& profile = state.profile();
  if (!asks_for_credential(profile, pattern)) {
    return std::nullopt;
  }
  const auto token = credential(profile, pattern, target, head);
  if (!token) {
    return Objection{"token-missing", usual_reply(401)};
  }
  std::string fault = state.token_fault(*token, profile.scopes);
  return fault.empty() ? std::nullopt : std::optional(Objection{std::move(fault), usual_reply(403)});
}

std::optional<Objection> object_to_upgrade(const ScenarioState& state,
                                           const Target& pattern,
                                           const Target& target,
                                           const handshake::Head& head) {
  if (auto objection = object_to_credential(state, pattern, target, head)) {
    return objection;
  }
  if (const auto name = missing_query(pattern, target)) {
    return Objection{"query-missing",
                     error_reply(400, "bad.request", "The query parameter " + *name + " is missing or wrong.")};
  }
  return std::nullopt;
}

/// Nothing of the profile's takes the request.
RoutedRequest turned_away(std::string fault, Reply reply) {
  return {"", nullptr, std::move(fault), std::move(reply), nullptr, {}};
}

/// `what`: "call" or "socket".
Reply no_such_path(const ScenarioState& state, std::string_view what, const Target& target) {
  std::string says = "No ";
  says.append(what).append(" of ").append(state.profile().name);
  says.append(" has the path ").append(escape_for_terminal(target.path)).append(".");
  return error_reply(404, "not.found", says);
}

void note(std::optional<Objection> objection, RoutedRequest& made, Trigger& trigger) {
  if (objection) {
    made.fault = std::move(objection->fault);
    made.reply = std::move(objection->reply);
    trigger.names.push_back("fault:" + made.fault);
  }
}

}  // namespace

RoutedRequest route_call(ScenarioState& state, const RequestReader& request) {
  const Target target = read_target(request.target());
  const auto calls = candidates(state, request, target);
  if (calls.empty()) {
    return turned_away("", no_such_path(state, "call", target));
  }
  const Call& call = *calls.front();
  if (!takes_method(call, request.method())) {
    return turned_away("", wrong_method(calls));
  }
  const bool form = call.body == Call::Body::form;
  RoutedRequest made{call.name, &call, "", usual_reply(404), nullptr, {}};
  made.context = {form ? as_object(read_form(request.body())) : parsed(request.body()), target.query, 0};
  Trigger trigger{{"call:" + call.name}, root_of(made.context)};
  note(object_to_call(state, call, request), made, trigger);
  made.acts = state.reaction(trigger);
  // What a good server answers is not for a call that has a fault; what a scenario answers is for any.
  const bool for_good_calls =
      made.acts != nullptr && made.acts->on == trigger.names.front() && !state.is_of_scenario(*made.acts);
  if (!made.fault.empty() && for_good_calls) {
    made.acts = nullptr;
  }
  return made;
}

RoutedRequest route_upgrade(ScenarioState& state, const RequestReader& request) {
  const Target target = read_target(request.target());
  const Target pattern = pattern_of(state.profile().socket_url, state.bindings());
  if (!same_path(pattern.path, target.path)) {
    return turned_away("path", no_such_path(state, "socket", target));
  }
  RoutedRequest made{"socket", nullptr, "", std::nullopt, nullptr, {}};
  made.context = {as_object(target.query), target.query, 0};
  Trigger trigger{{"upgrade"}, root_of(made.context)};
  note(object_to_upgrade(state, pattern, target, request.head()), made, trigger);
  made.acts = state.reaction(trigger);
  return made;
}

std::optional<Reply> preflight(const RequestReader& request) {
  const std::string* const method = request.head().find("Access-Control-Request-Method");
  if (request.method() != "OPTIONS" || method == nullptr) {
    return std::nullopt;
  }
  Reply reply{204, {{"Access-Control-Allow-Methods", *method}, {"Access-Control-Max-Age", "600"}}, ""};
  if (const std::string* const headers = request.head().find("Access-Control-Request-Headers")) {
    reply.headers.push_back({"Access-Control-Allow-Headers", *headers});
  }
  return reply;
}

void allow_origin(const RequestReader& request, Reply& reply) {
  if (request.head().find("Origin") != nullptr) {
    reply.headers.push_back({"Access-Control-Allow-Origin", "*"});
  }
}

std::string local_origin(const handshake::Head& request, bool tls) {
  const std::string* const host = request.find("Host");
  const bool local = host != nullptr && (host->find_first_not_of("0123456789.:") == std::string::npos ||
                                         host->front() == '[' || host->substr(0, host->find(':')) == "localhost");
  return local ? (tls ? "wss://" : "ws://") + *host : "";
}

}  // namespace whydrop::rehearsal
