// Session scripts: text that says byte by byte what crossed the wire (fixtures/sessions/README.md describes the
// language).
#pragma once

#include "session/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::golden {

struct BytesStep {
  session::Side from;
  std::string bytes;
};
struct WaitStep {
  std::int64_t ns;
};
struct EndStep {
  session::Ending ending;
};
struct ShutdownStep {
  session::Side from;
};
using Step = std::variant<BytesStep, WaitStep, ShutdownStep, EndStep>;

struct Script {
  std::string name;
  std::string url = "ws://example.test/chat";
  session::Observer observer = session::Observer::client;
  std::string profile;  ///< of fixtures/sessions/profiles; empty: none
  std::vector<Step> steps;
  std::uint64_t bytes(session::Side from) const;
};

/// Parses a script; throws std::runtime_error("NAME:LINE: why") where it is not understood.
Script parse_script(const std::string& name, std::string_view text);

}  // namespace whydrop::golden
