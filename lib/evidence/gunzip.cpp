#include "evidence/gunzip.hpp"

#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include <zlib.h>

namespace whydrop::evidence {
namespace {

constexpr std::size_t kCoded = 64U << 10;
/// zlib's: the largest window, and gzip's header alone.
constexpr int kGzipOnly = 15 + 16;

class Inflater {
 public:
  Inflater(const std::string& name, ByteSource source) : name_(name), source_(std::move(source)) {
    ready_ = ::inflateInit2(&state_, kGzipOnly) == Z_OK;
  }
  ~Inflater() { ::inflateEnd(&state_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::size_t> read(char* to, std::size_t size);

 private:
  Result<bool> fill();

  std::string name_;
  ByteSource source_;
  z_stream state_{};
  std::array<char, kCoded> coded_{};
  bool ready_ = false;
  bool member_over_ = false;  ///< another may follow: RFC 1952 section 2.2
};

/// False at the end of what is given.
Result<bool> Inflater::fill() {
  const auto count = source_(coded_.data(), coded_.size());
  WHYDROP_TRY(count);
  state_.next_in = reinterpret_cast<Bytef*>(coded_.data());
  state_.avail_in = static_cast<uInt>(*count);
  return *count > 0;
}

Result<std::size_t> Inflater::read(char* to, std::size_t size) {
  if (!ready_) {
    return fail(ErrorKind::local, "gzip file " + name_ + ": no memory to unpack it");
  }
  const auto room = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
  state_.next_out = reinterpret_cast<Bytef*>(to);
  state_.avail_out = room;
  while (state_.avail_out == room) {
    if (state_.avail_in == 0) {
      const auto more = fill();
      WHYDROP_TRY(more);
      if (!*more) {
        return 0;
      }
    }
    if (std::exchange(member_over_, false)) {
      ::inflateReset(&state_);
    }
    const int code = ::inflate(&state_, Z_NO_FLUSH);
    member_over_ = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return fail(
          ErrorKind::local,
          "gzip file " + name_ + ": it cannot be unpacked: " + (state_.msg != nullptr ? state_.msg : "damaged"));
    }
  }
  return room - state_.avail_out;
}

}  // namespace

bool looks_like_gzip(std::string_view head) {
  return starts_with(head, "\x1F\x8B");
}

ByteSource gunzip(const std::string& name, ByteSource source) {
  auto inflater = std::make_shared<Inflater>(name, std::move(source));
  return [inflater](char* to, std::size_t size) { return inflater->read(to, size); };
}

}  // namespace whydrop::evidence
