#include "engine/item_tap.hpp"

#include "capture/item_queue.hpp"
#include "capture/limits.hpp"
#include "engine/pipeline.hpp"

#include <utility>

namespace whydrop::engine {
namespace {

/// Keeps facts; opinions are formed anew by whoever takes them.
class FactSink final : public session::EventSink {
 public:
  explicit FactSink(capture::ItemQueue& out) : out_(out) {}
  bool wants_messages() const override { return false; }
  Result<void> on_event(const session::Event& event) override {
    if (!session::is_opinion(event.body)) {
      out_.push(event);
    }
    return {};
  }

 private:
  capture::ItemQueue& out_;
};

PipelineOptions as_it_is() {
  PipelineOptions options;
  options.max_payload = capture::kMaxContent;
  options.reveal = true;
  return options;
}

}  // namespace

struct ItemTap::Impl {
  capture::ItemQueue items;
  FactSink facts{items};
  Pipeline pipeline{as_it_is()};
};

ItemTap::ItemTap(capture::CaptureHeader header) : impl_(std::make_unique<Impl>()) {
  impl_->items.push(std::move(header));
  impl_->pipeline.add_sink(impl_->facts);
}

ItemTap::~ItemTap() = default;

std::uint32_t ItemTap::begin(session::Open open, std::int64_t t_ns, Observer observer) {
  return impl_->pipeline.begin(std::move(open), t_ns, {std::move(observer), nullptr});
}

void ItemTap::unobserve(std::uint32_t conn) {
  impl_->pipeline.unobserve(conn);
}

void ItemTap::on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t t_ns) {
  impl_->pipeline.on_bytes(conn, from, bytes, t_ns);
}

void ItemTap::on_fact(std::uint32_t conn, session::Body fact, std::int64_t t_ns) {
  impl_->pipeline.on_fact(conn, std::move(fact), t_ns);
}

session::Verdict ItemTap::end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) {
  return impl_->pipeline.end(conn, std::move(ending), t_ns);
}

bool ItemTap::in_frame(std::uint32_t conn, session::Side from) const {
  return impl_->pipeline.in_frame(conn, from);
}

std::optional<std::uint64_t> ItemTap::frame_under_way(std::uint32_t conn, session::Side from) const {
  return impl_->pipeline.frame_under_way(conn, from);
}

std::uint16_t ItemTap::early_fail_code(std::uint32_t conn, session::Side from) const {
  return impl_->pipeline.early_fail_code(conn, from);
}

bool ItemTap::upgraded(std::uint32_t conn) const {
  return impl_->pipeline.upgraded(conn);
}

void ItemTap::on_damage(capture::Damage damage) {
  impl_->items.push(std::move(damage));
}

std::optional<capture::Item> ItemTap::pop() {
  return impl_->items.pop();
}

bool ItemTap::empty() const {
  return impl_->items.empty();
}

}  // namespace whydrop::engine
