#include "diagnose/words.hpp"

#include "diagnose/close_codes.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0. RFC 3629 section 4.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned first = at(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return follows(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  // C1 controls (U+0080 to U+009F) drive terminals too.
  return first < 0x20 || first == 0x7F || (first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0);
}

}  // namespace

std::string duration(std::int64_t ns) {
  constexpr std::int64_t kMs = 1'000'000, kSecond = 1000 * kMs, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  if (ns < kMs) {
    return "less than 1 ms";
  }
  if (ns < kSecond) {
    return fmt::format("{} ms", ns / kMs);
  }
  if (ns < kMinute) {
    return fmt::format("{}.{} s", ns / kSecond, ns % kSecond / (100 * kMs));
  }
  if (ns < kHour) {
    return fmt::format("{} min {} s", ns / kMinute, ns % kMinute / kSecond);
  }
  return fmt::format("{} h {} min", ns / kHour, ns % kHour / kMinute);
}

std::string size(std::uint64_t bytes) {
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  if (bytes < 1024 * 1024) {
    return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  }
  if (bytes < 1024 * 1024 * 1024) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
  }
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1024.0 * 1024 * 1024));
}

std::string count(std::uint64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string printable(std::string_view text, std::size_t max) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (at + std::max<std::size_t>(length, 1) > max) {
      return out + "…";
    }
    const std::string_view sequence = text.substr(at, std::max<std::size_t>(length, 1));
    if (length == 0 || is_control(sequence)) {
      for (const char byte : sequence) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
      }
    } else {
      out += sequence;
    }
    at += sequence.size();
  }
  return out;
}

std::string close_code(std::uint16_t code) {
  const std::string_view name = close_code_name(code);
  return name.empty() ? fmt::format("{}", code) : fmt::format("{} ({})", code, name);
}

std::string close_words(const session::CloseSeen& close) {
  if (!close.code) {
    return "an empty Close (no code)";
  }
  return close.reason.empty() ? close_code(*close.code)
                              : fmt::format("{}, reason \"{}\"", close_code(*close.code), printable(close.reason, 123));
}

std::string message_words(const MessageNote& note) {
  return fmt::format("message {} ({}{}, {}, #{})",
                     note.number,
                     note.type.empty() ? "" : printable(note.type, 60) + ", ",
                     note.text ? "text" : "binary",
                     size(note.length),
                     note.seq);
}

std::string after_words(const Ledger& ledger) {
  if (!ledger.client.last) {
    return fmt::format("{} after the session opened, before you sent any message",
                       duration(ledger.end_t() - ledger.session_t()));
  }
  return fmt::format("{} after your {}",
                     duration(ledger.since_last_message_ns(session::Side::client)),
                     message_words(*ledger.client.last));
}

bool same_words(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(": "));
}

}  // namespace whydrop::diagnose
