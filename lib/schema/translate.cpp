#include "base/utf8.hpp"
#include "schema/char_set.hpp"
#include "schema/pattern.hpp"
#include "schema/unicode_properties.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

constexpr std::size_t kLongestPattern = 64U << 10, kLongestResult = 1U << 20, kDeepest = 200;
/// RE2 takes no more, all repeats inside each other multiplied.
constexpr std::size_t kMostRepeats = 1000;
/// Characters and classes, each as often as its repeats say: RE2 writes them out before it looks at its own limits.
constexpr std::size_t kMostWeight = 20'000;
constexpr std::size_t kUnbounded = SIZE_MAX;

/// Part of a pattern in RE2's words.
struct Fragment {
  std::string text;
  std::optional<CharSet> one;  ///< where it is exactly one character
  std::size_t least = 1, most = 1;
  std::size_t product = 1;  ///< of the repeats inside each other
  std::size_t weight = 1;
  enum class Kind : std::uint8_t { plain, begin, end, boundary } kind = Kind::plain;
  bool counted = false;  ///< the whole is `one`, between `least` and `most` times
};

const CharSet kDigits{{'0', '9'}};
const CharSet kWordCharacters{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const CharSet kSpaces{{'\t', '\r'},
                      {' ', ' '},
                      {0xA0, 0xA0},
                      {0x1680, 0x1680},
                      {0x2000, 0x200A},
                      {0x2028, 0x2029},
                      {0x202F, 0x202F},
                      {0x205F, 0x205F},
                      {0x3000, 0x3000},
                      {0xFEFF, 0xFEFF}};
const CharSet kLineEnds{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

/// Reads ECMA-262 and writes RE2. Stops at the first thing that cannot be.
class Translator {
 public:
  /// With `syntax_only` what ECMA-262 has and RE2 has not is read over, and an escape that ECMA-262 has not is a
  /// mistake.
  explicit Translator(std::string_view pattern, bool syntax_only = false) : rest_(pattern), syntax_only_(syntax_only) {}

  tl::expected<Translation, std::string> run() {
    const Fragment whole = alternatives(0);
    if (why_.empty() && !rest_.empty()) {
      why_ = "a ) closes nothing";
    }
    if (uncounted_ && !whole.counted) {
      refuse("it is too large");
    }
    if (!why_.empty()) {
      return tl::unexpected<std::string>(why_);
    }
    Translation out;
    out.re2 = whole.text;
    if (whole.counted) {
      out.re2 = "\\A" + whole.one->text() + "*\\z";
      out.least = whole.least;
      out.most = whole.most;
      out.counts_only = whole.one->is_everything();
    }
    return out;
  }

 private:
  /// For what RE2 cannot do.
  void refuse(std::string why) {
    if (!syntax_only_) {
      fail(std::move(why));
    }
  }

  bool fail(std::string why) {
    if (why_.empty()) {
      why_ = std::move(why);
    }
    rest_ = {};
    return false;
  }

  bool take(std::string_view text) {
    const bool there = rest_.substr(0, text.size()) == text;
    rest_.remove_prefix(there ? text.size() : 0);
    return there;
  }

  char32_t take_code_point() {
    const CodePoint point = decode_code_point(rest_);
    rest_.remove_prefix(point.size);
    return point.value;
  }

  Fragment alternatives(std::size_t depth) {
    Fragment all = sequence(depth);
    while (take("|")) {
      const Fragment next = sequence(depth);
      all.text += "|" + next.text;
      all.product = std::max(all.product, next.product);
      all.weight += next.weight;
      all.counted = false;
      if (!all.one || !next.one || next.counted || !all.one->add(*next.one)) {
        all.one.reset();
      }
      limit(all);
    }
    return all;
  }

  Fragment sequence(std::size_t depth) {
    Fragment all;
    std::vector<Fragment> parts;  // the first three: more are never one counted character
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      Fragment next = term(depth);
      all.text += next.text;
      all.product = std::max(all.product, next.product);
      all.weight += next.weight;
      limit(all);
      if (++count <= 3) {
        next.text.clear();
        parts.push_back(std::move(next));
      }
    }
    if (count == 1 && parts[0].least == 1 && parts[0].most == 1) {
      all.one = std::move(parts[0].one);
    }
    if (count == 3 && parts[0].kind == Fragment::Kind::begin && parts[2].kind == Fragment::Kind::end && parts[1].one) {
      all.one = std::move(parts[1].one);
      all.least = parts[1].least;
      all.most = parts[1].most;
      all.counted = true;
    }
    return all;
  }

  void limit(Fragment& fragment) {
    if (fragment.text.size() > kLongestResult || fragment.weight > kMostWeight) {
      refuse("it is too large");
      fragment.text.clear();
      fragment.weight = 1;
    }
  }

  Fragment term(std::size_t depth) {
    Fragment part = atom(depth);
    std::size_t least = 1, most = 1;
    if (!quantifier(least, most)) {
      return part;
    }
    if (part.kind != Fragment::Kind::plain) {
      fail("a quantifier follows nothing that can be repeated");
    }
    take("?");  // Lazy or not is no difference where nothing is captured.
    if (least > most) {
      fail("a quantifier's bounds are the wrong way round");
    }
    return why_.empty() ? repeated(part, least, most) : part;
  }

  bool number(std::size_t& value) {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(rest_[i] - '0'), 1U << 30);
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  /// A brace that begins no quantifier is a character.
  bool braces(std::size_t& least, std::size_t& most) {
    const std::string_view before = rest_;
    if (take("{") && number(least)) {
      most = least;
      if (take(",") && !number(most)) {
        most = kUnbounded;
      }
      if (take("}")) {
        return true;
      }
    }
    rest_ = before;
    least = most = 1;
    return false;
  }

  bool quantifier(std::size_t& least, std::size_t& most) {
    if (take("*")) {
      least = 0;
      most = kUnbounded;
    } else if (take("+")) {
      most = kUnbounded;
    } else if (take("?")) {
      least = 0;
    } else {
      return braces(least, most);
    }
    return true;
  }

  /// `text` between `least` and `most` times, in pieces that RE2 takes.
  Fragment repeated(const Fragment& part, std::size_t least, std::size_t most) {
    Fragment out;
    out.one = part.one;
    out.least = least;
    out.most = most;
    const std::size_t piece = std::max<std::size_t>(kMostRepeats / part.product, 1);
    const std::size_t bounded = most == kUnbounded ? least : most;
    if (bounded > kMostWeight / part.weight) {
      // One counted character needs no copies; whether it is one is known at the end of the pattern only.
      if (!part.one) {
        refuse("it is too large");
        return out;
      }
      out.text = part.text + "*";
      uncounted_ = true;
      return out;
    }
    const std::string group = part.one ? part.text : "(?:" + part.text + ")";
    out.weight = part.weight * std::max<std::size_t>(bounded, 1);
    out.product = part.product * std::min(std::max<std::size_t>(bounded, 1), piece);
    append_copies(out.text, group, least, piece, false);
    if (most == kUnbounded) {
      out.text += group + "*";
    } else {
      append_copies(out.text, group, most - least, piece, true);
    }
    return out;
  }

  static void append_copies(
      std::string& out, const std::string& group, std::size_t count, std::size_t piece, bool optional) {
    const std::string least = optional ? "0," : "";
    for (; count > piece; count -= piece) {
      out += fmt::format("{}{{{}{}}}", group, least, piece);
    }
    if (count > 0) {
      out += group + (count == 1 && !optional ? "" : fmt::format("{{{}{}}}", least, count));
    }
  }

  Fragment atom(std::size_t depth) {
    if (take("(")) {
      return group(depth);
    }
    if (take("^")) {
      return assertion("\\A", Fragment::Kind::begin);
    }
    if (take("$")) {
      return assertion("\\z", Fragment::Kind::end);
    }
    if (take("[")) {
      return character_class();
    }
    if (take(".")) {
      return one_of(kLineEnds.complement());
    }
    if (take("\\")) {
      return escape();
    }
    if (rest_.find_first_of("*+?") == 0) {
      fail("a quantifier follows nothing that can be repeated");
      return {};
    }
    const char32_t point = take_code_point();
    return one_of({{point, point}});
  }

  static Fragment assertion(const char* text, Fragment::Kind kind) {
    Fragment out;
    out.text = text;
    out.kind = kind;
    return out;
  }

  static Fragment one_of(CharSet set) {
    Fragment out;
    out.text = set.text();
    out.one = std::move(set);
    return out;
  }

  Fragment group(std::size_t depth) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRefused{{
        {"?=", "it looks ahead with (?="},
        {"?!", "it looks ahead with (?!"},
        {"?<=", "it looks behind with (?<="},
        {"?<!", "it looks behind with (?<!"},
    }};
    for (const auto& [opening, why] : kRefused) {
      if (take(opening)) {
        refuse(std::string(why));
        return grouped(depth);
      }
    }
    if (take("?<")) {
      rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
      if (!take(">")) {
        fail("a group's name has no end");
      }
    } else if (!take("?:") && take("?")) {
      fail("a group begins with (? and something unknown");
    }
    return grouped(depth);
  }

  /// What stands behind a group's beginning, up to its end.
  Fragment grouped(std::size_t depth) {
    if (depth == kDeepest) {
      fail("its groups nest too deep");
    }
    Fragment inner = why_.empty() ? alternatives(depth + 1) : Fragment();
    if (why_.empty() && !take(")")) {
      fail("a group is not closed");
    }
    if (inner.counted) {
      inner.one.reset();
      inner.counted = false;
      inner.least = inner.most = 1;
    }
    inner.text = "(?:" + inner.text + ")";
    return inner;
  }

  Fragment escape() {
    if (rest_.empty()) {
      fail("it ends in \\");
      return {};
    }
    if (take("b") || take("B")) {
      return assertion(rest_.data()[-1] == 'b' ? "\\b" : "\\B", Fragment::Kind::boundary);
    }
    if (rest_.front() >= '1' && rest_.front() <= '9') {
      refuse(std::string("it refers back with \\") + rest_.front());
      rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
      return {};
    }
    if (take("k<")) {
      refuse("it refers back with \\k");
      rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
      if (!take(">")) {
        fail("a group's name has no end");
      }
      return {};
    }
    if (auto set = class_escape()) {
      return one_of(std::move(*set));
    }
    const char32_t point = character_escape();
    return one_of({{point, point}});
  }

  /// \d, \w, \s, \p and their opposites; null where the escape is that of a character.
  std::optional<CharSet> class_escape() {
    const struct {
      std::string_view name;
      const CharSet& set;
    } sets[] = {{"dD", kDigits}, {"wW", kWordCharacters}, {"sS", kSpaces}};
    const char letter = rest_.empty() ? '\0' : rest_.front();
    for (const auto& [name, named] : sets) {
      if (letter == name[0] || letter == name[1]) {
        rest_.remove_prefix(1);
        return letter == name[0] ? named : named.complement();
      }
    }
    const bool is_property = (letter == 'p' || letter == 'P') && rest_.substr(1, 1) == "{";
    return is_property && rest_.find('}') != std::string_view::npos ? std::optional(property()) : std::nullopt;
  }

  CharSet property() {
    const bool opposite = rest_.front() == 'P';
    const std::size_t end = rest_.find('}');
    const std::string_view name = rest_.substr(2, end - 2);
    auto set = unicode_property(name);
    if (!set) {
      fail(fmt::format("\\p{{{}}} is no Unicode property that is known here", name));
      return {};
    }
    rest_.remove_prefix(end + 1);
    if (opposite) {
      set->negate();
    }
    return std::move(*set);
  }

  std::optional<char32_t> hex(std::size_t digits) {
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const std::size_t digit = i < rest_.size()
                                    ? std::string_view("0123456789abcdef").find(static_cast<char>(rest_[i] | 0x20))
                                    : std::string_view::npos;
      if (digit == std::string_view::npos || (rest_[i] < '0')) {
        return std::nullopt;
      }
      value = value * 16 + static_cast<char32_t>(digit);
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// Behind "\u": four digits, a pair of surrogates, or braces.
  std::optional<char32_t> unicode_escape() {
    if (take("{")) {
      const auto value = hex(std::min<std::size_t>(std::min(rest_.find('}'), rest_.size()), 6));
      return take("}") && value && *value <= kLastCodePoint ? value : std::nullopt;
    }
    const auto high = hex(4);
    const std::string_view behind = rest_;
    if (high && *high >= 0xD800 && *high < 0xDC00 && take("\\u")) {
      const auto low = hex(4);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        return 0x10000 + ((*high - 0xD800) << 10U) + (*low - 0xDC00);
      }
      rest_ = behind;
    }
    return high;
  }

  /// The character that an escape stands for, behind its backslash.
  char32_t character_escape() {
    constexpr std::string_view kLetters = "tnvfr0", kValues{"\t\n\v\f\r\0", 6};
    const char letter = rest_.front();
    const std::string_view before = rest_;
    rest_.remove_prefix(1);
    if (const std::size_t at = kLetters.find(letter); at != std::string_view::npos) {
      return static_cast<char32_t>(kValues[at]);
    }
    if (letter == 'c' && !rest_.empty() && ((rest_[0] | 0x20) >= 'a' && (rest_[0] | 0x20) <= 'z')) {
      const auto control = static_cast<char32_t>(rest_[0] & 0x1F);
      rest_.remove_prefix(1);
      return control;
    }
    const auto value = letter == 'x' ? hex(2) : letter == 'u' ? unicode_escape() : std::nullopt;
    if (value) {
      return *value;
    }
    rest_ = before;
    if (syntax_only_ && std::isalpha(static_cast<unsigned char>(letter)) != 0) {
      fail(fmt::format("\\{} means nothing", letter));
      return static_cast<unsigned char>(letter);
    }
    return take_code_point();  // Any other character stands for itself.
  }

  /// One character of a class; null for a set, which is added.
  std::optional<char32_t> class_atom(CharSet& set) {
    if (!take("\\")) {
      return take_code_point();
    }
    if (rest_.empty()) {
      fail("it ends in \\");
      return std::nullopt;
    }
    if (take("b")) {
      return U'\b';
    }
    if (const auto named = class_escape()) {
      if (!set.add(*named)) {
        refuse("its class holds the opposite of a Unicode property that is made of several");
      }
      return std::nullopt;
    }
    return character_escape();
  }

  Fragment character_class() {
    CharSet set;
    const bool negated = take("^");
    while (!rest_.empty() && rest_.front() != ']') {
      const auto first = class_atom(set);
      if (!first || rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') {
        add_character(set, first);
        continue;
      }
      take("-");
      const auto last = class_atom(set);
      if (!last) {
        add_character(set, first);
        set.add('-', '-');
      } else if (*last < *first) {
        fail("a range of a class is the wrong way round");
      } else {
        set.add(*first, *last);
      }
    }
    if (why_.empty() && !take("]")) {
      fail("a class is not closed");
    }
    if (negated) {
      set.negate();
    }
    return one_of(std::move(set));
  }

  static void add_character(CharSet& set, std::optional<char32_t> point) {
    if (point) {
      set.add(*point, *point);
    }
  }

  std::string_view rest_;
  bool syntax_only_;
  std::string why_;
  bool uncounted_ = false;
};

}  // namespace

tl::expected<Translation, std::string> translate(std::string_view pattern) {
  if (pattern.size() > kLongestPattern) {
    return tl::unexpected<std::string>("it is too large");
  }
  return Translator(pattern).run();
}

bool is_ecma_pattern(std::string_view pattern) {
  return pattern.size() <= kLongestPattern && Translator(pattern, true).run().has_value();
}

}  // namespace whydrop::schema
