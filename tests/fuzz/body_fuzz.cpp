// Invariant: any bytes decode without a crash, within the cap, whatever codings a head names; what is cut short has no
// fault but that, and gives a prefix of what the whole gives. The first byte of the input chooses codings and cap.
#include "fuzz/require.hpp"
#include "handshake/content.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

handshake::Head head_naming(std::string_view transfer, std::string_view content) {
  handshake::Head head;
  head.fields = {{"Transfer-Encoding", std::string(transfer)}, {"Content-Encoding", std::string(content)}};
  return head;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  static constexpr std::array<std::string_view, 4> kTransfer{"", "chunked", "gzip, chunked", "identity"};
  static constexpr std::array<std::string_view, 8> kContent{
      "", "gzip", "deflate", "br", "x-gzip", "gzip, br", "zstd", ","};
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto head = head_naming(kTransfer[data[0] & 3U], kContent[(data[0] >> 2) & 7U]);
  const std::size_t most = (data[0] & 32U) != 0 ? 64 : 8192;
  const auto whole = handshake::decode_body(head, input, true, most);
  require(whole.content.size() <= most, "content stays within the cap");
  require(whole.fault.empty() || whole.fault.find(": ") != std::string::npos, "a fault names its coding");
  const auto begun = handshake::decode_body(head, input.substr(0, input.size() / 2), false, most);
  require(begun.content.size() <= most, "a beginning stays within the cap");
  const bool same_codings = begun.codings == whole.codings && begun.fault.empty() && whole.fault.empty();
  require(!same_codings || whole.content.compare(0, begun.content.size(), begun.content) == 0,
          "a beginning gives a prefix");
  return 0;
}
