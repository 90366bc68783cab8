#pragma once

#include "capture/redactor.hpp"
#include "diagnose/diagnose.hpp"
#include "profile/checker.hpp"
#include "profile/dialects.hpp"
#include "profile/recognition.hpp"
#include "session/sink.hpp"
#include "session/tracker.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::engine {

struct PipelineOptions {
  std::size_t max_payload = 1U << 20;  ///< bytes of one frame or content that sinks are given (--max-payload)
  session::Tracker::Limits limits;
  std::vector<capture::Secret> secrets;
  std::vector<std::string> secret_keys;  ///< of members and parameters whose values are masked, besides the well-known
  bool reveal = false;
  diagnose::Expectation expectation;
  std::shared_ptr<profile::Judge> judge;  ///< of the profile in use; null: none
  profile::Bindings* bindings = nullptr;  ///< its values; not owned; may be null
  /// Told each value of `bindings` that is to be masked from now on; null: nobody else wants to know. The pipeline is
  /// the one listener that those have.
  std::function<void(const capture::Secret&)> on_secret;
  /// Told once, where more secrets come than are remembered (Redactor::take_over_limit); may be null.
  std::function<void()> on_secrets_over;
  std::function<void(const Error&)> on_sink_error;  ///< told once of each sink that fails, when it does; may be null
  const profile::Dialects* dialects = nullptr;      ///< what is recognised without a profile; not owned; null: nothing
};

/// What a connection has of its own, where several run at once.
struct ConnectionParts {
  /// Sees its events before redaction (the endpoint and the actor), until unobserve() or its end.
  std::function<void(const session::Event&)> observer;
  profile::Bindings* bindings = nullptr;  ///< its values in place of the pipeline's; not owned; null: the pipeline's
};

/// The one path of every byte: head parser and frame decoder, tracker, rules, diagnosis, redaction, sinks in order.
/// Acting and observing meet only here. Takes time as a parameter; reads no clock.
class Pipeline {
 public:
  explicit Pipeline(PipelineOptions options);
  ~Pipeline();

  /// Sinks see redacted events, in the order in which they were added. Not owned.
  void add_sink(session::EventSink& sink);

  /// Begins a connection and returns its number. `parts.observer` is not told of the Open itself.
  std::uint32_t begin(session::Open open, std::int64_t t_ns, ConnectionParts parts = {});
  /// The connection's observer is gone.
  void unobserve(std::uint32_t conn);
  /// Bytes of one direction as they crossed the wire: heads until the upgrade ends, then frames.
  void on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t t_ns);
  /// A fact that is not bytes: resolve, connect, proxy, tls, shutdown.
  void on_fact(std::uint32_t conn, session::Body fact, std::int64_t t_ns);
  /// An opinion of a caller's on `conn`, which has not ended: it carries the seq of the last fact.
  void on_finding(std::uint32_t conn, session::Finding finding, std::int64_t t_ns);
  /// One more value to mask from now on.
  void add_secret(capture::Secret secret);
  /// The faults that a message would have if the client sent it on `conn` now, in so many frames; redacted. Empty
  /// without a profile.
  std::vector<session::Finding> preview(
      std::uint32_t conn, bool text, std::string_view payload, std::int64_t t_ns, unsigned frames = 1) const;
  /// True where the profile's sequence lets the application's messages be sent on `conn`; true without a profile.
  bool ready(std::uint32_t conn) const;
  /// The profile that `conn` is recognised to speak; null where none is, or one was named.
  std::shared_ptr<const profile::Recognised> recognised(std::uint32_t conn) const;
  /// Seq of the last fact.
  std::uint64_t last_seq() const;
  /// The end of a connection: emits what was left partial, the Ending, and the connection's Verdict, which it returns.
  session::Verdict end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns);
  /// Feeds one recorded fact (opinions are ignored and formed anew). The recorded seq, time and conn stand.
  void on_recorded(const session::Event& event);
  /// The run's verdict, given to the sinks with conn 0. Call once, last.
  session::Verdict finish(std::int64_t t_ns);

  /// True while a frame of `from` is incomplete (decides fin or fin_mid_frame).
  bool in_frame(std::uint32_t conn, session::Side from) const;
  /// The payload's length that the incomplete frame of `from` declares; empty between frames and in a header.
  std::optional<std::uint64_t> frame_under_way(std::uint32_t conn, session::Side from) const;
  /// The close code that an endpoint fails the connection with for the incomplete frame of `from`, as far as it came;
  /// 0: none. The finding follows when the frame is whole, or cut.
  std::uint16_t early_fail_code(std::uint32_t conn, session::Side from) const;
  /// True once a good 101 has been seen for `conn`. A 101 with a wrong accept key is not good.
  bool upgraded(std::uint32_t conn) const;

  /// Before every wait.
  void flush();
  /// Sinks that failed and were dropped, with their errors.
  const std::vector<Error>& sink_errors() const;
  std::string redact_text(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::engine
