#pragma once

#include "payload/ink.hpp"
#include "report/report.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::report {

/// The one column between a line's time and its text: an arrow, or a finding's mark.
struct Mark {
  std::string_view glyph = " ";
  payload::Ink ink = payload::Ink::plain;
};

/// Writes one line of the log: event number, time, connection, arrow, then text; keeps count of the columns used.
class LogLine {
 public:
  LogLine(std::string& out, const Style& style, const payload::Brush& brush)
      : out_(out), style_(style), brush_(brush) {}

  /// `seq` 0: an opinion, which has no number of its own. `clock`: the time of day; empty: it is not shown. `t_ns`: the
  /// time that is shown beside it, or in its place.
  void begin(std::uint64_t seq, std::int64_t t_ns, std::uint32_t conn, Mark mark, std::string_view clock);
  /// Appends safe text and counts it as `columns`.
  void put(payload::Ink ink, std::string_view text, std::size_t columns);
  void put_ascii(payload::Ink ink, std::string_view text) { put(ink, text, text.size()); }
  /// Spaces up to `column`; at least one.
  void pad_to(std::size_t column);
  std::size_t used() const { return used_; }
  /// Columns that are left, at least a few; 0 if lines are not to be elided.
  std::size_t room() const;
  std::string& out() { return out_; }
  const payload::Brush& brush() const { return brush_; }

 private:
  void put_number(std::uint64_t value, std::size_t width);
  void put_time(std::int64_t t_ns);

  std::string& out_;
  const Style& style_;
  const payload::Brush& brush_;
  std::size_t used_ = 0;
};

}  // namespace whydrop::report
