#include "capture/key_scanner.hpp"

#include "base/percent.hpp"
#include "capture/words.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace whydrop::capture {
namespace {

/// How far back of its colon a key is looked for.
constexpr std::size_t kLookBack = 96;
/// How much of a value that is split is kept for a look at its claims.
constexpr std::size_t kMaxValue = 16U << 10;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kQueryEnd = "&#;\"'<>\\ \t\r\n";

constexpr bool is_mark(char c) {
  return c == ':' || c == '=';
}

/// Position of the next ':' or '=', or the end.
std::size_t find_mark(std::string_view text, std::size_t at) {
  for (; at + kWord <= text.size(); at += kWord) {
    const std::uint64_t word = load_word(text.data() + at);
    if (const std::uint64_t marks = bytes_equal(word, ':') | bytes_equal(word, '=')) {
      at += first_byte(marks);
      break;
    }
  }
  while (at < text.size() && !is_mark(text[at])) {
    ++at;
  }
  return at;
}

/// True for most marks: a colon right behind a key that ends in no secret key's letter.
bool is_plain_colon(const SecretKeys& keys, std::string_view text, std::size_t mark) {
  return mark >= 3 && text[mark] == ':' && text[mark - 1] == '"' && text[mark - 2] != '\\' &&
         !keys.may_end(text[mark - 3], text[mark - 2]);
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Takes `chars` off the end and returns how many they were.
template <typename Is>
std::size_t drop_back(std::string_view& text, Is is) {
  std::size_t dropped = 0;
  while (!text.empty() && is(text.back())) {
    text.remove_suffix(1);
    ++dropped;
  }
  return dropped;
}

bool drop_quote(std::string_view& text) {
  if (text.empty() || text.back() != '"') {
    return false;
  }
  text.remove_suffix(1);
  return true;
}

/// True if the query around `mark` has a parameter that belongs to a grant. RFC 6749 sections 4.1.2 and 4.1.3.
bool is_beside_state(std::string_view piece, std::size_t mark) {
  constexpr std::string_view kOutside = "?#\"'<>\\ \t\r\n";
  const std::size_t before = piece.find_last_of(kOutside, mark);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view query =
      piece.substr(begin, std::min(piece.size(), piece.find_first_of(kOutside, mark)) - begin);
  const auto has = [query](std::string_view parameter) {
    const std::size_t at = query.find(parameter);
    return at != std::string_view::npos && (at == 0 || query[at - 1] == '&');
  };
  return has("state=") || has("grant_type=");
}

/// The name at the end of `text`, taken off.
std::string_view drop_name(std::string_view& text) {
  const std::string_view whole = text;
  const std::size_t size = drop_back(text, is_name_char);
  return whole.substr(whole.size() - size);
}

}  // namespace

std::string_view KeyScanner::before(std::string_view piece, std::size_t mark) {
  if (mark >= kLookBack || tail_.empty()) {
    const std::size_t from = mark > kLookBack ? mark - kLookBack : 0;
    return piece.substr(from, mark - from);
  }
  window_.assign(tail_).append(piece.substr(0, mark));
  return window_;
}

/// Is this the colon behind a secret key? Then its value is next.
void KeyScanner::at_colon(const SecretKeys& keys, std::string_view piece, std::size_t mark) {
  std::string_view text = before(piece, mark);
  drop_back(text, [](char c) { return kSpace.find(c) != std::string_view::npos; });
  if (!drop_quote(text)) {
    return;
  }
  const std::size_t level = drop_back(text, [](char c) { return c == '\\'; });
  const std::string_view name = drop_name(text);
  const bool quoted = !name.empty() && drop_quote(text);
  secrecy_ = quoted ? keys.secrecy(name, NamePlace::member) : Secrecy::none;
  if (secrecy_ == Secrecy::none) {
    return;
  }
  key_ = name;
  end_ = {level};
  phase_ = Phase::before_value;
}

void KeyScanner::at_equals(const SecretKeys& keys, std::string_view piece, std::size_t mark) {
  if (mark >= 2 && !keys.may_end(piece[mark - 2], piece[mark - 1])) {
    return;
  }
  std::string_view text = before(piece, mark);
  const std::string_view whole = text;
  const std::size_t size = drop_back(text, [](char c) { return is_name_char(c) || c == '%'; });
  const std::string name = percent_decoded(whole.substr(whole.size() - size));
  const bool begins = text.empty() || std::string_view("?&#; \"").find(text.back()) != std::string_view::npos;
  const Secrecy secrecy = begins ? keys.secrecy(name, NamePlace::parameter) : Secrecy::none;
  if (secrecy == Secrecy::none || (secrecy == Secrecy::beside_state && !is_beside_state(piece, mark))) {
    return;
  }
  key_ = name;
  phase_ = Phase::in_query;
}

/// Masks "user:password" of "://user:password@". Returns where to go on.
std::size_t KeyScanner::at_user_info(std::string_view piece, std::size_t mark, std::vector<Found>& found) const {
  const std::size_t start = mark + 3;
  if (piece.substr(mark, 3) != "://") {
    return mark + 1;
  }
  const std::size_t stop = std::min(piece.size(), piece.find_first_of("/?#\"'<>\\ \t\r\n", start));
  const std::string_view authority = piece.substr(start, stop - start);
  const std::size_t user_info = authority.rfind('@');
  if (user_info == std::string_view::npos) {
    return start;
  }
  found.push_back({start, user_info, "userinfo"});
  return start + user_info;
}

/// Passes over what stands before a value. Returns where the value (or what is none) begins.
std::size_t KeyScanner::begin_value(std::string_view piece, std::size_t at) {
  for (; at < piece.size(); ++at) {
    const char c = piece[at];
    if (c == '\\') {
      ++end_.slashes;
    } else if (end_.slashes == 0 && kSpace.find(c) != std::string_view::npos) {
      continue;
    } else if (c == '"' && end_.slashes == end_.level) {
      phase_ = Phase::in_string;
      end_.slashes = 0;
      return at + 1;
    } else {
      const bool plain = end_.slashes == 0 && secrecy_ == Secrecy::whole;
      const bool number = plain && is_json_number_char(c) && c != 'e' && c != 'E';
      const bool opens = plain && (c == '{' || c == '[');
      phase_ = number ? Phase::in_number : opens ? Phase::below : Phase::idle;
      if (opens) {
        below_.begin(key_, end_.level);
      }
      return at;
    }
  }
  return at;
}

/// Where the string, number or parameter in hand ends in `piece`; sets end_.closed.
std::size_t KeyScanner::value_end(std::string_view piece, std::size_t at) {
  if (phase_ == Phase::in_string) {
    return end_.find(piece, at);
  }
  const auto begin = piece.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t end =
      phase_ == Phase::in_query
          ? std::min(piece.size(), piece.find_first_of(kQueryEnd, at))
          : static_cast<std::size_t>(std::find_if_not(begin, piece.end(), is_json_number_char) - piece.begin());
  end_.closed = end < piece.size();
  return end;
}

/// Goes on with the value of key_. Returns where it ends in `piece`.
std::size_t KeyScanner::value(std::string_view piece,
                              std::size_t at,
                              std::vector<Found>& found,
                              const OnValue& on_value) {
  if (phase_ == Phase::before_value) {
    at = begin_value(piece, at);
    if (phase_ == Phase::in_string) {
      at += scheme_length(piece.substr(at));
    }
  }
  if (phase_ == Phase::below) {
    at = below_.walk(piece, at, found, on_value);
    phase_ = below_.inside() ? Phase::below : Phase::idle;
    return at;
  }
  if (phase_ == Phase::idle || phase_ == Phase::before_value) {
    return at;
  }
  const std::size_t end = value_end(piece, at);
  if (end > at) {
    found.push_back({at, end - at, key_, phase_ == Phase::in_number ? '1' : 'x'});
  }
  const std::string_view here = piece.substr(at, end - at);
  if (end_.closed && value_.empty()) {
    on_value(key_, here);
  } else if (value_.size() < kMaxValue) {
    value_.append(here);
  }
  if (end_.closed) {
    if (!value_.empty()) {
      on_value(key_, value_);
    }
    value_.clear();
    phase_ = Phase::idle;
  }
  return end;
}

void KeyScanner::keep_tail(std::string_view piece) {
  tail_.append(piece.substr(piece.size() - std::min(piece.size(), kLookBack)));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kLookBack));
}

void KeyScanner::scan(
    const SecretKeys& keys, std::string_view piece, bool last, std::vector<Found>& found, const OnValue& on_value) {
  std::size_t at = phase_ == Phase::idle ? 0 : value(piece, 0, found, on_value);
  while ((at = find_mark(piece, at)) < piece.size()) {
    if (is_plain_colon(keys, piece, at)) {
      ++at;
      continue;
    }
    if (piece[at] == '=') {
      at_equals(keys, piece, at);
      ++at;
    } else {
      at_colon(keys, piece, at);
      at = phase_ == Phase::idle ? at_user_info(piece, at, found) : at + 1;
    }
    if (phase_ != Phase::idle) {
      at = value(piece, at, found, on_value);
    }
  }
  if (!last) {
    keep_tail(piece);
  } else if (phase_ != Phase::idle && !value_.empty()) {
    on_value(key_, value_);
  }
}

}  // namespace whydrop::capture
