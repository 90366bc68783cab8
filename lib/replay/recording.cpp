#include "replay/recording.hpp"

#include "base/text.hpp"
#include "capture/limits.hpp"
#include "capture/sniff.hpp"
#include "json/json.hpp"
#include "replay/follower.hpp"
#include "replay/lines.hpp"

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_mark(std::string_view text) {
  return starts_with(text, kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

/// True if the file's first line is a capture's, in whatever order its fields are.
bool looks_like_capture(std::string_view head) {
  const std::string_view line = without_mark(head).substr(0, without_mark(head).find('\n'));
  if (starts_with(line, "{\"whydrop\"")) {
    return true;
  }
  json::Json json;
  return line.find("\"whydrop\"") != std::string_view::npos && !json.parse(line) && json.root().find("whydrop");
}

bool looks_like_lines(std::string_view head) {
  const std::string_view text = trim(without_mark(head));
  return !text.empty() && std::string_view("{[\"-0123456789tfn").find(text.front()) != std::string_view::npos;
}

}  // namespace

struct Recording::Impl {
  Impl(OpenFile open, Settings given) : open_file(std::move(open)), settings(std::move(given)) {}

  OpenFile open_file;
  Settings settings;
  RecordingKind kind = RecordingKind::capture;
  capture::ByteSource source;
  std::unique_ptr<char[]> block = std::make_unique<char[]>(kBlock);
  std::string_view bytes;  ///< in block: read and not taken yet
  bool ended = false;      ///< the source
  bool checked = false;    ///< every line was seen to be JSON
  capture::CaptureHeader header;
  std::optional<capture::Reader> reader;
  std::optional<Follower> follower;
  std::optional<Lines> lines;
  std::deque<Entry> entries;

  Result<void> start();
  Result<void> sniff();
  Result<void> fill();
  Result<void> to_beginning();
  Result<void> read_browser();
  Result<bool> step();
  Result<bool> step_capture();
  Result<bool> step_lines();
  Error none() const { return follower->none(settings.name); }
};

/// Reads a block; less than that only at the end, so that what the file is can be seen in the first.
Result<void> Recording::Impl::fill() {
  std::size_t have = 0;
  for (std::size_t came = 1; came > 0 && have < kBlock; have += came) {
    const auto count = source(block.get() + have, kBlock - have);
    if (!count) {
      return tl::unexpected<Error>(count.error());
    }
    came = *count;
  }
  ended = have == 0;
  bytes = {block.get(), have};
  return {};
}

Result<void> Recording::Impl::start() {
  auto opened = open_file();
  if (!opened) {
    return tl::unexpected<Error>(opened.error());
  }
  source = std::move(*opened);
  entries.clear();
  ended = false;
  lines.reset();
  reader.reset();
  if (auto done = fill(); !done) {
    return done;
  }
  if (auto done = sniff(); !done) {
    return done;
  }
  return to_beginning();
}

Result<void> Recording::Impl::sniff() {
  if (trim(without_mark(bytes)).empty() && bytes.size() < kBlock) {
    return fail(ErrorKind::local, fmt::format("cannot replay {}: empty", settings.name));
  }
  if (capture::looks_like_har(bytes)) {
    kind = RecordingKind::har;
  } else if (looks_like_capture(bytes)) {
    kind = RecordingKind::capture;
  } else if (looks_like_lines(bytes)) {
    kind = RecordingKind::lines;
  } else {
    return fail(ErrorKind::local,
                fmt::format("cannot replay {}: not a recording but {}", settings.name, capture::what_file(bytes)),
                "it takes a capture, a HAR, or a file of one JSON message a line");
  }
  return {};
}

Result<void> Recording::Impl::to_beginning() {
  if (kind == RecordingKind::lines) {
    lines.emplace(settings.name, settings.selection, settings.frames, checked, entries);
    return {};
  }
  const bool har = kind == RecordingKind::har;
  follower.emplace(settings.selection, settings.frames, har, entries);
  if (har) {
    if (auto done = read_browser(); !done) {
      return done;
    }
  } else {
    reader.emplace(settings.name);
  }
  while (!follower->began()) {
    const auto more = step();
    if (!more) {
      return tl::unexpected<Error>(more.error());
    }
    if (!*more) {
      return tl::unexpected<Error>(none());
    }
  }
  header = follower->header();
  return {};
}

Result<void> Recording::Impl::read_browser() {
  const auto from = [this](char* to, std::size_t size) -> Result<std::size_t> {
    if (bytes.empty() && !ended) {
      if (auto done = fill(); !done) {
        return tl::unexpected<Error>(done.error());
      }
    }
    const std::size_t count = bytes.copy(to, size);
    bytes.remove_prefix(count);
    return count;
  };
  auto done = capture::read_har(settings.name, from, [this](const auto& item) { follower->take(item); });
  follower->end();
  ended = true;
  return done;
}

/// Reads on a little; false at the file's end.
Result<bool> Recording::Impl::step() {
  switch (kind) {
  case RecordingKind::capture:
    return step_capture();
  case RecordingKind::har:
    return false;
  case RecordingKind::lines:
    return step_lines();
  }
  return false;
}

Result<bool> Recording::Impl::step_capture() {
  const auto item = reader->next();
  if (!item) {
    return tl::unexpected<Error>(item.error());
  }
  if (*item) {
    follower->take(**item);
    return true;
  }
  if (ended) {
    follower->end();
    return false;
  }
  if (bytes.empty()) {
    if (auto done = fill(); !done) {
      return tl::unexpected<Error>(done.error());
    }
  }
  ended ? reader->end() : reader->feed(bytes);
  bytes = {};
  return true;
}

Result<bool> Recording::Impl::step_lines() {
  if (lines->over()) {
    checked = true;
    return false;
  }
  if (bytes.empty() && !ended) {
    if (auto done = fill(); !done) {
      return tl::unexpected<Error>(done.error());
    }
  }
  const auto done = ended ? lines->end() : lines->feed(bytes);
  bytes = {};
  return done ? Result<bool>(true) : tl::unexpected<Error>(done.error());
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::~Recording() = default;

Result<std::unique_ptr<Recording>> Recording::open(const OpenFile& file, Settings settings) {
  auto impl = std::make_unique<Impl>(file, std::move(settings));
  if (auto done = impl->start(); !done) {
    return tl::unexpected<Error>(done.error());
  }
  return std::unique_ptr<Recording>(new Recording(std::move(impl)));
}

RecordingKind Recording::kind() const {
  return impl_->kind;
}

const capture::CaptureHeader& Recording::header() const {
  return impl_->header;
}

const Recording::Settings& Recording::settings() const {
  return impl_->settings;
}

Result<std::optional<Entry>> Recording::next() {
  Impl& self = *impl_;
  while (self.entries.empty()) {
    if (self.follower && self.follower->over()) {
      return std::optional<Entry>();
    }
    const auto more = self.step();
    if (!more) {
      return tl::unexpected<Error>(more.error());
    }
    if (!*more && self.entries.empty()) {
      return std::optional<Entry>();
    }
  }
  std::optional<Entry> entry(std::move(self.entries.front()));
  self.entries.pop_front();
  return entry;
}

Result<void> Recording::rewind() {
  return impl_->start();
}

Result<Recording::Held> Recording::count() {
  Impl& self = *impl_;
  while (true) {
    const auto more = self.step();
    if (!more) {
      return tl::unexpected<Error>(more.error());
    }
    if (!*more) {
      break;
    }
  }
  return self.follower ? Held{self.follower->runs(), self.follower->conns()} : Held{};
}

}  // namespace whydrop::replay
