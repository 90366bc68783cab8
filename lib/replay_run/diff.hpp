#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "compare/compare.hpp"
#include "compare/render.hpp"
#include "profile/profile.hpp"
#include "run/host.hpp"
#include "run/output.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// Two recordings that are held against each other.
struct DiffSettings {
  struct Side {
    std::string file;                   ///< a capture or a HAR; "-": standard input
    std::optional<std::uint32_t> conn;  ///< null: all connections
  };
  std::array<Side, 2> sides;
  std::shared_ptr<const profile::Profile> profile;  ///< null: the one that each capture names
  compare::Options options;
  compare::View view = compare::View::text;
  std::string html;  ///< path of an HTML report of both that is written besides; empty: none
  run::Color color = run::Color::automatic;
  unsigned width = 0;  ///< columns; 0: the terminal's
  bool reveal = false;
  std::vector<capture::Secret> secrets;
};

/// Prints how they differ. Returns the exit code: 0 where they do not, 1 where they do, 3 where one could not be read
/// whole. Errors: usage; local.
Result<int> diff(const DiffSettings& settings, const run::Host& host);

}  // namespace whydrop::replay_run
