// Internal: regular expressions of ECMA-262, matched by RE2 in linear time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace re2 {
class RE2;
}

namespace whydrop::schema {

/// An ECMA-262 pattern in RE2's words.
struct Translation {
  std::string re2;
  /// Where the whole pattern is one character so many times: how many; it is counted rather than matched.
  std::size_t least = 0, most = SIZE_MAX;
  bool counts_only = false;  ///< any characters will do
};
/// Why it cannot be, where it cannot: "it looks ahead with (?=", "it refers back with \1".
tl::expected<Translation, std::string> translate(std::string_view pattern);
/// True for a pattern of ECMA-262, also one that cannot be translated; an escape of a letter that means nothing there,
/// as \Z, is a mistake.
bool is_ecma_pattern(std::string_view pattern);

/// A compiled pattern; matches anywhere in a text, as ECMA-262 does.
class Pattern {
 public:
  static tl::expected<Pattern, std::string> compile(const std::string& pattern);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches(std::string_view text) const;
  /// As the schema has it.
  const std::string& source() const { return source_; }

 private:
  Pattern(std::string source, Translation translation, std::unique_ptr<re2::RE2> compiled);

  std::string source_;
  Translation translation_;
  std::unique_ptr<re2::RE2> compiled_;
};

/// Code points of valid UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace whydrop::schema
