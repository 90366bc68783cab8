#pragma once

#include "diagnose/announced.hpp"
#include "diagnose/beats.hpp"
#include "diagnose/numbering.hpp"
#include "profile/bindings.hpp"
#include "session/endings.hpp"
#include "session/event.hpp"
#include "session/pings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {
struct Recognised;
}

namespace whydrop::diagnose {

/// Bytes that are taken anew with each message: its memory is kept.
class KeptText {
 public:
  void assign(std::string_view bytes) {
    if (buffer_.size() < bytes.size()) {
      buffer_.resize(bytes.size());
    }
    std::copy(bytes.begin(), bytes.end(), buffer_.begin());
    size_ = bytes.size();
  }
  void mask(std::size_t at, std::size_t count) {
    std::fill_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at), count, 'x');
  }
  std::string_view view() const { return {buffer_.data(), size_}; }

 private:
  std::string buffer_;
  std::size_t size_ = 0;
};

/// What is remembered of one data message.
struct MessageNote {
  std::uint64_t number = 0;  ///< 1 for the first data message of its side
  std::uint64_t seq = 0;     ///< of its last frame
  std::int64_t t_ns = 0;
  std::uint64_t length = 0;
  bool text = true;
  bool compressed = false;
  bool fragmented = false;
  std::string type;  ///< profile's name, or empty
  KeptText excerpt;  ///< its first bytes, at most kExcerpt
  static constexpr std::size_t kExcerpt = 160;
};

/// A message of the server's, for what it may say at the end.
struct SaidNote {
  std::uint64_t number = 0, seq = 0;
  std::int64_t t_ns = 0;
  bool text = true, whole = true;
  KeptText payload;                              ///< where it is not `whole`, its first bytes
  static constexpr std::size_t kShort = 512;     ///< bytes that are kept whole in any case
  static constexpr std::size_t kLongest = 4096;  ///< bytes that are kept whole where the server takes its time
};

/// Counters and last things of one side of a connection.
struct SideLedger {
  std::uint64_t frames = 0, messages = 0, binary_messages = 0, fragmented_messages = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t largest_frame = 0;  ///< of a message
  std::int64_t largest_frame_t = 0, last_binary_t = 0;
  std::optional<std::int64_t> last_t;  ///< of its last bytes after the upgrade
  std::uint64_t last_seq = 0;
  std::int64_t silence_before_ns = 0;               ///< silence of both sides before its last data message
  std::int64_t longest_gap_ns = 0;                  ///< between two frames of it, or the opening and its first
  std::optional<MessageNote> first, last, largest;  ///< before the first Close
  Numbering numbering;
  std::uint64_t largest_before = 0;  ///< bytes of the largest message before `largest`
  std::uint64_t pings = 0, pongs = 0;
  std::optional<session::CloseSeen> close;
  std::int64_t close_t = 0;
  std::uint64_t close_length = 0;
  bool close_cut = false;  ///< its body was not recorded: what code it had is not known
  std::optional<std::int64_t> shutdown_t;
};

/// A fact with the number of the event that told it.
template <typename T>
struct Noted {
  T fact;
  std::uint64_t seq = 0;
  std::int64_t t_ns = 0;
};

/// A token, and what carried it.
struct TokenNote {
  enum class Carrier : std::uint8_t { request, client, server };  ///< the URL or head, or a side's frame
  session::Token token;
  Carrier carrier = Carrier::request;
  bool late = false;  ///< not in the request nor in the client's first message
  std::uint64_t seq = 0;
  std::int64_t t_ns = 0;
};

/// When a finding came last: in messages of each side so far, and on the clock.
struct FindingTime {
  std::uint64_t client_messages = 0, server_messages = 0;
  std::int64_t t_ns = 0;
  std::string says;  ///< where it had come before
};

/// What is remembered for the profile in use.
struct ProfileNotes {
  static constexpr std::size_t kMaxTypes = 256;

  const profile::Profile* used = nullptr;               ///< null: none
  const profile::Bindings* bindings = nullptr;          ///< its values; may be null
  std::int64_t started_ns = 0;                          ///< wall clock at t_ns 0; 0: not known
  std::string state;                                    ///< of the sequence machine; empty without one
  std::vector<std::string> client_types, server_types;  ///< of messages before the first Close, each once
  /// Where nobody named the profile in use: what it was recognised by. Keeps `used` and `bindings` alive.
  std::shared_ptr<const profile::Recognised> recognised;
};

