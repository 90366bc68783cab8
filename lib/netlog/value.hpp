#pragma once

#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::netlog {

/// Members of an object; empty where they are missing or of another type.
std::string text_of(json::Value object, std::string_view name);
/// A whole number, which Chromium writes as a string where it may not fit 32 bits.
std::optional<std::int64_t> number_of(json::Value object, std::string_view name);
bool flag_of(json::Value object, std::string_view name);
/// The strings of an array.
std::vector<std::string> texts_of(json::Value object, std::string_view name);

}  // namespace whydrop::netlog
