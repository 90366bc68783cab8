// Invariant: any bytes, in any pieces, are read as packets without a crash or a hang; each connection that begins also
// ends, once; whole and split feeds tell the same. The first byte of the input chooses
// the pieces.
#include "capture/writer.hpp"
#include "fuzz/require.hpp"
#include "pcap/pcap.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace whydrop;
using fuzz::require;

std::string read(std::string_view input, std::size_t piece) {
  const auto source = [input, piece](char* to, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t count = input.copy(to, std::min(size, piece));
    input.remove_prefix(count);
    return count;
  };
  const auto reader = pcap::read_packets("fuzz", source);
  std::map<std::uint32_t, bool> ended;
  std::string told;
  while (true) {
    const auto item = reader->next();
    if (!item) {
      require(!item.error().message.empty(), "an error has a message");
      return told + "error: " + item.error().message;
    }
    if (!*item) {
      break;
    }
    if (const auto* event = std::get_if<session::Event>(&**item)) {
      const bool opens = std::holds_alternative<session::Open>(event->body);
      require(opens == (ended.count(event->conn) == 0), "a connection begins once, with its opening");
      require(opens || !ended[event->conn], "nothing comes after the end");
      ended[event->conn] = std::holds_alternative<session::Ending>(event->body);
      capture::append_event(told, *event);
    }
  }
  require(std::all_of(ended.begin(), ended.end(), [](const auto& row) { return row.second; }), "every connection ends");
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(read(input, input.size() + 1) == read(input, 1U + data[0]), "whole and split feeds tell the same");
  return 0;
}