/// All that is remembered of one connection. Bounded: counters, last things and excerpts, no lists that grow.
struct Ledger {
  static constexpr std::size_t kMaxIds = 512;    ///< different ids of findings kept
  static constexpr std::size_t kMaxBody = 4096;  ///< bytes of a refusal's body kept
  static constexpr std::size_t kMaxTokens = 8;
  static constexpr std::size_t kMaxAttempts = 8;  ///< addresses that were tried in vain
  static constexpr std::size_t kMaxHeaders = 64;  ///< header fields of a response kept

  std::uint32_t conn = 0;
  bool seen = false;      ///< any fact came
  bool from_har = false;  ///< the facts are a browser's record: no transport ending is known
  session::Role role = session::Role::websocket;
  session::Observer observer = session::Observer::client;
  std::optional<std::uint32_t> parent;  ///< the connection that this one reconnects or follows
  std::string url;
  std::int64_t opened_t = 0;
  std::uint64_t opened_seq = 0, last_seq = 0;
  std::int64_t last_t = 0;

  std::optional<Noted<session::Resolve>> resolve;
  std::optional<Noted<session::Connect>> connect;  ///< the last one
  std::vector<Noted<session::Connect>> attempts;   ///< those that failed; at most kMaxAttempts
  std::optional<Noted<session::Proxy>> proxy;
  std::optional<Noted<session::Tls>> tls;
  /// What went inside TLS is not in the record.
  bool sealed() const { return tls && tls->fact.sealed; }
  std::vector<TokenNote> tokens;  ///< at most kMaxTokens
  std::uint64_t request_seq = 0;
  std::int64_t request_t = 0;
  std::string request_line;
  std::string request_origin, request_subprotocol;
  std::string request_authorization;  ///< masked as it is shown
  bool request_cookie = false, request_upgrade = false;
  bool request_key = false;        ///< a header whose name is that of a key or token, as X-Api-Key
  std::uint64_t request_size = 0;  ///< bytes of its head
  struct FieldSize {
    std::string name;
    std::uint64_t size = 0;  ///< bytes of its value
  };
  FieldSize largest_field;  ///< of the request
  std::optional<Noted<session::Response>> response;
  std::string extension;  ///< Sec-WebSocket-Extensions of the response

  std::vector<AnnouncedLimit> limits;  ///< that the server's first messages or its answer announced
  std::optional<Beat> beat;            ///< the heartbeat that one of the first messages of a side announced
  static constexpr std::size_t kSaid = 3;
  std::array<SaidNote, kSaid> said;  ///< the server's last messages before the first Close: number n at (n - 1) % kSaid
  SideLedger client, server;
  session::Pings pings_of_client, pings_of_server;
  // Silences that the session survived.
  std::int64_t longest_silence_ns = 0;  ///< of both sides
  std::int64_t longest_quiet_ns = 0;    ///< without a data message of either side
  std::optional<std::int64_t> last_message_t;
  /// Messages of the client's that the server has sent none after, or fewer than there were: where several were sent at
  /// once, the first answers are those to the first.
  std::uint64_t in_flight = 0;
  bool answered = false;             ///< a message of the server came after one of the client
  bool answered_compressed = false;  ///< one came after a compressed one of the client
  static constexpr std::size_t kTexts = 32;
  std::vector<std::size_t> answered_texts;  ///< hashes of the first messages of the client that were answered
  std::optional<session::Side> first_close;

  struct PartialNote {
    session::Side from = session::Side::server;
    std::uint64_t seq = 0, have = 0, need = 0;
    bool has_header = false;
    wire::Opcode opcode = wire::Opcode::text;
  };
  std::optional<PartialNote> partial;
  struct InflateNote {
    session::Side from = session::Side::server;
    std::uint64_t seq = 0;
    std::string error;
  };
  std::optional<InflateNote> inflate_error;
  std::uint64_t undecoded_seq = 0, undecoded_bytes = 0;
  struct ForeignNote {
    std::string protocol;
    std::string bytes;  ///< at most kMaxBody
    std::uint64_t seq = 0;
  };
  std::optional<ForeignNote> foreign;  ///< what the server sent in place of frames

  struct FaultNote {
    std::uint64_t count = 0;
    std::uint64_t seq = 0;  ///< of the last one
    std::string detail;     ///< of the last one
  };
  std::optional<FaultNote> fault;  ///< what a relay broke on purpose

