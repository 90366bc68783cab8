#include "rehearsal/endings.hpp"

#include "rehearsal/answers.hpp"
#include "rehearsal/connection.hpp"
#include "rehearsal/frames.hpp"
#include "rehearsal/hostile.hpp"

#include <algorithm>
#include <string>

namespace whydrop::rehearsal {
namespace {

using wire::FrameHeader;
using wire::Opcode;
using EndingAct = std::function<void(Connection&)>;

constexpr auto kDripGap = std::chrono::milliseconds(1);

FrameHeader header(Opcode opcode, bool fin) {
  FrameHeader made;
  made.opcode = opcode;
  made.fin = fin;
  return made;
}

FrameHeader with_rsv(std::uint8_t rsv) {
  FrameHeader made;
  made.rsv = rsv;
  return made;
}

FrameHeader with_mask() {
  FrameHeader made;
  made.masked = true;
  made.masking_key = {0x12, 0x34, 0x56, 0x78};
  return made;
}

FrameHeader with_long_form() {
  FrameHeader made;
  made.length_form = wire::LengthForm::bits_16;
  return made;
}

/// Sends the bytes once, and is a good server again: it waits for what the client makes of them.
EndingAct sends(const std::string& bytes) {
  return [bytes](Connection& c) { c.send(bytes); };
}
EndingAct sends_then_fin(const std::string& bytes) {
  return [bytes](Connection& c) {
    c.send(bytes);
    c.stream().send_fin();
  };
}
EndingAct closes(const std::string& close) {
  return [close](Connection& c) { c.send_close(close); };
}
EndingAct upgrades(const UpgradeFault& fault) {
  return [fault](Connection& c) { c.upgrade(fault); };
}
EndingAct pours(Connection::Source (*source)()) {
  return [source](Connection& c) { c.pour(source()); };
}
EndingAct refuses(int status) {
  return [status](Connection& c) { c.refuse(refusal(status)); };
}

void close_as_asked(Connection& c) {
  c.send_close(close_frame(c.options().close_code, c.options().close_reason));
}
void send_fin(Connection& c) {
  c.stream().send_fin();
}
void end_in_order(Connection& c) {
  c.stream().send_orderly_end();
}
void reset(Connection& c) {
  c.stream().reset();
}
void fall_silent(Connection& c) {
  c.fall_silent();
}

void refuse_as_asked(Connection& c) {
  c.refuse(refusal(c.options().status != 0 ? c.options().status : 403));
}

void redirect(Connection& c) {
  if (is_redirect_target(c.request())) {
    c.upgrade({});
  } else {
    c.refuse(refusal(301));
  }
}

void ignore_close(Connection& c) {
  c.ignore_close();
  c.serve();
}

void drip(Connection& c) {
  c.stream().drip(kDripGap);
  c.serve();
}

void answer_plainly(Connection& c) {
  c.refuse(refusal(400));
}
void greet_as_ssh(Connection& c) {
  c.refuse(ssh_banner());
}

UpgradeFault accept_is(UpgradeFault::Accept accept) {
  UpgradeFault fault;
  fault.accept = accept;
  return fault;
}
UpgradeFault subprotocol_is(const char* name) {
  UpgradeFault fault;
  fault.subprotocol = name;
  return fault;
}
UpgradeFault extension_is(const char* name) {
  UpgradeFault fault;
  fault.extension = name;
  return fault;
}

Ending session(std::string_view name, std::string_view says, EndingAct act) {
  return {{name, says, false}, EndsAt::session, std::move(act)};
}
Ending tls_session(std::string_view name, std::string_view says, EndingAct act) {
  return {{name, says, true}, EndsAt::session, std::move(act)};
}
Ending uncompressed(std::string_view name, std::string_view says, EndingAct act) {
  return {{name, says, false}, EndsAt::session, std::move(act), true};
}
Ending request(std::string_view name, std::string_view says, EndingAct act) {
  return {{name, says, false}, EndsAt::request, std::move(act)};
}
Ending accepted(std::string_view name, std::string_view says, EndingAct act, bool needs_tls = false) {
  return {{name, says, needs_tls}, EndsAt::accepted, std::move(act)};
}

std::vector<Ending> closing_rows() {
  return {
      session("close", "Close with --close-code and --close-reason", close_as_asked),
      session("close-empty", "Close with an empty body", closes(frame(Opcode::close, ""))),
      session("close-one-byte", "Close with a body of one byte", closes(frame(Opcode::close, "\x03"))),
      session("close-1005", "Close with the illegal code 1005", closes(close_frame(1005, ""))),
      session("close-1006", "Close with the illegal code 1006", closes(close_frame(1006, ""))),
      session("close-1015", "Close with the illegal code 1015", closes(close_frame(1015, ""))),
      session("close-bad-utf8", "Close whose reason is not UTF-8", closes(close_frame(1000, "\xc3\x28"))),
      session("data-after-close",
              "Close 1000, then a text message all the same",
              closes(close_frame(1000, "") + frame(Opcode::text, "late"))),
      accepted("no-close-reply", "a good server, but it does not answer a Close", ignore_close),
  };
}

std::vector<Ending> transport_rows() {
  return {
      session("fin", "FIN without a Close (with TLS: without close_notify)", send_fin),
      session("reset", "RST", reset),
      session("fin-mid-frame", "FIN after 40 of a frame's 102 bytes", sends_then_fin(cut_frame())),
      session("fin-mid-message",
              "FIN after the first fragment of a message",
              sends_then_fin(frame(header(Opcode::text, false), "first half"))),
      tls_session("tls-close-notify", "TLS close_notify and FIN without a Close", end_in_order),
      tls_session("tls-truncated", "FIN without close_notify, without a Close", send_fin),
      session("silent", "nothing any more; the connection stays", fall_silent),
  };
}

std::vector<Ending> broken_frame_rows() {
  return {
      session("masked-frame", "a text frame that is masked", sends(frame(with_mask(), "masked"))),
      uncompressed("rsv1", "a text frame with RSV1, no extension agreed", sends(frame(with_rsv(4), "rsv1"))),
      session("rsv2", "a text frame with RSV2", sends(frame(with_rsv(2), "rsv2"))),
      session("reserved-opcode", "a frame with opcode 3", sends(frame(Opcode::reserved_3, "opcode 3"))),
      session("bad-utf8", "a text message that is not UTF-8", sends(frame(Opcode::text, "\xc3\x28"))),
      session("oversize-ping", "a ping with 126 bytes", sends(frame(Opcode::ping, std::string(126, 'p')))),
      session("fragmented-control", "a ping without FIN", sends(frame(header(Opcode::ping, false), "ping"))),
      session("broken-continuation",
              "a continuation frame where no message was begun",
              sends(frame(Opcode::continuation, "continued"))),
      session("missing-continuation",
              "a text frame in the middle of a fragmented message",
              sends(frame(header(Opcode::text, false), "first half") + frame(Opcode::text, "another"))),
      session(
          "non-minimal-length", "a short text frame with a 16-bit length", sends(frame(with_long_form(), "long form"))),
      session("compressed-garbage",
              "a compressed message that cannot be inflated (ask for permessage-deflate)",
              sends(frame(with_rsv(4), "\xff\xff\xff\xff\xff\xff"))),
  };
}

std::vector<Ending> upgrade_rows() {
  return {
      request("upgrade-cut-fin", "FIN instead of an answer to the upgrade", send_fin),
      request("upgrade-cut-reset", "RST instead of an answer to the upgrade", reset),
      request("upgrade-timeout", "no answer to the upgrade at all", fall_silent),
      request("refused", "the upgrade refused with --status (403)", refuse_as_asked),
      request("html", "200 and an HTML page instead of the upgrade", refuses(200)),
      request("redirect", "301 to /moved, where a good server is", redirect),
      request(
          "wrong-accept", "a 101 with a wrong Sec-WebSocket-Accept", upgrades(accept_is(UpgradeFault::Accept::wrong))),
      request(
          "missing-accept", "a 101 without Sec-WebSocket-Accept", upgrades(accept_is(UpgradeFault::Accept::missing))),
      request(
          "subprotocol-unasked", "a 101 with a subprotocol of its own", upgrades(subprotocol_is("unasked.example"))),
      request(
          "subprotocol-missing", "a 101 that picks none of the subprotocols asked for", upgrades(subprotocol_is(""))),
      request("extension-unasked", "a 101 with an extension that was not offered", upgrades(extension_is("x-unasked"))),
      accepted("not-http", "an SSH banner", greet_as_ssh),
      accepted("plain", "plain HTTP on a port that should speak TLS", answer_plainly, true),
  };
}

std::vector<Ending> hostile_rows() {
  return {
      accepted("slow-drip", "a good server that sends one byte at a time", drip),
      request("endless-headers", "a 101 whose headers do not end", pours(endless_headers)),
      request("huge-header", "a 101 with a header line of 1 MB", pours(huge_header)),
      session("huge-frame", "a frame that declares 8 exabytes", sends(huge_frame())),
      session("length-overflow", "a frame whose length has its top bit set", sends(overflowing_frame())),
      session("empty-fragments", "a message in a million empty fragments", pours(empty_fragments)),
      session("inflate-bomb", "1 MB that inflates to 1 GB (ask for permessage-deflate)", pours(inflating_bomb)),
      session("endless-pings", "a million pings", pours(endless_pings)),
      session("deep-json", "JSON nested a million deep", pours(deep_json)),
  };
}

std::vector<Ending> all_rows() {
  std::vector<Ending> all{
      {{"none", "a good server: it answers until the client leaves", false}, EndsAt::never, nullptr}};
  for (const auto& rows : {closing_rows(), transport_rows(), broken_frame_rows(), upgrade_rows(), hostile_rows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

const std::vector<Ending>& table() {
  static const std::vector<Ending> rows = all_rows();
  return rows;
}

}  // namespace

const Ending* find_ending(std::string_view name) {
  const auto& rows = table();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [name](const Ending& ending) { return ending.row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

const Ending& chosen_ending(const ServerOptions& options) {
  return *find_ending(options.status != 0 ? "refused" : options.ending);
}

const std::vector<EndingRow>& endings() {
  static const std::vector<EndingRow> rows = [] {
    std::vector<EndingRow> shown;
    for (const Ending& ending : table()) {
      shown.push_back(ending.row);
    }
    return shown;
  }();
  return rows;
}

}  // namespace whydrop::rehearsal
