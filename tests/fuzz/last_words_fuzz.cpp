// Invariant: any message tells of an error or of none, and what it tells is no longer than itself but for the names
// that are put before it; any first message announces a heartbeat within bounds or none; any text has a topic or none.
#include "diagnose/beats.hpp"
#include "diagnose/last_words.hpp"
#include "diagnose/reasons.hpp"
#include "fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whydrop;
  using fuzz::require;
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  for (const bool text : {true, false}) {
    // A number may be said in more digits than it has in JSON, and an escape in more bytes.
    constexpr std::size_t kNames = 128, kEscapes = 8;
    const auto said = diagnose::error_in(payload, text);
    require(!said || said->words.size() <= kEscapes * size + kNames, "an error is said by its message");
    for (const auto from : {wire::Side::client, wire::Side::server}) {
      const auto beat = diagnose::announced_beat(from, payload, text);
      require(!beat || (beat->interval_ns >= 100'000'000 && beat->interval_ns <= 3'600'000'000'000),
              "a beat has bounds");
      if (beat) {
        (void)diagnose::is_beat(beat->kind, payload);
      }
    }
  }
  (void)diagnose::topic_of(payload);
  (void)diagnose::only_restates(payload);
  (void)diagnose::limit_in(payload);
  return 0;
}
