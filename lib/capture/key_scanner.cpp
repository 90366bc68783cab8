#include "capture/key_scanner.hpp"

#include "base/percent.hpp"
#include "capture/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace whydrop::capture {
namespace {

/// How far back of its colon a key is looked for: each of its characters may be an escape.
constexpr std::size_t kLookBack = 256;
/// How much of a value that is split is kept for a look at its claims.
constexpr std::size_t kMaxValue = 16U << 10;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kQueryEnd = "&#;\"'<>\\ \t\r\n";

/// Length of the escape of an equals sign at the front, with all backslashes that begin it; 0 if there is none. Gson
/// writes a URL's so.
std::size_t escaped_equals(std::string_view text) {
  constexpr std::string_view kDigits = "u003";
  const std::size_t letter = std::min(text.size(), text.find_first_not_of('\\'));
  const std::size_t last = letter + kDigits.size();
  const bool is = letter > 0 && last < text.size() && text.substr(letter, kDigits.size()) == kDigits &&
                  (text[last] == 'd' || text[last] == 'D');
  return is ? last + 1 : 0;
}

/// Where a text's marks and quotes stand. Looks at the text in pieces, unless somebody has.
class Marks {
 public:
  Marks(std::string_view text, const TextScan* seen) : text_(text) {
    if (seen != nullptr && seen->is_of(text)) {
      blocks_ = seen->blocks();
      end_ = text.size();
    }
  }
  /// Position of the first mark from `at` on that may be behind a secret name, or the end.
  std::size_t next(const NameMemo& names, std::size_t at) {
    while (at < text_.size()) {
      if (at >= end_) {
        look(at);
      }
      const std::size_t block = (at - begin_) / kTextBlock;
      const std::size_t from = begin_ + block * kTextBlock;
      const std::uint64_t marks = blocks_[block].marks & ~std::uint64_t{0} << (at - from);
      const std::uint64_t behind_quotes = blocks_[block].quotes << 1U | (from > 0 && text_[from - 1] == '"' ? 1U : 0U);
      // Only where backslashes begin, so that each is looked at once.
      const std::uint64_t backslashes = blocks_[block].backslashes;
      const std::uint64_t go_on = backslashes << 1U | (from > 0 && text_[from - 1] == '\\' ? 1U : 0U);
      const std::uint64_t escapes = backslashes & ~go_on & ~std::uint64_t{0} << (at - from);
      for (std::uint64_t others = (marks & ~behind_quotes) | escapes; others != 0; others &= others - 1) {
        const auto bit = static_cast<std::size_t>(__builtin_ctzll(others));
        const bool escape = text_[from + bit] == '\\';
        if (escape ? escaped_equals(text_.substr(from + bit)) > 0 : !is_no_name(from + bit)) {
          return first_behind_name(names, block, marks & behind_quotes & ~(~std::uint64_t{0} << bit), from + bit);
        }
      }
      if (const std::size_t found = first_behind_name(names, block, marks & behind_quotes, text_.size());
          found < text_.size()) {
        return found;
      }
      at = from + kTextBlock;
    }
    return text_.size();
  }

 private:
  static std::size_t last_bit(std::uint64_t bits) { return 63 - static_cast<std::size_t>(__builtin_clzll(bits)); }
  /// True for a colon that is not a URL's.
  bool is_colon(std::size_t mark) const {
    return text_[mark] == ':' && (mark + 1 == text_.size() || text_[mark + 1] != '/');
  }
  /// True for a colon, not right behind a quote, that is no member's either.
  bool is_no_name(std::size_t mark) const {
    return mark > 0 && is_colon(mark) && kSpace.find(text_[mark - 1]) == std::string_view::npos;
  }
  /// Of marks right behind quotes in a block: the first that is not behind a name which is not secret, or `none`.
  std::size_t first_behind_name(const NameMemo& names, std::size_t block, std::uint64_t marks, std::size_t none) const {
    for (; marks != 0; marks &= marks - 1) {
      const auto bit = static_cast<std::size_t>(__builtin_ctzll(marks));
      if (!is_plain(names, block, bit)) {
        return begin_ + block * kTextBlock + bit;
      }
    }
    return none;
  }
  /// True for a colon right behind a name that is not secret; the quote is at `bit` - 1.
  bool is_plain(const NameMemo& names, std::size_t block, std::size_t bit) const {
    const std::size_t from = begin_ + block * kTextBlock;
    const std::size_t mark = from + bit;
    if (mark < 3 || !is_colon(mark)) {
      return false;
    }
    if (!names.may_end(text_.data() + mark - 3)) {
      return true;
    }
    if (text_[mark - 2] == '\\') {
      return false;
    }
    const std::uint64_t here = bit < 2 ? 0 : blocks_[block].quotes & ~std::uint64_t{0} >> (65 - bit);
    std::size_t quote = from;
    if (here != 0) {
      quote += last_bit(here);
    } else {
      const std::uint64_t earlier =
          block == 0 ? 0 : blocks_[block - 1].quotes & (bit == 0 ? ~std::uint64_t{0} >> 1U : ~std::uint64_t{0});
      if (earlier == 0) {
        return false;
      }
      quote = quote - kTextBlock + last_bit(earlier);
    }
    const std::size_t size = mark - quote - 2;
    return size > 0 && !names.has(text_, quote + 1, size);
  }
  void look(std::size_t at) {
    begin_ = at;
    const std::string_view piece = text_.substr(at, own_.size() * kTextBlock);
    end_ = at + piece.size();
    best_text_kernel().scan(piece, own_.data());
    blocks_ = own_.data();
  }

