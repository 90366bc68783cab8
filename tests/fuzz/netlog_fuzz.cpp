// A net log from anywhere: whatever it holds, reading it ends, and gives the same items whole and byte by byte.
#include "capture/har.hpp"
#include "capture/writer.hpp"
#include "fuzz/require.hpp"
#include "netlog/netlog.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;

using Read = std::unique_ptr<capture::ItemReader> (*)(const std::string& name, ByteSource source);

std::string items_of(Read read, std::string_view file, std::size_t piece) {
  const auto reader = read("f", [file, piece](char* to, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t count = file.copy(to, std::min(size, piece));
    file.remove_prefix(count);
    return count;
  });
  std::string out;
  while (true) {
    const auto item = reader->next();
    if (!item || !*item) {
      return item ? out : out + item.error().message;
    }
    std::visit(overloaded{[&out](const capture::CaptureHeader& header) { capture::append_header(out, header); },
                          [&out](const session::Event& event) { capture::append_event(out, event); },
                          [&out](const capture::Damage& damage) { out += damage.why; }},
               **item);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  for (const Read read : {&netlog::read_net_log, &capture::read_har}) {
    fuzz::require(items_of(read, file, size + 1) == items_of(read, file, 1), "whole and byte by byte give the same");
  }
  return 0;
}
