#pragma once

#include "run/recent_messages.hpp"
#include "run/session_run.hpp"
#include "run/session_status.hpp"
#include "script/scripted_client.hpp"
#include "terminal/command.hpp"
#include "terminal/prompt.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::run {

/// A person at a terminal as the source of a conversation: the prompt at the bottom, the log above it. While it exists,
/// what the run prints goes above the prompt.
class Interactive {
 public:
  /// `on_interrupt` is called with SIGINT for Ctrl-C, on the loop. `recent`: what /last and /show look at; `status`:
  /// what the line above the prompt tells; all must outlive it.
  Interactive(SessionRun& run,
              script::ScriptedClient& conversation,
              const RecentMessages& recent,
              const SessionStatus& status,
              std::function<void(int)> on_interrupt);
  ~Interactive();
  Interactive(const Interactive&) = delete;
  Interactive& operator=(const Interactive&) = delete;

 private:
  void on_input(const terminal::Input& input);
  void catch_up();
  void on_line(const std::string& line);
  Result<void> carry_out(const terminal::Command& command);
  Result<RecentMessages::Message> kept(std::string_view name, std::uint64_t seq) const;
  Result<void> edit(const terminal::EditMessage& given);
  Result<void> send_kept(std::uint64_t seq);
  Result<void> save(const terminal::SaveMessage& given);
  void show_status();
  void keep_status();
  Result<void> show(const RecentMessages::Message* message, const std::string& missing);

  SessionRun& run_;
  script::ScriptedClient& conversation_;
  const RecentMessages& recent_;
  const SessionStatus& status_;
  std::function<void(int)> on_interrupt_;
  std::deque<terminal::Input> early_;  ///< typed while no session is open
  std::unique_ptr<terminal::Prompt> prompt_;
  std::optional<terminal::Command> last_sent_;
  bool greeted_ = false;
  engine::TimerId timer_ = 0;
};

}  // namespace whydrop::run
