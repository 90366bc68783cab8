#pragma once

#include "check/check.hpp"
#include "profile/load.hpp"
#include "support/source_tree.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::check {

inline std::string read_source(const std::string& path) {
  std::ifstream in(test::in_source_tree(path), std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The profiles that are built in, and one file beside the check file.
inline Sources sources() {
  Sources made;
  made.find_profile = [](const std::string& given) -> Result<std::shared_ptr<const profile::Profile>> {
    const profile::BuiltIn* found = profile::find_built_in(given);
    return found != nullptr ? profile::load(*found)
                            : fail(ErrorKind::usage,
                                   "profile " + given + ": there is none of this name",
                                   "whydrop profile list shows them");
  };
  made.read_beside = [](const std::string& path) -> std::optional<std::string> {
    if (path == "text.json") {
      return R"({"definitions": {"text": {"type": "string", "minLength": 3}}, "type": "object"})";
    }
    return path == "broken.json" ? std::optional<std::string>(R"({"type": "strin"})") : std::nullopt;
  };
  return made;
}

}  // namespace whydrop::check
