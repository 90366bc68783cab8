// Rule of this module: pcap/ makes facts of recorded packets: packets of a file, the TCP in them, and what it carried.
// It knows no sockets; a packet is bytes at a time.
#pragma once

#include "base/byte_source.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::pcap {

/// One recorded packet. `bytes` is borrowed until the next one is asked for.
struct RawPacket {
  std::int64_t t_ns = 0;     ///< since 1970
  std::uint32_t link = 0;    ///< LINKTYPE_ number of what `bytes` begin with; those of one file may differ
  std::string_view bytes;    ///< what was kept of it
  std::uint64_t length = 0;  ///< bytes that it had
};

/// Reads the packets of a pcap file of either byte order with micro- or nanoseconds, or of a pcapng file
/// (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), as a stream.
class PacketFile {
 public:
  explicit PacketFile(ByteSource source);
  ~PacketFile();

  /// The next packet; null at the file's end. Errors: those of the source; local, for what no file of packets holds.
  Result<std::optional<RawPacket>> next();
  /// Why the file ends before its last packet does; empty: it does not.
  const std::string& cut() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True if a file that begins with `head` holds packets.
bool looks_like_packets(std::string_view head);

}  // namespace whydrop::pcap
