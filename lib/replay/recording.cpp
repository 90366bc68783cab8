#include "replay/recording.hpp"

#include "base/text.hpp"
#include "capture/decode.hpp"
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
  bool skim = false;
  session::Event event;      ///< of the line in hand
  std::string scratch;       ///< … its payload, where it is written with escapes
  std::uint64_t passed = 0;  ///< lines that the reader was not given and has not been told of
  bool in_line = false;      ///< the reader has a part of a line
  bool drain_first = false;  ///< … or something to tell

  Result<void> start();
  Result<void> sniff();
  Result<void> fill();
  Result<void> to_beginning();
  Result<void> read_browser();
  Result<bool> step();
  Result<bool> step_capture();
  Result<bool> drain();
  bool take_fast(std::string_view line);
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
  passed = 0;
  ended = in_line = drain_first = false;
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

/// True if `line` is a frame's of the shape that a writer writes, and is taken.
bool Recording::Impl::take_fast(std::string_view line) {
  std::string_view rest;
  if (follower->runs() == 0 || !capture::decode_frame_head(line, event, rest)) {
    return false;
  }
  auto& frame = std::get<session::Frame>(event.body);
  const wire::FrameHeader& head = frame.header;
  const bool skimmed = skim && frame.from == wire::Side::client && head.fin && head.rsv == 0 &&
                       (head.opcode == wire::Opcode::text || head.opcode == wire::Opcode::binary) &&
                       capture::is_plain_payload(rest, head.length);
  if (!skimmed && !capture::decode_frame_payload(rest, scratch, frame)) {
    return false;
  }
  follower->take_event(event, skimmed);
  return true;
}

/// Takes what the reader has; false if it needs more.
Result<bool> Recording::Impl::drain() {
  auto item = reader->next();
  if (!item) {
    return tl::unexpected<Error>(item.error());
  }
  if (*item) {
    follower->take(**item);
  }
  return item->has_value();
}

Result<bool> Recording::Impl::step_capture() {
  if (auto more = drain_first ? drain() : Result<bool>(false); !more || *more) {
    return more;
  }
  drain_first = false;
  if (ended) {
    follower->end();
    return false;
  }
  if (bytes.empty()) {
    if (auto done = fill(); !done) {
      return tl::unexpected<Error>(done.error());
    }
    if (ended) {
      reader->end();
      drain_first = true;
      return true;
    }
  }
  const std::size_t end = bytes.find('\n');
  const std::string_view line = bytes.substr(0, end);
  if (!in_line && end != std::string_view::npos && take_fast(line)) {
    ++passed;
  } else {
    reader->pass_over(std::exchange(passed, 0));
    reader->feed(bytes.substr(0, end == std::string_view::npos ? end : end + 1));
    drain_first = true;
    in_line = end == std::string_view::npos;
  }
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
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

void Recording::skim(bool on) {
  impl_->skim = on;
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
