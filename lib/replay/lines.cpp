#include "replay/lines.hpp"

#include "base/text.hpp"
#include "capture/limits.hpp"
#include "wire/encoder.hpp"

#include <fmt/format.h>

namespace whydrop::replay {

Lines::Lines(std::string name, Selection selection, bool frames, bool checked, std::vector<Entry>& out)
    : name_(std::move(name)), selection_(selection), frames_(frames), checked_(checked), out_(out) {
  out_.emplace_back(Began());
  out_.emplace_back(Opened());
}

Result<void> Lines::feed(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    const std::string_view part = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    const auto done = take_line(carry_.empty() ? part : std::string_view(carry_.append(part)));
    carry_.clear();
    if (!done) {
      return done;
    }
  }
  carry_.append(bytes);
  if (carry_.size() > capture::kMaxLine) {
    return fail(ErrorKind::local, fmt::format("{}:{}: the line is longer than 128 MiB", name_, line_ + 1));
  }
  return {};
}

Result<void> Lines::end() {
  auto done = carry_.empty() ? Result<void>() : take_line(carry_);
  over_ = true;
  out_.emplace_back(Over());
  return done;
}

Result<void> Lines::take_line(std::string_view line) {
  ++line_;
  if (line_ == 1 && starts_with(line, "\xEF\xBB\xBF")) {
    line.remove_prefix(3);
  }
  const std::string_view text = trim(line);
  const bool wanted = line_ >= selection_.from_seq && line_ <= selection_.to_seq;
  if (text.empty() || !wanted) {
    return {};
  }
  if (const auto fault = checked_ ? std::nullopt : json_.parse(text)) {
    const std::size_t offset = static_cast<std::size_t>(text.data() - line.data()) + fault->offset;
    return fail(ErrorKind::local,
                fmt::format("{}:{}:{}: not JSON: {}", name_, line_, json::place_of(line, offset).column, fault->why));
  }
  Act act;
  act.seq = line_;
  act.payload = text;
  if (frames_) {
    RecordedFrame frame;
    frame.seq = line_;
    frame.header.masked = true;
    frame.header.length = text.size();
    frame.header.length_form = wire::shortest_form(text.size());
    frame.payload = text;
    act.frames.push_back(std::move(frame));
  }
  out_.emplace_back(std::in_place_type<Act>, std::move(act));
  return {};
}

}  // namespace whydrop::replay
