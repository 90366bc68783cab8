#include "report/log_line.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace whydrop::report {
namespace {

using payload::Ink;

constexpr std::size_t kSeqWidth = 4;
constexpr std::size_t kTimeWidth = 8;
constexpr std::size_t kMinRoom = 16;

}  // namespace

void LogLine::put_number(std::uint64_t value, std::size_t width) {
  std::array<char, 20> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) {
    out_.append(width - size, ' ');
  }
  out_.append(digits.data(), size);
  used_ += std::max(size, width);
}

void LogLine::put_time(std::int64_t t_ns) {
  const std::int64_t ms = std::max<std::int64_t>(t_ns, 0) / kMillisecond;
  put_number(static_cast<std::uint64_t>(ms / 1000), kTimeWidth - 4);
  const auto rest = static_cast<unsigned>(ms % 1000);
  const std::array<char, 4> fraction = {'.',
                                        static_cast<char>('0' + rest / 100),
                                        static_cast<char>('0' + rest / 10 % 10),
                                        static_cast<char>('0' + rest % 10)};
  out_.append(fraction.data(), fraction.size());
  used_ += fraction.size();
}

void LogLine::begin(std::uint64_t seq, std::int64_t t_ns, std::uint32_t conn, Mark mark, std::string_view clock) {
  out_ += brush_.color() ? start_of(Ink::dim) : "";
  if (seq == 0) {
    out_.append(kSeqWidth, ' ');
    used_ += kSeqWidth;
  } else {
    put_number(seq, kSeqWidth);
  }
  if (!clock.empty()) {
    out_ += ' ';
    out_ += clock;
    used_ += 1 + clock.size();
  }
  if (style_.times != Times::absolute || clock.empty()) {
    put_time(t_ns);
  }
  out_ += brush_.color() ? payload::kInkOff : "";
  if (conn > 1) {
    put_ascii(Ink::magenta, " c" + std::to_string(conn));
  }
  put(Ink::plain, " ", 1);
  put(mark.ink, mark.glyph, 1);
  put(Ink::plain, " ", 1);
}

void LogLine::put(Ink ink, std::string_view text, std::size_t columns) {
  brush_.paint(out_, ink, text);
  used_ += columns;
}

void LogLine::pad_to(std::size_t column) {
  const std::size_t spaces = column > used_ ? column - used_ : 1;
  out_.append(spaces, ' ');
  used_ += spaces;
}

std::size_t LogLine::room() const {
  if (style_.width == 0) {
    return 0;
  }
  return style_.width > used_ + kMinRoom ? style_.width - used_ : kMinRoom;
}

}  // namespace whydrop::report
