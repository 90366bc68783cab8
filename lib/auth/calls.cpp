#include "auth/calls.hpp"

#include "auth/jwt.hpp"
#include "base/base64.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "json/json.hpp"
#include "net/url.hpp"
#include "profile/findings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

using profile::Call;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

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
    if (!value) {
      return tl::unexpected<Error>(value.error());
    }
    request.headers.emplace_back(field.name, std::move(*value));
  }
  if (call.basic_user.empty() && call.basic_password.empty()) {
    return {};
  }
  const auto user = bindings.fill_text(call.basic_user);
  const auto password = user ? bindings.fill_text(call.basic_password) : user;
  if (!password) {
    return tl::unexpected<Error>(password.error());
  }
  request.headers.emplace_back("Authorization", "Basic " + base64_encode(*user + ":" + *password));
  return {};
}

Result<void> add_body(const Call& call, const profile::Bindings& bindings, HttpRequest& request) {
  if (call.body == Call::Body::none) {
    return {};
  }
  const bool form = call.body == Call::Body::form;
  auto body = form ? form_body(call, bindings) : bindings.fill_json(call.json);
  if (!body) {
    return tl::unexpected<Error>(body.error());
  }
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

bool is_success(const Call& call, int status) {
  return std::find(call.success.begin(), call.success.end(), status) != call.success.end();
}

/// The profile's words for this answer; null where it has none.
const profile::FindingText* refusal_words(const Call& call, int status, const json::Json& body, bool is_json) {
  for (const Call::Refusal& row : call.refusals) {
    if (row.status == status && (row.where.empty() || (is_json && holds(row.where, body.root())))) {
      return &row.finding;
    }
  }
  return nullptr;
}

}  // namespace

Result<HttpRequest> make_request(const Call& call, const profile::Bindings& bindings, const std::string& at) {
  HttpRequest request;
  request.method = call.method;
  auto url = bindings.fill_url(call.url);
  if (!url) {
    return tl::unexpected<Error>(url.error());
  }
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
  return at ? std::optional(*at / kNsPerSecond) : std::nullopt;
}

struct CallRunner::Impl : std::enable_shared_from_this<CallRunner::Impl> {
  Parts parts;
  std::vector<const Call*> calls;
  std::size_t next = 0;
  Done done;
  Outcome outcome;
  std::unique_ptr<HttpCall> call;
  json::Json body;
  bool is_json = false, cancelled = false;

  explicit Impl(Parts given) : parts(std::move(given)) {}

  void make_next();
  Result<void> make(const Call& row);
  bool learn(const Call& row, const HttpAnswer& answer);
  bool learn_secrets(const Call& row);
  void keep(const Call& row);
  void judge(const Call& row, const HttpAnswer& answer);
  void tell(const profile::FindingText& words, const HttpAnswer& answer);
  void tell_incomplete(std::string says, const HttpAnswer& answer);
  std::string lack(const Call& row, const HttpAnswer& answer) const;
  void ended(const Result<HttpAnswer>& answer);
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
  const auto url = net::parse_url(request->url);
  auto options = url ? parts.options_for(*url) : tl::unexpected<Error>(url.error());
  if (!options) {
    return tl::unexpected<Error>(options.error());
  }
  if (outcome.conn) {
    options->parent = outcome.conn;
  }
  call = std::make_unique<HttpCall>(
      parts.loop, parts.pipeline, std::move(*request), *options, [this](const Result<HttpAnswer>& answer) {
        ended(answer);
      });
  call->on_learn([this, &row](const HttpAnswer& answer) { return learn(row, answer); });
  call->on_judge([this, &row](const HttpAnswer& answer) { judge(row, answer); });
  call->start();
  return {};
}

/// What the answer gives may be secret, also where it is taken for a refusal. False where nobody can tell what of it
/// is.
bool CallRunner::Impl::learn_secrets(const Call& row) {
  bool gives_secrets = false;
  for (const profile::Take& take : row.takes) {
    const profile::Variable* variable = parts.bindings.profile().variable(take.variable);
    if (variable == nullptr || !variable->secret) {
      continue;
    }
    gives_secrets = true;
    const auto value = is_json ? body.root().at(take.pointer) : std::nullopt;
    if (value && !value->is(json::Type::null)) {
      parts.pipeline.add_secret(
          {take.variable, value->is(json::Type::string) ? std::string(value->string()) : value->text()});
    }
  }
  return is_json || !gives_secrets;
}

