#include "diagnose/explain.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "diagnose/guide_page.hpp"
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
  constexpr std::size_t kPageIndent = 8;
  for (const std::string_view line : report::wrap(text, kColumns - kPageIndent)) {
    out += fmt::format("{:<{}}{}\n", label, kPageIndent, line);
    label = {};
  }
  return out;
}

std::string whole(const Explanation& entry) {
  return fmt::format("{} ({})\n", entry.key, entry.group) + paragraph("", entry.title) + "\n" +
         paragraph("  what", entry.text) + paragraph("  do", entry.fix) + paragraph("  see", entry.citation);
}

/// What a product does, one thing a paragraph.
std::string whole(const fieldguide::Product& product, const std::vector<diagnose::GuideRow>& rows) {
  std::string out = fmt::format("{} ({})\n", product.name, fieldguide::name(product.kind)) +
                    paragraph("", product.title) + paragraph("", product.about);
  for (const diagnose::GuideRow& row : rows) {
    out += "\n" + paragraph("  what", row.what) + paragraph("  text", row.text) + paragraph("  do", row.entry->fix) +
           paragraph("  from", row.from);
  }
  return out;
}

/// What several products do, a paragraph each.
std::string listed(const std::vector<diagnose::GuideRow>& rows) {
  std::string out = "field guide:\n";
  for (const diagnose::GuideRow& row : rows) {
    const std::string text = row.text.empty() ? "" : fmt::format(" {}", row.text);
    const std::string fix = row.entry->fix.empty() ? "" : fmt::format(" {}", row.entry->fix);
    out += fmt::format("  {}\n", row.entry->product->name) +
           paragraph("", fmt::format("{}{} ({}).{}", row.what, text, row.from, fix));
  }
  return out;
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
  for (const fieldguide::Product& product : fieldguide::products()) {
    keys.emplace_back(product.name);
  }
  const auto near = nearest(key, keys);
  return fail(
      ErrorKind::usage,
      fmt::format("cannot explain '{}': it is no close code, ending, finding, rule, exit code, software or error text",
                  escape_for_terminal(key)),
      near ? fmt::format("did you mean {}?", *near) : "whydrop explain lists everything");
}

/// Everything that is known of `key`, an empty line between; empty where nothing is.
std::string everything(const std::string& key) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "\n") + part; };
  const diagnose::GuidePage page = diagnose::guide_page(key);
  if (page.product != nullptr) {
    add(whole(*page.product, page.rows));
  }
  std::vector<std::string> keys = page.means;
  keys.insert(keys.begin(), key);
  for (const std::string& one : keys) {
    for (const Explanation* entry : diagnose::explain(one)) {
      add(whole(*entry));
    }
  }
  if (page.product == nullptr && !page.rows.empty()) {
    add(listed(page.rows));
  }
  return out;
}

/// What a shell offers: keys of one word, and software.
std::vector<std::string> plain_keys() {
  std::vector<std::string> keys;
  for (const Explanation& entry : diagnose::explanations()) {
    const bool fresh = std::find(keys.begin(), keys.end(), entry.key) == keys.end();
    if (fresh && entry.key.find(' ') == std::string::npos) {
      keys.push_back(entry.key);
    }
  }
  for (const fieldguide::Product& product : fieldguide::products()) {
    keys.push_back(product.name);
  }
  return keys;
}

}  // namespace

Run setup_explain(Options& options) {
  auto key = std::make_shared<std::string>();
  options.custom(OptionInfo::argument(
                     "KEY",
                     "A close code, an ending, a finding's id, an exit code (6, or 'exit 6'), software (nginx), or a "
                     "client's error text")
                     .completed_by(plain_keys()),
                 [key](const std::vector<std::string>& given) -> std::string {
                   *key = given.back();
                   return {};
                 });
  return [key]() -> Result<int> {
    if (key->empty()) {
      std::fputs(list().c_str(), stdout);
      return 0;
    }
    const std::string told = everything(*key);
    if (told.empty()) {
      return unknown(*key);
    }
    std::fputs(told.c_str(), stdout);
    return 0;
  };
}

}  // namespace whydrop::cli
