#include "report/wrap.hpp"

#include <algorithm>
#include <iterator>

namespace whydrop::report {
namespace {

bool starts_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Bytes of the longest prefix of `text` that fits into `columns`.
std::size_t prefix_of(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_code_point(text[i]) && used++ == columns) {
      return i;
    }
  }
  return text.size();
}

bool is_unit(std::string_view word) {
  static constexpr std::string_view kUnits[] = {"ns", "µs", "ms", "s", "min", "h", "B", "KiB", "MiB", "GiB"};
  return std::find(std::begin(kUnits), std::end(kUnits), word) != std::end(kUnits);
}

/// True if the blank at `space` stands between a number and its unit.
bool holds_together(std::string_view text, std::size_t space) {
  const std::string_view rest = text.substr(space + 1);
  return space > 0 && text[space - 1] >= '0' && text[space - 1] <= '9' &&
         is_unit(rest.substr(0, rest.find_first_of(" ,;.:)")));
}

/// Where to break a text of which `fits` bytes fit into a line: at a blank, or 0 if there is none.
std::size_t break_at(std::string_view text, std::size_t fits) {
  std::size_t space = text.rfind(' ', fits);
  while (space != std::string_view::npos && holds_together(text, space)) {
    space = text.rfind(' ', space - 1);
  }
  return space == std::string_view::npos ? 0 : space;
}

/// True if an address or a path stands first: broken, it could not be copied.
bool begins_address(std::string_view text) {
  static constexpr std::string_view kSchemes[] = {"ws://", "wss://", "http://", "https://", "/"};
  return std::any_of(std::begin(kSchemes), std::end(kSchemes), [text](std::string_view scheme) {
    return text.substr(0, scheme.size()) == scheme;
  });
}

}  // namespace

std::vector<std::string_view> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string_view> lines;
  const std::size_t room = columns == 0 ? 1 : columns;
  while (true) {
    std::size_t fits = prefix_of(text, room);
    if (begins_address(text)) {
      fits = std::max(fits, std::min(text.find(' '), text.size()));
    }
    if (fits == text.size()) {
      lines.push_back(text);
      return lines;
    }
    const std::size_t space = break_at(text, fits);
    lines.push_back(text.substr(0, space > 0 ? space : fits));
    text.remove_prefix(space > 0 ? space + 1 : fits);
  }
}

}  // namespace whydrop::report
