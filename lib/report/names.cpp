#include "report/names.hpp"

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

namespace {

std::string_view how_words(EndingHow how) {
  switch (how) {
  case EndingHow::fin:
    return "TCP FIN, an orderly end of the stream";
  case EndingHow::fin_mid_frame:
    return "TCP FIN in the middle of a frame";
  case EndingHow::reset:
    return "TCP RST, the connection was reset";
  case EndingHow::tls_close_notify:
    return "TLS close_notify, an orderly end of the stream";
  case EndingHow::tls_truncated:
    return "TCP FIN without TLS close_notify";
  case EndingHow::tls_error:
    return "a TLS error in mid-session";
  case EndingHow::timed_out:
    return "TCP gave up: the peer acknowledged nothing";
  case EndingHow::unreachable:
    return "no route to the peer any more";
  case EndingHow::ping_timeout:
    return "no answer to a ping of ours";
  case EndingHow::idle_timeout:
    return "nothing came for the idle time-out";
  case EndingHow::close_timeout:
    return "the close handshake was not completed in time";
  case EndingHow::local_close:
    return "we closed the transport";
  case EndingHow::resolve_failed:
    return "the host name could not be resolved";
  case EndingHow::connect_failed:
    return "no TCP connection could be made";
  case EndingHow::proxy_failed:
    return "the proxy did not let us through";
  case EndingHow::tls_failed:
    return "the TLS handshake failed";
  case EndingHow::upgrade_refused:
    return "the answer to the upgrade was not a good 101";
  case EndingHow::upgrade_cut:
    return "the stream ended before the 101";
  case EndingHow::upgrade_timeout:
    return "no answer to the upgrade in time";
  case EndingHow::interrupted:
    return "whydrop was interrupted";
  case EndingHow::capture_ended:
    return "the capture stops here";
  }
  return "";
}

}  // namespace

std::string ending_words(EndingHow how) {
  return std::string(session::name(how)) + ": " + std::string(how_words(how));
}

std::string ended_words(const session::Verdict& verdict) {
  std::string text;
  switch (verdict.ended_by) {
  case EndedBy::server:
    // Without a Close it may have been a box on the way.
    text = verdict.received ? "by the server" : "from the server's side";
    break;
  case EndedBy::client:
    text = "by us";
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
