#include "replay/recording.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/decode.hpp"
#include "capture/sniff.hpp"
#include "json/json.hpp"
#include "replay/follower.hpp"
#include "replay/lines.hpp"
#include "replay/masking.hpp"

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
  Impl(OpenFile open, Settings how) : open_file(std::move(open)), settings(std::move(how)) {}

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
  std::vector<Entry> entries;
  std::size_t given = 0;  ///< of entries
  Masking masking;
  session::Event event;  ///< of the line in hand
  capture::FrameLines frames;
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
  std::optional<std::string_view> whole_line() const;
  bool take_fast(std::string_view line);
  bool pass_fast(std::string_view line);
  std::uint64_t pass();
  Result<bool> step_lines();
  Error none() const { return follower->none(settings.name); }
};

/// Reads a block; less than that only at the end, so that what the file is can be seen in the first.
Result<void> Recording::Impl::fill() {
  std::size_t have = 0;
  for (std::size_t came = 1; came > 0 && have < kBlock; have += came) {
    const auto count = source(block.get() + have, kBlock - have);
    WHYDROP_TRY(count);
    came = *count;
  }
  ended = have == 0;
  bytes = {block.get(), have};
  return {};
}

Result<void> Recording::Impl::start() {
  auto opened = open_file();
  WHYDROP_TRY(opened);
  source = std::move(*opened);
  entries.clear();
  given = 0;
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
    WHYDROP_TRY(more);
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
      WHYDROP_TRY(fill());
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
  if (follower->runs() == 0 || !frames.decode(line, event)) {
    return false;
  }
  follower->take_event(event);
  return true;
}

/// True if `line` is a plain message of the client's, as a writer writes it, and is passed over.
bool Recording::Impl::pass_fast(std::string_view line) {
  std::string_view rest;
  return frames.decode_head(line, event, rest) &&
         capture::is_plain_payload(rest, std::get<session::Frame>(event.body).header.length) &&
         follower->pass_over(event);
}

/// What is read up to the end of a line, where all before it was taken.
std::optional<std::string_view> Recording::Impl::whole_line() const {
  const std::size_t end = in_line ? std::string_view::npos : bytes.find('\n');
  return end == std::string_view::npos ? std::nullopt : std::optional(bytes.substr(0, end));
}

std::uint64_t Recording::Impl::pass() {
  std::uint64_t count = 0;
  while (kind == RecordingKind::capture && given == entries.size() && !drain_first) {
    const auto line = whole_line();
    if (!line || !pass_fast(*line)) {
      break;
    }
    bytes.remove_prefix(line->size() + 1);
    ++count;
  }
  passed += count;
  return count;
}

/// Takes what the reader has; false if it needs more.
Result<bool> Recording::Impl::drain() {
  auto item = reader->next();
  WHYDROP_TRY(item);
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
    WHYDROP_TRY(fill());
    if (ended) {
      reader->end();
      drain_first = true;
      return true;
    }
  }
  const auto line = whole_line();
  if (line && take_fast(*line)) {
    ++passed;
    bytes.remove_prefix(line->size() + 1);
    return true;
  }
  const std::string_view part = bytes.substr(0, std::min(bytes.size() - 1, bytes.find('\n')) + 1);
  reader->pass_over(std::exchange(passed, 0));
  reader->feed(part);
  drain_first = true;
  in_line = part.back() != '\n';
  bytes.remove_prefix(part.size());
  return true;
}

Result<bool> Recording::Impl::step_lines() {
  if (lines->over()) {
    checked = true;
    return false;
  }
  if (bytes.empty() && !ended) {
    WHYDROP_TRY(fill());
  }
  const auto done = ended ? lines->end() : lines->feed(bytes);
  bytes = {};
  return done ? Result<bool>(true) : tl::unexpected<Error>(done.error());
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::~Recording() = default;

Result<std::unique_ptr<Recording>> Recording::open(const OpenFile& file, Settings settings) {
  auto impl = std::make_unique<Impl>(file, std::move(settings));
  WHYDROP_TRY(impl->start());
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

Result<Entry*> Recording::next() {
  Impl& self = *impl_;
  if (self.given == self.entries.size()) {
    self.given = 0;
    self.entries.clear();
  }
  while (self.entries.empty()) {
    if (self.follower && self.follower->over()) {
      return nullptr;
    }
    const auto more = self.step();
    WHYDROP_TRY(more);
    if (!*more && self.entries.empty()) {
      return nullptr;
    }
  }
  Entry& entry = self.entries[self.given++];
  if (self.settings.masked && self.kind != RecordingKind::capture) {
    self.masking.mask(entry);
  }
  return &entry;
}

std::uint64_t Recording::skim() {
  return impl_->pass();
}

Result<void> Recording::rewind() {
  return impl_->start();
}

Result<Recording::Held> Recording::count() {
  Impl& self = *impl_;
  while (true) {
    const auto more = self.step();
    WHYDROP_TRY(more);
    if (!*more) {
      break;
    }
  }
  return self.follower ? Held{self.follower->runs(), self.follower->conns()} : Held{};
}

}  // namespace whydrop::replay
