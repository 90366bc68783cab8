// Internal: the documents that an import reads, and places in them.
#pragma once

#include "asyncapi/asyncapi.hpp"
#include "yaml/yaml.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace whydrop::asyncapi {

/// A value, and where it stands.
struct Site {
  std::size_t file = 0;
  json::Value value{nullptr};
  std::string pointer{};

  bool operator==(const Site& other) const { return file == other.file && pointer == other.pointer; }
};

/// What stands one step below a site.
Site child(const Site& site, std::string_view step, json::Value value);
/// The last step of a site's pointer, unescaped: what a $ref calls it.
std::string name_of(const Site& site);

/// The document and the files that its $refs lead to. What cannot be followed is noted, once.
class Sources {
 public:
  static constexpr std::size_t kMostMembers = 2'000;

  /// `main` is the document; `options` must outlive it.
  Sources(yaml::Document main, std::string name, const Options& options);

  Site root() const;
  /// What stands below `site`; what stands there is a $ref: what it leads to. Null where nothing does.
  std::optional<Site> member(const Site& site, std::string_view key);
  std::optional<Site> at(const Site& site, std::string_view pointer);
  /// The members of an object and the items of a list, at most kMostMembers of them; $refs are followed. None of
  /// anything else.
  std::vector<std::pair<std::string, Site>> members(const Site& site);
  std::vector<Site> items(const Site& site);
  std::string text(const Site& site, std::string_view key);
  /// Follows $refs to what is none. Null, with a note, where they lead nowhere.
  std::optional<Site> follow(Site site);
  /// The same without following: a site's own member.
  static std::optional<Site> own(const Site& site, std::string_view key);

  void note(const Site& site, std::string says);
  /// What was noted: at most the first 200, and how many there are besides.
  std::vector<Note> take_notes();

 private:
  struct File {
    std::string name, path;
    yaml::Document document;
  };
  /// How many members or items of `site` are read.
  std::size_t bounded(const Site& site);
  std::optional<Site> resolve(const Site& from, std::string_view reference);
  std::optional<std::size_t> load(const Site& from, const std::string& path);
  /// As a person would name it who named the document.
  std::string shown_name(const std::string& path) const;

  const Options& options_;
  std::deque<File> files_;
  std::map<std::string, std::optional<std::size_t>, std::less<>> by_path_;
  std::vector<Note> notes_;
  std::set<std::tuple<std::size_t, std::string, std::string>> noted_;
  std::size_t untold_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace whydrop::asyncapi
