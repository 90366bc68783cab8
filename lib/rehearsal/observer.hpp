// Internal to rehearsal/.
#pragma once

#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace whydrop::rehearsal {

/// The observer of one session, seen from the server: the pipeline that judges both sides of any session. Decodes,
/// assembles and inflates what the client sends, and finds the rules that it breaks.
class Observer {
 public:
  /// Gets the client's frames and messages and the findings against it. It may call anything of the Observer but must
  /// not destroy it.
  using OnEvent = std::function<void(const session::Event&)>;

  /// `max_message`: bytes of a message that are assembled, or inflated.
  Observer(std::size_t max_message, OnEvent on_event);
  ~Observer();

  /// Bytes of the client's: the head of its request, then frames.
  void on_client(std::string_view bytes);
  /// Of the server's own bytes only what the client is judged by: the answer's head and Close frames.
  void on_server(std::string_view bytes);

  /// The close code that the incomplete frame of the client must be failed with already; 0: none.
  std::uint16_t early_fail_code() const;
  /// The payload's length that it declares; null between frames.
  std::optional<std::uint64_t> frame_under_way() const;

  /// The session is over: what is left incomplete is judged. Once; nothing is observed any more.
  void end();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::rehearsal
