#include "capture/reader.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "capture/decode.hpp"
#include "capture/limits.hpp"
#include "capture/sniff.hpp"
#include "json/json.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace whydrop::capture {
namespace {

/// A file whose first line is longer is no capture.
constexpr std::size_t kMaxFirstLine = 1U << 20;
constexpr std::size_t kSniff = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::size_t kReadBlock = 256U << 10;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// A Reader that is fed as it is asked.
class CaptureFile final : public ItemReader {
 public:
  CaptureFile(const std::string& name, ByteSource source) : reader_(name), source_(std::move(source)) {}

  Result<std::optional<Item>> next() override {
    while (true) {
      auto item = reader_.next();
      if (!item || *item || ended_) {
        return item;
      }
      const auto count = source_(block_->data(), block_->size());
      WHYDROP_TRY(count);
      ended_ = *count == 0;
      ended_ ? reader_.end() : reader_.feed({block_->data(), *count});
    }
  }

 private:
  Reader reader_;
  ByteSource source_;
  std::unique_ptr<std::array<char, kReadBlock>> block_ = std::make_unique<std::array<char, kReadBlock>>();
  bool ended_ = false;
};

}  // namespace

bool looks_like_capture(std::string_view head) {
  head.remove_prefix(starts_with(head, kByteOrderMark) ? kByteOrderMark.size() : 0);
  if (starts_with(head, "{\"whydrop\"")) {
    return true;
  }
  const std::string_view line = head.substr(0, head.find('\n'));
  json::Json json;
  return line.find("\"whydrop\"") != std::string_view::npos && !json.parse(line) && json.root().find("whydrop");
}

std::unique_ptr<ItemReader> read_capture(const std::string& name, ByteSource source) {
  return std::make_unique<CaptureFile>(name, std::move(source));
}

struct Reader::Impl {
  explicit Impl(std::string given) : name(std::move(given)) {}

  std::string name;
  std::string buffer;
  std::size_t at = 0;       ///< start of the line to be read next
  std::size_t scanned = 0;  ///< no line end before this
  bool ended = false;
  bool stopped = false;       ///< an Error was given
  bool passing_over = false;  ///< inside a line that is too long
  bool header_seen = false;
  std::uint64_t line_number = 0;
  std::uint64_t unknown_kinds = 0;
  FrameLines frames;
  LineDecoder decoder;

  bool take_line(std::string_view& line, bool& cut);
  bool take_rest(std::string_view& line, bool& cut);
  std::optional<Item> read_long_line();
  Result<std::optional<Item>> read_line(std::string_view line, bool cut);
  Result<std::optional<Item>> read_first_line(std::string_view line, bool cut);
  std::optional<Item> to_item(Line&& line, bool cut);
  tl::unexpected<Error> stop(std::string message, std::string hint = {});
  tl::unexpected<Error> not_a_capture();
  tl::unexpected<Error> other_version(std::int64_t version);
};

tl::unexpected<Error> Reader::Impl::stop(std::string why, std::string hint) {
  stopped = true;
  return fail(ErrorKind::local, "capture " + name + ": " + std::move(why), std::move(hint));
}

tl::unexpected<Error> Reader::Impl::not_a_capture() {
  const auto what = what_file(std::string_view(buffer).substr(0, kSniff));
  return stop("not a capture but " + std::string(what), "a capture is written by --capture FILE");
}

tl::unexpected<Error> Reader::Impl::other_version(std::int64_t version) {
  const std::string format = "(format " + std::to_string(version) + ")";
  if (version < 1) {
    return stop("no known version " + format);
  }
  return stop("written by a newer version " + format + ": this one reads format 1", "update whydrop");
}

/// The next line without its end; false if more bytes are needed.
bool Reader::Impl::take_line(std::string_view& line, bool& cut) {
  const char* start = buffer.data() + scanned;
  const void* end = buffer.size() > scanned ? std::memchr(start, '\n', buffer.size() - scanned) : nullptr;
  if (!end) {
    scanned = buffer.size();
    return ended && take_rest(line, cut);
  }
  const auto stop_at = static_cast<std::size_t>(static_cast<const char*>(end) - buffer.data());
  line = std::string_view(buffer).substr(at, stop_at - at);
  at = scanned = stop_at + 1;
  cut = false;
  return true;
}

