#pragma once

#include "payload/ink.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::report {

/// How a severity looks in the log and in the verdict.
struct SeverityLook {
  std::string_view mark;
  payload::Ink ink;
};
SeverityLook look_of(session::Severity severity);

/// "1011 (internal error)".
std::string close_code_words(std::uint16_t code);
/// "high confidence" …
std::string_view confidence_words(session::Confidence confidence);
/// "by the server, fin: TCP FIN, an orderly end".
std::string ended_words(const session::Verdict& verdict);
/// The same for the log's line of an ending.
std::string ending_words(session::EndingHow how);

}  // namespace whydrop::report
