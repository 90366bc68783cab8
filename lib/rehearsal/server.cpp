#include "rehearsal/server.hpp"

#include "base/try.hpp"
#include "net/identity.hpp"
#include "net/listener.hpp"
#include "net/loop_impl.hpp"
#include "net/url.hpp"
#include "rehearsal/connection.hpp"
#include "rehearsal/endings.hpp"
#include "rehearsal/scenario_state.hpp"

#include <set>
#include <utility>

namespace whydrop::rehearsal {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMaxClients = 1000;
constexpr auto kSweepEvery = std::chrono::seconds(10);

Result<void> check(const ServerOptions& options) {
  const Ending* const ending = find_ending(options.ending);
  if (ending == nullptr) {
    return fail(ErrorKind::usage, "ending " + options.ending + ": not known", "whydrop rehearse --list names them all");
  }
  if (options.status != 0 && (options.status < 200 || options.status > 599)) {
    return fail(ErrorKind::usage, "status " + std::to_string(options.status) + ": not between 200 and 599");
  }
  if (options.play && (options.status != 0 || options.ending != "none")) {
    return fail(ErrorKind::usage,
                "profile " + options.play->profile->name + ": its scenario says how a session ends, not an ending");
  }
  if (options.status != 0 && options.ending != "none" && options.ending != "refused") {
    return fail(ErrorKind::usage,
                "status " + std::to_string(options.status) + ": does not go with the ending " + options.ending);
  }
  return {};
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  net::Loop& loop;
  ServerOptions options;
  net::Listener listener;
  asio::steady_timer sweep_timer;
  net::Identity identity;
  std::set<std::shared_ptr<Connection>> clients;
  std::function<void()> idle_exit;
  std::string url;
  std::shared_ptr<ScenarioState> state;
  bool had_session = false;
  std::uint64_t last_number = 0;

  Impl(net::Loop& on, ServerOptions with)
      : loop(on), options(std::move(with)), listener(loop), sweep_timer(loop.impl().context) {}

  void note_url(std::uint16_t port) {
    url = (options.tls ? "wss://" : "ws://") + net::host_and_port(options.host, port);
  }

  Result<std::uint16_t> listen() {
    return listener.start(options.host, options.port, [weak = weak_from_this()](tcp::socket socket) {
      if (const auto self = weak.lock()) {
        self->accepted(std::move(socket));
      }
    });
  }

  void accepted(tcp::socket socket) {
    admit(std::move(socket));
    // A profile's client makes its calls on connections of their own before it opens a session.
    if (options.once && !state) {
      listener.stop();
    }
  }

  void admit(tcp::socket socket) {
    // Over the limit the socket is closed by its destructor.
    if (clients.size() >= kMaxClients) {
      return;
    }
    const std::weak_ptr<Impl> weak = weak_from_this();
    const auto client = std::make_shared<Connection>(std::move(socket),
                                                     ++last_number,
                                                     options,
                                                     identity.context,
                                                     state,
                                                     [weak](const std::shared_ptr<Connection>& gone) {
                                                       if (const auto self = weak.lock()) {
                                                         self->forget(gone);
                                                       }
                                                     });
    clients.insert(client);
    client->start();
  }

  void forget(const std::shared_ptr<Connection>& client) {
    clients.erase(client);
    had_session = had_session || client->asked_for_session();
    if (options.once && had_session && clients.empty() && idle_exit) {
      std::exchange(idle_exit, nullptr)();
    }
  }

  void sweep() {
    sweep_timer.expires_after(kSweepEvery);
    sweep_timer.async_wait([self = shared_from_this()](asio::error_code error) {
      if (error) {
        return;
      }
      for (const auto& client : std::set<std::shared_ptr<Connection>>(self->clients)) {
        client->sweep();
      }
      self->sweep();
    });
  }

  void stop() {
    listener.stop();
    sweep_timer.cancel();
    for (const auto& client : std::exchange(clients, {})) {
      client->close();
    }
  }
};

Server::Server(net::Loop& loop, ServerOptions options) : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

Server::~Server() {
  stop();
}

Result<std::uint16_t> Server::start() {
  WHYDROP_TRY(check(impl_->options));
  if (impl_->options.play) {
    auto state = ScenarioState::make(impl_->options.play);
    WHYDROP_TRY(state);
    impl_->state = *std::move(state);
  }
  impl_->options.tls =
      impl_->options.tls || chosen_ending(impl_->options).row.needs_tls || !impl_->options.tls_fault.empty();
  if (impl_->options.tls) {
    auto made = net::make_identity(impl_->options.tls_fault);
    WHYDROP_TRY(made);
    impl_->identity = *std::move(made);
  }
  const auto port = impl_->listen();
  WHYDROP_TRY(port);
  impl_->sweep();
  impl_->note_url(*port);
  return *port;
}

void Server::on_idle_exit(std::function<void()> done) {
  impl_->idle_exit = std::move(done);
}

void Server::stop() {
  impl_->stop();
}

std::string Server::url() const {
  return impl_->url;
}

std::string Server::base_url() const {
  return "http" + impl_->url.substr(2);
}

std::vector<Address> Server::addresses() const {
  const profile::Profile& profile = impl_->state->profile();
  std::vector<Address> found{{"", "GET", impl_->url + impl_->state->shown_target(profile.socket_url)}};
  for (const profile::Call& call : profile.calls) {
    found.push_back({call.name, call.method, base_url() + impl_->state->shown_target(call.url)});
  }
  return found;
}

Result<ClientPart> Server::client_part() const {
  return impl_->state->client_part();
}

std::string Server::certificate_pem() const {
  return impl_->identity.ca_pem;
}

}  // namespace whydrop::rehearsal
