#include "run/recent_messages.hpp"

#include <algorithm>
#include <variant>

namespace whydrop::run {

Result<void> RecentMessages::on_event(const session::Event& event) {
  const auto* message = std::get_if<session::Message>(&event.body);
  if (message == nullptr || message->frames.empty()) {
    return {};
  }
  kept_.push_back({message->frames.front(),
                   message->frames.back(),
                   message->from,
                   message->text,
                   !message->redact.empty(),
                   std::string(message->payload.substr(0, kMostBytes))});
  size_ += kept_.back().payload.size();
  while (kept_.size() > kMost || size_ > kMostBytes) {
    size_ -= kept_.front().payload.size();
    kept_.pop_front();
  }
  return {};
}

const RecentMessages::Message* RecentMessages::of_frame(std::uint64_t seq) const {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [seq](const Message& it) { return it.first <= seq && seq <= it.last; });
  return found == kept_.end() ? nullptr : &*found;
}

const RecentMessages::Message* RecentMessages::last_of_server() const {
  const auto found =
      std::find_if(kept_.rbegin(), kept_.rend(), [](const Message& it) { return it.from == session::Side::server; });
  return found == kept_.rend() ? nullptr : &*found;
}

}  // namespace whydrop::run