  std::string_view text_;
  const TextBlock* blocks_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;  ///< of the piece in hand
  std::array<TextBlock, 16> own_;
};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Of a name or of an escape in it.
bool is_name_part(char c) {
  return is_name_char(c) || c == '\\';
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
  constexpr std::string_view kOutside = "?#\"'<> \t\r\n";
  const std::size_t before = piece.find_last_of(kOutside, mark);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string query =
      without_ascii_escapes(piece.substr(begin, std::min(piece.size(), piece.find_first_of(kOutside, mark)) - begin));
  const auto has = [&query](std::string_view parameter) {
    const std::size_t at = query.find(parameter);
    return at != std::string_view::npos && (at == 0 || query[at - 1] == '&');
  };
  return has("state=") || has("grant_type=");
}

/// The name at the end of `text`, taken off.
std::string_view drop_name(std::string_view& text) {
  const std::string_view whole = text;
  const std::size_t size = drop_back(text, is_name_part);
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
void KeyScanner::at_colon(const NameMemo& names, std::string_view piece, std::size_t mark) {
  std::string_view text = before(piece, mark);
  drop_back(text, [](char c) { return kSpace.find(c) != std::string_view::npos; });
  if (!drop_quote(text)) {
    return;
  }
  const std::size_t level = drop_back(text, [](char c) { return c == '\\'; });
  const std::string name = without_ascii_escapes(drop_name(text));
  const bool quoted = !name.empty() && drop_quote(text);
  secrecy_ = quoted ? names.secrecy(name, NamePlace::member) : Secrecy::none;
  if (secrecy_ == Secrecy::none) {
    return;
  }
  key_ = name;
  end_ = {level};
  phase_ = Phase::before_value;
}

void KeyScanner::at_equals(const NameMemo& names, std::string_view piece, std::size_t mark) {
  // The padding of base64 is no value: a key of the handshake may end in a name that means a secret.
  constexpr std::string_view kBehind = "&#;\"' \t\r\n<>";
  if (piece.substr(mark, 2) == "==" &&
      (mark + 2 == piece.size() || kBehind.find(piece[mark + 2]) != std::string_view::npos)) {
    return;
  }
  std::string_view text = before(piece, mark);
  const std::string_view whole = text;
  constexpr std::string_view kBefore = "?&#; \"";
  const std::size_t size = drop_back(text, [](char c) { return is_name_part(c) || c == '%'; });
  const std::string part = without_ascii_escapes(whole.substr(whole.size() - size));
  // The ampersand before it may be an escape as well.
  const std::size_t before_name = part.find_last_of(kBefore);
  const bool begins =
      before_name != std::string::npos || text.empty() || kBefore.find(text.back()) != std::string_view::npos;
  if (size == 0 || !begins) {
    return;
  }
  const std::string name = percent_decoded(part.substr(before_name + 1));
  const Secrecy secrecy = names.secrecy(name, NamePlace::parameter);
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

void KeyScanner::reset() {
  phase_ = Phase::idle;
  end_ = {};
  if (below_.inside()) {
    below_ = {};
  }
  key_.clear();
  value_.clear();
  tail_.clear();
}

void KeyScanner::scan(const NameMemo& names,
                      std::string_view piece,
                      bool last,
                      std::vector<Found>& found,
                      const OnValue& on_value,
                      const TextScan* seen) {
  Marks marks(piece, seen);
  std::size_t at = phase_ == Phase::idle ? 0 : value(piece, 0, found, on_value);
  while ((at = marks.next(names, at)) < piece.size()) {
    if (piece[at] != ':') {
      at_equals(names, piece, at);
      at += std::max<std::size_t>(1, escaped_equals(piece.substr(at)));
    } else {
      at_colon(names, piece, at);
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
