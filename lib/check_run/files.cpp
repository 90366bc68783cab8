#include "check_run/files.hpp"

#include "base/try.hpp"
#include "json/json.hpp"
#include "os/file_names.hpp"
#include "os/named_files.hpp"
#include "profile/load.hpp"
#include "run/profiles.hpp"
#include "schema/pattern.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::check_run {
namespace {

namespace fs = std::filesystem;

/// The JSON files of a folder, sorted; not those of folders in it.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".json" && entry.is_regular_file(failed)) {
      names.push_back(entry.path().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What else may stand in a folder: schemas, profiles.
bool is_other_json(const std::string& text) {
  json::Json document;
  return !document.parse(text) && !document.root().find("whydrop_check");
}

class Reading {
 public:
  Reading(const run::Host& host,
          std::string profile,
          std::vector<std::string> allowed,
          const std::function<void(const Error&)>& say)
      : host_(host), profile_(std::move(profile)), allowed_(std::move(allowed)), say_(say) {}

  void read(const std::string& given) {
    std::error_code failed;
    if (!fs::is_directory(given, failed)) {
      for (const std::string& path : os::expanded(given)) {
        read_one(path, false);
      }
      return;
    }
    const std::size_t before = files_;
    for (const std::string& path : files_in(given)) {
      read_one(path, true);
    }
    if (files_ == before) {
      complain({ErrorKind::usage, "folder " + given + ": no check file in it", ""});
    }
  }

  Result<std::vector<check::Check>> take() {
    if (wrong_) {
      return tl::unexpected<Error>(*wrong_);
    }
    return std::move(checks_);
  }

 private:
  void read_one(const std::string& path, bool of_folder) {
    const auto text = host_.read(path);
    if (!text) {
      complain(text.error());
      return;
    }
    if (of_folder && is_other_json(*text)) {
      return;
    }
    ++files_;
    if (text->size() > json::kMostOfFile) {
      complain({ErrorKind::usage, path + ": it is larger than 64 MiB", ""});
      return;
    }
    const std::string shown = path == "-" ? "standard input" : path;
    const check::Sources sources = sources_of(path);
    auto loaded = check::load(*text, shown, sources);
    if (!loaded) {
      // All mistakes of all files are told; of those that are right none is run then.
      for (const auto& mistake : check::mistakes_of(*text, sources)) {
        complain({ErrorKind::usage,
                  fmt::format("{}:{}:{}: {}", shown, mistake.place.line, mistake.place.column, mistake.says),
                  ""});
      }
      return;
    }
    std::move(loaded->begin(), loaded->end(), std::back_inserter(checks_));
  }

  /// Paths in a check file are seen from where it stands.
  check::Sources sources_of(const std::string& path) {
    const fs::path folder = path == "-" ? fs::path() : fs::path(path).parent_path();
    const os::NamedFiles files(folder.string(), allowed_);
    return {[this, folder, files](const std::string& given) { return find(given, folder, files); },
            [files](const std::string& beside) { return files.read(beside); }};
  }

  /// What the command line names, else the file that the check names, else the known profile of that name.
  Result<std::shared_ptr<const profile::Profile>> find(const std::string& named,
                                                       const fs::path& folder,
                                                       const os::NamedFiles& files) {
    const std::string given = profile_.empty() ? (folder / named).string() : profile_;
    const auto known = profiles_.find(given);
    if (known != profiles_.end()) {
      return known->second;
    }
    auto text = profile_.empty() ? files.read(named) : Result<std::optional<std::string>>(std::nullopt);
    auto found = !text   ? tl::unexpected<Error>(text.error())
                 : *text ? profile::load(std::move(**text), given)
                         : run::find_profile(profile_.empty() ? named : profile_, host_.environment, host_.read);
    return profiles_.emplace(given, std::move(found)).first->second;
  }

  /// The last one is kept for the exit code, all others are said.
  void complain(Error error) {
    if (wrong_) {
      say_(*wrong_);
    }
    wrong_ = std::move(error);
  }

  const run::Host& host_;
  std::string profile_;
  std::vector<std::string> allowed_;
  const std::function<void(const Error&)>& say_;
  std::map<std::string, Result<std::shared_ptr<const profile::Profile>>> profiles_;
  std::vector<check::Check> checks_;
  std::size_t files_ = 0;
  std::optional<Error> wrong_;
};

using Test = std::function<bool(const std::string&)>;

/// "/pattern/", or a part of a text.
Result<Test> filter_of(const std::string& filter) {
  if (filter.size() < 2 || filter.front() != '/' || filter.back() != '/') {
    return Test([filter](const std::string& name) { return name.find(filter) != std::string::npos; });
  }
  auto pattern = schema::Pattern::compile(filter.substr(1, filter.size() - 2));
  if (!pattern) {
    return fail(ErrorKind::usage, fmt::format("option --filter: '{}': {}", filter, pattern.error()));
  }
  const auto shared = std::make_shared<const schema::Pattern>(std::move(*pattern));
  return Test([shared](const std::string& name) { return shared->matches(name); });
}

}  // namespace

Result<std::vector<check::Check>> read_checks(const run::Host& host,
                                              const std::vector<std::string>& given,
                                              const std::string& profile,
                                              const std::vector<std::string>& allowed,
                                              const std::function<void(const Error&)>& say) {
  Reading reading(host, profile, allowed, say);
  for (const std::string& name : given) {
    reading.read(name);
  }
  return reading.take();
}

Result<std::vector<check::Check>> chosen(std::vector<check::Check> checks, const CheckChoice& choice) {
  const auto test = filter_of(choice.filter);
  WHYDROP_TRY(test);
  const auto is_left_out = [&](const check::Check& check) {
    const bool tagged =
        choice.tags.empty() || std::any_of(choice.tags.begin(), choice.tags.end(), [&](const std::string& tag) {
          return std::find(check.tags.begin(), check.tags.end(), tag) != check.tags.end();
        });
    return !tagged || !(*test)(check.name);
  };
  const std::size_t all = checks.size();
  checks.erase(std::remove_if(checks.begin(), checks.end(), is_left_out), checks.end());
  if (checks.empty()) {
    return fail(ErrorKind::usage, fmt::format("none of {} checks is chosen by --filter and --tag", all), "--list");
  }
  return checks;
}

}  // namespace whydrop::check_run
