#include "auth/calls.hpp"

#include "auth/jwt.hpp"
#include "base/base64.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "json/json.hpp"
#include "net/url.hpp"
#include "profile/call_checks.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

using profile::Call;

/// application/x-www-form-urlencoded, of one name or value.
std::string form_encoded(std::string_view text) {
  return percent_encoded(text, [](char c) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-._";
    return kPlain.find(c) != std::string_view::npos;
  });
}

Result<std::string> form_body(const Call& call, const profile::Bindings& bindings) {
  std::string body;
  for (const profile::Field& field : call.form) {
    const auto value = bindings.fill_text(field.value);
    if (!value) {
      return value;
    }
    body += fmt::format("{}{}={}", body.empty() ? "" : "&", form_encoded(field.name), form_encoded(*value));
  }
  return body;
}

Result<void> add_headers(const Call& call, const profile::Bindings& bindings, HttpRequest& request) {
  for (const profile::Field& field : call.headers) {
    auto value = bindings.fill_text(field.value);
    WHYDROP_TRY(value);
    request.headers.emplace_back(field.name, std::move(*value));
  }
  if (call.basic_user.empty() && call.basic_password.empty()) {
    return {};
  }
  const auto user = bindings.fill_text(call.basic_user);
  const auto password = user ? bindings.fill_text(call.basic_password) : user;
  WHYDROP_TRY(password);
  request.headers.emplace_back("Authorization", "Basic " + base64_encode(*user + ":" + *password));
  return {};
}

Result<void> add_body(const Call& call, const profile::Bindings& bindings, HttpRequest& request) {
  if (call.body == Call::Body::none) {
    return {};
  }
  const bool form = call.body == Call::Body::form;
  auto body = form ? form_body(call, bindings) : bindings.fill_json(call.json);
  WHYDROP_TRY(body);
  request.body = std::move(*body);
  const bool typed = std::any_of(request.headers.begin(), request.headers.end(), [](const auto& field) {
    return handshake::same_token(field.first, "Content-Type");
  });
  if (!typed) {
    request.headers.emplace_back("Content-Type", form ? "application/x-www-form-urlencoded" : "application/json");
  }
  return {};
}

/// `url` by http where `at` says http.
std::string with_scheme_of(std::string url, const std::string& at) {
  constexpr std::string_view kSecure = "https://";
  if (at.compare(0, 7, "http://") == 0 && url.compare(0, kSecure.size(), kSecure) == 0) {
    url.erase(4, 1);
  }
  return url;
}

/// As much of the answer as tells whether it is a refusal.
session::Response response_of(const HttpAnswer& answer) {
  session::Response response;
  response.status = answer.status;
  response.body = answer.body;
  response.body_length = answer.body.size();
  return response;
}

}  // namespace

Result<HttpRequest> make_request(const Call& call, const profile::Bindings& bindings, const std::string& at) {
  HttpRequest request;
  request.method = call.method;
  request.call = call.name;
  auto url = bindings.fill_url(call.url);
  WHYDROP_TRY(url);
  request.url = with_scheme_of(std::move(*url), at);
  auto filled = add_headers(call, bindings, request);
  filled = filled ? add_body(call, bindings, request) : filled;
  return filled ? Result<HttpRequest>(std::move(request)) : tl::unexpected<Error>(filled.error());
}

std::optional<std::int64_t> expiry_of(const std::string& value, json::Value reply, std::int64_t now) {
  if (const auto token = inspect_token(value); token && !token->opaque && token->exp) {
    return token->exp;
  }
  const auto seconds = reply.find("expires_in");
  if (seconds && seconds->is(json::Type::number) && seconds->number() >= 0 && seconds->number() < 1e9) {
    return now + static_cast<std::int64_t>(seconds->number());
  }
  const auto time = reply.find("expires");
  const auto at = time ? parse_rfc3339(time->string()) : std::nullopt;
  return at ? std::optional(*at / kSecond) : std::nullopt;
}

struct CallRunner::Impl : std::enable_shared_from_this<CallRunner::Impl> {
  Parts parts;
  std::vector<const Call*> calls;
  std::size_t next = 0;
  Done done;
  Outcome outcome;
  std::unique_ptr<HttpCall> call;
  std::string origin;  ///< of the call that is under way, as the profile has it
  bool cancelled = false;

  explicit Impl(Parts given) : parts(std::move(given)) {}

  void make_next();
  Result<void> make(const Call& row);
  bool learn(const Call& row, const HttpAnswer& answer);
  void keep(const Call& row, json::Value body);
  void ended(const Call& row, const Result<HttpAnswer>& answer);
  void finish();
};

