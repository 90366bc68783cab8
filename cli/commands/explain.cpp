#include "diagnose/explain.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "report/wrap.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

using diagnose::Explanation;

constexpr std::size_t kColumns = 80;

/// `text` wrapped under `label`; nothing for an empty text.
std::string paragraph(std::string_view label, std::string_view text) {
  std::string out;
  if (text.empty()) {
    return out;
  }
  constexpr std::size_t kIndent = 8;
  for (const std::string_view line : report::wrap(text, kColumns - kIndent)) {
    out += fmt::format("{:<{}}{}\n", label, kIndent, line);
    label = {};
  }
  return out;
}

std::string whole(const Explanation& entry) {
  return fmt::format("{} ({})\n", entry.key, entry.group) + paragraph("", entry.title) + "\n" +
         paragraph("  what", entry.text) + paragraph("  do", entry.fix) + paragraph("  see", entry.citation);
}

std::string list() {
  std::string out, group;
  for (const Explanation& entry : diagnose::explanations()) {
    if (entry.group != group) {
      out += fmt::format("{}{}:\n", group.empty() ? "" : "\n", entry.group);
      group = entry.group;
    }
    const std::size_t used = std::max<std::size_t>(entry.key.size(), 24) + 4;
    out += fmt::format("  {:<24}  {}\n", entry.key, elide(entry.title, kColumns - used));
  }
  return out;
}

Result<int> unknown(const std::string& key) {
  std::vector<std::string_view> keys;
  for (const Explanation& entry : diagnose::explanations()) {
    keys.emplace_back(entry.key);
  }
  const auto near = nearest(key, keys);
  return fail(ErrorKind::usage,
              fmt::format("cannot explain '{}': it is no close code, ending, finding, rule or exit code",
                          escape_for_terminal(key)),
              near ? fmt::format("did you mean {}?", *near) : "whydrop explain lists everything");
}

/// What a shell offers: keys of one word.
std::vector<std::string> plain_keys() {
  std::vector<std::string> keys;
  for (const Explanation& entry : diagnose::explanations()) {
    const bool fresh = std::find(keys.begin(), keys.end(), entry.key) == keys.end();
    if (fresh && entry.key.find(' ') == std::string::npos) {
      keys.push_back(entry.key);
    }
  }
  return keys;
}

}  // namespace

Run setup_explain(Options& options) {
  auto key = std::make_shared<std::string>();
  options.custom({{},
                  "KEY",
                  "A close code, an ending, a finding's id or an exit code (6, or 'exit 6')",
                  {},
                  plain_keys(),
                  true,
                  false,
                  false},
                 [key](const std::vector<std::string>& given) -> std::string {
                   *key = given.back();
                   return {};
                 });
  return [key]() -> Result<int> {
    if (key->empty()) {
      std::fputs(list().c_str(), stdout);
      return 0;
    }
    const auto found = diagnose::explain(*key);
    if (found.empty()) {
      return unknown(*key);
    }
    for (const Explanation* entry : found) {
      std::fputs(whole(*entry).c_str(), stdout);
    }
    return 0;
  };
}

}  // namespace whydrop::cli
