#include "check/inert.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace whydrop::check {
namespace {

/// What a server acts on, and where it is broken.
struct Command {
  std::string_view text;
  std::size_t keep;
  bool at_line_start;
  std::string_view who;
};
constexpr Command kCommands[] = {
    {"[[ATTACHMENT|", 1, false, "Jenkins, GitLab: attaches the file that is named"},
    {"[[PROPERTY|", 1, false, "GitLab"},
    {"##teamcity[", 2, false, "TeamCity: service messages"},
    {"##vso[", 2, false, "Azure Pipelines: logging commands"},
    {"##[", 2, false, "Azure Pipelines and GitHub: formatting commands"},
    {"::", 1, true, "GitHub: workflow commands"},
    {"section_start:", 7, false, "GitLab: folds its log"},
    {"section_end:", 7, false, "GitLab: folds its log"},
};

bool begins_line(std::string_view before) {
  const std::size_t last = before.find_last_not_of(" \t");
  return last == std::string_view::npos || before[last] == '\n';
}

const Command* mark_at(std::string_view text, std::size_t at) {
  const auto* found = std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& mark) {
    return starts_with(text.substr(at), mark.text) && (!mark.at_line_start || begins_line(text.substr(0, at)));
  });
  return found == std::end(kCommands) ? nullptr : found;
}

}  // namespace

std::string inert(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const Command* mark = mark_at(text, at)) {
      out.append(mark->text.substr(0, mark->keep)).append(" ");
      at += mark->keep;
    }
    out += text[at];
  }
  return out;
}

}  // namespace whydrop::check
