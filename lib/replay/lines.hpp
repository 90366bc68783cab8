// Internal: a plain file of one JSON message a line as the entries of a session.
#pragma once

#include "json/json.hpp"
#include "replay/recording.hpp"

#include <vector>

namespace whydrop::replay {

/// Takes the file's bytes in any pieces. A line is told as an act whose seq is its number; blank ones are passed over.
class Lines {
 public:
  /// `checked`: each line is known to be JSON.
  Lines(std::string name, Selection selection, bool frames, bool checked, std::vector<Entry>& out);

  /// Errors: local, "name:line:column: not JSON: why".
  Result<void> feed(std::string_view bytes);
  Result<void> end();
  bool over() const { return over_; }

 private:
  Result<void> take_line(std::string_view line);

  std::string name_;
  Selection selection_;
  bool frames_, checked_, over_ = false;
  std::vector<Entry>& out_;
  std::string carry_;  ///< a line whose end has not come
  std::uint64_t line_ = 0;
  json::Json json_;
};

}  // namespace whydrop::replay
