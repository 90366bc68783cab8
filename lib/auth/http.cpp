#include "auth/http.hpp"

#include "auth/route.hpp"
#include "auth/transfer.hpp"
#include "base/try.hpp"
#include "handshake/head.hpp"
#include "net/lookup.hpp"
#include "net/proxy_address.hpp"
#include "net/url.hpp"
#include "session/heads.hpp"

#include <csignal>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

using Learn = std::function<bool(const HttpAnswer&)>;

/// Signals are the loop's.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// A value that would end its header early could add headers of its own.
Result<void> check_headers(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!handshake::is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return fail(ErrorKind::usage, fmt::format("header {}: it holds a line break, or its name is none", name));
    }
  }
  return {};
}

HttpAnswer answer_of(const Outcome& outcome) {
  HttpAnswer answer;
  answer.status = outcome.head->status;
  for (const auto& field : outcome.head->fields) {
    answer.headers.emplace_back(field.name, field.value);
  }
  answer.body = outcome.body;
  answer.whole = outcome.whole;
  return answer;
}

session::Response response_of(const Outcome& outcome, bool with_body) {
  session::Response fact = session::response_of(*outcome.head);
  fact.body = with_body ? outcome.body : "";
  fact.body_length = outcome.body_length;
  return fact;
}

}  // namespace

/// Shared with what waits in the loop; all but the worker's own thread is the loop's.
struct HttpCall::Impl : std::enable_shared_from_this<HttpCall::Impl> {
  net::Loop& loop;
  engine::Pipeline& pipeline;
  HttpRequest request;
  net::ConnectOptions options;
  Done done;
  Learn learn;
  std::uint32_t conn = 0;
  bool over = false, dropped = false;
  const Curl* curl = nullptr;
  std::unique_ptr<net::Lookup> lookup;
  std::unique_ptr<Transfer> transfer;
  std::thread worker;

  Impl(net::Loop& l, engine::Pipeline& p, HttpRequest r, net::ConnectOptions o, Done d)
      : loop(l), pipeline(p), request(std::move(r)), options(std::move(o)), done(std::move(d)) {}

  Result<void> prepare();
  void give_up(const Error& error);
  void look_up(const HostPort& name);
  void looked_up(const HostPort& name, session::Resolve fact);
  void send();
  void end(session::Ending ending);
  void tell(session::Body fact);
  void finish(Outcome outcome);
  void drop();
};

/// What can be wrong before anything is sent.
Result<void> HttpCall::Impl::prepare() {
  if (const auto checked = check_headers(request); !checked) {
    return checked;
  }
  auto url = net::parse_url(request.url);
  WHYDROP_TRY(url);
  options.url = std::move(*url);
  if (const auto proxy = net::parse_proxy(options.proxy); !options.proxy.url.empty() && !proxy) {
    return tl::unexpected<Error>(proxy.error());
  }
  const auto loaded = load_curl();
  WHYDROP_TRY(loaded);
  curl = *loaded;
  return {};
}

void HttpCall::Impl::look_up(const HostPort& name) {
  lookup = std::make_unique<net::Lookup>(loop);
  lookup->start(name.host, options.ip_version, options.connect_timeout, [this, name](session::Resolve fact) {
    looked_up(name, std::move(fact));
  });
}

void HttpCall::Impl::looked_up(const HostPort& name, session::Resolve fact) {
  const std::string error = fact.error;
  options.overrides.push_back({name.host, name.port, {}, 0, fact.addresses});
  options.connect_timeout = std::max<std::chrono::nanoseconds>(
      options.connect_timeout - std::chrono::nanoseconds(fact.duration_ns), std::chrono::milliseconds(1));
  pipeline.on_fact(conn, std::move(fact), loop.now_ns());
  if (error.empty()) {
    send();
  } else {
    const bool timed_out = error == "timed out";
    end({session::EndingHow::resolve_failed,
         timed_out ? session::EndedBy::client : session::EndedBy::unknown,
         "",
         "",
         error,
         {}});
  }
}

/// The end of a call that was not sent.
void HttpCall::Impl::end(session::Ending ending) {
  Outcome outcome;
  outcome.ending = std::move(ending);
  finish(std::move(outcome));
}

void HttpCall::Impl::send() {
  transfer = std::make_unique<Transfer>(*curl, request, options, [this](session::Body fact) { tell(std::move(fact)); });
  worker = std::thread([this, self = weak_from_this()] {
    block_signals();
    Outcome outcome = transfer->run();
    loop.post([self, outcome = std::move(outcome)]() mutable {
      if (const auto kept = self.lock()) {
        kept->finish(std::move(outcome));
      }
    });
  });
}

/// The worker's: hands a fact to the loop, with the time at which it was seen.
void HttpCall::Impl::tell(session::Body fact) {
  loop.post([self = shared_from_this(), fact = std::move(fact), t_ns = loop.now_ns()]() mutable {
    if (!self->dropped) {
      self->pipeline.on_fact(self->conn, std::move(fact), t_ns);
    }
  });
}

void HttpCall::Impl::give_up(const Error& error) {
  loop.post([self = shared_from_this(), error] {
    if (!self->dropped && !std::exchange(self->over, true)) {
      self->done(tl::unexpected<Error>(error));
    }
  });
}

void HttpCall::Impl::finish(Outcome outcome) {
  if (dropped || std::exchange(over, true)) {
    return;
  }
  HttpAnswer answer;
  if (outcome.head) {
    answer = answer_of(outcome);
    answer.conn = conn;
    const bool known = !learn || learn(answer);
    pipeline.on_fact(conn, response_of(outcome, known), loop.now_ns());
  }
  answer.verdict = pipeline.end(conn, std::move(outcome.ending), loop.now_ns());
  if (outcome.head && outcome.whole) {
    done(std::move(answer));
  } else {
    done(fail(ErrorKind::refused, fmt::format("{} {}: {}", request.method, request.url, answer.verdict.headline)));
  }
}

void HttpCall::Impl::drop() {
  dropped = true;
  lookup.reset();
  if (worker.joinable()) {
    transfer->cancel();
    worker.join();
  }
}

HttpCall::HttpCall(
    net::Loop& loop, engine::Pipeline& pipeline, HttpRequest request, const net::ConnectOptions& options, Done done)
    : impl_(std::make_shared<Impl>(loop, pipeline, std::move(request), options, std::move(done))) {}

HttpCall::~HttpCall() {
  impl_->drop();
}

void HttpCall::on_learn(Learn handler) {
  impl_->learn = std::move(handler);
}

void HttpCall::start() {
  if (const auto ready = impl_->prepare(); !ready) {
    impl_->give_up(ready.error());
    return;
  }
  session::Open open;
  open.role = session::Role::http;
  open.url = impl_->request.url;
  open.parent = impl_->options.parent;
  open.call = impl_->request.call;
  impl_->conn = impl_->pipeline.begin(std::move(open), impl_->loop.now_ns(), {nullptr, impl_->request.bindings});
  if (const auto name = name_to_look_up(impl_->options)) {
    impl_->look_up(*name);
  } else {
    impl_->send();
  }
}

void HttpCall::cancel() {
  if (impl_->transfer) {
    impl_->transfer->cancel();
  } else if (std::exchange(impl_->lookup, nullptr)) {
    impl_->loop.post([impl = impl_] {
      if (!impl->dropped) {
        impl->end({session::EndingHow::interrupted, session::EndedBy::client, "", "", "", {}});
      }
    });
  }
}

}  // namespace whydrop::auth
