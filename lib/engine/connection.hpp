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
  /// `fact` receives facts made from bytes; `derived` what tracker and opinions conclude (Inflated, a fact, included).
  struct Outputs {
    std::function<void(session::Body&&)> fact;
    std::function<void(session::Body&&)> derived;
  };

  Connection(std::size_t max_frame,
             const session::Tracker::Limits& limits,
             const Opinions::Shared& shared,
             Outputs outputs);

  /// Decodes bytes of one direction: heads until the upgrade ends, then frames.
  void on_bytes(session::Side from, std::string_view bytes);
  /// Emits what the end of the stream left: an unfinished answer, partial frames.
  void on_end();

  session::Tracker& tracker() { return tracker_; }
  Opinions& opinions() { return opinions_; }
  const Opinions& opinions() const { return opinions_; }
  bool in_frame(session::Side from) const { return decoder(from).in_frame(); }
  std::optional<std::uint64_t> frame_under_way(session::Side from) const { return decoder(from).length_under_way(); }
  bool upgraded() const { return exchange_.upgraded(); }

 private:
  void on_frame_bytes(session::Side from, std::string_view bytes);
  void on_undecoded(session::Side from, const wire::Undecoded& bytes);
  void emit_undecoded(session::Side from, std::string_view bytes);
  void emit_partial(session::Side from);
  wire::FrameDecoder& decoder(session::Side from) { return from == session::Side::client ? client_ : server_; }
  const wire::FrameDecoder& decoder(session::Side from) const {
    return from == session::Side::client ? client_ : server_;
  }

  Outputs outputs_;
  session::Tracker tracker_;
  Opinions opinions_;
  HttpExchange exchange_;
  wire::FrameDecoder client_, server_;

  /// Bytes after framing was lost are told in blocks of one size, so that they are the same however they came.
  static constexpr std::size_t kUndecodedBlock = 4096;
  struct Undecoded {
    bool lost = false;
    std::uint64_t offset = 0;
    std::string bytes;
  };
  std::array<Undecoded, 2> undecoded_;
};

}  // namespace whydrop::engine
