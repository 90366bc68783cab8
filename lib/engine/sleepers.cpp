#include "engine/sleepers.hpp"

#include "capture/writer.hpp"

#include <utility>
#include <variant>

namespace whydrop::engine {
namespace {

constexpr std::size_t kLongest = 8 * 1024;

bool is_beginning(const session::Body& body) {
  return std::holds_alternative<session::Open>(body) || std::holds_alternative<session::Resolve>(body) ||
         std::holds_alternative<session::Connect>(body) || std::holds_alternative<session::Proxy>(body) ||
         std::holds_alternative<session::Tls>(body) || std::holds_alternative<session::Request>(body) ||
         std::holds_alternative<session::Response>(body);
}

}  // namespace

bool Beginning::add(const session::Event& event) {
  if (over_) {
    return false;
  }
  over_ = !is_beginning(event.body);
  if (!over_) {
    capture::append_event(lines_, event);
    over_ = lines_.size() > kLongest;
  }
  if (over_) {
    lines_ = std::string();
  }
  return !over_;
}

void Sleepers::put(std::uint32_t conn, const Beginning& beginning) {
  if (!codecs_) {
    codecs_ = std::make_unique<Codecs>();
  }
  std::string deflated = codecs_->deflater.compress(beginning.lines());
  deflated.shrink_to_fit();
  deflated_.insert_or_assign(conn, std::move(deflated));
}

std::optional<std::string> Sleepers::take(std::uint32_t conn) {
  const auto found = deflated_.find(conn);
  if (found == deflated_.end()) {
    return std::nullopt;
  }
  codecs_->inflater.feed(found->second);
  std::string lines(codecs_->inflater.finish().content);
  deflated_.erase(found);
  return lines;
}

std::optional<std::uint32_t> Sleepers::first() const {
  return deflated_.empty() ? std::nullopt : std::optional(deflated_.begin()->first);
}

}  // namespace whydrop::engine
