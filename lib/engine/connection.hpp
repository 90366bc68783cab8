#pragma once

#include "engine/http_exchange.hpp"
#include "engine/opinions.hpp"
#include "session/event.hpp"
#include "session/tracker.hpp"
#include "wire/decoder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::engine {

/// One connection's observer: bytes of both directions become facts, facts become opinions. Holds no sink and no clock.
class Connection {
 public:
  /// `fact` and `frame` receive facts made from bytes; `derived` what the tracker makes of facts (Inflated, a fact,
  /// included); `opinion` what rules and profile say.
  struct Outputs {
    std::function<void(session::Body&&, std::int64_t t_ns)> fact;
    /// A frame that lay whole in the bytes: a fact like others, told without making one of it.
    std::function<void(session::Side, const wire::Frame&, std::int64_t t_ns)> frame;
    std::function<void(session::Body&&)> derived;
    std::function<void(session::Body&&)> opinion;
  };

  Connection(std::size_t max_frame,
             const session::Tracker::Limits& limits,
             const Opinions::Shared& shared,
             Outputs outputs);

  /// Decodes bytes of one direction: heads until the upgrade ends, then frames.
  void on_bytes(session::Side from, std::string_view bytes, std::int64_t t_ns);
  /// Emits what the end of the stream left: an unfinished answer, partial frames.
  void on_end(std::int64_t t_ns);

  session::Tracker& tracker() { return tracker_; }
  Opinions& opinions() { return opinions_; }
  const Opinions& opinions() const { return opinions_; }
  bool in_frame(session::Side from) const { return decoder(from).in_frame(); }
  std::optional<std::uint64_t> frame_under_way(session::Side from) const { return decoder(from).length_under_way(); }
  /// The close code to fail with for the incomplete frame of `from`, as far as it came; 0: none, or no such frame.
  std::uint16_t early_fail_code(session::Side from);
  bool upgraded() const { return exchange_.upgraded(); }

 private:
  void on_server_bytes(std::string_view bytes);
  void on_frame_bytes(session::Side from, std::string_view bytes);
  void on_undecoded(session::Side from, const wire::Undecoded& bytes);
  void keep_undecoded(session::Side from, std::string_view bytes);
  void emit_undecoded(session::Side from, std::string_view bytes);
  void emit_partial(session::Side from);
  wire::FrameDecoder& decoder(session::Side from) { return from == session::Side::client ? client_ : server_; }
  const wire::FrameDecoder& decoder(session::Side from) const {
    return from == session::Side::client ? client_ : server_;
  }

  void tell(session::Body&& body) { outputs_.fact(std::move(body), now_ns_); }

  Outputs outputs_;
  std::int64_t now_ns_ = 0;
  session::Tracker tracker_;
  Opinions opinions_;
  HttpExchange exchange_;
  wire::FrameDecoder client_, server_;
  wire::Frame whole_;  ///< the frame in hand

  /// Bytes after framing was lost are told in blocks of one size, so that they are the same however they came.
  static constexpr std::size_t kUndecodedBlock = 4096;
  struct Undecoded {
    bool lost = false;     ///< there are no frames any more
    bool foreign = false;  ///< there never were
    std::uint64_t offset = 0;
    std::string bytes;
  };
  std::array<Undecoded, 2> undecoded_;
  Undecoded& undecoded(session::Side from) { return undecoded_[static_cast<std::size_t>(from)]; }

  /// What came first after the head of a 101, until it is known whether it is frames.
  std::string first_;
  bool first_seen_ = false;
};

}  // namespace whydrop::engine
