#include "relay/relay.hpp"

#include "net/listener.hpp"
#include "relay/link.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {

struct Relay::Impl : std::enable_shared_from_this<Relay::Impl> {
  Impl(net::Loop& on, engine::Tap& told, RelayOptions with)
      : loop(on), tap(told), options(std::move(with)), listener(loop) {}

  void accepted(asio::ip::tcp::socket socket) {
    if (links.size() >= options.max_links) {  // closed by its destructor
      if (options.log) {
        options.log(fmt::format("a client was turned away: {} are connected", links.size()));
      }
      return;
    }
    const auto link = std::make_shared<Link>(
        loop, tap, options, traffic, std::move(socket), [weak = weak_from_this()](const std::shared_ptr<Link>& gone) {
          if (const auto self = weak.lock()) {
            self->forget(gone);
          }
        });
    links.insert(link);
    link->start();
  }

  void forget(const std::shared_ptr<Link>& link) {
    links.erase(link);
    if (on_link_ended) {
      on_link_ended();
    }
  }

  void interrupt() {
    for (const auto& link : std::set<std::shared_ptr<Link>>(links)) {
      link->interrupt();
    }
  }

  net::Loop& loop;
  engine::Tap& tap;
  const RelayOptions options;
  net::Listener listener;
  Traffic traffic;
  std::set<std::shared_ptr<Link>> links;
  std::function<void()> on_link_ended;
};

Relay::Relay(net::Loop& loop, engine::Tap& tap, RelayOptions options)
    : impl_(std::make_shared<Impl>(loop, tap, std::move(options))) {}

Relay::~Relay() {
  impl_->on_link_ended = nullptr;
  impl_->listener.stop();
  impl_->interrupt();
}

Result<std::uint16_t> Relay::start() {
  return impl_->listener.start(
      impl_->options.host, impl_->options.port, [weak = impl_->weak_from_this()](asio::ip::tcp::socket socket) {
        if (const auto self = weak.lock()) {
          self->accepted(std::move(socket));
        }
      });
}

void Relay::stop_listening() {
  impl_->listener.stop();
}

void Relay::interrupt() {
  impl_->interrupt();
}

Traffic Relay::traffic() const {
  return impl_->traffic;
}

std::size_t Relay::links() const {
  return impl_->links.size();
}

void Relay::on_link_ended(std::function<void()> handler) {
  impl_->on_link_ended = std::move(handler);
}

}  // namespace whydrop::relay
