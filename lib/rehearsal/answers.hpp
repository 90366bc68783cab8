// Internal to rehearsal/.
#pragma once

#include "handshake/head.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

/// An HTTP answer before it is written.
struct Reply {
  int status = 200;
  std::vector<handshake::HeaderField> headers;
  std::string body;
};

/// The answer with that status as an API would send it: headers and a JSON error body, where one goes with it.
Reply usual_reply(int status);
/// The same with an error body that says what is wrong: `{"message":…,"code":…,"status":…}`.
Reply error_reply(int status, std::string_view code, std::string_view message);
/// The answer as bytes; Content-Length and Connection are added. `head_only`: as HEAD is answered.
std::string write_reply(const Reply& reply, bool keep_alive, bool head_only = false);

/// A whole HTTP answer that refuses the upgrade.
std::string refusal(int status);
/// True for the target that the 301 of refusal() leads to.
bool is_redirect_target(const handshake::Head& request);
std::string_view ssh_banner();

}  // namespace whydrop::rehearsal
