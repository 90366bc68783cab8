// By itself: the kernel's own header, which knows all fields, and that of the C library, which Asio includes, exclude
// each other.
#include "net/tcp_info.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace whydrop::net {
namespace {

/// The field, where the kernel filled so far: what an older one does not know is not 0.
template <typename Field>
std::optional<std::uint64_t> told(const ::tcp_info& info, const Field& field, socklen_t filled) {
  const auto* begin = reinterpret_cast<const char*>(&info);
  const auto* end = reinterpret_cast<const char*>(&field + 1);
  return end - begin <= static_cast<std::ptrdiff_t>(filled) ? std::optional<std::uint64_t>(field) : std::nullopt;
}

}  // namespace

session::TcpInfo read_tcp_info(int socket) {
  ::tcp_info info{};
  socklen_t filled = sizeof(info);
  session::TcpInfo result;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &filled) != 0) {
    return result;
  }
  result.state = info.tcpi_state;
  result.unacked = info.tcpi_unacked;
  result.retransmits = info.tcpi_total_retrans;
  result.rtt_us = info.tcpi_rtt;
  result.sack = (info.tcpi_options & TCPI_OPT_SACK) != 0;
  result.sacked = info.tcpi_sacked;
  result.lost = info.tcpi_lost;
  result.mss = info.tcpi_snd_mss;
  result.pmtu = info.tcpi_pmtu;
  result.last_ack_ms = info.tcpi_last_ack_recv;
  result.bytes_acked = told(info, info.tcpi_bytes_acked, filled);
  result.unsent = told(info, info.tcpi_notsent_bytes, filled);
  result.peer_window = told(info, info.tcpi_snd_wnd, filled);
  return result;
}

}  // namespace whydrop::net
