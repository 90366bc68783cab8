#include "net/dialer.hpp"

#include "net/ending.hpp"
#include "net/loop_impl.hpp"
#include "net/proxy.hpp"
#include "net/race.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::net {

using session::EndedBy;
using session::EndingHow;

namespace {

using HostPort = ProxyTarget;

bool matches(const AddressOverride& rule, const HostPort& target) {
  return (rule.host.empty() || handshake::same_token(rule.host, target.host)) &&
         (rule.port == 0 || rule.port == target.port);
}

/// --connect-to: the first rule that matches decides; an empty part keeps what was there.
HostPort connect_to(const std::vector<AddressOverride>& rules, HostPort target) {
  for (const AddressOverride& rule : rules) {
    if (rule.addresses.empty() && matches(rule, target)) {
      return {rule.to_host.empty() ? target.host : rule.to_host, rule.to_port == 0 ? target.port : rule.to_port};
    }
  }
  return target;
}

/// --resolve: the addresses that stand for this host and port; empty: ask the resolver.
std::vector<asio::ip::address> pinned(const std::vector<AddressOverride>& rules, const HostPort& target) {
  std::vector<asio::ip::address> result;
  for (const AddressOverride& rule : rules) {
    if (rule.addresses.empty() || !matches(rule, target)) {
      continue;
    }
    for (const std::string& text : rule.addresses) {
      std::error_code error;
      const auto address = asio::ip::make_address(text, error);
      if (!error) {
        result.push_back(address);
      }
    }
    break;
  }
  return result;
}

bool family_fits(const asio::ip::address& address, int ip_version) {
  return ip_version == 0 || address.is_v6() == (ip_version == 6);
}

std::vector<AnyEndpoint> endpoints(const std::vector<asio::ip::address>& addresses, std::uint16_t port) {
  std::vector<AnyEndpoint> result;
  for (const auto& address : interleaved(addresses)) {
    result.emplace_back(asio::ip::tcp::endpoint(address, port));
  }
  return result;
}

}  // namespace

struct Dialer::Impl {
  enum class Step { looking_up, connecting, tunnelling, securing };
  using Addresses = std::vector<asio::ip::address>;
  using Found = std::function<void(Addresses)>;

  Loop& loop;
  const ConnectOptions& options;
  Callbacks callbacks;
  HostPort target;
  std::optional<ProxyAddress> proxy;
  SslContext tls_context;
  Step step = Step::looking_up;
  std::string looked_up;
  std::int64_t step_began_ns = 0;
  std::optional<Resolver> resolver;
  std::optional<Race> race;
  std::unique_ptr<Socket> socket;
  std::optional<ProxyTunnel> tunnel;
  std::optional<TlsHandshake> handshake;
  /// Completion handlers of the handshake outlive the Dialer; they look here first.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  Impl(Loop& l, const ConnectOptions& o, Callbacks c) : loop(l), options(o), callbacks(std::move(c)) {}

  void start();
  bool prepare();
  void begin(Step next);
  std::int64_t took_ns() const { return loop.now_ns() - step_began_ns; }
  void find(const HostPort& where, Found found);
  void on_resolved(Resolved result, const Found& found);
  void connect(std::vector<AnyEndpoint> where);
  void on_connect_lost(const std::error_code& last);
  void on_connected(Socket connected);
  void open_tunnel(const HostPort& through);
  void on_tunnel(const ProxyOutcome& outcome);
  void tell_proxy(int status, const std::string& error);
  void secure();
  void on_secured(const std::error_code& error);
  void tell_tls(session::Tls fact);
  void fail(EndingHow how, EndedBy by, std::string detail) { callbacks.failed({how, by, std::move(detail)}); }
};

void Dialer::Impl::begin(Step next) {
  step = next;
  step_began_ns = loop.now_ns();
}

/// Reads what the options name before anything is sent: a wrong file or proxy is told at once.
bool Dialer::Impl::prepare() {
  if (!options.proxy.url.empty()) {
    auto parsed = parse_proxy(options.proxy);
    if (!parsed) {
      fail(EndingHow::proxy_failed, EndedBy::client, parsed.error().message);
      return false;
    }
    proxy = std::move(*parsed);
  }
  if (options.url.tls) {
    auto context = make_tls_context(options.tls);
    if (!context) {
      fail(EndingHow::tls_failed, EndedBy::client, context.error().message);
      return false;
    }
    tls_context = std::move(*context);
  }
  return true;
}

void Dialer::Impl::start() {
  if (!prepare()) {
    return;
  }
  target = connect_to(options.overrides, {options.url.host, options.url.port});
  if (!options.unix_socket.empty()) {
    connect({AnyEndpoint(asio::local::stream_protocol::endpoint(options.unix_socket))});
    return;
  }
  const HostPort first = proxy ? HostPort{proxy->host, proxy->port} : target;
  find(first, [this, port = first.port](const Addresses& addresses) { connect(endpoints(addresses, port)); });
}

void Dialer::Impl::find(const HostPort& where, Found found) {
  Addresses addresses = pinned(options.overrides, where);
  std::error_code error;
  if (const auto literal = asio::ip::make_address(where.host, error); addresses.empty() && !error) {
    addresses.push_back(literal);
  }
  if (addresses.empty()) {
    begin(Step::looking_up);
    looked_up = where.host;
    resolver.emplace(loop.impl().context);
    resolver->start(where.host, options.ip_version, [this, found = std::move(found)](Resolved result) {
      on_resolved(std::move(result), found);
    });
    return;
  }
  addresses.erase(std::remove_if(addresses.begin(),
                                 addresses.end(),
                                 [&](const auto& address) { return !family_fits(address, options.ip_version); }),
                  addresses.end());
  if (addresses.empty()) {
    fail(EndingHow::resolve_failed,
         EndedBy::client,
         fmt::format("{} has no IPv{} address", where.host, options.ip_version));
    return;
  }
  found(std::move(addresses));
}

