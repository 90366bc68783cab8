#include "pcap/pcap.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "engine/item_tap.hpp"
#include "pcap/conversation.hpp"
#include "pcap/segment.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::pcap {
namespace {

/// Connections; each is some KiB.
constexpr std::size_t kMostRemembered = 16'384;

using Key = std::pair<Endpoint, Endpoint>;

Key key_of(const Endpoint& a, const Endpoint& b) {
  return b < a ? Key(b, a) : Key(a, b);
}

class PacketReader final : public capture::ItemReader {
 public:
  PacketReader(const std::string& name, ByteSource source, std::shared_ptr<const ClearText> clear)
      : name_(name), file_(std::move(source)), clear_(std::move(clear)) {}

  Result<std::optional<capture::Item>> next() override {
    while (!over_ && (!tap_ || tap_->empty())) {
      auto done = step();
      if (!done) {
        over_ = true;
        return tl::unexpected<Error>(done.error());
      }
    }
    return tap_ ? tap_->pop() : std::nullopt;
  }

 private:
  Result<void> step();
  void begin(const RawPacket& packet);
  void take(const Segment& segment, std::int64_t t_ns);
  void finish(Conversation& conversation, std::int64_t t_ns) {
    conversation.finish(t_ns);
    any_ = any_ || conversation.told();
  }
  std::vector<std::string_view> clear_text() const;
  void forget_some();
  std::string hint(std::uint64_t joined_late) const;
  Result<void> finish();

  std::string name_;
  PacketFile file_;
  std::shared_ptr<const ClearText> clear_;
  bool over_ = false, any_ = false;
  std::int64_t started_ns_ = 0, last_ns_ = 0;
  std::uint64_t packets_ = 0, unknown_links_ = 0, fragments_ = 0, snapped_ = 0;
  std::uint32_t unknown_link_ = 0;
  std::optional<engine::ItemTap> tap_;
  std::map<Key, Conversation> conversations_;
  std::size_t most_remembered_ = kMostRemembered;
};

void PacketReader::begin(const RawPacket& packet) {
  started_ns_ = packet.t_ns;
  capture::CaptureHeader header;
  header.started = format_rfc3339(packet.t_ns);
  header.tool = "packet capture";
  tap_.emplace(std::move(header));
  // The header has milliseconds.
  started_ns_ -= packet.t_ns % 1'000'000;
}

void PacketReader::take(const Segment& segment, std::int64_t t_ns) {
  const Key key = key_of(segment.from, segment.to);
  auto found = conversations_.find(key);
  if (found != conversations_.end() && found->second.begins_anew(segment)) {
    finish(found->second, t_ns);
    conversations_.erase(found);
    found = conversations_.end();
  }
  if (found == conversations_.end()) {
    forget_some();
    if (segment.rst || (segment.fin && segment.payload.empty())) {
      return;  // the rest of one that is over
    }
    found = conversations_.try_emplace(key, *tap_, segment).first;
  }
  found->second.take(segment, t_ns, clear_text());
}

/// What TLS carried in the packet that is read.
std::vector<std::string_view> PacketReader::clear_text() const {
  const auto found = clear_ == nullptr ? ClearText::const_iterator() : clear_->find(packets_);
  return clear_ == nullptr || found == clear_->end()
             ? std::vector<std::string_view>()
             : std::vector<std::string_view>(found->second.begin(), found->second.end());
}

/// What is over is remembered so that its last packets begin nothing; not without end.
void PacketReader::forget_some() {
  if (conversations_.size() < most_remembered_) {
    return;
  }
  for (auto it = conversations_.begin(); it != conversations_.end();) {
    any_ = any_ || it->second.told();
    it = it->second.over() ? conversations_.erase(it) : std::next(it);
  }
  most_remembered_ = std::max(kMostRemembered, 2 * conversations_.size());
}

Result<void> PacketReader::step() {
  const auto packet = file_.next();
  if (!packet && !tap_) {
    return tl::unexpected<Error>(
        Error{packet.error().kind, "cannot read " + name_ + ": " + packet.error().message, packet.error().hint});
  }
  if (!packet) {  // what came before it stands
    tap_->on_damage({0, 0, true, false, packet.error().message});
    return finish();
  }
  if (!*packet) {
    return finish();
  }
  ++packets_;
  if (!tap_) {
    begin(**packet);
  }
  if (!knows_link((*packet)->link)) {
    ++unknown_links_;
    unknown_link_ = (*packet)->link;
    return {};
  }
  const std::int64_t t_ns = std::max(last_ns_, (*packet)->t_ns - started_ns_);
  last_ns_ = t_ns;
  const Found found = find_segment(**packet, fragments_);
  if (const auto* segment = std::get_if<Segment>(&found)) {
    snapped_ += segment->missing > 0 ? 1 : 0;
    take(*segment, t_ns);
  } else if (const auto* undelivered = std::get_if<Undelivered>(&found)) {
    const auto about = conversations_.find(key_of(undelivered->from, undelivered->to));
    if (about != conversations_.end()) {
      about->second.take(*undelivered, t_ns);
    }
  }
  return {};
}

/// What to do differently where nothing was found.
std::string PacketReader::hint(std::uint64_t joined_late) const {
  if (snapped_ > 0) {
    return counted(snapped_, "packet was", "packets were") + " kept only in part: record with -s 0";
  }
  if (joined_late > 0) {
    return counted(joined_late, "TCP connection") +
           " began before the first packet: start recording before the client connects";
  }
  if (fragments_ > 0) {
    return counted(fragments_, "packet is a fragment", "packets are fragments") + " of IP, which are not put together";
  }
  return "tcpdump -i any -s 0 -w FILE 'tcp port PORT' records one";
}

Result<void> PacketReader::finish() {
  over_ = true;
  const std::string what = "packet capture " + name_ + ": ";
  if (!tap_) {
    return fail(ErrorKind::local, what + (file_.cut().empty() ? "no packet is in it" : file_.cut()));
  }
  std::uint64_t joined_late = 0;
  for (auto& [key, conversation] : conversations_) {
    finish(conversation, last_ns_);
    joined_late += conversation.joined_late() ? 1 : 0;
  }
  if (!file_.cut().empty()) {
    tap_->on_damage({0, 0, true, false, file_.cut()});
  }
  if (!any_) {
    if (unknown_links_ == packets_) {
      return fail(ErrorKind::local,
                  what + fmt::format("packets of link type {}, which is not read", unknown_link_),
                  "record on an interface with Ethernet or IP: tcpdump -i any -w FILE");
    }
    return fail(
        ErrorKind::local, what + "no WebSocket session, no TLS and no failed connection in it", hint(joined_late));
  }
  return {};
}

}  // namespace

std::unique_ptr<capture::ItemReader> read_packets(const std::string& name,
                                                  ByteSource source,
                                                  std::shared_ptr<const ClearText> clear) {
  return std::make_unique<PacketReader>(name, std::move(source), std::move(clear));
}

}  // namespace whydrop::pcap
