#include "report/wrap.hpp"

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

}  // namespace

std::vector<std::string_view> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string_view> lines;
  const std::size_t room = columns == 0 ? 1 : columns;
  while (true) {
    const std::size_t fits = prefix_of(text, room);
    if (fits == text.size()) {
      lines.push_back(text);
      return lines;
    }
    const std::size_t space = text.rfind(' ', fits);
    const bool can_break = space != std::string_view::npos && space > 0;
    lines.push_back(text.substr(0, can_break ? space : fits));
    text.remove_prefix(can_break ? space + 1 : fits);
  }
}

}  // namespace whydrop::report
