#include "base/time.hpp"
#include "codec/codec.hpp"
#include "compare/record.hpp"
#include "compare/value_shapes.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace whydrop::compare {
namespace {

constexpr std::size_t kLongestName = 256;  ///< bytes of a member's name
constexpr std::string_view kOtherKinds = "other messages";

std::vector<Member> members_of(json::Value object, bool redacted) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < std::min(object.size(), kMostMembers); ++i) {
    const auto [name, value] = object.member(i);
    members.push_back({std::string(name.substr(0, kLongestName)),
                       std::hash<std::string>()(value.text()),
                       shape_hash(value, name, redacted)});
  }
  return members;
}

/// The packet that is all of a message, since one is compared by its members; empty where there is none. Of a live
/// message that was masked none is told: it is read again, from what is left.
std::string single_packet(const session::Message& message) {
  if (message.packets.size() == 1) {
    return message.packets.front().json;
  }
  const codec::Codec* codec = message.redact.empty() ? nullptr : codec::find_codec(message.codec);
  std::vector<std::string> packets;
  const bool whole =
      codec != nullptr && !codec->make_decoder()->feed(message.from, message.text, message.payload, [&](auto packet) {
        packets.emplace_back(packet);
      });
  return whole && packets.size() == 1 ? packets.front() : std::string();
}

}  // namespace

Recorder::Recorder(const profile::Profile* profile, std::optional<std::uint32_t> conn)
    : impl_(std::make_unique<Impl>(profile, conn)) {}
Recorder::~Recorder() = default;

void Recorder::set_started(std::int64_t ns) {
  impl_->started_ns = ns;
}

Result<void> Recorder::on_event(const session::Event& event) {
  Connection* to = event.conn == 0 ? nullptr : impl_->connection(event.conn);
  if (to != nullptr) {
    impl_->take(event, *to);
  } else if (!impl_->only && std::holds_alternative<session::Open>(event.body)) {
    ++impl_->left_out;
  }
  return {};
}

const Connection* Recorder::Impl::session() const {
  const auto socket = std::find_if(connections.begin(), connections.end(), [](const Connection& connection) {
    return connection.is_socket() && connection.opened();
  });
  const auto any = std::find_if(
      connections.begin(), connections.end(), [](const Connection& connection) { return connection.is_socket(); });
  return socket != connections.end() ? &*socket
         : any != connections.end()  ? &*any
         : connections.empty()       ? nullptr
                                     : &connections.back();
}

Connection* Recorder::Impl::connection(std::uint32_t conn) {
  if (only && conn != *only) {
    return nullptr;
  }
  if (const auto found = places.find(conn); found != places.end()) {
    return &connections[found->second];
  }
  if (connections.size() == kMostConnections) {
    return nullptr;
  }
  places.emplace(conn, connections.size());
  connections.emplace_back().conn = conn;
  return &connections.back();
}

KeyIndex Recorder::Impl::key_index(std::string key) {
  if (key_names.size() >= kMostKinds && key_indices.count(key) == 0) {
    key = kOtherKinds;
  }
  const auto [at, is_new] = key_indices.try_emplace(key, static_cast<KeyIndex>(key_names.size()));
  if (is_new) {
    key_names.push_back(std::move(key));
  }
  return at->second;
}

void Recorder::Impl::take(const session::Event& event, Connection& to) {
  to.ended_ns = event.t_ns;
  std::visit(overloaded{[&](const session::Open& open) { to.open = open; },
                        [&](const session::Token& token) { take_token(token, event, to); },
                        [&](const session::Request& request) {
                          to.request = request;
                          to.request_seq = event.seq;
                        },
                        [&](const session::Response& response) {
                          to.response = response;
                          to.response_seq = event.seq;
                          to.response_ns = event.t_ns;
                        },
                        [&](const session::Frame& frame) { take_frame(frame, event, to); },
                        [&](const session::Message& message) { take_message(message, event, to); },
                        [&](const session::Finding& finding) { take_finding(finding, to); },
                        [&](const session::Ending& ending) {
                          to.ending = ending;
                          to.ending_seq = event.seq;
                        },
                        [](const auto&) {}},
             event.body);
}

