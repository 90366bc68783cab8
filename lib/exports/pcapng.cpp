#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "exports/exporter.hpp"
#include "exports/left_out.hpp"
#include "exports/pcapng_file.hpp"
#include "session/endings.hpp"
#include "session/heads.hpp"
#include "wire/deflate.hpp"
#include "wire/encoder.hpp"
#include "wire/mask.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::exports {
namespace {

using namespace session;

/// Where an address is not known, or is none of IPv4: those for documentation. RFC 5737.
constexpr std::uint32_t kSomeClient = 0xC0000201, kSomeServer = 0xC6336401;
/// Readers know HTTP by it, and a WebSocket after the upgrade.
constexpr std::uint16_t kHttpPort = 80;
/// The first of the ports that nobody owns. RFC 6335 section 6.
constexpr std::uint32_t kFreePort = 49152, kFreePorts = 16384, kPortsOfRun = 256;
/// What is held back for a compressed message whose content has not come yet: bytes.
constexpr std::size_t kMostHeld = 64U << 20;

/// What TCP's last packets are.
enum class Last : std::uint8_t { none, fin, rst };

/// A row for each ending, in its order; upgrade_cut and connect_failed depend on the error besides.
constexpr std::array<std::pair<EndingHow, Last>, kEndingCount> kLast{{
    {EndingHow::fin, Last::fin},
    {EndingHow::fin_mid_frame, Last::fin},
    {EndingHow::reset, Last::rst},
    {EndingHow::tls_close_notify, Last::fin},
    {EndingHow::tls_truncated, Last::fin},
    {EndingHow::tls_error, Last::fin},
    {EndingHow::timed_out, Last::none},
    {EndingHow::unreachable, Last::none},
    {EndingHow::ping_timeout, Last::fin},
    {EndingHow::idle_timeout, Last::fin},
    {EndingHow::close_timeout, Last::fin},
    {EndingHow::local_close, Last::fin},
    {EndingHow::resolve_failed, Last::none},
    {EndingHow::connect_failed, Last::none},
    {EndingHow::proxy_failed, Last::fin},
    {EndingHow::tls_failed, Last::fin},
    {EndingHow::upgrade_refused, Last::fin},
    {EndingHow::upgrade_cut, Last::fin},
    {EndingHow::upgrade_timeout, Last::fin},
    {EndingHow::interrupted, Last::fin},
    {EndingHow::capture_ended, Last::none},
}};

constexpr bool last_in_order() {
  for (std::size_t i = 0; i < kLast.size(); ++i) {
    if (kLast[i].first != static_cast<EndingHow>(i)) {
      return false;
    }
  }
  return true;
}
static_assert(last_in_order());

Last last_of(const Ending& ending) {
  const bool reset = ending.how == EndingHow::upgrade_cut && ending.read_error == "connection_reset";
  return reset ? Last::rst : kLast.at(static_cast<std::size_t>(ending.how)).second;
}

/// Whose packet came first, as it looks on the wire: what the network did looks like the peer's doing.
Side ender_of(const Ending& ending, Observer observer) {
  const Side own = observer == Observer::server ? Side::server : Side::client;
  switch (ending.by) {
  case EndedBy::client:
    return Side::client;
  case EndedBy::server:
    return Side::server;
  case EndedBy::network:
    return wire::other(own);
  case EndedBy::unknown:
    break;
  }
  return traits(ending.how).cut_by_peer ? wire::other(own) : own;
}

/// "127.0.0.1:80"; null for anything else.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_number(text.substr(colon + 1), 0, UINT16_MAX);
  if (!port) {
    return std::nullopt;
  }
  Endpoint end;
  end.port = static_cast<std::uint16_t>(*port);
  const auto parts = split(text.substr(0, colon), '.');
  for (const std::string& part : parts) {
    const auto octet = parse_number(part, 0, UINT8_MAX);
    if (!octet || parts.size() != 4) {
      return std::nullopt;
    }
    end.address = end.address << 8 | static_cast<std::uint32_t>(*octet);
  }
  return parts.empty() ? std::nullopt : std::optional(end);
}

/// One packet that is not written yet: its numbers are known when those before it are.
struct Packet {
  std::uint64_t flow = 0;  ///< as PcapngExporter::key()
  std::int64_t t_ns = 0;   ///< since 1970
  Side from = Side::client;
  std::uint8_t flags = kAck;
  std::string payload;
  std::uint64_t missing = 0;  ///< bytes behind `payload` that were not recorded
  std::string comment;
  /// Of a compressed frame whose content has not come: its header and number.
  std::optional<std::pair<wire::FrameHeader, std::uint64_t>> compressed{};
};