void Dialer::Impl::on_resolved(Resolved result, const Found& found) {
  session::Resolve fact{looked_up, {}, took_ns(), result.failure.words, result.failure.cause};
  for (const auto& address : result.addresses) {
    fact.addresses.push_back(address.to_string());
  }
  callbacks.fact(std::move(fact));
  if (result.failure.cause == session::Cause::none) {
    found(std::move(result.addresses));
  } else {
    fail(EndingHow::resolve_failed, EndedBy::unknown, result.failure.words);
  }
}

void Dialer::Impl::connect(std::vector<AnyEndpoint> where) {
  begin(Step::connecting);
  race.emplace(loop,
               options.interface_name,
               Race::Callbacks{[this](session::Connect fact) { callbacks.fact(std::move(fact)); },
                               [this](Socket connected) { on_connected(std::move(connected)); },
                               [this](std::error_code last) { on_connect_lost(last); }});
  race->start(std::move(where));
}

void Dialer::Impl::on_connect_lost(const std::error_code& last) {
  if (proxy) {
    tell_proxy(0, error_name(last));
  }
  const Classified lost = classify({false, false, last, {}, 0, std::nullopt, false});
  fail(proxy ? EndingHow::proxy_failed : EndingHow::connect_failed,
       last == asio::error::connection_refused ? EndedBy::server : lost.by,
       error_name(last));
}

void Dialer::Impl::on_connected(Socket connected) {
  socket = std::make_unique<Socket>(std::move(connected));
  if (!proxy || !options.unix_socket.empty()) {
    secure();
  } else if (proxy->resolves) {
    open_tunnel(target);
  } else {
    find(target, [this](const Addresses& addresses) { open_tunnel({addresses.front().to_string(), target.port}); });
  }
}

void Dialer::Impl::open_tunnel(const HostPort& through) {
  begin(Step::tunnelling);
  tunnel.emplace(*socket, *proxy, through, [this](const ProxyOutcome& outcome) { on_tunnel(outcome); });
  tunnel->start();
}

void Dialer::Impl::tell_proxy(int status, const std::string& error) {
  callbacks.fact(session::Proxy{
      std::string(name(proxy->kind)), fmt::format("{}:{}", proxy->host, proxy->port), status, took_ns(), error});
}

void Dialer::Impl::on_tunnel(const ProxyOutcome& outcome) {
  tell_proxy(outcome.status, outcome.error);
  if (outcome.error.empty()) {
    secure();
  } else {
    fail(EndingHow::proxy_failed, EndedBy::server, outcome.error);
  }
}

void Dialer::Impl::secure() {
  if (!tls_context) {
    callbacks.connected(std::make_shared<Stream>(std::move(*socket)));
    return;
  }
  begin(Step::securing);
  handshake.emplace(std::make_shared<Stream>(std::move(*socket)), tls_context, options.url.host, options.tls);
  handshake->start([this, still = alive](const std::error_code& error) {
    if (*still) {
      on_secured(error);
    }
  });
}

void Dialer::Impl::tell_tls(session::Tls fact) {
  fact.duration_ns = took_ns();
  callbacks.fact(std::move(fact));
}

void Dialer::Impl::on_secured(const std::error_code& error) {
  session::Tls fact = handshake->fact(error);
  const std::string text = fact.error;
  tell_tls(std::move(fact));
  if (error) {
    fail(EndingHow::tls_failed, EndedBy::unknown, text);
  } else {
    callbacks.connected(handshake->take());
  }
}

Dialer::Dialer(Loop& loop, const ConnectOptions& options, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(loop, options, std::move(callbacks))) {}

Dialer::~Dialer() {
  *impl_->alive = false;
}

void Dialer::start() {
  impl_->start();
}

DialFailure Dialer::time_out() {
  const std::string timed_out = "timed out";
  switch (impl_->step) {
  case Impl::Step::looking_up:
    impl_->callbacks.fact(
        session::Resolve{impl_->looked_up, {}, impl_->took_ns(), timed_out, session::Cause::timed_out});
    return {EndingHow::resolve_failed, EndedBy::client, timed_out};
  case Impl::Step::connecting:
    impl_->race->tell_timed_out();
    if (impl_->proxy) {
      impl_->tell_proxy(0, timed_out);
    }
    return {impl_->proxy ? EndingHow::proxy_failed : EndingHow::connect_failed, EndedBy::client, timed_out};
  case Impl::Step::tunnelling:
    impl_->tell_proxy(0, timed_out);
    return {EndingHow::proxy_failed, EndedBy::client, timed_out};
  case Impl::Step::securing: {
    session::Tls fact = impl_->handshake->fact(asio::error::operation_aborted);
    fact.error = timed_out;
    fact.cause = session::Cause::timed_out;
    impl_->tell_tls(std::move(fact));
    return {EndingHow::tls_failed, EndedBy::client, timed_out};
  }
  }
  return {EndingHow::connect_failed, EndedBy::client, timed_out};
}

}  // namespace whydrop::net
