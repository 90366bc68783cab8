#include "json/parts.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace whydrop::json {
namespace {

constexpr std::size_t kReadAtOnce = 256U << 10;

constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// What acts on where a value ends.
enum class Act : std::uint8_t { none, quote, open, close, stop };

constexpr std::array<Act, 256> acts() {
  std::array<Act, 256> all{};
  const auto set = [&all](char c, Act act) { all[static_cast<unsigned char>(c)] = act; };
  set('"', Act::quote);
  set('{', Act::open);
  set('[', Act::open);
  set('}', Act::close);
  set(']', Act::close);
  for (const char c : {',', ' ', '\n', '\r', '\t'}) {
    set(c, Act::stop);
  }
  return all;
}
constexpr std::array<Act, 256> kActs = acts();

/// Finds the end of the value that begins at `from`, as its bytes come.
class EndFinder {
 public:
  explicit EndFinder(std::size_t from) : at_(from), string_(from) {}

  /// True if the end lies in `text`, which grows from call to call: it is at().
  bool find(std::string_view text);
  std::size_t at() const { return at_; }
  /// Where no more comes: true if what came is a whole number or word.
  bool whole_at_end() const { return depth_ == 0 && !in_string_; }

 private:
  bool pass_string(std::string_view text);

  std::size_t at_, string_;
  std::size_t depth_ = 0;
  bool in_string_ = false;
};

/// True if the string in hand ends in `text`.
bool EndFinder::pass_string(std::string_view text) {
  while (true) {
    const void* quote = at_ < text.size() ? std::memchr(text.data() + at_, '"', text.size() - at_) : nullptr;
    if (quote == nullptr) {
      at_ = text.size();
      return false;
    }
    const auto found = static_cast<std::size_t>(static_cast<const char*>(quote) - text.data());
    at_ = found + 1;
    std::size_t before = found;
    while (before > string_ && text[before - 1] == '\\') {
      --before;
    }
    if ((found - before) % 2 == 0) {
      in_string_ = false;
      return true;
    }
  }
}

bool EndFinder::find(std::string_view text) {
  while (true) {
    if (in_string_) {
      if (!pass_string(text)) {
        return false;
      }
      if (depth_ == 0) {
        return true;
      }
    }
    for (Act act = Act::none; at_ < text.size(); ++at_) {
      act = kActs[static_cast<unsigned char>(text[at_])];
      if (act == Act::quote) {
        break;
      }
      if (act == Act::open) {
        ++depth_;
      } else if (act == Act::close && depth_ == 0) {
        return true;
      } else if (act == Act::close && --depth_ == 0) {
        ++at_;
        return true;
      } else if (act == Act::stop && depth_ == 0) {
        return true;
      }
    }
    if (at_ == text.size()) {
      return false;
    }
    in_string_ = true;
    string_ = ++at_;
  }
}

}  // namespace

PartStream::PartStream(ByteSource source, std::vector<std::string_view> into)
    : source_(std::move(source)), into_(std::move(into)) {}

/// Reads on; false where nothing more comes.
Result<bool> PartStream::more() {
  const std::size_t have = buffer_.size();
  buffer_.resize(have + kReadAtOnce);
  const auto count = ended_ ? Result<std::size_t>(0) : source_(buffer_.data() + have, kReadAtOnce);
  buffer_.resize(have + count.value_or(0));
  WHYDROP_TRY(count);
  ended_ = *count == 0;
  return !ended_;
}

/// The next byte that is no white space; 0 where none comes.
Result<char> PartStream::peek() {
  while (true) {
    for (; at_ < buffer_.size(); ++at_) {
      if (!is_space(buffer_[at_])) {
        return buffer_[at_];
      }
    }
    gone_ += buffer_.size();
    buffer_.clear();
    at_ = end_ = 0;
    const auto came = more();
    WHYDROP_TRY(came);
    if (!*came) {
      return '\0';
    }
  }
}

std::optional<Part> PartStream::stop(std::string why) {
  done_ = true;
  cut_ = ended_ && at_ >= buffer_.size();
  fault_ = Fault{static_cast<std::size_t>(gone_ + at_), cut_ ? "it stops before its end" : std::move(why)};
  return std::nullopt;
}

bool PartStream::is_walked_into() const {
  return std::find(into_.begin(), into_.end(), path_) != into_.end();
}

/// False where it does not come.
Result<bool> PartStream::find_end() {
  EndFinder finder(at_);
  while (!finder.find(buffer_)) {
    if (buffer_.size() - at_ > kMost) {
      stop("a value in it is longer than 128 MiB");
      return false;
    }
    const auto came = more();
    WHYDROP_TRY(came);
    if (!*came) {
      if (finder.whole_at_end() && levels_.empty()) {
        break;
      }
      at_ = buffer_.size();
      stop("");
      return false;
    }
  }
  end_ = finder.at();
  return true;
}

/// Takes a member's name; false where there is none.
Result<bool> PartStream::key() {
  const auto first = peek();
  WHYDROP_TRY(first);
  if (*first != '"') {
    stop("a member's name lacks");
    return false;
  }
  const auto whole = find_end();
  WHYDROP_TRY(whole);
  if (!*whole) {
    return false;
  }
  path_.append("/").append(buffer_, at_ + 1, end_ - at_ - 2);
  at_ = end_;
  const auto colon = peek();
  WHYDROP_TRY(colon);
  if (*colon != ':') {
    stop("a colon lacks after a member's name");
    return false;
  }
  ++at_;
  return true;
}

Part PartStream::closed() {
  const Part part{path_, {}, gone_ + at_};
  ++at_;
  levels_.pop_back();
  return part;
}

Result<std::optional<Part>> PartStream::value() {
  const auto first = peek();
  WHYDROP_TRY(first);
  if ((*first == '{' || *first == '[') && is_walked_into()) {
    levels_.push_back({*first == '{', false, path_.size()});
    ++at_;
    return step();
  }
  if (*first == ',' || *first == ':' || *first == '}' || *first == ']' || *first == '\0') {
    return stop("a value lacks");
  }
  const auto whole = find_end();
  WHYDROP_TRY(whole);
  if (!*whole) {
    return std::optional<Part>();
  }
  const Part part{path_, std::string_view(buffer_).substr(at_, end_ - at_), gone_ + at_};
  at_ = end_;
  return part;
}

Result<std::optional<Part>> PartStream::step() {
  Level& level = levels_.back();
  path_.resize(level.path_size);
  auto next = peek();
  WHYDROP_TRY(next);
  if (*next == (level.object ? '}' : ']')) {
    return closed();
  }
  if (std::exchange(level.begun, true)) {
    if (*next != ',') {
      return stop(level.object ? "a comma or } lacks" : "a comma or ] lacks");
    }
    ++at_;
  }
  if (!level.object) {
    path_ += "/[]";
    return value();
  }
  const auto named = key();
  WHYDROP_TRY(named);
  return *named ? value() : std::optional<Part>();
}

Result<std::optional<Part>> PartStream::next() {
  if (done_) {
    return std::optional<Part>();
  }
  if (at_ > kReadAtOnce) {
    gone_ += at_;
    buffer_.erase(0, at_);
    at_ = end_ = 0;
  }
  if (!levels_.empty()) {
    return step();
  }
  const auto first = peek();
  WHYDROP_TRY(first);
  if (std::exchange(begun_, true)) {
    if (*first != '\0') {
      return stop("something follows its end");
    }
    done_ = true;
    return std::optional<Part>();
  }
  return value();
}

}  // namespace whydrop::json
