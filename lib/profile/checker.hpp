#pragma once

#include "profile/bindings.hpp"
#include "profile/profile.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// What is common to all connections of a run: the profile's schemas, compiled when first needed.
class Judge {
 public:
  explicit Judge(std::shared_ptr<const Profile> profile);
  ~Judge();
  const Profile& profile() const;
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Follows one connection: names its messages, checks each against schema, sequence and shape, and says what signals
/// tell. Sees raw events, live or from a capture. A fault that needs a masked value is not told.
class Checker {
 public:
  using Emit = std::function<void(session::Body&&)>;

  /// `judge` and `bindings` must outlive it. `bindings` may be null: then nothing is taken, and no value compared.
  Checker(Judge& judge, Bindings* bindings, Emit emit);
  ~Checker();

  /// Fills in `type`, `valid` and `errors` of a message that is about to be told. Parses it, once.
  void annotate(session::Message& message);
  /// Every event of the connection after it was told, in order. Findings go to `emit`.
  void on_event(const session::Event& event);
  /// The faults that a message of the client's would have if it were sent now, in so many frames: changes nothing. In
  /// their evidence 0 stands for the message, which has no number yet.
  std::vector<session::Finding> preview(bool text,
                                        std::string_view payload,
                                        std::int64_t t_ns,
                                        unsigned frames = 1) const;

  /// State of the sequence machine; empty without one.
  const std::string& state() const;
  /// True once the sequence was in the state that it calls ready; true without one.
  bool ready() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::profile