void CallRunner::Impl::make_next() {
  if (cancelled || next == calls.size()) {
    outcome.complete = next == calls.size();
    finish();
    return;
  }
  if (const auto made = make(*calls[next++]); !made) {
    outcome.error = made.error();
    finish();
  }
}

void CallRunner::Impl::finish() {
  if (auto told = std::exchange(done, nullptr)) {
    told(std::move(outcome));
  }
}

Result<void> CallRunner::Impl::make(const Call& row) {
  auto request = make_request(row, parts.bindings, parts.at);
  if (!request) {
    return fail(
        request.error().kind, fmt::format("call {}: {}", row.name, request.error().message), request.error().hint);
  }
  const auto place =
      parts.bindings.fill_url(row.url).and_then([](const std::string& url) { return net::parse_url(url); });
  WHYDROP_TRY(place);
  WHYDROP_TRY(parts.may_send(row, *place));
  origin = place->origin();
  const auto url = net::parse_url(request->url);
  auto options = url ? parts.options_for(*url) : tl::unexpected<Error>(url.error());
  WHYDROP_TRY(options);
  request->bindings = &parts.bindings;
  if (outcome.conn) {
    options->parent = outcome.conn;
  }
  call = std::make_unique<HttpCall>(
      parts.loop, parts.pipeline, std::move(*request), *options, [this, &row](const Result<HttpAnswer>& answer) {
        ended(row, answer);
      });
  call->on_learn([this, &row](const HttpAnswer& answer) { return learn(row, answer); });
  call->start();
  return {};
}

/// Before the answer is recorded: what it gives may be secret, also where it is taken for a refusal. False where nobody
/// can tell what of it is.
bool CallRunner::Impl::learn(const Call& row, const HttpAnswer& answer) {
  json::Json body;
  const bool is_json = !body.parse(answer.body);
  bool gives_secrets = false;
  for (const profile::Take& take : row.takes) {
    const profile::Variable* variable = parts.bindings.profile().variable(take.variable);
    if (variable == nullptr || !variable->secret) {
      continue;
    }
    gives_secrets = true;
    const auto value = is_json ? body.root().at(take.pointer) : std::nullopt;
    if (value && !value->is(json::Type::null)) {
      parts.pipeline.add_secret({take.variable, json::plain_text(*value)});
    }
  }
  return is_json || !gives_secrets || answer.status >= 300;
}

void CallRunner::Impl::keep(const Call& row, json::Value body) {
  const std::int64_t now = parts.now();
  for (const profile::Take& take : row.takes) {
    const auto value = parts.bindings.get(take.variable);
    if (!value || parts.bindings.origin(take.variable) != profile::Origin::reply) {
      continue;
    }
    outcome.taken.push_back(take.variable);
    parts.on_taken(take.variable, origin);
    if (parts.store != nullptr) {
      const profile::Variable* variable = parts.bindings.profile().variable(take.variable);
      const bool secret = variable == nullptr || variable->secret;
      parts.store->set(take.variable,
                       {*value, now, secret ? expiry_of(*value, body, now) : std::nullopt, secret, origin});
    }
  }
}

void CallRunner::Impl::ended(const Call& row, const Result<HttpAnswer>& answer) {
  const auto self = shared_from_this();
  if (!answer) {
    if (answer.error().kind != ErrorKind::refused) {
      outcome.error = answer.error();
    }
    finish();
    return;
  }
  outcome.conn = answer->conn;
  const profile::Reply reply(row, response_of(*answer));
  outcome.refused = reply.refused();
  if (reply.gives()) {
    keep(row, *reply.root());
  }
  if (outcome.refused) {
    finish();
    return;
  }
  // The call that told this is still on the stack.
  parts.loop.post([self] { self->make_next(); });
}

CallRunner::CallRunner(Parts parts) : impl_(std::make_shared<Impl>(std::move(parts))) {}

CallRunner::~CallRunner() {
  impl_->done = nullptr;
  impl_->cancelled = true;
  impl_->call.reset();
}

void CallRunner::start(std::vector<const Call*> calls, Done done) {
  impl_->calls = std::move(calls);
  impl_->done = std::move(done);
  impl_->parts.loop.post([impl = impl_] { impl->make_next(); });
}

void CallRunner::cancel() {
  impl_->cancelled = true;
  if (impl_->call) {
    impl_->call->cancel();
  }
}

}  // namespace whydrop::auth