bool Reader::Impl::take_rest(std::string_view& line, bool& cut) {
  line = std::string_view(buffer).substr(at);
  at = buffer.size();
  cut = true;
  return !line.empty();
}

/// Damage, once, where the line under way is longer than any that a writer writes.
std::optional<Item> Reader::Impl::read_long_line() {
  if (buffer.size() - at <= kMaxLine) {
    return std::nullopt;
  }
  buffer.clear();
  at = scanned = 0;
  const bool told = passing_over;
  passing_over = true;
  if (told) {
    return std::nullopt;
  }
  return Damage{line_number + 1, kMaxLine + 1, false, false, "the line is longer than 128 MiB"};
}

std::optional<Item> Reader::Impl::to_item(Line&& line, bool cut) {
  return std::visit(
      overloaded{[](session::Event& event) -> std::optional<Item> { return std::move(event); },
                 [](CaptureHeader& header) -> std::optional<Item> { return std::move(header); },
                 [this](UnknownKind&) -> std::optional<Item> {
                   ++unknown_kinds;
                   return std::nullopt;
                 },
                 [&](LineFault& fault) -> std::optional<Item> {
                   if (cut) {
                     return Damage{line_number, fault.column, true, false, "the line is cut: its writer was stopped"};
                   }
                   return Damage{line_number, fault.column, false, false, std::move(fault.why)};
                 },
                 [this](OtherVersion& other) -> std::optional<Item> {
                   return Damage{line_number, 1, false, false, "format " + std::to_string(other.version)};
                 },
                 [this](LimitReached& limit) -> std::optional<Item> {
                   return Damage{
                       line_number,
                       0,
                       false,
                       true,
                       "it ends here: its run was to record no more (--max-capture " + format_size(limit.bytes) + ")"};
                 }},
      line);
}

Result<std::optional<Item>> Reader::Impl::read_first_line(std::string_view line, bool cut) {
  if (line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  Line read = decoder.decode(line);
  if (auto* header = std::get_if<CaptureHeader>(&read)) {
    header_seen = true;
    return std::optional<Item>(std::move(*header));
  }
  if (auto* other = std::get_if<OtherVersion>(&read)) {
    return other_version(other->version);
  }
  if (line.substr(0, 10) == "{\"whydrop\"") {
    return stop(cut ? "cut in its first line" : "line 1: " + std::get<LineFault>(read).why);
  }
  return not_a_capture();
}

Result<std::optional<Item>> Reader::Impl::read_line(std::string_view line, bool cut) {
  if (!header_seen) {
    return read_first_line(line, cut);
  }
  std::optional<Item> item(std::in_place, std::in_place_type<session::Event>);
  if (frames.decode(line, std::get<session::Event>(*item))) {
    return item;
  }
  return to_item(decoder.decode(line), cut);
}

Reader::Reader(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {}
Reader::~Reader() = default;

void Reader::feed(std::string_view bytes) {
  Impl& self = *impl_;
  self.buffer.erase(0, self.at);
  self.scanned -= self.at;
  self.at = 0;
  self.buffer.append(bytes);
}

void Reader::end() {
  impl_->ended = true;
}

void Reader::pass_over(std::uint64_t lines) {
  impl_->line_number += lines;
}

std::uint64_t Reader::unknown_kinds() const {
  return impl_->unknown_kinds;
}

Result<std::optional<Item>> Reader::next() {
  Impl& self = *impl_;
  std::string_view line;
  bool cut = false;
  while (!self.stopped && self.take_line(line, cut)) {
    ++self.line_number;
    if (std::exchange(self.passing_over, false) || is_blank(line)) {
      continue;
    }
    auto item = self.read_line(line, cut);
    if (!item || *item) {
      return item;
    }
  }
  if (self.stopped) {
    return std::optional<Item>();
  }
  if (!self.header_seen && self.ended) {
    return self.stop("empty");
  }
  if (!self.header_seen && self.buffer.size() - self.at > kMaxFirstLine) {
    return self.not_a_capture();
  }
  return self.read_long_line();
}

}  // namespace whydrop::capture
