// Internal: what a Recorder remembers of a session.
#pragma once

#include "compare/compare.hpp"
#include "replay/message_key.hpp"
#include "session/pings.hpp"

#include <array>
#include <map>
#include <unordered_map>

namespace whydrop::compare {

inline constexpr std::size_t kKeptOfPayload = 16U << 10;  ///< bytes of one payload; of a longer one its members' hashes
inline constexpr std::size_t kKeptOfSession = 64U << 20;  ///< bytes of all payloads; of what comes after that too
inline constexpr std::size_t kMostMembers = 64;           ///< whose hashes are kept of one payload
inline constexpr std::size_t kMostMembersOfSession = 1'000'000;
inline constexpr std::size_t kMostKinds = 65'536;     ///< of messages; what comes after them counts as one
inline constexpr std::size_t kMostFindings = 10'000;  ///< of one connection
inline constexpr std::size_t kMostTokens = 100;       ///< of one connection
inline constexpr std::size_t kMostConnections = 10'000;

using KeyIndex = std::uint32_t;

/// A member of a message that was not kept.
struct Member {
  std::string name;
  std::size_t exact = 0, form = 0;
};

/// One message: 80 bytes, and what is kept of its payload.
struct MessageRecord {
  std::uint64_t first_seq = 0, seq = 0;  ///< of its first and last frame
  std::int64_t t_ns = 0;
  std::uint64_t length = 0;
  std::size_t exact = 0;   ///< hash of the value, or of the bytes where it is no JSON
  std::size_t form = 0;    ///< hash of what is left where volatile values are their forms
  std::uint32_t at = 0;    ///< of what is kept of the payload
  std::uint32_t kept = 0;  ///< bytes
  KeyIndex key = 0;
  std::uint32_t frames = 1;
  session::Side from = session::Side::client;
  bool text = true, json = false, compressed = false, masked = false, redacted = false;

  bool whole() const { return kept == length; }
};

/// A finding on one event.
struct Told {
  std::string id;
  std::string says;
  session::Party at_fault = session::Party::unknown;
};

struct TokenSeen {
  session::Token token;
  std::uint64_t seq = 0;
  std::optional<std::int64_t> used;  ///< seconds since 1970
};

struct Connection {
  std::uint32_t conn = 0;
  session::Open open;
  std::int64_t ended_ns = 0;
  std::optional<session::Request> request;
  std::optional<session::Response> response;
  std::uint64_t request_seq = 0, response_seq = 0, ending_seq = 0;
  std::int64_t response_ns = 0;
  std::vector<MessageRecord> messages;
  std::map<std::size_t, std::vector<Member>> members;  ///< by index in messages: of those that were not kept
  std::vector<TokenSeen> tokens;
  std::array<session::Pings, 2> pings;          ///< by side
  std::multimap<std::uint64_t, Told> findings;  ///< by the event that shows it
  std::array<std::optional<session::CloseSeen>, 2> closes;
  std::optional<session::Side> first_close;
  std::optional<session::Ending> ending;

  bool is_socket() const { return open.role == session::Role::websocket; }
  bool opened() const { return response && response->status == 101; }
};

inline std::size_t index_of(session::Side side) {
  return side == session::Side::client ? 0 : 1;
}

struct Recorder::Impl {
  Impl(const profile::Profile* profile, std::optional<std::uint32_t> conn) : keys(profile), only(conn) {}

  /// What is known of the payload of a message.
  std::string_view payload(const MessageRecord& message) const {
    return std::string_view(kept).substr(message.at, message.kept);
  }
  const std::string& key(const MessageRecord& message) const { return key_names[message.key]; }
  /// The session that is compared where no more is asked for; null if nothing was recorded.
  const Connection* session() const;

  Connection* connection(std::uint32_t conn);
  void take(const session::Event& event, Connection& to);
  void take_frame(const session::Frame& frame, const session::Event& event, Connection& to);
  void take_message(const session::Message& message, const session::Event& event, Connection& to);
  void take_finding(const session::Finding& finding, Connection& to) const;
  void take_token(const session::Token& token, const session::Event& event, Connection& to) const;
  KeyIndex key_index(std::string key);

  replay::KeyMaker keys;
  std::optional<std::uint32_t> only;
  std::optional<std::int64_t> started_ns;                 ///< since 1970
  std::vector<Connection> connections;                    ///< in order of their beginning
  std::unordered_map<std::uint32_t, std::size_t> places;  ///< … by conn
  std::uint64_t left_out = 0;                             ///< connections that came after the most that are kept
  std::size_t members = 0;                                ///< kept, of all connections
  std::string kept;
  std::vector<std::string> key_names;
  std::unordered_map<std::string, KeyIndex> key_indices;
  json::Json parser;
  std::array<bool, 2> last_masked{};
};

}  // namespace whydrop::compare
