#pragma once

#include <string_view>

namespace whydrop::os {

/// The program's own arguments, as the process list shows them. Called once, by main.
void remember_arguments(int count, char** arguments);
/// Overwrites `secret` with as many `x` wherever the process list shows it. What was seen before stays seen.
void hide_argument(std::string_view secret);
/// Overwrites arguments that are `value`, or end with it behind an option's name ("--name=value", "-nvalue"), with
/// `shown`, which is as long.
void overwrite_argument(std::string_view value, std::string_view shown);

}  // namespace whydrop::os
