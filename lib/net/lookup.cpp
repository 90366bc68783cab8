#include "net/lookup.hpp"

#include "net/loop_impl.hpp"
#include "net/resolver.hpp"

#include <utility>

namespace whydrop::net {

struct Lookup::Impl {
  explicit Impl(Loop& given) : loop(given), resolver(given.impl().context) {}
  ~Impl() { loop.cancel(timer); }

  void finish(Resolved result) {
    loop.cancel(std::exchange(timer, 0));
    session::Resolve fact{host, {}, loop.now_ns() - began_ns, result.failure.words, result.failure.cause};
    for (const auto& address : result.addresses) {
      fact.addresses.push_back(address.to_string());
    }
    if (const auto told = std::exchange(done, nullptr)) {
      told(std::move(fact));
    }
  }

  Loop& loop;
  Resolver resolver;
  TimerId timer = 0;
  std::string host;
  std::int64_t began_ns = 0;
  Done done;
};

Lookup::Lookup(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
Lookup::~Lookup() = default;

void Lookup::start(const std::string& host, int ip_version, std::chrono::nanoseconds limit, Done done) {
  impl_->host = host;
  impl_->began_ns = impl_->loop.now_ns();
  impl_->done = std::move(done);
  if (limit.count() > 0) {
    impl_->timer = impl_->loop.after(limit, [impl = impl_.get()] {
      impl->finish({{}, {session::Cause::timed_out, "timed out"}});
    });
  }
  impl_->resolver.start(host, ip_version, [impl = impl_.get()](Resolved result) { impl->finish(std::move(result)); });
}

}  // namespace whydrop::net
