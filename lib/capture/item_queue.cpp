#include "capture/item_queue.hpp"

#include <string_view>
#include <utility>

namespace whydrop::capture {
namespace {

using Views = std::array<std::string_view*, 2>;

/// The borrowed bytes of a fact; null where it has fewer.
Views views_of(Item& item) {
  auto* event = std::get_if<session::Event>(&item);
  if (event == nullptr) {
    return {};
  }
  return std::visit(overloaded{[](session::Frame& frame) -> Views { return {&frame.payload}; },
                               [](session::Partial& part) -> Views {
                                 return {&part.bytes, &part.payload};
                               },
                               [](session::UndecodedBytes& lost) -> Views { return {&lost.bytes}; },
                               [](session::Inflated& inflated) -> Views { return {&inflated.content}; },
                               [](auto&) -> Views { return {}; }},
                    event->body);
}

}  // namespace

void ItemQueue::push(Item item) {
  Kept kept;
  const Views views = views_of(item);
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i] != nullptr) {
      kept.bytes[i] = *views[i];
    }
  }
  if (auto* event = std::get_if<session::Event>(&item)) {
    if (auto* frame = std::get_if<session::Frame>(&event->body)) {
      frame->seen = nullptr;  // it is of the bytes as they lay there
    }
  }
  kept.item = std::move(item);
  waiting_.push_back(std::move(kept));
}

std::optional<Item> ItemQueue::pop() {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  given_ = std::move(waiting_.front());
  waiting_.pop_front();
  const Views views = views_of(given_.item);
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i] != nullptr) {
      *views[i] = given_.bytes[i];
    }
  }
  return std::move(given_.item);
}

}  // namespace whydrop::capture