  bool head_given_up = false;  ///< the answer's head reached a limit of ours before its end
  std::optional<Noted<session::Ending>> ending;
  ProfileNotes profile;
  std::map<std::string, session::Finding, std::less<>> findings;  ///< given by rules and others, by id
  std::vector<std::string> finding_order;
  std::map<std::string, FindingTime, std::less<>> finding_times;

  void on_event(const session::Event& event);
  /// Judge by this profile, which nobody named; what came before is given its types.
  void use(std::shared_ptr<const profile::Recognised> found);
  /// To be called once, when no event comes any more and before anything is asked.
  void settle();

  SideLedger& side(session::Side which) { return which == session::Side::client ? client : server; }
  const SideLedger& side(session::Side which) const { return which == session::Side::client ? client : server; }

  /// True if a WebSocket session was ever open.
  bool had_session() const;
  /// True where an answer refused the upgrade; and where it did with one of these statuses.
  bool was_refused() const;
  bool was_refused_with(std::initializer_list<int> statuses) const;
  session::EndingHow how() const;
  /// When the session ended for the person: the first Close, else when the side that ended it did so, else the Ending.
  std::int64_t end_t() const;
  /// The event that shows that end.
  std::uint64_t end_seq() const;
  /// True if the transport was ended from the server's side.
  bool cut_by_server_side() const;
  /// True if the session was ended from the server's side, by a Close or without one.
  bool ended_by_server_side() const;
  /// True if the client, a browser, ended it, and its words are all that is in the record of why.
  bool browser_says_why() const {
    return (from_har || client.close_cut) && how() == session::EndingHow::local_close &&
           ending->fact.by == session::EndedBy::client;
  }
  /// False for a record that begins in mid-session: then nobody can tell how old it was.
  bool saw_opening() const { return response || opened_seq != 0; }
  /// True if the server's Close, though it came after the client's, is no answer to it: its code says that something
  /// is wrong, and is not the client's. RFC 6455 section 5.5.1: an answer typically repeats the code.
  bool closes_crossed() const;
  /// True if the transport was ended from the server's side in place of an answer to the client's Close.
  bool cut_instead_of_close() const;
  /// True if the server's side ended the session, or cut it as the client's Close was under way.
  bool dropped_by_server_side() const { return ended_by_server_side() || cut_instead_of_close(); }
  /// When the session opened (the 101).
  std::int64_t session_t() const;
  /// Time from the last bytes of any side (Close frames and all after the end left out) to the end.
  std::int64_t idle_ns() const;
  std::int64_t since_last_message_ns(session::Side from) const;
  /// True if nothing came from the server after the client's last message, and there was one.
  bool unanswered() const;
  /// True if that holds, or fewer answers came than messages were sent at once: the last of them may have none.
  bool may_be_unanswered() const { return unanswered() || (client.last && in_flight > 0); }
  /// True if it stayed so for longer than an answer takes: who leaves at once has seen no silence.
  bool went_silent() const;
  /// True if what the client did at `t_ns` came shortly before the end, or nothing came from the server after it: what
  /// was done long before it, and was answered, did not bring it about.
  bool near_the_end(std::int64_t t_ns) const;
  const std::string* header(std::string_view name) const;
  /// True if the client's last message is one that it had sent before and got an answer to.
  bool answered_before() const;

 private:
  void note(const session::Frame& frame, const session::Event& event);
  void note_close(const session::Frame& frame, const session::Event& event);
  void note(const session::Message& message, const session::Event& event);
  void note(const session::Response& response, const session::Event& event);
  void note(const session::Request& request, const session::Event& event);
  void note(const session::Finding& finding, std::int64_t t_ns);
  void note(const session::Token& token, const session::Event& event);
  void note_answer();
  void note_limits(std::vector<AnnouncedLimit> found);
  void note_said(const session::Message& message, std::int64_t since_last_ns);
  void note_beat(const session::Message& message, const session::Event& event);
  void note(const session::Connect& fact, const session::Event& event);
  void note(const session::UndecodedBytes& fact, const session::Event& event);
  void note_type(session::Side from, const std::string& type);

  std::optional<session::Side> last_frame_of_;
  std::int64_t last_byte_t_ = 0;  ///< of the last frame of either side before the first Close, or of the opening
};

}  // namespace whydrop::diagnose