/// One connection's TCP.
struct Flow {
  std::array<Endpoint, 2> ends;  ///< by Side
  std::array<std::uint32_t, 2> next{};
  std::array<bool, 2> finished{};
  Observer observer = Observer::client;
  std::string url, real;  ///< what the packets stand for, in words: " (127.0.0.1:40000 to [::1]:443)"
  bool dialled = false, answered = false;
};

class PcapngExporter final : public Exporter, public EventSink {
 public:
  PcapngExporter(ByteSink& out, const std::string& tool) : out_(out), tool_(tool) {}

  EventSink& begin(const capture::CaptureHeader& header) override {
    started_ns_ = parse_rfc3339(header.started).value_or(0);
    ++run_;
    return *this;
  }
  Result<void> on_event(const Event& event) override;
  Result<void> end() override;
  std::vector<std::string> left_out() const override { return left_out_.lines(); }

 private:
  /// Connections are counted anew in each run.
  std::uint64_t key() const { return std::uint64_t{run_} << 32 | conn_; }
  Flow& flow() { return flows_[key()]; }
  void take_open(const Open& open);
  void take_connect(const Connect& connect);
  void take_ending(const Ending& ending);
  void take_frame(const Frame& frame, std::uint64_t seq);
  void take_inflated(const Inflated& inflated);
  void take_partial(const Partial& partial);
  void dial(std::int64_t took_ns, bool answered);
  void answer();
  void refuse();
  void shut(Side from);
  void reset(Side from);
  Packet& put(Side from, std::uint8_t flags, std::string payload = {}, std::uint64_t missing = 0);
  void send(Side from, std::string bytes, std::uint64_t missing = 0) {
    answer();
    put(from, kPush | kAck, std::move(bytes), missing);
  }
  void say(std::string text);
  Result<void> write_ready(bool all);
  void write(std::string& out, const Packet& packet);

  ByteSink& out_;
  std::string tool_;
  std::int64_t started_ns_ = 0, now_ns_ = 0;
  std::uint32_t run_ = 0, conn_ = 0;
  std::map<std::uint64_t, Flow> flows_;  ///< by key()
  /// Not written yet: the last one, which may be commented on, and what waits for a compressed message's content.
  std::deque<Packet> held_;
  std::size_t held_bytes_ = 0;
  bool begun_ = false;
  LeftOut left_out_;
};

Packet& PcapngExporter::put(Side from, std::uint8_t flags, std::string payload, std::uint64_t missing) {
  held_bytes_ += payload.size();
  Packet packet;
  packet.flow = key();
  packet.t_ns = now_ns_;
  packet.from = from;
  packet.flags = flags;
  packet.payload = std::move(payload);
  packet.missing = missing;
  held_.push_back(std::move(packet));
  return held_.back();
}

/// Comments on the last packet.
void PcapngExporter::say(std::string text) {
  if (held_.empty()) {
    left_out_.add("comment", "comments", " on a connection of which nothing went over the wire");
    return;
  }
  Packet& last = held_.back();
  if (last.flow != key()) {
    text = fmt::format("connection {}: {}", conn_, text);
  }
  last.comment += (last.comment.empty() ? "" : "\n") + escape_lines(text);
}

void PcapngExporter::take_open(const Open& open) {
  Flow& it = flow() = {};
  it.url = open.url;
  it.observer = open.observer;
  const auto port = static_cast<std::uint16_t>(kFreePort + ((run_ - 1) * kPortsOfRun + conn_) % kFreePorts);
  it.ends = {Endpoint{kSomeClient, port}, Endpoint{kSomeServer, kHttpPort}};
}

void PcapngExporter::take_connect(const Connect& connect) {
  Flow& it = flow();
  const auto local = parse_endpoint(connect.local), remote = parse_endpoint(connect.remote);
  if (local && remote) {
    it.ends = {*local, Endpoint{remote->address, kHttpPort}};
  }
  it.real = connect.local.empty() ? "" : fmt::format(" ({} to {})", connect.local, connect.remote);
  if (connect.error.empty()) {
    dial(connect.duration_ns, true);
  } else {
    dial(connect.duration_ns, false);
    if (connect.cause == Cause::refused) {
      put(Side::server, kRst | kAck);
      it.finished = {true, true};
    }
    say("TCP: " + connect.error);
  }
}

/// The SYN, and what answered it.
void PcapngExporter::dial(std::int64_t took_ns, bool answered) {
  Flow& it = flow();
  const std::int64_t at = now_ns_;
  it.dialled = true;
  it.finished = {};
  now_ns_ = at - std::clamp<std::int64_t>(took_ns, 0, at);
  put(Side::client, kSyn);
  say(
      fmt::format("{}: packets made from the record of connection {}, {}{}. TCP is as it must have been, the server's "
                  "port is 80 so that readers take it for HTTP; TLS is taken off, secrets are masked.",
                  tool_,
                  conn_,
                  it.url,
                  it.real));
  now_ns_ = at;
  if (answered) {
    it.answered = true;
    put(Side::server, kSyn | kAck);
    put(Side::client, kAck);
  }
}

