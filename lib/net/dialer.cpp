#include "net/dialer.hpp"

#include "net/ending.hpp"
#include "net/loop_impl.hpp"
#include "net/race.hpp"
#include "net/resolver.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <strings.h>

namespace whydrop::net {

using session::EndedBy;
using session::EndingHow;

namespace {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

bool matches(const AddressOverride& rule, const HostPort& target) {
  return (rule.host.empty() || strcasecmp(rule.host.c_str(), target.host.c_str()) == 0) &&
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

struct Dialer::Impl : std::enable_shared_from_this<Dialer::Impl> {
  Loop& loop;
  const ConnectOptions& options;
  Callbacks callbacks;
  HostPort target;
  std::optional<Resolver> resolver;
  std::optional<Race> race;
  std::int64_t step_began_ns = 0;
  bool resolving = false;

  Impl(Loop& l, const ConnectOptions& o, Callbacks c) : loop(l), options(o), callbacks(std::move(c)) {}

  void start();
  void lookup(const HostPort& where);
  void on_resolved(const HostPort& where, Resolved result);
  void connect(std::vector<AnyEndpoint> where);
  void on_connected(Socket socket);
  void fail(EndingHow how, std::string error, std::string detail, EndedBy by = EndedBy::unknown);
};

void Dialer::Impl::fail(EndingHow how, std::string error, std::string detail, EndedBy by) {
  callbacks.failed({how, by, std::move(error), std::move(detail)});
}

void Dialer::Impl::start() {
  target = connect_to(options.overrides, {options.url.host, options.url.port});
  if (!options.unix_socket.empty()) {
    connect({AnyEndpoint(asio::local::stream_protocol::endpoint(options.unix_socket))});
    return;
  }
  lookup(target);
}

void Dialer::Impl::lookup(const HostPort& where) {
  auto addresses = pinned(options.overrides, where);
  std::error_code error;
  if (const auto literal = asio::ip::make_address(where.host, error); addresses.empty() && !error) {
    addresses.push_back(literal);
  }
  if (!addresses.empty()) {
    addresses.erase(std::remove_if(addresses.begin(),
                                   addresses.end(),
                                   [&](const auto& address) { return !family_fits(address, options.ip_version); }),
                    addresses.end());
    if (addresses.empty()) {
      fail(EndingHow::resolve_failed,
           "no data",
           fmt::format("{} is not an IPv{} address", where.host, options.ip_version));
      return;
    }
    connect(endpoints(addresses, where.port));
    return;
  }
  resolving = true;
  step_began_ns = loop.now_ns();
  resolver.emplace(loop.impl().context);
  resolver->start(
      where.host, options.ip_version, [this, where](Resolved result) { on_resolved(where, std::move(result)); });
}

void Dialer::Impl::on_resolved(const HostPort& where, Resolved result) {
  resolving = false;
  session::Resolve fact{where.host, {}, loop.now_ns() - step_began_ns, result.error};
  for (const auto& address : result.addresses) {
    fact.addresses.push_back(address.to_string());
  }
  callbacks.fact(fact);
  if (!result.error.empty()) {
    fail(EndingHow::resolve_failed, result.error.substr(0, result.error.find(':')), result.error);
    return;
  }
  connect(endpoints(result.addresses, where.port));
}

void Dialer::Impl::connect(std::vector<AnyEndpoint> where) {
  race.emplace(loop,
               options.interface_name,
               Race::Callbacks{[this](session::Connect fact) { callbacks.fact(std::move(fact)); },
                               [this](Socket socket) { on_connected(std::move(socket)); },
                               [this](std::error_code last) {
                                 fail(EndingHow::connect_failed,
                                      error_name(last),
                                      fmt::format("{}: {}", target.host, last.message()));
                               }});
  race->start(std::move(where));
}

void Dialer::Impl::on_connected(Socket socket) {
  callbacks.connected(std::make_unique<Stream>(std::move(socket)));
}

Dialer::Dialer(Loop& loop, const ConnectOptions& options, Callbacks callbacks)
    : impl_(std::make_shared<Impl>(loop, options, std::move(callbacks))) {}

Dialer::~Dialer() {
  impl_->race.reset();
  impl_->resolver.reset();
}

void Dialer::start() {
  impl_->start();
}

DialFailure Dialer::time_out() {
  if (impl_->resolving) {
    impl_->callbacks.fact(
        session::Resolve{impl_->target.host, {}, impl_->loop.now_ns() - impl_->step_began_ns, "timed out"});
    return {EndingHow::resolve_failed, EndedBy::client, "timed_out", "timed out"};
  }
  if (impl_->race) {
    impl_->race->tell_timed_out();
  }
  return {EndingHow::connect_failed, EndedBy::client, "timed_out", "timed out"};
}

}  // namespace whydrop::net
