#pragma once

#include "capture/item.hpp"
#include "pcap/clear_text.hpp"
#include "pcap/packet_file.hpp"

#include <memory>
#include <string>

namespace whydrop::pcap {

/// Reads the sessions in a file of packets: as the items of a capture that a listener made. Each TCP connection that
/// asks for an upgrade, begins TLS, or never connects is one; `name` is for messages, `clear` what TLS carried, or
/// null.
std::unique_ptr<capture::ItemReader> read_packets(const std::string& name,
                                                  ByteSource source,
                                                  std::shared_ptr<const ClearText> clear = nullptr);

}  // namespace whydrop::pcap
