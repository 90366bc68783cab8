#include "schema/pattern.hpp"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

namespace whydrop::schema {

Pattern::Pattern(std::string source, Translation translation, std::unique_ptr<re2::RE2> compiled)
    : source_(std::move(source)), translation_(std::move(translation)), compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

tl::expected<Pattern, std::string> Pattern::compile(const std::string& pattern) {
  constexpr std::int64_t kMostMemory = 32 << 20;
  auto translation = translate(pattern);
  if (!translation) {
    return tl::unexpected<std::string>(translation.error());
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMostMemory);
  auto compiled = std::make_unique<re2::RE2>(translation->re2, options);
  if (!compiled->ok()) {
    const bool large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge;
    return tl::unexpected<std::string>(large ? "it is too large" : compiled->error());
  }
  return Pattern(pattern, std::move(*translation), std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
  if (translation_.least > 0 || translation_.most < SIZE_MAX) {
    const std::size_t count = count_code_points(text);
    if (count < translation_.least || count > translation_.most) {
      return false;
    }
  }
  return translation_.counts_only || re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::size_t count_code_points(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

}  // namespace whydrop::schema
