// Where the tests find the files of the repository.
#pragma once

#include <string>
#include <string_view>

namespace whydrop::test {

/// The absolute path of a file or folder of the repository, which `path` names from its root ("fixtures/sessions").
std::string in_source_tree(std::string_view path);

}  // namespace whydrop::test
