#include "report/names.hpp"

#include "session/endings.hpp"
#include "wire/close_code.hpp"

namespace whydrop::report {

using session::Confidence;
using session::EndedBy;
using session::EndingHow;
using session::Severity;

SeverityLook look_of(Severity severity) {
  switch (severity) {
  case Severity::error:
    return {"✗", payload::Ink::red};
  case Severity::warning:
    return {"!", payload::Ink::yellow};
  case Severity::note:
    return {"·", payload::Ink::blue};
  }
  return {"·", payload::Ink::plain};
}

std::string close_code_words(std::uint16_t code) {
  return std::to_string(code) + " (" + std::string(wire::close_code_name(code)) + ")";
}

std::string_view confidence_words(Confidence confidence) {
  switch (confidence) {
  case Confidence::certain:
    return "certain";
  case Confidence::high:
    return "high confidence";
  case Confidence::medium:
    return "medium confidence";
  case Confidence::low:
    return "low confidence";
  }
  return "";
}

std::string ending_words(EndingHow how) {
  const session::EndingTraits& ending = session::traits(how);
  return std::string(ending.name) + ": " + std::string(ending.noun);
}

std::string ended_words(const session::Verdict& verdict) {
  std::string text;
  switch (verdict.ended_by) {
  case EndedBy::server:
    // Without a Close it may have been a box on the way.
    text = verdict.received ? "by the server" : "from the server's side";
    break;
  case EndedBy::client:
    text = verdict.observer == session::Observer::client ? "by us" : "by the client";
    break;
  case EndedBy::network:
    text = "by the network";
    break;
  case EndedBy::unknown:
    text = "by whom is not known";
    break;
  }
  return verdict.how ? text + "; " + ending_words(*verdict.how) : text;
}

}  // namespace whydrop::report
