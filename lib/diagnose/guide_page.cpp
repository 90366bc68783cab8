#include "diagnose/guide_page.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

GuideRow row_of(const fieldguide::Entry& entry) {
  const std::string outcome = fieldguide::outcome(entry);
  return {&entry,
          outcome.empty() ? entry.says : fmt::format("{}: {}", outcome, entry.says),
          entry.text.empty() ? "" : fmt::format("\"{}\"", entry.text),
          fieldguide::origin(entry)};
}

std::optional<std::uint16_t> close_code_of(std::string_view key) {
  std::uint16_t code = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), code);
  return error == std::errc() && end == key.data() + key.size() ? std::optional(code) : std::nullopt;
}

/// The key of `explain` that an entry stands for: what it says itself, else its close code.
std::string meaning(const fieldguide::Entry& entry) {
  return !entry.means.empty() || !entry.code ? entry.means : fmt::format("{}", *entry.code);
}

void add(GuidePage& page, const fieldguide::Entry& entry) {
  page.rows.push_back(row_of(entry));
  const std::string means = meaning(entry);
  if (!means.empty() && std::find(page.means.begin(), page.means.end(), means) == page.means.end()) {
    page.means.push_back(means);
  }
}

/// What clients say of a rule, ending or finding.
void add_texts_for(GuidePage& page, std::string_view key) {
  for (const fieldguide::Product& product : fieldguide::products()) {
    for (const fieldguide::Entry& entry : product.entries) {
      if (entry.trigger == fieldguide::Trigger::error_text && entry.means == key) {
        page.rows.push_back(row_of(entry));
      }
    }
  }
}

/// The rows whose text stands in what was pasted, as far as none says more of it.
void add_pasted(GuidePage& page, std::string_view text) {
  const auto found = fieldguide::by_pasted_text(text);
  for (const fieldguide::TextMatch& match : found) {
    const std::size_t most = fieldguide::literal_length(found.front().entry->text);
    if (fieldguide::literal_length(match.entry->text) == most) {
      add(page, *match.entry);
    }
  }
}

}  // namespace

GuidePage guide_page(std::string_view key) {
  GuidePage page;
  page.product = fieldguide::find_product(key);
  if (page.product != nullptr) {
    for (const fieldguide::Entry& entry : page.product->entries) {
      page.rows.push_back(row_of(entry));
    }
  } else if (const auto code = close_code_of(key)) {
    for (const fieldguide::Entry* entry : fieldguide::by_code(*code)) {
      page.rows.push_back(row_of(*entry));
    }
  }
  add_texts_for(page, key);
  if (page.rows.empty()) {
    add_pasted(page, key);
  }
  return page;
}

}  // namespace whydrop::diagnose
