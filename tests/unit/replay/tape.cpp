#include "unit/replay/tape.hpp"

#include "base/hex.hpp"
#include "session/heads.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

using session::Side;

std::vector<session::Header> with_extensions(std::vector<session::Header> headers, const std::string& extensions) {
  if (!extensions.empty()) {
    headers.push_back({"Sec-WebSocket-Extensions", extensions, {}});
  }
  return headers;
}

std::string spans_of(const std::vector<session::RedactSpan>& spans) {
  std::string out;
  for (const auto& span : spans) {
    out += fmt::format(" [{}+{} {}]", span.at, span.length, span.variable);
  }
  return out;
}

std::string words_of(const RecordedFrame& frame) {
  return fmt::format(" <{}{}{} {}/{}{}{}>",
                     wire::name(frame.header.opcode),
                     frame.header.fin ? "" : "+",
                     frame.header.rsv != 0 ? fmt::format(" rsv{}", frame.header.rsv) : "",
                     frame.payload,
                     frame.header.length,
                     frame.cut ? " cut" : "",
                     spans_of(frame.redact));
}

std::string close_words(const std::optional<session::CloseSeen>& close) {
  return close ? fmt::format("{} {}", close->code ? std::to_string(*close->code) : "-", close->reason) : "no";
}

std::string words_of(const Entry& entry) {
  return std::visit(
      overloaded{[](const Called& call) {
                   return fmt::format(
                       "called #{} {} {} {} {}", call.seq, call.method, call.url, call.status, call.body);
                 },
                 [](const Began& began) { return fmt::format("began {} {}", began.conn, began.open.url); },
                 [](const Opened& opened) {
                   return fmt::format("opened {} {}ms", opened.response.status, opened.t_ns / 1000000);
                 },
                 [](const Act& act) { return words_of(act); },
                 [](const Heard& heard) {
                   return fmt::format("heard #{} {}ms {}{} {}{}",
                                      heard.seq,
                                      heard.t_ns / 1000000,
                                      heard.text ? "text" : "binary",
                                      heard.cut ? " cut" : "",
                                      heard.payload,
                                      spans_of(heard.redact));
                 },
                 [](const Over& over) {
                   return fmt::format("over {}ms {} received:{} sent:{}{}",
                                      over.t_ns / 1000000,
                                      over.ending ? session::name(over.ending->how) : "-",
                                      close_words(over.received),
                                      close_words(over.sent),
                                      over.cut.empty() ? "" : " cut:" + over.cut);
                 }},
      entry);
}

}  // namespace

std::string words_of(const Act& act) {
  constexpr std::string_view kKinds[] = {"text", "binary", "ping", "pong", "close", "stray"};
  std::string out = fmt::format("act #{} {}ms {}{}{} {}{}",
                                act.seq,
                                act.t_ns / 1000000,
                                kKinds[static_cast<std::size_t>(act.kind)],
                                act.compressed ? " compressed" : "",
                                act.close_code ? " " + std::to_string(*act.close_code) : "",
                                act.payload,
                                spans_of(act.redact));
  for (const RecordedFrame& frame : act.frames) {
    out += words_of(frame);
  }
  return act.unreplayable.empty() ? out : out + " (" + act.unreplayable + ")";
}

Tape::Tape(const capture::CaptureHeader& given) {
  header(given);
}

Tape Tape::opened(const std::string& extensions) {
  return Tape().open().request(extensions).response(101, extensions);
}

Tape& Tape::header(const capture::CaptureHeader& given) {
  capture::append_header(text_, given);
  seq_ = 0;
  return *this;
}

Tape& Tape::event(session::Body body) {
  capture::append_event(text_, {++seq_, ++ms_ * 1000000, conn_, std::move(body)});
  return *this;
}

Tape& Tape::conn(std::uint32_t number) {
  conn_ = number;
  return *this;
}

Tape& Tape::open(session::Role role, const std::string& url) {
  session::Open open;
  open.role = role;
  open.url = url;
  return event(open);
}

Tape& Tape::request(const std::string& extensions) {
  session::Request request;
  request.start_line = "GET / HTTP/1.1";
  request.headers = with_extensions({{"Host", "h", {}}}, extensions);
  return event(request);
}

Tape& Tape::response(int status, const std::string& extensions) {
  session::Response response;
  response.start_line = fmt::format("HTTP/1.1 {} X", status);
  response.status = status;
  response.headers = with_extensions({{"Upgrade", "websocket", {}}}, extensions);
  return event(response);
}

Tape& Tape::client(std::string_view text, std::vector<session::RedactSpan> redact) {
  auto made = frame_of(Side::client, wire::Opcode::text, text);
  made.redact = std::move(redact);
  return frame(made);
}

Tape& Tape::server(std::string_view text, std::vector<session::RedactSpan> redact) {
  auto made = frame_of(Side::server, wire::Opcode::text, text);
  made.redact = std::move(redact);
  return frame(made);
}

Tape& Tape::frame(session::Frame made) {
  return event(std::move(made));
}

Tape& Tape::ending() {
  session::Ending ending;
  ending.by = session::EndedBy::server;
  return event(ending);
}

Tape& Tape::line(std::string_view text) {
  text_.append(text);
  ++seq_;
  return *this;
}

Tape& Tape::wait(std::int64_t ms) {
  ms_ += ms;
  return *this;
}

session::Frame frame_of(Side from, wire::Opcode opcode, std::string_view payload, bool fin) {
  session::Frame frame;
  frame.from = from;
  frame.header.opcode = opcode;
  frame.header.fin = fin;
  frame.header.masked = from == Side::client;
  frame.header.masking_key = from == Side::client ? wire::MaskingKey{1, 2, 3, 4} : wire::MaskingKey{};
  frame.header.length = payload.size();
  frame.header.length_form = wire::shortest_form(payload.size());
  frame.payload = payload;
  return frame;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

Recording::OpenFile file_of(std::string text, std::size_t piece) {
  const auto whole = std::make_shared<const std::string>(std::move(text));
  return [whole, piece]() -> Result<ByteSource> {
    std::string_view rest = *whole;
    return ByteSource([whole, piece, rest](char* to, std::size_t size) mutable -> Result<std::size_t> {
      const std::size_t count = rest.copy(to, std::min(size, piece));
      rest.remove_prefix(count);
      return count;
    });
  };
}

Result<std::unique_ptr<Recording>> open_text(const std::string& text, Recording::Settings settings, std::size_t piece) {
  settings.name = "x";
  return Recording::open(file_of(text, piece), std::move(settings));
}

std::string entries_of(const std::string& text, Recording::Settings settings, std::size_t piece) {
  auto recording = open_text(text, std::move(settings), piece);
  if (!recording) {
    return "error: " + recording.error().message + "\nhint: " + recording.error().hint + "\n";
  }
  std::string out;
  while (true) {
    const auto entry = (*recording)->next();
    if (!entry) {
      return out + "error: " + entry.error().message + "\n";
    }
    if (!*entry) {
      return out;
    }
    out += words_of(**entry) + "\n";
  }
}

}  // namespace whydrop::replay
