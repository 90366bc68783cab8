// Rule of this module: report/ renders values. It decides no colour, width or stream by itself: a Style and a ByteSink
// are given to it.
#pragma once

#include "base/byte_sink.hpp"
#include "payload/ink.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::report {

enum class Output : std::uint8_t { log, messages, ndjson, summary, drops, sessions };

/// Which time a line of the log begins with.
enum class Times : std::uint8_t {
  relative,  ///< since the run began
  absolute,  ///< of day, UTC
  delta      ///< since the line before
};

struct Style {
  bool color = false;
  unsigned width = 0;   ///< columns to elide at; 0: do not elide
  int verbosity = 0;    ///< -v count: 1 header bytes, handshake headers and whole verdicts, 2 hex dumps too
  bool quiet = false;   ///< -q: only the verdict
  bool escape = false;  ///< data is a terminal: `messages` escapes peer bytes too (the others always do)
  bool pretty = false;  ///< messages whole, on lines of their own: JSON indented, bytes as a hex dump
  Times times = Times::relative;
  bool typed = false;   ///< a profile is in use: messages have types
  std::string started;  ///< RFC 3339 wall-clock time of t_ns 0; empty: relative times only
};

/// One way to print a session. To add one: a file with its renderer, its name in Output, one row in report.cpp.
struct OutputRow {
  Output output;
  std::string_view name;
  std::string_view says;  ///< what it prints, for --help
  bool scrolls;           ///< it prints while the session lasts
  std::unique_ptr<session::EventSink> (*make)(const Style& style, ByteSink& data, ByteSink& talk);
};
/// All of them, in the order of Output; the first is the default.
const std::vector<OutputRow>& outputs();
const OutputRow& row_of(Output output);

/// The renderer of one --output. `data` is standard output, `talk` standard error. log and summary print the verdict to
/// `data`; messages prints payloads to `data` and the verdict to `talk`; ndjson prints capture lines (facts and
/// opinions) to `data`.
std::unique_ptr<session::EventSink> make_renderer(Output output, const Style& style, ByteSink& data, ByteSink& talk);

/// Red for a drop, a refusal or a broken rule; yellow where the server closed by itself; green where all is well.
payload::Ink tone_of(const session::Verdict& verdict);

/// What stands below the headline of a verdict block in its short form.
struct ShortRow {
  std::string label;  ///< "code", "also", "next", "more"; "note" where nothing is wrong
  std::string mark;   ///< before the text, or empty
  payload::Ink mark_ink = payload::Ink::plain, ink = payload::Ink::plain;
  std::string text;
  const session::Finding* finding = nullptr;  ///< of the verdict: whose words these are; null: of none
};
/// As a block of 80 columns has them.
std::vector<ShortRow> short_rows(const session::Verdict& verdict);

/// The verdict block: the headline, the code, at most two more findings, what to try, where to see more: in most cases
/// eight lines of 80 columns. Where nothing is wrong the headline says it all. From style.verbosity 1 on it is whole:
/// observed, findings, inferred, unknown.
std::string verdict_block(const session::Verdict& verdict, const Style& style);

}  // namespace whydrop::report