void Recorder::Impl::take_frame(const session::Frame& frame, const session::Event& event, Connection& to) {
  const session::Side from = frame.from;
  const wire::Opcode opcode = frame.header.opcode;
  if (opcode == wire::Opcode::ping) {
    to.pings[index_of(from)].on_ping(frame.payload, event.t_ns, event.seq);
  } else if (opcode == wire::Opcode::pong) {
    to.pings[index_of(wire::other(from))].on_pong(frame.payload, event.t_ns);
  } else if (opcode == wire::Opcode::close && !to.closes[index_of(from)]) {
    to.closes[index_of(from)] = session::read_close(frame.payload, event.seq);
    to.first_close = to.first_close.value_or(from);
  } else if (!wire::is_control(opcode)) {
    last_masked[index_of(from)] = frame.header.masked;
  }
}

void Recorder::Impl::take_message(const session::Message& message, const session::Event& event, Connection& to) {
  MessageRecord record;
  record.first_seq = message.frames.empty() ? event.seq : message.frames.front();
  record.seq = message.frames.empty() ? event.seq : message.frames.back();
  record.t_ns = event.t_ns;
  record.frames = static_cast<std::uint32_t>(message.frames.size());
  record.from = message.from;
  record.compressed = message.compressed;
  record.masked = last_masked[index_of(message.from)];
  record.redacted = !message.redact.empty();
  const bool complete = message.payload.size() == message.length;
  const std::string single = single_packet(message);
  const bool packet = !single.empty();
  const std::string_view payload = packet ? std::string_view(single) : message.payload;
  record.text = message.text || packet;
  record.length = packet ? payload.size() : message.length;
  record.json = record.text && complete && !parser.parse(payload);
  const auto root = record.json ? std::optional(parser.root()) : std::nullopt;
  record.key = key_index(message.type.empty() ? keys.key_of(message.from, message.text, root) : message.type);
  record.exact = std::hash<std::string_view>()(payload);
  record.form = root          ? shape_hash(*root, {}, record.redacted)
                : record.text ? shape_hash(payload, {}, record.redacted)
                              : record.exact;
  if (payload.size() <= kKeptOfPayload && kept.size() + payload.size() <= kKeptOfSession) {
    record.at = static_cast<std::uint32_t>(kept.size());
    record.kept = static_cast<std::uint32_t>(payload.size());
    kept += payload;
  } else if (root && root->is(json::Type::object) && members < kMostMembersOfSession) {
    members += std::min(root->size(), kMostMembers);
    to.members.emplace(to.messages.size(), members_of(*root, record.redacted));
  }
  to.messages.push_back(record);
}

void Recorder::Impl::take_token(const session::Token& token, const session::Event& event, Connection& to) const {
  if (to.tokens.size() < kMostTokens) {
    to.tokens.push_back({token, event.seq, std::nullopt});
    if (started_ns) {
      // The sum of what a capture says of the two need not fit.
      const std::int64_t rest = (*started_ns % kSecond + event.t_ns % kSecond) / kSecond;
      to.tokens.back().used = *started_ns / kSecond + event.t_ns / kSecond + rest;
    }
  }
}

void Recorder::Impl::take_finding(const session::Finding& finding, Connection& to) const {
  if (finding.severity == session::Severity::note || finding.basis != session::Basis::observed ||
      to.findings.size() >= kMostFindings) {
    return;
  }
  const std::uint64_t seq = finding.evidence.front();
  const auto [first, last] = to.findings.equal_range(seq);
  if (std::none_of(first, last, [&](const auto& known) { return known.second.id == finding.id; })) {
    to.findings.emplace(seq, Told{finding.id, finding.says, finding.at_fault});
  }
}

}  // namespace whydrop::compare
