#pragma once

#include "auth/http.hpp"
#include "auth/store.hpp"
#include "base/result.hpp"
#include "net/url.hpp"
#include "profile/bindings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::auth {

/// A call as it is to be sent: its templates filled. `at` is --at's URL, or empty: connect there, and say http where it
/// does. Errors: usage, for a variable that is not set.
Result<HttpRequest> make_request(const profile::Call& call, const profile::Bindings& bindings, const std::string& at);

/// When a value that a reply gave ceases to hold, in seconds since 1970: by its own claims where it is a JWT, else by
/// the reply's expires_in or expires. Null where nothing says.
std::optional<std::int64_t> expiry_of(const std::string& value, json::Value reply, std::int64_t now);

/// Makes calls of a profile one after the other; what their replies give is bound, and put into the store.
class CallRunner {
 public:
  struct Parts {
    net::Loop& loop;
    engine::Pipeline& pipeline;
    profile::Bindings& bindings;
    Store* store = nullptr;  ///< null: nothing is kept
    std::string at;          ///< --at, or empty
    /// TLS, proxy, addresses and time-outs for a URL.
    std::function<Result<net::ConnectOptions>(const net::Url&)> options_for;
    /// Asked before a call is made: whether the secrets in it may go there.
    std::function<Result<void>(const profile::Call&, const net::Url&)> may_send;
    /// Told what the reply to a call of that origin gave.
    std::function<void(const std::string& variable, const std::string& origin)> on_taken;
    std::function<std::int64_t()> now;  ///< seconds since 1970
  };
  /// How it went. Where a call was not answered, its connection's verdict says why.
  struct Outcome {
    bool complete = false;              ///< all calls were made and answered as they should be
    bool refused = false;               ///< one was answered by a refusal
    std::optional<Error> error;         ///< one could not be made
    std::vector<std::string> taken;     ///< variables that got a value
    std::optional<std::uint32_t> conn;  ///< of the last call
  };
  using Done = std::function<void(Outcome)>;

  explicit CallRunner(Parts parts);
  ~CallRunner();
  /// `done` is called once, on the loop's thread, not from within.
  void start(std::vector<const profile::Call*> calls, Done done);
  /// Gives up the call that is under way.
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::auth
