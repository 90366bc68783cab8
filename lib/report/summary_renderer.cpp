#include "base/text.hpp"
#include "base/units.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"
#include "report/round_trips.hpp"
#include "session/pings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace whydrop::report {
namespace {

using session::Event;
using session::Frame;
using session::Side;
using wire::Opcode;

/// "1 frame", "2 frames".
/// Messages of one type of the profile's.
struct TypeCount {
  std::uint64_t all = 0, invalid = 0;
};

struct Traffic {
  std::uint64_t frames = 0, messages = 0, payload_bytes = 0, wire_bytes = 0, pings = 0, pongs = 0;
  std::map<std::string, TypeCount> types;
};

/// The client's round trips, and how many of its pings have no answer.
std::string trips_text(const session::Pings& pings, const RoundTrips& trips) {
  const std::uint64_t lost = pings.sent - pings.settled;
  return trips.text() + (trips.empty() || lost == 0 ? "" : ", ") +
         (lost == 0 ? "" : std::to_string(lost) + " unanswered");
}

/// Counts instead of lines, then the verdict.
class SummaryRenderer final : public session::EventSink {
 public:
  SummaryRenderer(const Style& style, ByteSink& data) : style_(style), buffer_(data) {}

  Result<void> on_event(const Event& event) override {
    if (event.conn != 0) {
      last_ns_ = std::max(last_ns_, event.t_ns);  // the run's verdict is formed later than its last event
    }
    if (const auto* frame = std::get_if<Frame>(&event.body)) {
      on_frame(event, *frame);
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      on_message(*message);
    } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
      if (response->status == 101) {
        opened_ns_ = opened_ns_ ? opened_ns_ : event.t_ns;
      }
    } else if (std::holds_alternative<session::Open>(event.body)) {
      ++connections_;
    } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body);
               verdict != nullptr && event.conn == 0) {
      write(*verdict);
    }
    return {};
  }
  Result<void> flush() override { return buffer_.flush(); }

 private:
  Traffic& of(Side side) { return traffic_.at(static_cast<std::size_t>(side)); }
  void on_frame(const Event& event, const Frame& frame) {
    Traffic& traffic = of(frame.from);
    ++traffic.frames;
    traffic.wire_bytes += frame.header.size() + frame.header.length;
    traffic.pings += frame.header.opcode == Opcode::ping ? 1 : 0;
    traffic.pongs += frame.header.opcode == Opcode::pong ? 1 : 0;
    if (const auto trip = pings_.on_frame(frame, event.t_ns, event.seq)) {
      trips_.add(*trip);
    }
  }
  void on_message(const session::Message& message) {
    Traffic& traffic = of(message.from);
    ++traffic.messages;
    traffic.payload_bytes += message.length;
    if (!message.type.empty()) {
      TypeCount& count = traffic.types[message.type];
      ++count.all;
      count.invalid += message.valid == false ? 1 : 0;
    }
  }
  void row(std::string_view label, std::string_view text) {
    constexpr std::size_t kLabelWidth = 13;
    std::string& out = buffer_.text();
    out += "  ";
    out += label;
    out.append(kLabelWidth - 2 - label.size(), ' ');
    out += text;
    out += '\n';
  }
  static std::string words(const Traffic& traffic) {
    std::string text = counted(traffic.messages, "message") + ", " + format_size(traffic.payload_bytes) + "; " +
                       counted(traffic.frames, "frame") + ", " + format_size(traffic.wire_bytes) + " on the wire";
    if (traffic.pings + traffic.pongs > 0) {
      text += "; " + counted(traffic.pings, "ping") + ", " + counted(traffic.pongs, "pong");
    }
    return text;
  }
  void traffic_rows(std::string_view label, const Traffic& traffic) {
    row(label, words(traffic));
    std::string types;
    for (const auto& [name, count] : traffic.types) {
      types += (types.empty() ? "" : ", ") + std::to_string(count.all) + " " + name;
      types += count.invalid > 0 ? " (" + std::to_string(count.invalid) + " invalid)" : "";
    }
    if (!types.empty()) {
      row("", types);
    }
  }
  void write(const session::Verdict& verdict) {
    if (!style_.quiet) {
      traffic_rows("sent", of(Side::client));
      traffic_rows("received", of(Side::server));
      row("lasted", format_duration(last_ns_) + (opened_ns_ ? ", open after " + format_duration(*opened_ns_) : ""));
      if (const std::string trips = trips_text(pings_, trips_); !trips.empty()) {
        row("ping", trips);
      }
      if (connections_ > 1) {
        row("tries", std::to_string(connections_) + " connections");
      }
      buffer_.text() += '\n';
    }
    buffer_.text() += verdict_block(verdict, style_);
  }

  const Style style_;
  OutBuffer buffer_;
  std::array<Traffic, 2> traffic_{};
  session::Pings pings_;
  RoundTrips trips_;
  std::optional<std::int64_t> opened_ns_;
  std::int64_t last_ns_ = 0;
  std::uint64_t connections_ = 0;
};

}  // namespace

std::unique_ptr<session::EventSink> make_summary_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<SummaryRenderer>(style, data);
}

}  // namespace whydrop::report
