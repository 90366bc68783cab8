#include "auth/store.hpp"

#include "base/try.hpp"
#include "json/json.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::auth {
namespace {

constexpr std::size_t kMaxFile = 4U << 20;

/// A file descriptor that is closed at the end.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> cannot(const char* what, const std::string& path, const std::string& why, std::string hint = {}) {
  return fail(ErrorKind::local, fmt::format("cannot {} store {}: {}", what, path, why), std::move(hint));
}

tl::unexpected<Error> cannot(const char* what, const std::string& path) {
  return cannot(what, path, std::strerror(errno));
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes what is missing of a directory's path, each with mode 0700.
bool make_directories(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) {
    return true;
  }
  return errno == ENOENT && directory != "." && directory != "/" && make_directories(directory_of(directory)) &&
         (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST);
}

/// Refuses a file that may not be trusted with secrets.
Result<void> check_trust(const std::string& path, const struct stat& found) {
  if (!S_ISREG(found.st_mode)) {
    return cannot("use", path, "it is not a plain file", "--store FILE names another");
  }
  if (found.st_uid != ::geteuid()) {
    return cannot("use", path, "it belongs to another user", "--store FILE names another");
  }
  if ((found.st_mode & 077U) != 0) {
    return cannot("use",
                  path,
                  fmt::format("others may read or change it (mode {:04o})", found.st_mode & 07777U),
                  "chmod 600 " + path);
  }
  return {};
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno != EINTR) {
      return cannot("read", path);
    }
    text.append(block, got < 0 ? 0 : static_cast<std::size_t>(got));
    if (text.size() > kMaxFile) {
      return cannot("read", path, "it is larger than 4 MiB", "whydrop session clear makes a new one");
    }
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
  }
  return true;
}

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

/// Puts `text` in the place of `path`, so that a reader finds the old file or the new one.
Result<void> replace_file(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const File file(::mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (!file) {
    return cannot("write", path);
  }
  if (!write_all(file.get(), text) || ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    auto failure = cannot("write", path);
    ::unlink(temporary.c_str());
    return failure;
  }
  // The name is as good as the directory that holds it; where that cannot be synced the file itself is whole.
  const File directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) {
    (void)::fsync(directory.get());
  }
  return {};
}

/// True for what whydrop wrote, also where it is damaged further on; for what is empty, or cannot be read to tell.
bool is_ours(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  char front[64];
  const ssize_t size = file ? ::read(file.get(), front, sizeof front) : 0;
  return size <= 0 ||
         std::string_view(front, static_cast<std::size_t>(size)).find("\"whydrop_store\"") != std::string_view::npos;
}

}  // namespace

Result<Store> Store::open(const std::string& path) {
  Store store;
  store.path_ = path;
  const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) {
      return store;
    }
    return errno == ELOOP ? cannot("use", path, "it is a symbolic link", "--store FILE names the file itself")
                          : cannot("read", path);
  }
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) {
    return cannot("read", path);
  }
  WHYDROP_TRY(check_trust(path, found));
  auto text = read_all(file.get(), path);
  WHYDROP_TRY(text);
  auto parsed = json::parse_file(*text, path, ErrorKind::local);
  WHYDROP_TRY(parsed);
  const auto version = integer_of((*parsed)->root(), "whydrop_store");
  const auto values = (*parsed)->root().find("values");
  if (version != 1 || !values || !values->is(json::Type::object)) {
    return cannot("read", path, "it is no store of this version", "whydrop session clear makes a new one");
  }
  for (std::size_t i = 0; i < values->size(); ++i) {
    const auto [name, value] = values->member(i);
    auto entry = read_entry(value);
    if (!entry) {
      return cannot("read", path, fmt::format("{} is no value with its time", name));
    }
    store.entries_.insert_or_assign(std::string(name), std::move(*entry));
  }
  return store;
}

void Store::set(const std::string& name, Entry entry) {
  entries_.insert_or_assign(name, std::move(entry));
}

Result<void> Store::save() const {
  if (!make_directories(directory_of(path_))) {
    return cannot("write", path_);
  }
  const std::string text = file_text(entries_);
  if (text.size() > kMaxFile) {
    return cannot("write", path_, "it would be larger than 4 MiB", "--no-store keeps nothing");
  }
  return replace_file(path_, text);
}

Result<void> Store::remove(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode) && !S_ISLNK(found.st_mode)) {
    return cannot("remove", path, "it is not a plain file", "--store FILE names another");
  }
  if (!is_ours(path)) {
    return cannot("remove", path, "it is no store of whydrop's", "--store FILE names another");
  }
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Result<void>() : cannot("remove", path);
}

std::string store_path(const std::string& profile, const std::string& state_home, const std::string& home) {
  // XDG: a relative path counts as none.
  const bool given = !state_home.empty() && state_home.front() == '/';
  if (!given && home.empty()) {
    return "";
  }
  return (given ? state_home : home + "/.local/state") + "/whydrop/" + profile + ".json";
}

}  // namespace whydrop::auth
