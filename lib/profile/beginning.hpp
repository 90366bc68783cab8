#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::profile {

/// What a client of a served profile needs to begin. What only its user knows is "…".
struct Beginning {
  std::string url;    ///< "wss://webmessaging.mypurecloud.ie/v1?deploymentId=…"
  std::string first;  ///< the first message, as JSON; empty where the client sends nothing
  std::string reply;  ///< type of the answer, or empty
  /// "URL; the first message is …, and the answer is …", without full stop.
  std::string says() const;
};
/// `region`: value for its variable of that name. Null where `profile` is not built in.
std::optional<Beginning> beginning_of(std::string_view profile, std::string_view region);

}  // namespace whydrop::profile
