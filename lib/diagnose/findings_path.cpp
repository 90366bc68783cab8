// What TCP knew as the connection ended: packets that do not pass, and a peer that does not read.
#include "base/text.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/path.hpp"
#include "diagnose/words.hpp"
#include "session/endings.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// False where the server ended it: what was under way then tells nothing of the path.
bool had_open_end(const Ledger& ledger) {
  return ledger.had_session() && ledger.ending && !session::traits(ledger.how()).cut_by_peer &&
         ledger.first_close != Side::server;
}

/// True if a message filled whole segments, so that one of them may be what is not acknowledged.
bool sent_full_segments(const Ledger& ledger) {
  const auto& mss = ledger.ending->fact.tcp.mss;
  return mss && *mss > 0 && ledger.client.largest_frame >= *mss;
}

std::optional<Judgement> large_packets_lost(const Ledger& ledger, std::string_view) {
  if (!shows_large_packets_lost(ledger)) {
    return std::nullopt;
  }
  const session::TcpInfo& tcp = ledger.ending->fact.tcp;
  const std::uint32_t lost = *tcp.unacked - *tcp.sacked;
  const std::string seen = fmt::format(
      "{} of yours ({} B when full) {} not acknowledged, sent again {}, while {} sent after {} arrived (SACK)",
      counted(lost, "segment"),
      *tcp.mss,
      lost == 1 ? "was" : "were",
      counted(tcp.retransmits.value_or(0), "time"),
      counted(*tcp.sacked, "segment"),
      lost == 1 ? "it" : "them");
  const std::string pmtu = tcp.pmtu ? fmt::format(" The system holds the path MTU for {} B.", *tcp.pmtu) : "";
  Judgement judgement{fmt::format("Large packets do not get through: {}.{}", seen, pmtu),
                      {ledger.ending->seq},
                      Basis::inferred,
                      Confidence::high};
  judgement.lead = "large packets do not get through: " + seen;
  return judgement;
}

std::optional<Judgement> does_not_read(const Ledger& ledger, std::string_view) {
  if (!had_open_end(ledger)) {
    return std::nullopt;
  }
  const session::TcpInfo& tcp = ledger.ending->fact.tcp;
  if (tcp.peer_window != 0U || tcp.unsent.value_or(0) == 0) {
    return std::nullopt;
  }
  const std::string seen = fmt::format("the server does not read: its TCP window is 0, and {} of yours wait to be sent",
                                       format_size(*tcp.unsent));
  Judgement judgement{capital(seen) + ".", {ledger.ending->seq}};
  judgement.lead = seen;
  return judgement;
}

}  // namespace

bool shows_large_packets_lost(const Ledger& ledger) {
  if (!had_open_end(ledger) || !sent_full_segments(ledger)) {
    return false;
  }
  const session::TcpInfo& tcp = ledger.ending->fact.tcp;
  const std::uint32_t sacked = tcp.sacked.value_or(0);
  return sacked > 0 && tcp.unacked.value_or(0) > sacked && tcp.retransmits.value_or(0) > 0;
}

std::string no_ack_words(const Ledger& ledger) {
  const session::TcpInfo& tcp = ledger.ending->fact.tcp;
  std::string words;
  if (tcp.last_ack_ms && tcp.unacked.value_or(0) > 0) {
    words = fmt::format(" The last acknowledgement came {} before the end.",
                        span_words(std::int64_t{*tcp.last_ack_ms} * 1'000'000));
  }
  if (tcp.sack == false && sent_full_segments(ledger)) {
    words += " Without SACK, which the server does not use, packets that are too large for the path look the same.";
  }
  return words;
}

const std::vector<FindingRow>& path_findings() {
  static const std::vector<FindingRow> rows = {
      {"large-packets-lost",
       Severity::error,
       Party::network,
       true,
       large_packets_lost,
       "Large packets do not pass",
       "Small segments arrive and full ones do not: somewhere on the way packets may not be as large as this side "
       "believes, and the message that would say so (ICMP \"fragmentation needed\") is filtered. VPNs and tunnels are "
       "where it happens.",
       "Lower the MTU of this interface (ip link set dev … mtu 1280) to try; then clamp the MSS on the tunnel, or let "
       "ICMP pass.",
       "RFC 8899"},
      {"peer-does-not-read",
       Severity::warning,
       Party::server,
       true,
       does_not_read,
       "The server does not read",
       "TCP works, and the server's receive buffer is full: its program has stopped reading. Its own writes may block "
       "on this side, or it hangs.",
       "Look at what the server's handler waits for; read what it sends.",
       "RFC 9293 section 3.8.6"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
