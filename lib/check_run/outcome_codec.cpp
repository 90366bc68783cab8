#include "check_run/outcome_codec.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace whydrop::check_run {
namespace {

/// "5:hello": any bytes may stand in it.
std::string field(std::string_view text) {
  return fmt::format("{}:{}", text.size(), text);
}

std::optional<std::string> take_field(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const auto size =
      colon == std::string_view::npos ? std::nullopt : parse_number(text.substr(0, colon), 0, text.size());
  if (!size || text.size() - colon - 1 < *size) {
    return std::nullopt;
  }
  std::string taken(text.substr(colon + 1, *size));
  text.remove_prefix(colon + 1 + *size);
  return taken;
}

}  // namespace

std::string packed(const check::Outcome& outcome) {
  return field(fmt::format("{}", static_cast<int>(outcome.status))) + field(fmt::format("{}", outcome.exit_code)) +
         field(outcome.step) + field(outcome.says) + field(outcome.detail);
}

std::optional<check::Outcome> unpacked(std::string_view text) {
  const auto status = take_field(text), code = take_field(text), step = take_field(text), says = take_field(text),
             detail = take_field(text);
  const auto status_number = status ? parse_number(*status, 0, 3) : std::nullopt;
  const auto code_number = code ? parse_number(*code, 0, 255) : std::nullopt;
  if (!status_number || !code_number || !step || !says || !detail) {
    return std::nullopt;
  }
  check::Outcome outcome;
  outcome.status = static_cast<check::Outcome::Status>(*status_number);
  outcome.exit_code = static_cast<int>(*code_number);
  outcome.step = *step;
  outcome.says = *says;
  outcome.detail = *detail;
  return outcome;
}

}  // namespace whydrop::check_run