/// Before the answer is recorded.
bool CallRunner::Impl::learn(const Call& row, const HttpAnswer& answer) {
  is_json = !body.parse(answer.body).has_value();
  const bool known = learn_secrets(row);
  const bool good = is_json && answer.whole && is_success(row, answer.status);
  if (good && refusal_words(row, answer.status, body, is_json) == nullptr) {
    parts.bindings.take(row.takes, body.root());
    keep(row);
  }
  return known || answer.status >= 300;
}

void CallRunner::Impl::keep(const Call& row) {
  const std::int64_t now = parts.now();
  for (const profile::Take& take : row.takes) {
    const auto value = parts.bindings.get(take.variable);
    if (!value || parts.bindings.origin(take.variable) != profile::Origin::reply) {
      continue;
    }
    outcome.taken.push_back(take.variable);
    if (parts.store != nullptr) {
      const profile::Variable* variable = parts.bindings.profile().variable(take.variable);
      const bool secret = variable == nullptr || variable->secret;
      parts.store->set(take.variable,
                       {*value, now, secret ? expiry_of(*value, body.root(), now) : std::nullopt, secret});
    }
  }
}

void CallRunner::Impl::judge(const Call& row, const HttpAnswer& answer) {
  if (!answer.whole) {
    tell_incomplete(fmt::format("The answer to {} was cut short: the connection ended in the middle of it.", row.name),
                    answer);
    return;
  }
  if (const auto* words = refusal_words(row, answer.status, body, is_json)) {
    outcome.refused = true;
    tell(*words, answer);
    return;
  }
  outcome.refused = !is_success(row, answer.status);
  if (outcome.refused && answer.status < 300) {
    tell_incomplete(
        fmt::format("The answer to {} was {}, which the profile does not name as a success.", row.name, answer.status),
        answer);
  }
  std::string missing = outcome.refused ? std::string() : lack(row, answer);
  if (!missing.empty()) {
    outcome.refused = true;
    tell_incomplete(fmt::format("The answer to {} {}.", row.name, missing), answer);
  }
  for (const Call::Note& note : row.notes) {
    if (!outcome.refused && is_json && holds(note.where, body.root())) {
      tell(note.finding, answer);
    }
  }
}

/// Why the answer does not give what it should; empty if it does.
std::string CallRunner::Impl::lack(const Call& row, const HttpAnswer& answer) const {
  const auto missing = std::find_if(row.takes.begin(), row.takes.end(), [&](const profile::Take& take) {
    const auto value = is_json ? body.root().at(take.pointer) : std::nullopt;
    return !value || value->is(json::Type::null);
  });
  if (missing == row.takes.end()) {
    return {};
  }
  const std::string unread = fmt::format("so that {} cannot be read from it", missing->variable);
  if (is_json) {
    return fmt::format("has nothing at {}, which gives {}", missing->pointer, missing->variable);
  }
  const auto coding = std::find_if(answer.headers.begin(), answer.headers.end(), [](const auto& field) {
    return handshake::same_token(field.first, "Content-Encoding");
  });
  if (coding != answer.headers.end()) {
    return fmt::format(
        "is compressed ({}), which was not asked for, {}", elide(escape_for_terminal(coding->second), 20), unread);
  }
  return fmt::format("is {}, {}", answer.body.size() == kMaxBody ? "1 MiB or longer" : "not JSON", unread);
}

void CallRunner::Impl::tell(const profile::FindingText& words, const HttpAnswer& answer) {
  const auto extra = [&](std::string_view name) -> std::optional<std::string> {
    if (name == "$status") {
      return fmt::format("{}", answer.status);
    }
    const auto found = name.substr(0, 2) == "$/" && is_json ? body.root().at(name.substr(1)) : std::nullopt;
    return found ? std::optional(found->text()) : std::nullopt;
  };
  profile::FindingText filled = words;
  filled.says = parts.bindings.fill_words(words.says, extra);
  filled.fix = parts.bindings.fill_words(words.fix, extra);
  parts.pipeline.on_finding(answer.conn, profile::make_finding(filled, parts.pipeline.last_seq()), parts.loop.now_ns());
}

void CallRunner::Impl::tell_incomplete(std::string says, const HttpAnswer& answer) {
  session::Finding finding("call-reply-incomplete", parts.pipeline.last_seq());
  finding.says = std::move(says);
  finding.fix = "Look at the answer's body: the profile and the API do not fit, or something else answered.";
  parts.pipeline.on_finding(answer.conn, std::move(finding), parts.loop.now_ns());
}

void CallRunner::Impl::ended(const Result<HttpAnswer>& answer) {
  const auto self = shared_from_this();
  if (!answer && answer.error().kind != ErrorKind::refused) {
    outcome.error = answer.error();
  }
  if (answer) {
    outcome.conn = answer->conn;
  }
  if (!answer || outcome.refused) {
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
