// Reads members of a profile's, rehearsal's or check file's JSON into the structs, as json/read.hpp does. For profile/
// and check/.
#pragma once

#include "json/read.hpp"
#include "profile/profile.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::profile::read {

using json::Value;
using namespace json::read;

std::vector<Field> fields(Value object, std::string_view key);
/// As pairs of name and text: a string's content, any other value as JSON.
std::vector<std::pair<std::string, std::string>> pairs(Value object, std::string_view key);
std::vector<Take> takes(Value object, std::string_view key);
std::vector<Where> conditions(const std::optional<Value>& where);
inline std::vector<Where> conditions(Value object, std::string_view key) {
  return conditions(object.find(key));
}
FindingText finding(Value object, std::string_view key = "finding");

}  // namespace whydrop::profile::read
