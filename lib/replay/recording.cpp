#include "replay/recording.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/decode.hpp"
#include "capture/reader.hpp"
#include "capture/sniff.hpp"
#include "replay/lines.hpp"
#include "replay/masking.hpp"
#include "replay/session_extractor.hpp"

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool looks_like_lines(std::string_view head) {
  const std::string_view text = trim(head.substr(starts_with(head, kByteOrderMark) ? kByteOrderMark.size() : 0));
  return !text.empty() && std::string_view("{[\"-0123456789tfn").find(text.front()) != std::string_view::npos;
}

}  // namespace

struct Recording::Impl {
  Impl(OpenFile open, Settings how) : open_file(std::move(open)), settings(std::move(how)) {}

  OpenFile open_file;
  Settings settings;
  RecordingKind kind;
  ByteSource source;
  std::unique_ptr<char[]> block = std::make_unique<char[]>(kBlock);
  std::string_view bytes;  ///< in block: read and not taken yet
  bool ended = false;      ///< the source
  bool checked = false;    ///< every line was seen to be JSON
  capture::CaptureHeader header;
  std::optional<capture::Reader> reader;       ///< of a capture, which has a lane of its own
  std::unique_ptr<capture::ItemReader> items;  ///< of any other evidence
  std::optional<SessionExtractor> follower;
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
  Result<RecordingKind> kind_of(const evidence::Looked& file) const;
  Result<void> fill();
  Result<void> to_beginning();
  Result<bool> step_items();
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

/// Reads a block; less than that only at the end: a line that lies in two takes longer.
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
  auto file = evidence::look(settings.name, std::move(*opened));
  WHYDROP_TRY(file);
  const auto known = kind_of(*file);
  WHYDROP_TRY(known);
  kind = *known;
  source = std::move(file->source);
  bytes = {};
  entries.clear();
  given = 0;
  passed = 0;
  ended = in_line = drain_first = false;
  lines.reset();
  reader.reset();
  items.reset();
  return to_beginning();
}

Result<RecordingKind> Recording::Impl::kind_of(const evidence::Looked& file) const {
  if (file.format != nullptr || looks_like_lines(file.head)) {
    return RecordingKind{file.format};
  }
  if (trim(file.head).empty() && file.head.size() < evidence::kHead) {
    return fail(ErrorKind::local, fmt::format("cannot replay {}: empty", settings.name));
  }
  return fail(ErrorKind::local,
              fmt::format("cannot replay {}: not a recording but {}", settings.name, capture::what_file(file.head)),
              "it takes " + evidence::kinds_taken("a file of one JSON message a line"));
}

Result<void> Recording::Impl::to_beginning() {
  if (kind.is_lines()) {
    lines.emplace(settings.name, settings.selection, settings.frames, checked, entries);
    return {};
  }
  follower.emplace(settings.selection, settings.frames, entries);
  if (kind.is_capture()) {
    reader.emplace(settings.name);
  } else {
    items = kind.format->read(settings.name, source, {});
  }
  while (!follower->began()) {
    const auto more = step();
    WHYDROP_TRY(more);
    if (!*more) {
      return tl::unexpected<Error>(none());
    }
  }
  header = follower->header();
  kind.witness = header.witness;
  return {};
}

/// Reads on a little; false at the file's end.
Result<bool> Recording::Impl::step() {
  return kind.is_lines() ? step_lines() : kind.is_capture() ? step_capture() : step_items();
}

Result<bool> Recording::Impl::step_items() {
  const auto item = items->next();
  WHYDROP_TRY(item);
  if (*item) {
    follower->take(**item);
  } else {
    follower->end();
  }
  return item->has_value();
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
  while (kind.is_capture() && given == entries.size() && !drain_first) {
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
  if (self.settings.masked && !self.kind.is_capture()) {
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
