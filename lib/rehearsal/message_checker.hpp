// Internal to rehearsal/.
#pragma once

#include "json/json.hpp"
#include "profile/checker.hpp"
#include "rehearsal/scenario_state.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

/// One message as the profile has it, or one of its packets: what is wrong with the message stands in the first.
struct CheckedMessage {
  std::string type;  ///< empty: none of the profile's
  std::vector<session::Finding> findings;
  std::vector<std::string> errors;           ///< of its schema
  std::shared_ptr<const json::Json> parsed;  ///< null: not JSON
};

/// Checks the messages of one session, of both sides, as the client of a profile would.
class MessageChecker {
 public:
  explicit MessageChecker(ScenarioState& state);

  void on_open();
  void on_client_frame(const wire::Frame& frame);
  /// The message whose last frame was told; none where it holds no more than part of a packet.
  std::vector<CheckedMessage> on_client_message(bool text, bool compressed, std::string_view payload);
  CheckedMessage on_server_message(bool text, std::string_view payload);

  /// The session's values: the server's, and what the client's messages gave.
  const profile::Bindings& bindings() const { return bindings_; }

 private:
  void tell(session::Body body);
  std::vector<CheckedMessage> hear(session::Message message);
  void learn(session::Side from, const std::string& type, const json::Json& parsed);

  const profile::Profile& profile_;
  profile::Bindings bindings_;
  std::vector<session::Finding> found_;
  profile::Checker checker_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::vector<std::uint64_t> frames_;
  std::uint64_t seq_ = 0, client_bytes_ = 0, server_bytes_ = 0;
};

/// Findings of a message as one line, no secret of the message in it.
std::string told(const CheckedMessage& heard, const profile::Bindings& bindings);
/// True if the client did something wrong.
bool is_fault(const session::Finding& finding);

}  // namespace whydrop::rehearsal
