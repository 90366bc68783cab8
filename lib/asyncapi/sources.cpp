#include "asyncapi/sources.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "schema/uri.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace whydrop::asyncapi {
namespace {

constexpr std::size_t kMostHops = 64, kMostFiles = 100, kMostBytes = 16U << 20, kMostNotes = 200;

std::optional<std::string_view> reference_of(const json::Value& value) {
  const auto found = value.is(json::Type::object) ? value.find("$ref") : std::nullopt;
  return found && found->is(json::Type::string) ? std::optional(found->string()) : std::nullopt;
}

/// The path that `reference`, which stands in the file at `path`, means.
std::string beside(const std::string& path, const std::string& reference) {
  if (reference.find("://") != std::string::npos) {
    return reference;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return (folder / percent_decoded(reference)).lexically_normal().generic_string();
}

}  // namespace

Sources::Sources(yaml::Document main, std::string name, const Options& options) : options_(options) {
  const std::string path = std::filesystem::path(name).filename().generic_string();
  files_.push_back({std::move(name), path, std::move(main)});
  by_path_[path] = 0;
}

Site Sources::root() const {
  return {0, files_.front().document.root(), ""};
}

std::optional<Site> Sources::own(const Site& site, std::string_view key) {
  const auto found = site.value.is(json::Type::object) ? site.value.find(key) : std::nullopt;
  return found ? std::optional(child(site, key, *found)) : std::nullopt;
}

std::optional<Site> Sources::member(const Site& site, std::string_view key) {
  auto found = own(site, key);
  return found ? follow(std::move(*found)) : std::nullopt;
}

std::optional<Site> Sources::at(const Site& site, std::string_view pointer) {
  std::optional<Site> found = site;
  while (found && !pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    found = member(*found, pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
  }
  return found;
}

std::size_t Sources::bounded(const Site& site) {
  if (site.value.size() > kMostMembers) {
    note(site, fmt::format("what stands behind the first {} is not read", kMostMembers));
  }
  return std::min(site.value.size(), kMostMembers);
}

std::vector<std::pair<std::string, Site>> Sources::members(const Site& site) {
  std::vector<std::pair<std::string, Site>> all;
  for (std::size_t i = 0; site.value.is(json::Type::object) && i < bounded(site); ++i) {
    const auto [key, value] = site.value.member(i);
    if (auto found = follow(child(site, key, value))) {
      all.emplace_back(key, std::move(*found));
    }
  }
  return all;
}

std::vector<Site> Sources::items(const Site& site) {
  std::vector<Site> all;
  for (std::size_t i = 0; site.value.is(json::Type::array) && i < bounded(site); ++i) {
    if (auto found = follow(child(site, std::to_string(i), site.value.item(i)))) {
      all.push_back(std::move(*found));
    }
  }
  return all;
}

std::string Sources::text(const Site& site, std::string_view key) {
  const auto found = member(site, key);
  return std::string(found && found->value.is(json::Type::string) ? found->value.string() : std::string_view());
}

std::optional<Site> Sources::follow(Site site) {
  for (std::size_t hops = 0; const auto reference = reference_of(site.value); ++hops) {
    if (hops == kMostHops) {
      note(site, "$ref leads back to itself");
      return std::nullopt;
    }
    auto next = resolve(site, *reference);
    if (!next) {
      return std::nullopt;
    }
    site = std::move(*next);
  }
  return site;
}

std::optional<Site> Sources::resolve(const Site& from, std::string_view reference) {
  const std::string path = std::string(schema::without_fragment(reference));
  const std::string pointer = schema::fragment_of(std::string(reference));
  const auto file = load(from, path.empty() ? files_[from.file].path : beside(files_[from.file].path, path));
  if (!file) {
    return std::nullopt;
  }
  const json::Value root = files_[*file].document.root();
  const auto found = root.at(pointer);
  if (!found) {
    note(from, fmt::format("$ref {} leads nowhere", reference));
    return std::nullopt;
  }
  return Site{*file, *found, pointer};
}

std::optional<std::size_t> Sources::load(const Site& from, const std::string& path) {
  if (const auto known = by_path_.find(path); known != by_path_.end()) {
    return known->second;
  }
  auto& slot = by_path_[path];
  const auto refuse = [&](std::string_view why) {
    note(from, fmt::format("{} is not read: {}", path, why));
    return std::nullopt;
  };
  if (files_.size() >= kMostFiles) {
    return refuse("the document names too many files");
  }
  if (path.find("://") != std::string::npos) {
    return refuse("nothing is fetched over the network");
  }
  const auto text = options_.read ? options_.read(path) : Result<std::optional<std::string>>();
  if (!text) {
    note(from, text.error().message + (text.error().hint.empty() ? "" : "; " + text.error().hint));
    return std::nullopt;
  }
  if (!*text) {
    return refuse("there is no such file");
  }
  bytes_ += (*text)->size();
  if (bytes_ > kMostBytes) {
    return refuse("the document's files are too large");
  }
  auto document = yaml::Document::parse(**text, shown_name(path));
  if (!document) {
    note(from, document.error().message);
    return std::nullopt;
  }
  files_.push_back({shown_name(path), path, std::move(*document)});
  return slot = files_.size() - 1;
}

std::string Sources::shown_name(const std::string& path) const {
  return (std::filesystem::path(files_.front().name).parent_path() / path).lexically_normal().generic_string();
}

void Sources::note(const Site& site, std::string says) {
  if (!noted_.emplace(site.file, site.pointer, says).second) {
    return;
  }
  if (notes_.size() == kMostNotes) {
    ++untold_;
    return;
  }
  const auto& file = files_[site.file];
  notes_.push_back(
      {file.name, site.pointer, file.document.place(site.pointer).value_or(json::Place()), std::move(says)});
}

std::vector<Note> Sources::take_notes() {
  if (untold_ > 0) {
    notes_.push_back({files_.front().name, "", {}, fmt::format("and {} notes more", untold_)});
  }
  return std::move(notes_);
}

Site child(const Site& site, std::string_view step, json::Value value) {
  return {site.file, value, site.pointer + '/' + json::escape_step(step)};
}

std::string name_of(const Site& site) {
  return json::unescape_step(std::string_view(site.pointer).substr(site.pointer.rfind('/') + 1));
}

std::string Note::text() const {
  return fmt::format("{}:{}:{}: {}{}",
                     escape_for_terminal(file),
                     place.line,
                     place.column,
                     pointer.empty() ? "" : escape_for_terminal(pointer) + ": ",
                     escape_for_terminal(says));
}

}  // namespace whydrop::asyncapi
