// Invariant: any bytes, in any pieces, are read without a crash; line numbers never go back; whole and split feeds tell
// the same; what was read, written again and read again, is the same. The first byte of the input chooses the pieces;
// with its highest bit, a header line is put in front.
#include "base/result.hpp"
#include "capture/reader.hpp"
#include "fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace whydrop;
using fuzz::require;

/// What was read: events and headers as they are written, and what was said of the rest.
struct Told {
  std::string lines, faults;
};

void add(const capture::Item& item, Told& told, std::uint64_t& line) {
  std::visit(overloaded{[&](const session::Event& event) { capture::append_event(told.lines, event); },
                        [&](const capture::CaptureHeader& header) { capture::append_header(told.lines, header); },
                        [&](const capture::Damage& damage) {
                          require(damage.line > line, "line numbers go forward");
                          require(!damage.why.empty(), "damage has a reason");
                          line = damage.line;
                          told.faults += std::to_string(damage.line) + damage.why + "\n";
                        }},
             item);
}

Told read(std::string_view input, std::size_t piece) {
  capture::Reader reader("fuzz");
  Told told;
  std::uint64_t line = 0;
  for (std::size_t at = 0; at <= input.size(); at += piece) {
    // A copy: a view into an earlier piece must not be needed.
    reader.feed(std::string(input.substr(at, piece)));
    if (at + piece > input.size()) {
      reader.end();
    }
    while (true) {
      const auto item = reader.next();
      if (!item) {
        // What the file is instead is guessed from all that was fed.
        require(!item.error().message.empty(), "an error has a message");
        told.faults += "error";
        return told;
      }
      if (!*item) {
        break;
      }
      add(**item, told, line);
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  std::string input;
  if ((data[0] & 128U) != 0) {
    capture::append_header(input, capture::CaptureHeader());
  }
  input.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Told whole = read(input, input.size() + 1);
  const Told split = read(input, 1U + (data[0] & 127U));
  require(whole.lines == split.lines && whole.faults == split.faults, "whole and split feeds tell the same");
  if (!whole.lines.empty()) {
    const Told again = read(whole.lines, whole.lines.size() + 1);
    require(again.lines == whole.lines && again.faults.empty(), "what was read survives writing and reading");
  }
  return 0;
}
