// Invariant: whatever a client of a forward proxy begins with, it is more to come, a destination whose host cannot be
// read as two, or refused with an answer, the same however it comes; of two sides' bytes each goes to one connection,
// in order, and none is lost; faults that do nothing let every byte through.
#include "fuzz/require.hpp"
#include "relay/exchanges.hpp"
#include "relay/faults.hpp"
#include "relay/forward_request.hpp"
#include "relay/rewrite.hpp"
#include "unit/relay/told.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using namespace whydrop::relay;
using fuzz::require;
using session::Side;

void ask(std::string_view bytes, std::size_t piece) {
  ForwardRequest whole, split;
  whole.feed(bytes);
  std::string_view rest = bytes;
  while (!rest.empty() && split.state() == ForwardRequest::State::more) {
    const std::string_view now = rest.substr(0, piece);
    split.feed(now);
    rest.remove_prefix(now.size());
  }
  require(whole.state() == split.state(), "whole and split say the same");
  require(whole.destination().host == split.destination().host && whole.destination().port == split.destination().port,
          "whole and split lead to the same place");
  require(whole.take_answer() == split.take_answer(), "whole and split are answered alike");
  require(whole.left_over() == split.left_over() + std::string(rest) || whole.state() == ForwardRequest::State::refused,
          "no byte behind the request is lost");
  const std::string& host = whole.destination().host;
  const bool leads = whole.state() == ForwardRequest::State::tunnel || whole.state() == ForwardRequest::State::request;
  require(!leads || (!host.empty() && host.find_first_of(" \r\n/@?#\\") == std::string::npos), "a host is one host");
}

/// A byte of length, then so many of a side, in turns.
void talk(std::string_view bytes) {
  std::string said[2], passed;
  test::ToldTap tap;
  Exchanges::Settings settings;
  settings.websocket_origin = "ws://h";
  settings.http_origin = "http://h";
  settings.rewrite = [](const handshake::Head& head) { return rewrite(head, {}); };
  settings.pass_on = [&passed](std::string_view now) { passed += now; };
  Exchanges exchanges(tap, settings);
  bool of_client = true;
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(1, static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1 + now.size());
    const Side from = of_client ? Side::client : Side::server;
    said[of_client ? 0 : 1] += now;
    exchanges.on_bytes(from, now, 0);
    of_client = !of_client;
  }
  exchanges.half_end(Side::client, 0);
  exchanges.end({}, 0);
  require(passed == said[0], "what is not rewritten is passed on as it was");
}

void gate(std::string_view bytes, std::size_t piece) {
  std::string passed;
  FaultGate gate({*parse_fault("type:ping chance:0.0 swallow")},
                 [] { return 0.5; },
                 {[&passed](Side, std::string_view now) { passed += now; },
                  [](Side, const Fault&, const std::string&) {},
                  [](const Fault&) {}});
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view now = rest.substr(0, piece);
    gate.feed(Side::server, now);
    rest.remove_prefix(now.size());
  }
  require(bytes.substr(0, passed.size()) == passed && bytes.size() - passed.size() < 14,
          "all goes through but a header that is not whole");
}

}  // namespace

/// The first byte: the size of pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t piece = std::max<std::size_t>(1, data[0] % 16);
  ask(bytes, piece);
  talk(bytes);
  gate(bytes, piece);
  return 0;
}
