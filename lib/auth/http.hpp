// Rule of this module: auth/ gets and reads credentials: REST calls (libcurl), tokens (libcjose), and the store.
#pragma once

#include "base/result.hpp"
#include "engine/pipeline.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "profile/call_checks.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::auth {

struct HttpRequest {
  std::string method = "GET";
  std::string url;   ///< http or https
  std::string call;  ///< the profile's name for it, or empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  profile::Bindings* bindings = nullptr;  ///< values of this connection alone; not owned; null: the pipeline's
};

/// So much of an answer's body is read.
inline constexpr std::size_t kMaxBody = profile::kMaxReply;

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;        ///< at most kMaxBody
  bool whole = true;       ///< false: the connection ended in the middle of it
  std::uint32_t conn = 0;  ///< in the pipeline
  session::Verdict verdict;
};

/// One HTTP exchange by libcurl, which is loaded when the first one is made. It runs beside the loop, in a thread of
/// its own; what it did is told to the pipeline as a connection of role "http" (resolve and connect, tls, request,
/// response, ending). TLS, proxy, address and time-out options are those of a socket.
class HttpCall {
 public:
  using Done = std::function<void(Result<HttpAnswer>)>;

  /// `options`: its url is not looked at. `loop` and `pipeline` must outlive it. `done` is called once, on the loop's
  /// thread; an answer of any status is an answer; none, or half of one, is an Error with the verdict told to the
  /// pipeline.
  HttpCall(
      net::Loop& loop, engine::Pipeline& pipeline, HttpRequest request, const net::ConnectOptions& options, Done done);
  ~HttpCall();
  /// Called with an answer before it is recorded, so that what is secret in it can be told to the pipeline first; false
  /// where that cannot be known: then the body is not recorded.
  void on_learn(std::function<bool(const HttpAnswer&)> handler);
  void start();
  /// Gives it up; `done` is called soon.
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::auth