/// Where no record tells of it, a connection is made before its first byte.
void PcapngExporter::answer() {
  if (!flow().answered) {
    dial(0, true);
  }
}

void PcapngExporter::shut(Side from) {
  Flow& it = flow();
  bool& done = it.finished.at(static_cast<std::size_t>(from));
  if (it.answered && !done) {
    done = true;
    put(from, kFin | kAck);
  }
}

void PcapngExporter::reset(Side from) {
  answer();
  put(from, kRst | kAck);
  flow().finished = {true, true};
}

void PcapngExporter::take_ending(const Ending& ending) {
  const Side ender = ender_of(ending, flow().observer);
  switch (last_of(ending)) {
  case Last::none:
    break;
  case Last::rst:
    reset(ender);
    break;
  case Last::fin:
    if (flow().answered) {
      shut(ender);
      shut(wire::other(ender));
      put(ender, kAck);
    }
    break;
  }
}

/// A frame's bytes, as far as they were recorded.
std::pair<std::string, std::uint64_t> bytes_of_frame(const wire::FrameHeader& header, std::string_view payload) {
  std::string bytes;
  if (payload.size() >= header.length) {
    wire::append_frame(bytes, header, payload);
    return {std::move(bytes), 0};
  }
  wire::append_header(bytes, header);
  const std::size_t at = bytes.size();
  bytes += payload;
  if (header.masked) {
    wire::apply_mask(bytes.data() + at, bytes.data() + at, payload.size(), header.masking_key);
  }
  return {std::move(bytes), header.length - payload.size()};
}

void PcapngExporter::take_frame(const Frame& frame, std::uint64_t seq) {
  if (!frame.has_payload) {
    answer();
    put(frame.from, kPush | kAck).compressed.emplace(frame.header, seq);
    return;
  }
  auto [bytes, missing] = bytes_of_frame(frame.header, frame.payload);
  if (missing > 0) {
    left_out_.add("frame", "frames", " recorded only in part: the rest of its packets is missing");
  }
  send(frame.from, std::move(bytes), missing);
}

/// A record holds what a compressed message says, not its bytes: it is compressed anew, and as no message before it is
/// referred to, both ends may keep their context or not. RFC 7692 section 7.2.1.
void PcapngExporter::take_inflated(const Inflated& inflated) {
  wire::Deflater deflater({false, 15});
  std::string bytes = deflater.compress(inflated.content);
  std::string_view rest = bytes;
  for (Packet& packet : held_) {
    const auto& frames = inflated.frames;
    if (!packet.compressed || packet.flow != key() ||
        std::find(frames.begin(), frames.end(), packet.compressed->second) == frames.end()) {
      continue;
    }
    auto [header, seq] = *packet.compressed;
    packet.compressed.reset();
    const bool last = header.fin || seq == frames.back();
    const std::string_view part = rest.substr(0, last ? rest.size() : header.length);
    rest.remove_prefix(part.size());
    packet.comment +=
        fmt::format("compressed anew: {} bytes of payload were {} in the session", part.size(), header.length);
    header.length = part.size();
    header.length_form = wire::shortest_form(header.length);
    packet.payload = bytes_of_frame(header, part).first;
    held_bytes_ += packet.payload.size();
  }
  if (!inflated.error.empty()) {
    say("could not be inflated: " + inflated.error);
  }
}

void PcapngExporter::take_partial(const Partial& partial) {
  std::string bytes(partial.bytes);
  const std::size_t at = bytes.size();
  bytes += partial.payload;
  if (partial.has_header && partial.header.masked) {
    wire::apply_mask(bytes.data() + at, bytes.data() + at, partial.payload.size(), partial.header.masking_key);
  }
  const std::uint64_t missing = partial.have > bytes.size() ? partial.have - bytes.size() : 0;
  // It is told at the end, behind the FIN that cut it.
  const bool behind_fin = flow().finished.at(static_cast<std::size_t>(partial.from));
  const bool fin_is_last = behind_fin && !held_.empty() && held_.back().flow == key() &&
                           held_.back().from == partial.from && (held_.back().flags & kFin) != 0;
  if (behind_fin && !fin_is_last) {
    left_out_.add("cut frame", "cut frames", " before a FIN that was written already, left out");
    return;
  }
  std::optional<Packet> fin;
  if (fin_is_last) {
    fin = std::move(held_.back());
    held_.pop_back();
  }
  send(partial.from, std::move(bytes), missing);
  if (fin) {
    held_.push_back(std::move(*fin));
  }
}

