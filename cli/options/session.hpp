#pragma once

#include "cli/conversation.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/session_run.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

/// The flags of every command that opens a session.
struct SessionFlags {
  std::string url;
  EndpointFlags endpoint;
  OutputFlags output;
  CaptureFlags capture;
  SecretFlags secrets;
  bool binary = false;
  std::uint64_t close_code = 1000;
  std::string close_reason;
  std::vector<std::uint16_t> expect_close;
  std::optional<std::chrono::nanoseconds> timeout;
};

/// Declares URL, and what ends a session.
void add_session_arguments(Options& options, SessionFlags& flags);
/// Declares the groups that endpoint, output, capture and secrets have.
void add_session_groups(Options& options, SessionFlags& flags);

SessionRun::Settings settings_of(const SessionFlags& flags);
Result<net::ConnectOptions> connect_options_of(const SessionFlags& flags);

}  // namespace whydrop::cli
