#include "base/text.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "codec/codec.hpp"
#include "payload/dialect.hpp"
#include "payload/json.hpp"
#include "payload/view.hpp"
#include "report/excerpt.hpp"
#include "report/frame_text.hpp"
#include "report/log_line.hpp"
#include "report/names.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"
#include "report/steps.hpp"
#include "report/wrap.hpp"
#include "session/pings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace whydrop::report {
namespace {

using payload::Ink;
using session::Event;
using session::Frame;
using session::Side;
using wire::Opcode;

constexpr std::size_t kStepWidth = 9;
constexpr std::size_t kSizeEnd = 15;
constexpr std::size_t kDetailIndent = 15;
constexpr std::size_t kMaxBodyLines = 12;

constexpr Mark kNoMark;

Mark mark_of(Side side) {
  return side == Side::client ? Mark{"→", Ink::cyan} : Mark{"←", Ink::green};
}

Ink ink_of(Opcode opcode) {
  if (opcode == Opcode::close) {
    return Ink::yellow;
  }
  if (wire::is_reserved(opcode)) {
    return Ink::red;
  }
  return wire::is_control(opcode) ? Ink::dim : Ink::bold;
}

/// A frame that waits for what is told right after it: its content, where it is compressed; its message's type.
struct HeldFrame {
  std::uint64_t seq = 0;
  std::int64_t t_ns = 0;
  std::uint32_t conn = 1;
  Frame frame;
  std::string payload;  ///< the frame's own, kept
  std::optional<session::Inflated> content;
  std::string inflated;  ///< the content's bytes, kept
};

class LogRenderer final : public session::EventSink {
 public:
  LogRenderer(const Style& style, ByteSink& data)
      : style_(style), brush_(style.color), buffer_(data), started_(parse_rfc3339(style.started)) {}

  Result<void> on_event(const Event& event) override;
  Result<void> flush() override { return buffer_.flush(); }
  bool wants_frames() const override { return !style_.quiet; }
  bool wants_messages() const override { return !style_.quiet; }

 private:
  LogLine start(std::uint64_t seq, std::int64_t t_ns, std::uint32_t conn, Mark mark);
  std::string clock(std::int64_t t_ns) const;
  void end_line() { buffer_.text() += '\n'; }

  void show(const Event& event);
  void on_frame(const Event& event, const Frame& frame);
  bool waits(const Frame& frame) const;
  void frame_line(const HeldFrame& held, const session::Message* message);
  void put_type(LogLine& line, const session::Message* message);
  void frame_content(LogLine& line, const Frame& frame);
  std::string packets_of(std::uint32_t conn, const session::Message& message);
  void message_content(LogLine& line, std::string_view payload, bool text);
  void frame_details(const Frame& frame, std::string_view payload);
  void pretty_details(std::string_view payload, bool text);
  void put_round_trip(LogLine& line, const HeldFrame& held);
  void size_column(LogLine& line, std::size_t begin, std::uint64_t bytes);
  void on_inflated(const Event& event, const session::Inflated& inflated);
  void on_message(const Event& event, const session::Message& message);
  void on_finding(const Event& event, const session::Finding& finding);
  void on_verdict(const Event& event, const session::Verdict& verdict);
  void on_response(const Event& event, const session::Response& response);
  void head_details(const std::vector<session::Header>& headers, char direction);
  void body_details(std::string_view body);
  void step(const Event& event, const Step& step, Mark mark);
  void put_wrapped(const LogLine& line, Ink ink, std::string_view text);
  void hang(const LogLine& line, Ink ink, std::string_view text);
  void detail(std::string_view text, Ink ink = Ink::dim);
  std::size_t detail_room() const {
    return style_.width > 2 * kDetailIndent ? style_.width - kDetailIndent : kDetailIndent;
  }
  /// A row of hex with its text has 78 columns: on a narrow terminal it moves left before it breaks.
  std::size_t hex_indent() const {
    constexpr std::size_t kRow = 78;
    return style_.width == 0 || style_.width >= kDetailIndent + kRow ? kDetailIndent : 2;
  }
  void release_held();
  bool& in_text(Side side) { return in_text_.at(static_cast<std::size_t>(side)); }

