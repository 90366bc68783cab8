#include "os/arguments.hpp"

#include <algorithm>
#include <vector>

namespace whydrop::os {
namespace {

std::vector<char*>& own_arguments() {
  static std::vector<char*> arguments;
  return arguments;
}

}  // namespace

void remember_arguments(int count, char** arguments) {
  own_arguments().assign(arguments, arguments + count);
}

void hide_argument(std::string_view secret) {
  if (secret.empty()) {
    return;
  }
  for (char* argument : own_arguments()) {
    const std::string_view text = argument;
    for (std::size_t at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + secret.size())) {
      std::fill_n(argument + at, secret.size(), 'x');
    }
  }
}

void overwrite_argument(std::string_view value, std::string_view shown) {
  for (char* argument : own_arguments()) {
    const std::string_view text = argument;
    const std::size_t at = text.size() - std::min(text.size(), value.size());
    if (text.substr(at) == value && (at == 0 || text.front() == '-')) {
      std::copy(shown.begin(), shown.end(), argument + at);
    }
  }
}

}  // namespace whydrop::os
