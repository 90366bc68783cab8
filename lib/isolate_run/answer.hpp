#pragma once

#include "isolate/search.hpp"
#include "isolate_run/drop.hpp"
#include "isolate_run/recorded_session.hpp"
#include "isolate_run/runner.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace whydrop::isolate_run {

/// What a search came to, and what of it is to be told.
struct Answer {
  const isolate::Found& found;
  const RecordedSession& recorded;
  Drop drop;
  std::string file;  ///< the recording's name
  std::string stopped_by;
  std::map<std::string, std::uint64_t> endings, other_endings;
  Ages ages;
  std::string started;  ///< RFC 3339
  std::int64_t took_ns = 0;
};

/// The first line: the change, or that none was found. Without line end.
std::string first_line(const Answer& answer);
/// All of it for people.
std::string text(const Answer& answer);
/// One line of NDJSON. fixtures/schemas/isolated-v1.json.
std::string ndjson(const Answer& answer);
/// A JUnit document with one test, which fails where the session drops.
std::string junit(const Answer& answer);

/// Exit codes of `isolate` besides those of failures.
inline constexpr int kFound = 0, kNotFound = 1, kNoDrop = 9;
int exit_code(const isolate::Found& found);

}  // namespace whydrop::isolate_run
