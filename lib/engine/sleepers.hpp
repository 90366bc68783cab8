#pragma once

#include "session/event.hpp"
#include "wire/deflate.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::engine {

/// What a connection of a recording began with, as lines of a capture: as long as nothing else came, it is all that is
/// known of it.
class Beginning {
 public:
  /// False, from then on, where the event is no part of a beginning, or it would be longer than 8 KiB.
  bool add(const session::Event& event);
  const std::string& lines() const { return lines_; }

 private:
  std::string lines_;
  bool over_ = false;
};

/// Connections of a recording that only began, kept small: a capture may hold any number of them.
class Sleepers {
 public:
  void put(std::uint32_t conn, const Beginning& beginning);
  /// The lines of one, which sleeps no more; null: it does not sleep.
  std::optional<std::string> take(std::uint32_t conn);
  /// The one with the least number; null: none sleeps.
  std::optional<std::uint32_t> first() const;

 private:
  /// A recording of many connections needs them, others do not.
  struct Codecs {
    wire::Deflater deflater{{false, 15}};
    wire::Inflater inflater{wire::Inflater::Options{false}};
  };
  std::unique_ptr<Codecs> codecs_;
  std::map<std::uint32_t, std::string> deflated_;
};

}  // namespace whydrop::engine
