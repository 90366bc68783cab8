#include "auth/store.hpp"

#include "auth/private_file.hpp"
#include "base/try.hpp"
#include "json/json.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::auth {
namespace {

PrivateFile file_of(const std::string& path) {
  return {"store", path, "--store FILE names another"};
}

constexpr const char* kMakeNew = "whydrop session clear makes a new one";

std::optional<std::int64_t> integer_of(json::Value object, std::string_view key) {
  const auto value = object.find(key);
  return value && value->is_integer() ? std::optional(value->integer()) : std::nullopt;
}

std::optional<Store::Entry> read_entry(json::Value object) {
  const auto value = object.find("value");
  const auto at = integer_of(object, "at");
  if (!value || !value->is(json::Type::string) || !at) {
    return std::nullopt;
  }
  const auto secret = object.find("secret");
  const auto origin = object.find("origin");
  return Store::Entry{std::string(value->string()),
                      *at,
                      integer_of(object, "expires"),
                      !secret || secret->boolean(),
                      std::string(origin && origin->is(json::Type::string) ? origin->string() : "")};
}

std::string entry_text(const std::string& name, const Store::Entry& entry) {
  std::string text =
      fmt::format(R"({}: {{"value": {}, "at": {})", json::quote(name), json::quote(entry.value), entry.at);
  if (entry.expires) {
    text += fmt::format(R"(, "expires": {})", *entry.expires);
  }
  if (!entry.origin.empty()) {
    text += fmt::format(R"(, "origin": {})", json::quote(entry.origin));
  }
  return text + fmt::format(R"(, "secret": {}}})", entry.secret);
}

std::string file_text(const std::map<std::string, Store::Entry, std::less<>>& entries) {
  std::string text = "{\n  \"whydrop_store\": 1,\n  \"values\": {";
  const char* before = "\n    ";
  for (const auto& [name, entry] : entries) {
    text += before + entry_text(name, entry);
    before = ",\n    ";
  }
  return text + "\n  }\n}\n";
}

}  // namespace

Result<Store> Store::open(const std::string& path) {
  Store store;
  store.path_ = path;
  const PrivateFile file = file_of(path);
  const auto text = file.read();
  WHYDROP_TRY(text);
  if (!*text) {
    return store;
  }
  auto parsed = json::parse_file(**text, path, ErrorKind::local);
  WHYDROP_TRY(parsed);
  const auto version = integer_of((*parsed)->root(), "whydrop_store");
  const auto values = (*parsed)->root().find("values");
  if (version != 1 || !values || !values->is(json::Type::object)) {
    return file.cannot("read", "it is no store of this version", kMakeNew);
  }
  for (std::size_t i = 0; i < values->size(); ++i) {
    const auto [name, value] = values->member(i);
    auto entry = read_entry(value);
    if (!entry) {
      return file.cannot("read", fmt::format("{} is no value with its time", name));
    }
    store.entries_.insert_or_assign(std::string(name), std::move(*entry));
  }
  return store;
}

void Store::set(const std::string& name, Entry entry) {
  entries_.insert_or_assign(name, std::move(entry));
}

Result<void> Store::save() const {
  return file_of(path_).replace(file_text(entries_));
}

Result<void> Store::remove(const std::string& path) {
  const PrivateFile file = file_of(path);
  struct stat found {};
  const bool there = ::lstat(path.c_str(), &found) == 0;
  if (there && !S_ISREG(found.st_mode) && !S_ISLNK(found.st_mode)) {
    return file.cannot("remove", "it is not a plain file", "--store FILE names another");
  }
  // What whydrop wrote begins so, also where it is damaged further on.
  const std::string front = file.front();
  const bool empty = there && S_ISREG(found.st_mode) && found.st_size == 0;
  if (empty || (!front.empty() && front.find("\"whydrop_store\"") == std::string::npos)) {
    return file.cannot("remove", "it is no store of whydrop's", "--store FILE names another");
  }
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Result<void>() : file.cannot("remove", std::strerror(errno));
}

std::string store_path(const std::string& profile, const std::string& state_home, const std::string& home) {
  return state_path(profile + ".json", state_home, home);
}

}  // namespace whydrop::auth