/// A body as it was told: without its codings, so the head is changed where it spoke of them.
std::string bytes_with_body(const Response& response) {
  if (response.decoded.empty()) {
    return bytes_of(response) + response.body;
  }
  Response plain = response;
  plain.raw.clear();
  auto& headers = plain.headers;
  const auto coded = [](const Header& it) {
    return same_caseless(it.name, "Transfer-Encoding") || same_caseless(it.name, "Content-Encoding") ||
           same_caseless(it.name, "Content-Length");
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), coded), headers.end());
  headers.push_back({"Content-Length", std::to_string(plain.body.size()), {}});
  return bytes_of(plain) + plain.body;
}

std::string verdict_text(const Verdict& verdict) {
  std::string text = verdict.headline;
  for (const auto* list : {&verdict.observed, &verdict.inferred, &verdict.unknown}) {
    for (const std::string& line : *list) {
      text += "\n" + line;
    }
  }
  for (const std::string& line : verdict.next) {
    text += "\nnext: " + line;
  }
  return text;
}

Result<void> PcapngExporter::on_event(const Event& event) {
  if (event.conn == 0) {  // of the run as a whole
    return {};
  }
  conn_ = event.conn;
  now_ns_ = started_ns_ + event.t_ns;
  const auto rest_of = [](std::uint64_t whole, std::string_view part) {
    return whole > part.size() ? whole - part.size() : 0;
  };
  std::visit(
      overloaded{
          [&](const Open& it) { take_open(it); },
          [&](const Connect& it) { take_connect(it); },
          [&](const Request& it) { send(Side::client, bytes_of(it) + it.body, rest_of(it.body_length, it.body)); },
          [&](const Response& it) {
            send(Side::server, bytes_with_body(it), it.decoded.empty() ? rest_of(it.body_length, it.body) : 0);
            if (!it.decoded.empty()) {
              say("the body is without its codings: " + it.decoded);
            }
          },
          [&](const Frame& it) { take_frame(it, event.seq); },
          [&](const Inflated& it) { take_inflated(it); },
          [&](const Partial& it) { take_partial(it); },
          [&](const UndecodedBytes& it) { send(it.from, std::string(it.bytes), rest_of(it.length, it.bytes)); },
          [&](const Shutdown& it) { shut(it.from); },
          [&](const Ending& it) { take_ending(it); },
          [&](const Finding& it) { say(it.id + ": " + it.says); },
          [&](const Verdict& it) { say(verdict_text(it)); },
          [](const auto&) {},
      },
      event.body);
  return write_ready(false);
}

void PcapngExporter::write(std::string& out, const Packet& packet) {
  Flow& it = flows_[packet.flow];
  const auto from = static_cast<std::size_t>(packet.from), to = 1 - from;
  std::string_view rest = packet.payload;
  std::uint64_t missing = packet.missing;
  bool first = true;
  do {
    Segment segment;
    segment.t_ns = packet.t_ns;
    segment.from = it.ends.at(from);
    segment.to = it.ends.at(to);
    segment.seq = it.next.at(from);
    segment.flags = packet.flags;
    segment.ack = (packet.flags & kAck) != 0 ? it.next.at(to) : 0;
    segment.payload = rest.substr(0, kMostOfSegment);
    segment.missing = std::min<std::uint64_t>(kMostOfSegment - segment.payload.size(), missing);
    segment.comment = first ? std::string_view(packet.comment) : std::string_view();
    first = false;
    append_packet(out, segment);
    const bool counts = (packet.flags & (kSyn | kFin)) != 0;
    it.next.at(from) += static_cast<std::uint32_t>(segment.payload.size() + segment.missing + (counts ? 1 : 0));
    rest.remove_prefix(segment.payload.size());
    missing -= segment.missing;
  } while (!rest.empty() || missing > 0);
}

/// Writes what waits for nothing. The last packet waits for comments.
Result<void> PcapngExporter::write_ready(bool all) {
  std::string out;
  if (!begun_ && (all || held_.size() > 1)) {
    begun_ = true;
    append_section(out, tool_);
  }
  while (!held_.empty() && (all || held_.size() > 1)) {
    Packet& packet = held_.front();
    if (packet.compressed && !all && held_bytes_ < kMostHeld) {
      break;
    }
    if (packet.compressed) {  // its content never came
      std::tie(packet.payload, packet.missing) = bytes_of_frame(packet.compressed->first, {});
    }
    held_bytes_ -= std::min(held_bytes_, packet.payload.size());
    write(out, packet);
    held_.pop_front();
  }
  return out.empty() ? Result<void>() : out_.write(out);
}

Result<void> PcapngExporter::end() {
  return write_ready(true);
}

}  // namespace

std::unique_ptr<Exporter> make_pcapng(ByteSink& out, const std::string& tool) {
  return std::make_unique<PcapngExporter>(out, tool);
}

}  // namespace whydrop::exports
