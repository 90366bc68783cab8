#include "base/base64.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "capture/json_text.hpp"
#include "exports/exporter.hpp"
#include "exports/left_out.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::exports {
namespace {

using namespace session;

constexpr std::int64_t kSecond = 1'000'000'000;

/// One connection until it has ended.
struct HarEntry {
  Open open;
  std::int64_t opened_ns = 0, ended_ns = 0;
  std::optional<Connect> connect;
  std::optional<Request> request;
  std::optional<Response> response;
  std::int64_t request_ns = 0, response_ns = 0;
  std::string messages;                                     ///< JSON, separated by commas
  std::optional<std::pair<CloseSeen, std::int64_t>> close;  ///< the server's first, and when
  std::optional<Ending> ending;
};

std::string json(std::string_view text) {
  std::string out;
  capture::append_json_words(out, text);
  return out;
}

/// Milliseconds with microseconds, without a float on the way.
std::string milliseconds(std::int64_t ns) {
  return fmt::format("{}.{:03}", ns / 1'000'000, ns / 1000 % 1000);
}

std::string named(std::string_view name, std::string_view value) {
  return fmt::format(R"({{"name":{},"value":{}}})", json(name), json(value));
}

std::string joined(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string headers_text(const std::vector<Header>& headers) {
  std::vector<std::string> all;
  for (const Header& header : headers) {
    all.push_back(named(header.name, header.value));
  }
  return joined(all);
}

/// The parameters of a URL's query, escapes read.
std::string query_text(std::string_view url) {
  std::vector<std::string> all;
  const std::size_t mark = url.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : url.substr(mark + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    const std::size_t is = std::min(part.find('='), part.size());
    all.push_back(
        named(percent_decoded(part.substr(0, is)), percent_decoded(part.substr(std::min(is + 1, part.size())))));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return joined(all);
}

std::string header_of(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (same_caseless(header.name, name)) {
      return header.value;
    }
  }
  return {};
}

/// The words of a start line: method, target, version; or version, status, phrase.
std::array<std::string_view, 3> words_of(std::string_view line) {
  const std::size_t first = std::min(line.find(' '), line.size());
  const std::string_view rest = line.substr(std::min(first + 1, line.size()));
  const std::size_t second = std::min(rest.find(' '), rest.size());
  return {line.substr(0, first), rest.substr(0, second), rest.substr(std::min(second + 1, rest.size()))};
}

std::string request_text(const HarEntry& entry) {
  const Request none;
  const Request& request = entry.request ? *entry.request : none;
  const auto words = words_of(request.start_line);
  std::string out = fmt::format(
      R"({{"method":{},"url":{},"httpVersion":{},"cookies":[],"headers":{},"queryString":{},"headersSize":{},"bodySize":{})",
      json(entry.request ? words[0] : "GET"),
      json(entry.open.url),
      json(entry.request ? words[2] : "HTTP/1.1"),
      headers_text(request.headers),
      query_text(entry.open.url),
      request.size > 0 ? static_cast<std::int64_t>(request.size) : -1,
      request.body_length);
  if (!request.body.empty()) {
    out += fmt::format(R"(,"postData":{{"mimeType":{},"text":{}}})",
                       json(header_of(request.headers, "Content-Type")),
                       json(request.body));
  }
  return out + "}";
}

/// As Chrome has it where there is no answer: status 0.
std::string response_text(const HarEntry& entry) {
  const Response none;
  const Response& response = entry.response ? *entry.response : none;
  const auto words = words_of(response.start_line);
  return fmt::format(
      R"({{"status":{},"statusText":{},"httpVersion":{},"cookies":[],"headers":{},"content":{{"size":{},"mimeType":{},"text":{}}},"redirectURL":{},"headersSize":{},"bodySize":{}}})",
      response.status,
      json(words[2]),
      json(entry.response ? words[0] : ""),
      headers_text(response.headers),
      response.body.size(),
      json(header_of(response.headers, "Content-Type")),
      json(response.body),
      json(header_of(response.headers, "Location")),
      response.size > 0 ? static_cast<std::int64_t>(response.size) : -1,
      entry.response ? static_cast<std::int64_t>(response.body_length) : -1);
}

class HarExporter final : public Exporter, public EventSink {
 public:
  HarExporter(ByteSink& out, const std::string& tool) : out_(out), tool_(tool) {}

  EventSink& begin(const capture::CaptureHeader& header) override {
    started_ns_ = parse_rfc3339(header.started).value_or(0);
    return *this;
  }
  Result<void> on_event(const Event& event) override;
  Result<void> end() override;
  std::vector<std::string> left_out() const override { return left_out_.lines(); }

 private:
  Result<void> head();
  Result<void> write(std::uint32_t conn, const HarEntry& entry, std::string_view headline);
  void take(HarEntry& entry, const Event& event);
  void take_frame(HarEntry& entry, const Frame& frame, std::int64_t t_ns);
  void take_message(HarEntry& entry, const Message& message, std::int64_t t_ns);
  void add_message(HarEntry& entry, Side from, int opcode, std::string_view payload, std::int64_t t_ns);
  /// Seconds since 1970, as Chrome has them.
  std::string epoch(std::int64_t t_ns) const {
    const std::int64_t ns = started_ns_ + t_ns;
    return fmt::format("{}.{:06}", ns / kSecond, ns % kSecond / 1000);
  }

  ByteSink& out_;
  std::string tool_;
  std::int64_t started_ns_ = 0;
  bool begun_ = false, any_ = false;
  std::map<std::uint32_t, HarEntry> entries_;  ///< that have not ended
  LeftOut left_out_;
};

void HarExporter::add_message(HarEntry& entry, Side from, int opcode, std::string_view payload, std::int64_t t_ns) {
  std::string data;
  if (opcode != static_cast<int>(wire::Opcode::text)) {
    data = "\"" + base64_encode(payload) + "\"";
  } else if (!capture::append_json_text(data, payload)) {
    left_out_.add("text that is not UTF-8", "texts that are not UTF-8", ", with U+FFFD for each wrong byte");
    capture::append_json_words(data, payload);
  }
  entry.messages += fmt::format(R"({}{{"type":"{}","time":{},"opcode":{},"data":{}}})",
                                entry.messages.empty() ? "" : ",",
                                from == Side::client ? "send" : "receive",
                                epoch(t_ns),
                                opcode,
                                data);
}

void HarExporter::take_frame(HarEntry& entry, const Frame& frame, std::int64_t t_ns) {
  if (!wire::is_control(frame.header.opcode)) {
    if (!frame.header.fin) {
      left_out_.add("frame in fragments", "frames in fragments", ", written as whole messages");
    }
    return;
  }
  add_message(entry, frame.from, static_cast<int>(frame.header.opcode), frame.payload, t_ns);
  if (frame.header.opcode == wire::Opcode::close && frame.from == Side::server && !entry.close) {
    entry.close.emplace(read_close(frame.payload), t_ns);
  }
}

void HarExporter::take_message(HarEntry& entry, const Message& message, std::int64_t t_ns) {
  if (message.payload.size() < message.length) {
    left_out_.add("message", "messages", " recorded only in part: written as far as recorded");
  }
  const auto opcode = message.text ? wire::Opcode::text : wire::Opcode::binary;
  add_message(entry, message.from, static_cast<int>(opcode), message.payload, t_ns);
}

void HarExporter::take(HarEntry& entry, const Event& event) {
  entry.ended_ns = event.t_ns;
  std::visit(overloaded{
                 [&](const Open& it) {
                   entry.open = it;
                   entry.opened_ns = event.t_ns;
                 },
                 [&](const Connect& it) { entry.connect = it; },
                 [&](const Request& it) {
                   entry.request = it;
                   entry.request_ns = event.t_ns;
                 },
                 [&](const Response& it) {
                   entry.response = it;
                   entry.response_ns = event.t_ns;
                 },
                 [&](const Frame& it) { take_frame(entry, it, event.t_ns); },
                 [&](const Message& it) { take_message(entry, it, event.t_ns); },
                 [&](const Partial&) { left_out_.add("cut frame", "cut frames", ", left out"); },
                 [&](const UndecodedBytes&) {
                   left_out_.add("stretch", "stretches", " of bytes that are no frames, left out");
                 },
                 [&](const Ending& it) { entry.ending = it; },
                 [](const auto&) {},
             },
             event.body);
}

Result<void> HarExporter::on_event(const Event& event) {
  if (event.conn == 0) {  // of the run as a whole
    return {};
  }
  HarEntry& entry = entries_[event.conn];
  const auto* verdict = std::get_if<Verdict>(&event.body);
  if (verdict == nullptr) {
    take(entry, event);
    return {};
  }
  const HarEntry whole = std::move(entry);
  entries_.erase(event.conn);
  return write(event.conn, whole, verdict->headline);
}

Result<void> HarExporter::head() {
  begun_ = true;
  const std::size_t blank = std::min(tool_.find(' '), tool_.size());
  return out_.write(
      fmt::format("{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":{},\"version\":{}}},\"pages\":[],"
                  "\"entries\":[",
                  json(tool_.substr(0, blank)),
                  json(tool_.substr(std::min(blank + 1, tool_.size())))));
}

std::string ending_text(const Ending& ending) {
  return fmt::format(R"({{"how":{},"by":{},"read_error":{},"write_error":{},"detail":{}}})",
                     json(name(ending.how)),
                     json(name(ending.by)),
                     json(ending.read_error),
                     json(ending.write_error),
                     json(ending.detail));
}

Result<void> HarExporter::write(std::uint32_t conn, const HarEntry& entry, std::string_view headline) {
  if (!begun_) {
    if (const auto written = head(); !written) {
      return written;
    }
  }
  const bool socket = entry.open.role == Role::websocket;
  const std::int64_t wait = entry.response && entry.request ? entry.response_ns - entry.request_ns : 0;
  std::string out = fmt::format(R"({}{{"startedDateTime":{},"time":{},)",
                                any_ ? ",\n" : "\n",
                                json(format_rfc3339(started_ns_ + entry.opened_ns)),
                                milliseconds(entry.ended_ns - entry.opened_ns));
  any_ = true;
  out += socket ? R"("_resourceType":"websocket",)" : R"("_resourceType":"fetch",)";
  out += fmt::format(R"("request":{},"response":{},"cache":{{}},"timings":{{"send":0,"wait":{},"receive":0}},)",
                     request_text(entry),
                     response_text(entry),
                     milliseconds(wait));
  if (entry.connect && entry.connect->error.empty()) {
    const std::size_t colon = entry.connect->remote.rfind(':');
    out += fmt::format(R"("serverIPAddress":{},)", json(entry.connect->remote.substr(0, colon)));
  }
  out += fmt::format(R"("connection":"{}",)", conn);
  if (socket) {
    out += fmt::format(R"("_webSocketMessages":[{}],)", entry.messages);
  }
  if (entry.close && entry.close->first.code) {
    out += fmt::format(R"("_webSocketClose":{{"code":{},"reason":{},"timestamp":{}}},)",
                       *entry.close->first.code,
                       json(entry.close->first.reason),
                       epoch(entry.close->second));
  }
  if (entry.ending) {
    out += fmt::format(R"("_whydrop":{{"ended":{},"ending":{}}},)", epoch(entry.ended_ns), ending_text(*entry.ending));
  }
  return out_.write(out + fmt::format(R"("comment":{}}})", json(headline)));
}

Result<void> HarExporter::end() {
  if (!begun_) {
    if (const auto written = head(); !written) {
      return written;
    }
  }
  return out_.write("\n]}}\n");
}

}  // namespace

std::unique_ptr<Exporter> make_har(ByteSink& out, const std::string& tool) {
  return std::make_unique<HarExporter>(out, tool);
}

}  // namespace whydrop::exports
