#pragma once

#include "engine/tap.hpp"
#include "handshake/head.hpp"
#include "pcap/segment.hpp"
#include "pcap/stream.hpp"
#include "pcap/tls_records.hpp"
#include "session/event.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::pcap {

/// One TCP connection as its packets show it. What it is, its first bytes say, not its port: a request to upgrade
/// begins a connection of `tap`, and so does a TLS handshake, of which only records, alerts and the end are told; what
/// could not connect is told as well. Anything else is passed over.
class Conversation {
 public:
  /// `from`: the sender of the first packet.
  Conversation(engine::Tap& tap, const Segment& first);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// `clear`: what TLS carried in the records that the segment completes, where the keys are known.
  void take(const Segment& segment, std::int64_t t_ns, const std::vector<std::string_view>& clear = {});
  void take(const Undelivered& undelivered, std::int64_t t_ns);
  /// True for the first packet of another connection between the same two ends.
  bool begins_anew(const Segment& segment) const;
  /// No packet follows. `t_ns`: the time of the last packet of all.
  void finish(std::int64_t t_ns);
  /// True if nothing more can be learnt from its packets.
  bool over() const { return over_; }
  /// True if it is a connection of the tap's.
  bool told() const { return conn_ != 0; }
  /// True if its first bytes are not in the file.
  bool joined_late() const { return joined_late_; }

 private:
  enum class Stage : std::uint8_t { undecided, http, tls, passed_over };
  /// Which of the two ends; the client's first packet says which it is.
  using End = std::size_t;

  struct Chunk {
    End from = 0;
    std::int64_t t_ns = 0;
    std::string bytes;
  };
  /// What its end looked like.
  struct Cut {
    bool reset = false;
    End by = 0;
    std::int64_t t_ns = 0;
  };

  session::Side side_of(End end) const;
  End client() const { return client_.value_or(0); }
  void take_handshake(const Segment& segment, End from, std::int64_t t_ns);
  void take_cut(const Segment& segment, End from, std::int64_t t_ns);
  void deliver(End from, std::string_view bytes, std::int64_t t_ns);
  void decide(End from, std::string_view bytes, std::int64_t t_ns);
  void begin(std::string url, std::int64_t t_ns);
  void begin_http(const handshake::Head& request, std::int64_t t_ns);
  void begin_tls(std::int64_t t_ns);
  void take_asked(std::string_view bytes);
  void take_tunnel_answer(std::string_view bytes, std::int64_t t_ns);
  void end_at_proxy(std::int64_t t_ns);
  void settle();
  std::string authority() const;
  void take_clear(End from, const std::vector<std::string_view>& clear, std::int64_t t_ns);
  void feed_http(End from, std::string_view bytes, std::int64_t t_ns);
  void feed(End from, std::string_view bytes, std::int64_t t_ns);
  void settle_holes(std::int64_t t_ns, bool at_end);
  void end(session::Ending ending, std::int64_t t_ns);
  void end_unconnected(session::Cause cause, std::string words, std::int64_t t_ns);
  std::optional<session::Tls> failed_tls() const;
  session::Ending ending_of_upgrade() const;
  session::Ending ending_of_cut();
  session::Ending ending_of_silence(std::int64_t t_ns) const;
  void add_tcp(session::Ending& ending) const;
  void tell_tls(std::int64_t t_ns);

  engine::Tap& tap_;
  std::array<Endpoint, 2> ends_;
  std::optional<End> client_;
  std::array<Stream, 2> streams_;
  std::array<std::uint32_t, 2> windows_{};
  std::array<std::optional<std::uint8_t>, 2> scales_;
  std::array<std::optional<std::uint16_t>, 2> mss_;
  std::array<bool, 2> sack_{};
  std::optional<std::uint32_t> first_seq_;  ///< of the client's SYN

  Stage stage_ = Stage::undecided;
  bool over_ = false, joined_late_ = false;
  std::int64_t syn_ns_ = 0, answered_ns_ = 0, first_ns_ = 0, last_data_ns_ = 0;
  unsigned syns_ = 0;
  bool answered_ = false;
  std::optional<std::int64_t> hole_since_ns_;

  std::vector<Chunk> undecided_;  ///< what came before it was known what it is
  std::size_t undecided_bytes_ = 0;
  std::string asked_;  ///< the client's first bytes: as many as tell what it is
  handshake::HeadParser request_{handshake::HeadParser::Kind::request};
  TlsRecords hello_;
  /// What a proxy is asked to connect to (RFC 9110 section 9.3.6), and its answer.
  std::string tunnel_;
  bool tunnel_open_ = false;
  std::int64_t tunnel_asked_ns_ = 0, tunnel_open_ns_ = 0;
  handshake::HeadParser tunnel_answer_{handshake::HeadParser::Kind::response};

  std::uint32_t conn_ = 0;
  handshake::HeadParser answer_{handshake::HeadParser::Kind::response};
  bool answer_begun_ = false;
  std::array<TlsRecords, 2> tls_;
  bool tls_told_ = false, clear_ = false;
  std::vector<session::Side> closes_;  ///< who sent Close frames, in order
  std::optional<Cut> cut_;             ///< the first FIN or RST
  std::optional<Cut> reset_;           ///< an RST behind a FIN
  std::string undelivered_;            ///< what an ICMP error said last
};

}  // namespace whydrop::pcap
