// Invariant: any frames of both sides, after any agreement on compression, are tracked and judged without a crash; a
// message's payload is within the cap and a prefix of its length; phases only go forward; every finding has evidence
// and a row in the table; split feeds say the same as whole ones; and the facts as a capture records them (content told
// by Inflated facts) give the same messages. Input: one byte of options, then chunks of a side and length byte and
// bytes.
#include "base/result.hpp"
#include "fuzz/require.hpp"
#include "rules/rules.hpp"
#include "session/tracker.hpp"
#include "support/facts.hpp"
#include "wire/decoder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace whydrop;
using fuzz::require;
using session::Body;
using session::Event;
using session::Side;

constexpr std::size_t kMaxMessage = 4096;
constexpr std::size_t kMaxPayload = 1024;
constexpr std::array<const char*, 4> kExtensions{
    "",
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; client_no_context_takeover"};

/// A tracker and its checker on one connection; writes what they say, and can keep the facts as a capture would.
class Session {
 public:
  /// `replay`: facts come from a capture, so nothing is inflated anew.
  explicit Session(bool replay)
      : replay_(replay),
        tracker_({kMaxMessage, 1U << 20}, [this](Body&& body) { derived_.push_back(std::move(body)); }),
        checker_([this](session::Finding&& finding) { note(finding); }) {}

  void fact(Body body) {
    const Event event{++seq_, 0, 1, std::move(body)};
    tracker_.on_fact(event);
    record(event);
    checker_.on_event(event);
    for (auto& body_of : std::exchange(derived_, {})) {
      note(body_of);
      const bool is_fact = !session::is_opinion(body_of);
      require(!(is_fact && replay_), "a recorded content is not told again");
      const Event event_of{is_fact ? ++seq_ : seq_, 0, 1, std::move(body_of)};
      record(event_of);
      checker_.on_event(event_of);
    }
  }

  const std::string& messages() const { return messages_; }
  const std::string& findings() const { return findings_; }
  const std::vector<std::function<void(Session&)>>& recorded() const { return recorded_; }

 private:
  void note(const Body& body) {
    if (const auto* state = std::get_if<session::State>(&body)) {
      auto& last = phases_[static_cast<std::size_t>(state->side)];
      require(state->phase > last, "a phase only goes forward");
      last = state->phase;
    } else if (const auto* message = std::get_if<session::Message>(&body)) {
      note(*message);
    } else if (const auto* inflated = std::get_if<session::Inflated>(&body)) {
      require(inflated->content.size() <= kMaxMessage, "a content stays within the cap");
    }
  }

  void note(const session::Message& message) {
    require(message.payload.size() <= kMaxMessage, "a message stays within the cap");
    require(message.payload.size() <= message.length, "a payload is a prefix of its message");
    require(!message.frames.empty() && message.frames.back() <= seq_, "a message has frames that came");
    messages_ += std::string(wire::name(message.from)) + " " + std::to_string(message.frames.front()) +
                 (message.text ? " text " : " binary ") + std::to_string(message.length) + " " +
                 std::to_string(message.wire_length) + " ";
    messages_.append(message.payload).append("\n");
  }

  void note(const session::Finding& finding) {
    require(!finding.evidence.empty() && finding.evidence.front() <= seq_, "a finding has evidence");
    require(rules::find_rule(finding.id) != nullptr, "a finding has a row in the table");
    require(!finding.says.empty() && finding.count > 0, "a finding says something");
    findings_ += finding.id + " " + finding.says + "\n";
  }

  /// Keeps a fact as a capture does: frames of compressed messages without their payload.
  void record(const Event& event) {
    if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
      const bool bare = tracker_.last_frame_deflated(frame->from);
      recorded_.push_back([copy = *frame, bytes = std::string(frame->payload), bare](Session& to) {
        auto fact = copy;
        fact.payload = bare ? std::string_view() : std::string_view(bytes);
        fact.has_payload = !bare;
        to.fact(fact);
      });
    } else if (const auto* inflated = std::get_if<session::Inflated>(&event.body)) {
      recorded_.push_back([copy = *inflated, bytes = std::string(inflated->content)](Session& to) {
        auto fact = copy;
        fact.content = bytes;
        to.fact(fact);
      });
    } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
      recorded_.push_back([copy = *response](Session& to) { to.fact(copy); });
    } else if (const auto* request = std::get_if<session::Request>(&event.body)) {
      recorded_.push_back([copy = *request](Session& to) { to.fact(copy); });
    }
  }

  bool replay_;
  std::array<session::Phase, 2> phases_{};
  std::uint64_t seq_ = 0;
  std::string messages_, findings_;
  std::vector<Body> derived_;
  std::vector<std::function<void(Session&)>> recorded_;
  session::Tracker tracker_;
  rules::Checker checker_;
};

/// One direction's decoder, whose items become facts.
class Direction {
 public:
  Direction(Side from, Session& to) : from_(from), to_(to) {}

  void feed(std::string_view bytes) {
    const std::string chunk(bytes);
    decoder_.feed(chunk);
    while (const auto item = decoder_.next()) {
      std::visit(overloaded{[&](const wire::Frame& frame) {
                              session::Frame fact;
                              fact.from = from_;
                              fact.header = frame.header;
                              fact.offset = frame.offset;
                              fact.payload = frame.payload;
                              to_.fact(fact);
                            },
                            // Only whole feeds show the bytes of a lost direction together, so they are left out.
                            [](const wire::Undecoded&) {}},
                 *item);
    }
  }

 private:
  Side from_;
  Session& to_;
  wire::FrameDecoder decoder_{kMaxPayload};
};

struct Chunk {
  Side from;
  std::string_view bytes;
};

std::vector<Chunk> chunks_of(std::string_view input) {
  std::vector<Chunk> chunks;
  while (!input.empty()) {
    const auto head = static_cast<unsigned char>(input[0]);
    input.remove_prefix(1);
    const auto bytes = input.substr(0, 1U + (head & 127U));
    chunks.push_back({(head & 128U) != 0 ? Side::client : Side::server, bytes});
    input.remove_prefix(bytes.size());
  }
  return chunks;
}

/// Each side's bytes in order, all of one side first: so whole and split feeds meet the same frames in the same order.
void run(Session& session, const std::vector<Chunk>& chunks, const char* extensions, std::size_t piece) {
  session.fact(test::good_request(extensions));
  session.fact(test::good_response(extensions));
  for (const auto side : {Side::client, Side::server}) {
    Direction direction(side, session);
    for (const auto& chunk : chunks) {
      for (std::size_t at = 0; chunk.from == side && at < chunk.bytes.size(); at += piece) {
        direction.feed(chunk.bytes.substr(at, piece));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto chunks = chunks_of({reinterpret_cast<const char*>(data) + 1, size - 1});
  const char* extensions = kExtensions[data[0] & 3U];
  Session whole(false), split(false), replay(true);
  run(whole, chunks, extensions, 1024);
  run(split, chunks, extensions, 1U + ((data[0] >> 2) & 15U));
  require(whole.messages() == split.messages(), "whole and split feeds give the same messages");
  require(whole.findings() == split.findings(), "whole and split feeds give the same findings");
  for (const auto& tell : whole.recorded()) {
    tell(replay);
  }
  require(whole.messages() == replay.messages(), "recorded facts give the same messages");
  require(whole.findings() == replay.findings(), "recorded facts give the same findings");
  whole.fact(session::Ending{});
  return 0;
}