  const Style style_;
  bool typed_ = style_.typed;  ///< messages have types, since a profile is in use
  const payload::Brush brush_;
  OutBuffer buffer_;
  std::optional<std::int64_t> started_;
  std::optional<HeldFrame> held_;
  std::array<bool, 2> in_text_{};  ///< whether the last message that each side began is text
  std::map<std::uint32_t, std::unique_ptr<codec::Decoder>> decoders_;  ///< by connection
  std::int64_t last_ns_ = 0;                                           ///< time of the line before
  std::map<std::uint32_t, session::Pings> pings_;                      ///< of the client, by connection
  std::string last_headline_;  ///< of a connection that may not have been the last
};

Result<void> LogRenderer::on_event(const Event& event) {
  if (std::holds_alternative<session::Verdict>(event.body) && event.conn != 0) {
    decoders_.erase(event.conn);
    pings_.erase(event.conn);
  }
  if (!style_.quiet || std::holds_alternative<session::Verdict>(event.body)) {
    show(event);
  }
  return buffer_.drain();
}

void LogRenderer::show(const Event& event) {
  if (const auto* frame = std::get_if<Frame>(&event.body)) {
    on_frame(event, *frame);
    return;
  }
  if (const auto* inflated = std::get_if<session::Inflated>(&event.body)) {
    on_inflated(event, *inflated);
    return;
  }
  if (const auto* message = std::get_if<session::Message>(&event.body)) {
    on_message(event, *message);
    return;
  }
  release_held();
  std::visit(overloaded{
                 [&](const session::Finding& finding) { on_finding(event, finding); },
                 [&](const session::Verdict& verdict) { on_verdict(event, verdict); },
                 [&](const session::State& state) {
                   if (style_.verbosity >= 2) {
                     step(event, step_of(state), mark_of(state.side));
                   }
                 },
                 [&](const session::Open& open) {
                   if (!last_headline_.empty()) {
                     detail(std::exchange(last_headline_, {}));
                   }
                   step(event, step_of(open), kNoMark);
                 },
                 [&](const session::Request& request) {
                   step(event, step_of(request), mark_of(Side::client));
                   head_details(request.headers, '>');
                   body_details(request.body);
                 },
                 [&](const session::Response& response) { on_response(event, response); },
                 [&](const session::Partial& partial) {
                   step(event, step_of(partial), mark_of(partial.from));
                   if (partial.has_header && !partial.payload.empty()) {
                     detail("came: " + elide(escape_for_terminal(partial.payload.substr(0, 256)), 60));
                   }
                 },
                 [&](const session::UndecodedBytes& bytes) { step(event, step_of(bytes), mark_of(bytes.from)); },
                 [&](const session::Shutdown& shutdown) { step(event, step_of(shutdown), mark_of(shutdown.from)); },
                 [&](const auto& other) {
                   using Other = std::decay_t<decltype(other)>;
                   if constexpr (!std::is_same_v<Other, Frame> && !std::is_same_v<Other, session::Inflated> &&
                                 !std::is_same_v<Other, session::Message>) {
                     step(event, step_of(other), kNoMark);
                   }
                 },
             },
             event.body);
}

LogLine LogRenderer::start(std::uint64_t seq, std::int64_t t_ns, std::uint32_t conn, Mark mark) {
  LogLine line(buffer_.text(), style_, brush_);
  const std::int64_t before = std::exchange(last_ns_, t_ns);
  line.begin(seq, style_.times == Times::delta ? t_ns - before : t_ns, conn, mark, clock(t_ns));
  return line;
}

std::string LogRenderer::clock(std::int64_t t_ns) const {
  constexpr std::size_t kDate = 11;
  std::int64_t at = 0;
  const bool wanted = style_.verbosity > 0 || style_.times == Times::absolute;
  const bool known = wanted && started_ && !__builtin_add_overflow(*started_, t_ns, &at);
  return known ? format_rfc3339(at).substr(kDate) : std::string();
}

void LogRenderer::step(const Event& event, const Step& step, Mark mark) {
  const std::uint64_t seq = session::is_opinion(event.body) ? 0 : event.seq;
  LogLine line = start(seq, event.t_ns, event.conn, mark);
  if (!step.label.empty()) {
    const std::size_t begin = line.used();
    line.put_ascii(Ink::dim, step.label);
    line.pad_to(begin + kStepWidth);
  }
  hang(line, step.ink, step.text);
}

/// All of `text`, wrapped under where it began to be told.
void LogRenderer::put_wrapped(const LogLine& line, Ink ink, std::string_view text) {
  const std::string_view first = line.room() == 0 ? text : wrap(text, line.room()).front();
  brush_.paint(buffer_.text(), ink, first);
  text.remove_prefix(std::min(first.size() + 1, text.size()));
  if (text.empty()) {
    return;
  }
  for (const std::string_view part : wrap(text, detail_room())) {
    end_line();
    buffer_.text().append(kDetailIndent, ' ');
    brush_.paint(buffer_.text(), ink, part);
  }
}

void LogRenderer::hang(const LogLine& line, Ink ink, std::string_view text) {
  put_wrapped(line, ink, text);
  end_line();
}

void LogRenderer::detail(std::string_view text, Ink ink) {
  buffer_.text().append(kDetailIndent, ' ');
  brush_.paint(buffer_.text(), ink, text);
  end_line();
}

void LogRenderer::head_details(const std::vector<session::Header>& headers, char direction) {
  if (style_.verbosity < 1) {
    return;
  }
  for (const session::Header& header : headers) {
    detail(std::string(1, direction) + " " + escape_for_terminal(header.name + ": " + header.value));
  }
}

void LogRenderer::on_response(const Event& event, const session::Response& response) {
  step(event, step_of(response), mark_of(Side::server));
  head_details(response.headers, '<');
  body_details(response.body);
}

void LogRenderer::body_details(std::string_view body) {
  for (std::size_t lines = 0; !body.empty() && lines < kMaxBodyLines; ++lines) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view text = body.substr(0, end);
    text.remove_suffix(!text.empty() && text.back() == '\r' ? 1 : 0);
    const std::string safe = "| " + escape_for_terminal(text);
    detail(style_.width == 0 ? safe : elide(safe, detail_room()));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
}

// ---- frames and messages --------------------------------------------------------------------------------------------

void LogRenderer::release_held() {
  if (held_) {
    frame_line(*held_, nullptr);
    held_.reset();
  }
}

void LogRenderer::on_frame(const Event& event, const Frame& frame) {
  release_held();
  if (frame.header.opcode == Opcode::text || frame.header.opcode == Opcode::binary) {
    in_text(frame.from) = frame.header.opcode == Opcode::text;
  }
  HeldFrame shown{event.seq, event.t_ns, event.conn, frame, {}, {}, {}};
  if (!waits(frame)) {
    frame_line(shown, nullptr);
    return;
  }
  held_ = std::move(shown);
  held_->payload = frame.payload;
  held_->frame.payload = held_->payload;
}

/// A frame that is a whole message: what is told of it next belongs on its line.
bool LogRenderer::waits(const Frame& frame) const {
  const bool whole = frame.header.fin && (frame.header.opcode == Opcode::text || frame.header.opcode == Opcode::binary);
  return whole && (typed_ || !frame.has_payload);
}

/// The size ends in one column, whatever the label before it; a long label pushes it on.
void LogRenderer::size_column(LogLine& line, std::size_t begin, std::uint64_t bytes) {
  const std::string size = format_size(bytes);
  line.pad_to(begin + kSizeEnd - std::min(size.size(), kSizeEnd));
  line.put_ascii(Ink::plain, size);
  line.put_ascii(Ink::plain, "  ");
}

void LogRenderer::frame_line(const HeldFrame& held, const session::Message* message) {
  const Frame& frame = held.frame;
  const session::Inflated* content = held.content ? &*held.content : nullptr;
  LogLine line = start(held.seq, held.t_ns, held.conn, mark_of(frame.from));
  const std::size_t begin = line.used();
  line.put_ascii(ink_of(frame.header.opcode), wire::name(frame.header.opcode));
  size_column(line, begin, content != nullptr ? content->length : frame.header.length);
  std::string flags;
  append_flags(flags, frame);
  line.put_ascii(Ink::yellow, flags);
  put_round_trip(line, held);
  put_type(line, message);
  const std::string packets = message != nullptr ? packets_of(held.conn, *message) : std::string();
  if (!packets.empty()) {
    append_excerpt(buffer_.text(), packets, true, line.room(), brush_);
  } else if (content != nullptr) {
    line.put_ascii(Ink::dim, "(" + format_size(frame.header.length) + " on the wire) ");
    message_content(line, content->content, content->text);
  } else {
    frame_content(line, frame);
  }
  while (buffer_.text().back() == ' ') {
    buffer_.text().pop_back();
  }
  end_line();
  frame_details(frame, content != nullptr ? content->content : frame.payload);
}

void LogRenderer::put_type(LogLine& line, const session::Message* message) {
  if (message != nullptr && !message->type.empty()) {
    line.put_ascii(message->valid == false ? Ink::red : Ink::magenta, message->type);
    line.put_ascii(Ink::plain, " ");
  }
}

/// What a binary message holds by its codec: its packets as JSON, read from what may be shown. Text is shown as it
/// came.
std::string LogRenderer::packets_of(std::uint32_t conn, const session::Message& message) {
  const codec::Codec* codec = codec::find_codec(message.codec);
  if (codec == nullptr) {
    return {};
  }
  auto& decoder = decoders_[conn];
  const bool whole = message.payload.size() == message.length;
  if (decoder == nullptr || !whole) {
    decoder = codec->make_decoder();
  }
  std::string packets;
  if (whole) {
    (void)decoder->feed(message.from, message.text, message.payload, [&packets](std::string_view json) {
      packets.append(packets.empty() ? "" : " ").append(json);
    });
  }
  return message.text ? std::string() : packets;
}

void LogRenderer::frame_content(LogLine& line, const Frame& frame) {
  if (!frame.has_payload) {
    line.put_ascii(Ink::dim, "(compressed)");
    return;
  }
  if (frame.header.opcode == Opcode::close) {
    // It is short, and it is what people look for.
    put_wrapped(
        line, Ink::plain, frame.cut() && frame.payload.size() < 2 ? "" : escape_content(close_text(frame.payload)));
    return;
  }
  if (wire::is_control(frame.header.opcode) || frame.header.opcode == Opcode::continuation || !frame.header.fin) {
    append_excerpt(buffer_.text(), frame.payload, shown_as_text(frame, in_text(frame.from)), line.room(), brush_);
    return;
  }
  message_content(line, frame.payload, shown_as_text(frame, in_text(frame.from)));
}

void LogRenderer::message_content(LogLine& line, std::string_view payload, bool text) {
  const std::string dialect = payload::dialect(payload, text);
  if (!dialect.empty()) {
    line.put_ascii(Ink::magenta, "(" + dialect + ") ");
  }
  if (text && payload::is_too_deep(payload)) {
    line.put_ascii(Ink::yellow, "(not JSON: too deep) ");
  }
  if (!style_.pretty) {
    append_excerpt(buffer_.text(), payload, text, line.room(), brush_);
  }
}

void LogRenderer::frame_details(const Frame& frame, std::string_view payload) {
  if (style_.verbosity >= 1) {
    detail("header " + header_hex(frame.header));
  }
  if (style_.pretty && frame.header.fin && !wire::is_control(frame.header.opcode) &&
      frame.header.opcode != Opcode::continuation) {
    pretty_details(payload, shown_as_text(frame, in_text(frame.from)));
  }
  if (style_.verbosity >= 2) {
    buffer_.text() += payload::hex_dump(payload, hex_indent());
  }
}

/// A whole message, on lines of its own; a hex dump is there already where so much is asked for.
void LogRenderer::pretty_details(std::string_view payload, bool text) {
  if (text || style_.verbosity < 2) {
    append_whole(buffer_.text(), payload, text, kDetailIndent, hex_indent(), style_.color);
  }
}

/// How long a pong took that answers one of the client's pings.
void LogRenderer::put_round_trip(LogLine& line, const HeldFrame& held) {
  if (!wire::is_control(held.frame.header.opcode)) {
    return;
  }
  if (const auto trip = pings_[held.conn].on_frame(held.frame, held.t_ns, held.seq)) {
    line.put_ascii(Ink::dim, "(" + format_duration(*trip) + ") ");
  }
}

void LogRenderer::on_inflated(const Event& event, const session::Inflated& inflated) {
  const bool of_held = held_ && inflated.frames.size() == 1 && inflated.frames.front() == held_->seq;
  if (of_held && inflated.error.empty()) {
    held_->content = inflated;
    held_->inflated = inflated.content;
    held_->content->content = held_->inflated;
    return;
  }
  release_held();
  if (!inflated.error.empty()) {
    step(event, {"inflate", "failed: " + escape_for_terminal(inflated.error), Ink::red}, mark_of(inflated.from));
  } else if (inflated.frames.size() == 1) {
    step(event, {"inflated", escape_for_terminal(inflated.content), Ink::plain}, mark_of(inflated.from));
  }
}

/// A message of one frame is shown as that frame.
void LogRenderer::on_message(const Event& event, const session::Message& message) {
  if (held_ && message.frames.size() == 1 && message.frames.front() == held_->seq) {
    frame_line(*held_, &message);
    held_.reset();
  }
  release_held();
  if (message.frames.size() < 2) {
    return;
  }
  LogLine line = start(0, event.t_ns, event.conn, mark_of(message.from));
  const std::size_t begin = line.used();
  line.put_ascii(Ink::bold, "message");
  size_column(line, begin, message.length);
  std::string note = "(" + std::to_string(message.frames.size()) + " frames";
  note += message.compressed ? ", " + format_size(message.wire_length) + " on the wire) " : ") ";
  line.put_ascii(Ink::dim, note);
  put_type(line, &message);
  if (const std::string packets = packets_of(event.conn, message); !packets.empty()) {
    append_excerpt(buffer_.text(), packets, true, line.room(), brush_);
  } else {
    message_content(line, message.payload, message.text);
  }
  end_line();
  if (style_.pretty) {
    pretty_details(message.payload, message.text);
  }
}

// ---- opinions -------------------------------------------------------------------------------------------------------

void LogRenderer::on_finding(const Event& event, const session::Finding& finding) {
  typed_ = typed_ || finding.id == "dialect-recognised";
  const SeverityLook look = look_of(finding.severity);
  LogLine line = start(0, event.t_ns, event.conn, {look.mark, look.ink});
  line.put_ascii(look.ink, finding.id);
  line.put_ascii(Ink::plain, ": ");
  hang(line, Ink::plain, escape_for_terminal(finding.says));
}

void LogRenderer::on_verdict(const Event& event, const session::Verdict& verdict) {
  if (event.conn != 0 && verdict.observer == session::Observer::relay) {
    // Others may be open: nobody knows which one is the last.
    if (style_.quiet) {
      return;
    }
    step(event, {"verdict", escape_for_terminal(verdict.headline), Ink::bold}, kNoMark);
    return;
  }
  if (event.conn != 0) {
    last_headline_ = "c" + std::to_string(event.conn) + ": " + escape_for_terminal(verdict.headline);
    return;
  }
  buffer_.text() += style_.quiet ? "" : "\n";
  buffer_.text() += verdict_block(verdict, style_);
}

}  // namespace

std::unique_ptr<session::EventSink> make_log_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<LogRenderer>(style, data);
}

}  // namespace whydrop::report
