#include "rehearsal/observer.hpp"

#include "engine/pipeline.hpp"

#include <chrono>
#include <utility>

namespace whydrop::rehearsal {
namespace {

using session::Event;
using session::Side;

engine::PipelineOptions options(std::size_t max_message) {
  engine::PipelineOptions made;
  made.max_payload = max_message;
  made.limits = {max_message, max_message};
  made.reveal = true;  // nothing of it is shown but findings, which hold no payload
  return made;
}

bool is_of_client(const Event& event) {
  const auto* const frame = std::get_if<session::Frame>(&event.body);
  const auto* const message = std::get_if<session::Message>(&event.body);
  const auto* const inflated = std::get_if<session::Inflated>(&event.body);
  const auto* const lost = std::get_if<session::UndecodedBytes>(&event.body);
  const auto* const finding = std::get_if<session::Finding>(&event.body);
  return (frame != nullptr && frame->from == Side::client) || (message != nullptr && message->from == Side::client) ||
         (inflated != nullptr && inflated->from == Side::client) || (lost != nullptr && lost->from == Side::client) ||
         (finding != nullptr && finding->at_fault == session::Party::client);
}

}  // namespace

struct Observer::Impl {
  Impl(std::size_t max_message, OnEvent given) : on_event(std::move(given)), pipeline(options(max_message)) {
    // As a client's own session: each request that is fed means to open one, however badly it asks.
    conn = pipeline.begin({},
                          0,
                          {[this](const Event& event) {
                             if (is_of_client(event)) {
                               on_event(event);
                             }
                           },
                           nullptr});
  }

  std::int64_t now_ns() const { return std::chrono::nanoseconds(std::chrono::steady_clock::now() - started).count(); }
  void feed(Side from, std::string_view bytes) {
    if (ended) {
      return;
    }
    const bool outermost = !std::exchange(feeding, true);
    pipeline.on_bytes(conn, from, bytes, now_ns());
    if (outermost) {
      feeding = false;
      end_if_wanted();
    }
  }
  /// The pipeline must not end while it tells an event.
  void end_if_wanted() {
    if (end_wanted && !feeding && !std::exchange(ended, true)) {
      static_cast<void>(pipeline.end(conn, {}, now_ns()));
    }
  }

  OnEvent on_event;
  engine::Pipeline pipeline;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::uint32_t conn = 0;
  bool feeding = false, end_wanted = false, ended = false;
};

Observer::Observer(std::size_t max_message, OnEvent on_event)
    : impl_(std::make_unique<Impl>(max_message, std::move(on_event))) {}
Observer::~Observer() = default;

void Observer::on_client(std::string_view bytes) {
  impl_->feed(Side::client, bytes);
}

void Observer::on_server(std::string_view bytes) {
  impl_->feed(Side::server, bytes);
}

std::uint16_t Observer::early_fail_code() const {
  return impl_->ended ? 0 : impl_->pipeline.early_fail_code(impl_->conn, Side::client);
}

std::optional<std::uint64_t> Observer::frame_under_way() const {
  return impl_->ended ? std::nullopt : impl_->pipeline.frame_under_way(impl_->conn, Side::client);
}

void Observer::end() {
  impl_->end_wanted = true;
  impl_->end_if_wanted();
}

}  // namespace whydrop::rehearsal
