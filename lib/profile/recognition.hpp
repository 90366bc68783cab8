#pragma once

#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/dialect_detector.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::profile {

/// A profile that nobody named, and that a connection's URL, subprotocol or first messages settle.
struct Recognised {
  /// Bindings of what the URL shows, and the profile's defaults.
  Recognised(std::shared_ptr<const Profile> found, std::string_view url);
  Recognised(const Recognised&) = delete;
  Recognised& operator=(const Recognised&) = delete;

  std::shared_ptr<const Profile> profile;
  Judge judge;
  Bindings bindings;
  /// Types of the messages that had been told before it was settled.
  struct Typed {
    Side from = Side::client;
    std::uint64_t seq = 0;  ///< of the last frame
    std::string type;
  };
  std::vector<Typed> earlier;
};

/// Judges one connection by the profile that it is recognised to speak, from its first message on, as if the profile
/// had been named. Findings rest on the recognition: none is more than highly confident. A dialect that the host's own
/// owner does not serve is not judged by on that host.
class Recognition {
 public:
  /// `detector` must outlive it, and is told first of each message (DialectDetector::look).
  Recognition(DialectDetector& detector, Checker::Emit emit) : detector_(detector), emit_(std::move(emit)) {}

  /// As Checker::annotate.
  void annotate(session::Message& message);
  /// As Checker::on_event.
  void on_event(const session::Event& event);
  /// True where nothing was recognised nor will be: it need not be told of messages any more.
  bool idle() const { return !open_ && checker_ == nullptr && pending_.empty(); }
  /// True if take_news() has some.
  bool has_news() const { return news_ != nullptr; }
  /// Once, after the call in which it was settled: what was recognised; null else.
  std::shared_ptr<const Recognised> take_news() { return std::move(news_); }
  /// The same as long as the connection lives; null where nothing is recognised.
  std::shared_ptr<const Recognised> recognised() const { return checker_ ? recognised_ : nullptr; }
  /// Null where nothing is recognised.
  const Checker* checker() const { return checker_.get(); }

 private:
  /// An event from before it was settled; its views are of `payload`.
  struct Kept {
    session::Event event;
    std::string payload;
  };
  void keep(const session::Event& event);
  void consider(const session::Message* message);
  void give_up();
  bool contradicts(const Recognised& found, const session::Message& message) const;
  void use(const DialectScore& sum);
  void judge_earlier();
  void tell_candidate();
  void tell(session::Body&& body);
  void flush();

  DialectDetector& detector_;
  Checker::Emit emit_;
  bool open_ = true;  ///< it may still be recognised
  std::string url_;
  std::deque<Kept> kept_;
  std::vector<session::Body> pending_;
  std::shared_ptr<Recognised> recognised_;
  std::shared_ptr<const Recognised> news_;
  std::unique_ptr<Checker> checker_;
};

}  // namespace whydrop::profile
