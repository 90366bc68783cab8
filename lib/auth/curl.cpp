#include "auth/curl.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace whydrop::auth {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";
constexpr const char* kHint = "apt-get install libcurl4 (only commands that make REST calls need it)";

/// Looks one function up; counts those that are missing.
class Lookup {
 public:
  explicit Lookup(void* library) : library_(library) {}
  template <typename F>
  void operator()(F& function, const char* name) {
    function = reinterpret_cast<F>(::dlsym(library_, name));
    if (function == nullptr && missing_ == nullptr) {
      missing_ = name;
    }
  }
  const char* missing() const { return missing_; }

 private:
  void* library_;
  const char* missing_ = nullptr;
};

Result<Curl> load() {
  void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return fail(ErrorKind::local, fmt::format("cannot load {}: {}", kLibrary, why == nullptr ? "?" : why), kHint);
  }
  Curl curl{};
  decltype(&curl_global_init) global_init = nullptr;
  Lookup find(library);
  find(global_init, "curl_global_init");
  find(curl.easy_init, "curl_easy_init");
  find(curl.easy_setopt, "curl_easy_setopt");
  find(curl.easy_getinfo, "curl_easy_getinfo");
  find(curl.easy_cleanup, "curl_easy_cleanup");
  find(curl.easy_strerror, "curl_easy_strerror");
  find(curl.multi_init, "curl_multi_init");
  find(curl.multi_add_handle, "curl_multi_add_handle");
  find(curl.multi_remove_handle, "curl_multi_remove_handle");
  find(curl.multi_perform, "curl_multi_perform");
  find(curl.multi_poll, "curl_multi_poll");
  find(curl.multi_wakeup, "curl_multi_wakeup");
  find(curl.multi_info_read, "curl_multi_info_read");
  find(curl.multi_cleanup, "curl_multi_cleanup");
  find(curl.slist_append, "curl_slist_append");
  find(curl.slist_free_all, "curl_slist_free_all");
  if (find.missing() != nullptr) {
    return fail(
        ErrorKind::local, fmt::format("cannot use {}: it is too old, it has no {}", kLibrary, find.missing()), kHint);
  }
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorKind::local, fmt::format("cannot use {}: it does not start", kLibrary), kHint);
  }
  return curl;
}

}  // namespace

Result<const Curl*> load_curl() {
  static const Result<Curl> loaded = load();
  return loaded ? Result<const Curl*>(&*loaded) : tl::unexpected<Error>(loaded.error());
}

}  // namespace whydrop::auth
