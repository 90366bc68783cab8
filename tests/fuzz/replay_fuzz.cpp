// Invariant: any file is read, planned and played without a crash; whole and split readings give the same entries; a
// player ends, and what it sends is what the plan counted. The first byte chooses the pieces (bits 0 to 3), raw (bit
// 4), the pace (bits 5 and 6) and whether a header line is put in front (bit 7).
#include "base/result.hpp"
#include "fuzz/require.hpp"
#include "replay/player.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using namespace whydrop::replay;
using fuzz::require;

constexpr std::int64_t kLongTime = INT64_MAX / 4;

Recording::OpenFile file_of(const std::string& text, std::size_t piece) {
  return [&text, piece]() -> Result<ByteSource> {
    std::string_view rest = text;
    return ByteSource([rest, piece](char* to, std::size_t size) mutable -> Result<std::size_t> {
      const std::size_t count = rest.copy(to, std::min(size, piece));
      rest.remove_prefix(count);
      return count;
    });
  };
}

std::string words_of(const Entry& entry) {
  return std::visit(overloaded{[](const Act& act) {
                                 return std::to_string(act.seq) + act.payload + act.unreplayable +
                                        std::to_string(act.frames.size()) + std::to_string(act.redact.size());
                               },
                               [](const Heard& heard) { return std::to_string(heard.seq) + heard.payload; },
                               [](const Over& over) { return std::to_string(over.t_ns) + over.cut; },
                               [](const Called& call) { return call.url + call.body; },
                               [](const auto&) { return std::string("."); }},
                    entry);
}

std::string entries_of(const std::string& text, std::size_t piece, const Recording::Settings& settings) {
  auto recording = Recording::open(file_of(text, piece), settings);
  std::string out;
  while (recording) {
    const auto entry = (*recording)->next();
    if (!entry || !*entry) {
      return entry ? out : out + entry.error().message;
    }
    out += words_of(**entry) + "\n";
  }
  require(!recording.error().message.empty(), "an error has a message");
  return recording.error().message;
}

/// The server says again what it said; the player must come to an end.
void play(Recording& recording, const Plan& plan, Player::Settings settings, const std::string& text) {
  settings.value_of = [](const std::string& variable) { return std::optional<std::string>("value of " + variable); };
  Player player(recording, plan, settings);
  auto server = Recording::open(file_of(text, SIZE_MAX), {"fuzz", {}, false});
  while (server) {
    const auto entry = (*server)->next();
    if (!entry || !*entry) {
      break;
    }
    if (const auto* heard = std::get_if<Heard>(&**entry)) {
      player.heard(heard->text, heard->payload, 0);
    }
  }
  std::uint64_t messages = 0;
  while (true) {
    const auto next = player.next(kLongTime);
    if (!next) {
      require(!next.error().message.empty(), "an error has a message");
      return;
    }
    if (const auto* wait = std::get_if<Player::Wait>(&*next)) {
      require(wait->until_ns || !wait->missing.empty(), "a wait says what for");
      return;
    }
    if (std::holds_alternative<Player::Done>(*next)) {
      require(messages == plan.messages, "all messages were given");
      return;
    }
    const Act& act = *std::get<Ready>(*next).act;
    messages += act.kind == Act::Kind::text || act.kind == Act::Kind::binary ? 1 : 0;
    require(!settings.raw || !std::get<Ready>(*next).frames.empty(), "raw acts have frames");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  std::string text;
  if ((data[0] & 128U) != 0) {
    capture::append_header(text, capture::CaptureHeader());
  }
  text.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  Recording::Settings settings;
  settings.name = "fuzz";
  settings.frames = (data[0] & 16U) != 0;
  require(entries_of(text, SIZE_MAX, settings) == entries_of(text, 1U + (data[0] & 15U), settings),
          "whole and split readings give the same entries");
  auto recording = Recording::open(file_of(text, SIZE_MAX), settings);
  if (!recording) {
    return 0;
  }
  const auto plan = make_plan(**recording, nullptr, {}, settings.frames);
  if (!plan) {
    require(!plan.error().message.empty(), "an error has a message");
    return 0;
  }
  require(!plan_text(*plan).empty(), "a plan has words");
  require((*recording)->rewind().has_value(), "what was read once is read again");
  Player::Settings how;
  how.raw = settings.frames;
  how.pace.kind = static_cast<Pace::Kind>(std::min(data[0] >> 5U & 3U, 2U));
  play(**recording, *plan, how, text);
  return 0;
}
