#include "handshake/head.hpp"

namespace whydrop::handshake {
namespace {

/// Reads a Sec-WebSocket-Extensions value from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> token() {
    skip_blanks();
    std::size_t size = 0;
    while (size < rest_.size() && is_token(rest_.substr(size, 1))) {
      ++size;
    }
    if (size == 0) {
      return std::nullopt;
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  /// A token, or a quoted string that holds one.
  std::optional<std::string> value() {
    if (!take('"')) {
      return token();
    }
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') {
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) {
        return std::nullopt;
      }
      text.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (!take('"') || !is_token(text)) {
      return std::nullopt;
    }
    return text;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  std::string_view rest_;
};

bool read_parameters(Scanner& scanner, Extension& extension) {
  while (scanner.take(';')) {
    auto name = scanner.token();
    if (!name) {
      return false;
    }
    std::optional<std::string> value = std::string();
    if (scanner.take('=')) {
      value = scanner.value();
    }
    if (!value) {
      return false;
    }
    extension.parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view value) {
  std::vector<Extension> extensions;
  Scanner scanner(value);
  while (!scanner.at_end()) {
    if (scanner.take(',')) {
      continue;
    }
    auto name = scanner.token();
    if (!name) {
      return std::nullopt;
    }
    Extension extension{std::move(*name), {}};
    if (!read_parameters(scanner, extension) || !(scanner.take(',') || scanner.at_end())) {
      return std::nullopt;
    }
    extensions.push_back(std::move(extension));
  }
  if (extensions.empty()) {
    return std::nullopt;
  }
  return extensions;
}

std::optional<std::vector<Extension>> extensions_of(const Head& head) {
  const auto values = head.find_all("Sec-WebSocket-Extensions");
  if (values.empty()) {
    return std::vector<Extension>{};
  }
  std::string joined;
  for (const auto value : values) {
    if (!joined.empty()) {
      joined += ", ";
    }
    joined += value;
  }
  // A list that is there has an element, so that an empty value is malformed.
  return parse_extensions(joined);
}

}  // namespace whydrop::handshake
