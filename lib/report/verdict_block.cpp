#include "base/text.hpp"
#include "diagnose/cause.hpp"
#include "payload/ink.hpp"
#include "report/names.hpp"
#include "report/report.hpp"
#include "report/wrap.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::report {
namespace {

using payload::Brush;
using payload::Ink;
using session::Basis;
using session::CodeSource;
using session::Confidence;
using session::Finding;
using session::Party;
using session::Severity;
using session::Side;
using session::Verdict;

constexpr std::size_t kDefaultWidth = 80;
constexpr std::size_t kMinWidth = 40;
// Longer lines are hard to read, however wide the terminal is.
constexpr std::size_t kMaxWidth = 100;
constexpr std::size_t kGutter = 13;
constexpr std::size_t kMaxFindings = 8;
constexpr std::size_t kMaxEvidence = 6;
// The short form: what stands below the headline and the code. With both and the last line that is eight lines, where
// the headline takes two. It does not depend on how long the headline is, so that a longer time in it moves nothing.
constexpr std::size_t kMaxAlso = 2;
constexpr std::size_t kMaxBelow = 4;

std::size_t width_of(const Style& style) {
  return style.width == 0 ? kDefaultWidth : std::clamp<std::size_t>(style.width, kMinWidth, kMaxWidth);
}

/// Rows of "  label      text", wrapped; the label stands on the first line of its section only.
class Block {
 public:
  explicit Block(const Style& style) : brush_(style.color), width_(width_of(style)) {}

  void headline(std::string_view text, Ink ink) {
    const std::string safe = escape_for_terminal(text);
    for (const std::string_view line : wrap(safe, width_ - 2)) {
      brush_.paint(out_, ink, "▌");
      out_ += ' ';
      brush_.paint(out_, Ink::bold, line);
      out_ += '\n';
    }
  }
  void gap() { out_ += '\n'; }
  /// The label goes to the left of the next row.
  void label(std::string_view text) { label_ = text; }
  /// The same after an empty line. A section without rows leaves no trace.
  void section(std::string_view text) {
    label_ = text;
    gap_ = true;
  }
  /// One paragraph, hung under `mark` (a bullet, or empty).
  void row(std::string_view text, std::string_view mark = {}, Ink mark_ink = Ink::plain, Ink ink = Ink::plain) {
    const std::size_t hang = mark.empty() ? 0 : 2;
    const std::string safe = escape_for_terminal(text);
    bool first = true;
    for (const std::string_view line : wrap(safe, width_ - kGutter - hang)) {
      gutter();
      if (hang != 0) {
        brush_.paint(out_, mark_ink, first ? mark : " ");
        out_ += ' ';
      }
      brush_.paint(out_, ink, line);
      out_ += '\n';
      first = false;
    }
  }
  /// One line, cut at the width.
  void line(std::string_view text, std::string_view mark, Ink mark_ink) {
    gutter();
    brush_.paint(out_, mark_ink, mark);
    out_ += ' ';
    out_ += cut(escape_for_terminal(text), width_ - kGutter - 2);
    out_ += '\n';
  }
  /// Lines that row() would take of a step in a block of this width.
  static std::size_t height(std::string_view text, std::size_t width) {
    return wrap(escape_for_terminal(text), width - kGutter - 2).size();
  }
  std::string take() { return std::move(out_); }

 private:
  /// `text` in one line: cut between two words where it is longer.
  static std::string cut(const std::string& text, std::size_t columns) {
    const auto lines = wrap(text, columns);
    return lines.size() == 1 ? text : std::string(wrap(text, columns - 2).front()) + " …";
  }

  void gutter() {
    out_ += std::exchange(gap_, false) ? "\n  " : "  ";
    brush_.paint(out_, Ink::cyan, label_);
    out_.append(kGutter - 2 - label_.size(), ' ');
    label_ = {};
  }

  Brush brush_;
  std::size_t width_;
  std::string_view label_;
  bool gap_ = false;
  std::string out_;
};

bool broken(const Verdict& verdict) {
  return std::any_of(verdict.findings.begin(), verdict.findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::error && finding.basis == Basis::observed;
  });
}

/// "1008 (policy violation), received", "1006, derived (no Close frame came)".
std::string code_words(const Verdict& verdict) {
  const bool came = verdict.received || verdict.sent;
  const bool to_client = verdict.observer == session::Observer::client;
  switch (verdict.code_source) {
  case CodeSource::received:
    return close_code_words(*verdict.code) + (to_client ? ", received" : ", sent by the server");
  case CodeSource::sent:
    return close_code_words(*verdict.code) + ", sent by " + (to_client ? "you" : "the client");
  case CodeSource::derived:
    return std::to_string(*verdict.code) + ", derived (" +
           (came ? "the Close carried no code)" : "no Close frame came)");
  case CodeSource::none:
    return close_code_words(*verdict.code);
  }
  return {};
}

std::string code_line(const Verdict& verdict, bool with_browser) {
  const std::string browser =
      with_browser && verdict.browser_code ? "a browser says " + std::to_string(*verdict.browser_code) : std::string();
  if (!verdict.code && verdict.how == session::EndingHow::capture_ended) {
    return "none: the session's end is not in the record";
  }
  if (!verdict.code && (verdict.received || verdict.sent)) {
    return "not in the record: what the Close frame carried was not recorded";
  }
  if (!verdict.code) {
    return !verdict.browser_code ? "none: a REST call has no close code"
                                 : "none: the session never opened" + (browser.empty() ? "" : "; " + browser);
  }
  const std::string line = code_words(verdict);
  const bool worth_saying = verdict.code_source == CodeSource::derived || verdict.browser_code != verdict.code;
  return browser.empty() || !worth_saying ? line : line + "; " + browser;
}

/// "CloseEvent has wasClean false; Chromium's console: \"Invalid frame header\"".
std::string page_line(const Verdict& verdict) {
  std::string line = "a page's CloseEvent: code " + std::to_string(*verdict.browser_code) + ", wasClean " +
                     (verdict.browser_clean.value_or(false) ? "true" : "false");
  return verdict.browser_console.empty() ? line : line + "; Chromium's console: \"" + verdict.browser_console + "\"";
}

/// True if most words of a finding stand in the headline already.
bool says_the_same(std::string_view says, std::string_view headline) {
  constexpr std::size_t kLong = 4;
  std::size_t all = 0, same = 0;
  for (std::size_t at = 0; at < says.size();) {
    const std::size_t end = std::min(says.find_first_of(" .,:;()\"'", at), says.size());
    if (end - at >= kLong) {
      ++all;
      same += contains_caseless(headline, says.substr(at, end - at)) ? 1 : 0;
    }
    at = end + 1;
  }
  return all > 0 && same * 10 >= all * 6;
}

/// True for a finding that says no more than the headline and the code do.
bool headline_says(const Verdict& verdict, const Finding& finding) {
  return finding.id == verdict.cause || diagnose::repeats_headline(finding.id);
}

std::string evidence_words(const Finding& finding) {
  std::string text = "see ";
  for (std::size_t i = 0; i < finding.evidence.size() && i < kMaxEvidence; ++i) {
    text += (i == 0 ? "#" : ", #") + std::to_string(finding.evidence[i]);
  }
  return finding.evidence.size() > kMaxEvidence ? text + " …" : text;
}

std::string title_of(const Finding& finding) {
  std::string text = finding.id + ", " + std::string(session::name(finding.severity));
  if (finding.basis == Basis::inferred) {
    text += ", " + std::string(confidence_words(finding.confidence));
  }
  if (finding.at_fault != Party::unknown) {
    text += ", fault: " + std::string(session::name(finding.at_fault));
  }
  return finding.count > 1 ? text + ", " + std::to_string(finding.count) + " times" : text;
}

bool among(const std::string& text, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void add_finding(Block& block, const Verdict& verdict, const Finding& finding) {
  const SeverityLook look = look_of(finding.severity);
  const bool inferred = finding.basis == Basis::inferred;
  block.row(title_of(finding), inferred ? "≈" : look.mark, look.ink, Ink::bold);
  const bool stock = diagnose::repeats_headline(finding.id) && !diagnose::is_cause(finding.id);
  if (!stock && (finding.id != verdict.cause || !says_the_same(finding.says, verdict.headline))) {
    block.row(finding.says, " ");
  }
  if (!finding.fix.empty() && !among(finding.fix, verdict.next)) {
    block.row("Try: " + finding.fix, " ");
  }
  const std::string source = finding.citation.empty() ? std::string() : "; " + finding.citation;
  block.row(evidence_words(finding) + source, " ", Ink::plain, Ink::dim);
}

/// Findings of one basis, so that what was seen and what was concluded never share a list.
void add_findings(Block& block, const Verdict& verdict, Basis basis) {
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const Finding& finding : verdict.findings) {
    if (finding.basis != basis) {
      continue;
    }
    if (shown < kMaxFindings) {
      add_finding(block, verdict, finding);
      ++shown;
    } else {
      ++left;
    }
  }
  if (left > 0) {
    block.row("and " + std::to_string(left) + " more; --output ndjson lists them all", " ");
  }
}

bool is_said(const Verdict& verdict, const std::string& line) {
  return std::any_of(
      verdict.findings.begin(), verdict.findings.end(), [&](const Finding& finding) { return finding.says == line; });
}

/// Sentences that no finding has already said.
void add_sentences(
    Block& block, const Verdict& verdict, const std::vector<std::string>& lines, std::string_view mark, Ink ink) {
  for (const std::string& line : lines) {
    if (!is_said(verdict, line)) {
      block.row(line, mark, ink);
    }
  }
}

std::string explain_key(const Verdict& verdict) {
  if (!verdict.cause.empty()) {
    return verdict.cause;
  }
  if (!verdict.findings.empty() && verdict.findings.front().severity != Severity::note) {
    return verdict.findings.front().id;
  }
  if (verdict.code) {
    return std::to_string(*verdict.code);
  }
  return verdict.how ? std::string(session::name(*verdict.how)) : std::string();
}

/// True where all went as this side asked: it closed and the server confirmed it, or a REST call was answered, and
/// nothing but notes was found.
bool is_calm(const Verdict& verdict) {
  const bool ended_well =
      verdict.code ? verdict.first_close == Side::client && verdict.sent && verdict.received &&
                         verdict.sent->code == verdict.received->code
                   : verdict.how == session::EndingHow::local_close && !verdict.browser_code && !verdict.first_close;
  return ended_well && verdict.cause.empty() && verdict.unknown.empty() &&
         std::all_of(verdict.inferred.begin(),
                     verdict.inferred.end(),
                     [&](const std::string& line) { return is_said(verdict, line); }) &&
         std::all_of(verdict.findings.begin(), verdict.findings.end(), [](const Finding& finding) {
           return finding.severity == Severity::note;
         });
}

std::string_view mark_of(const Finding& finding) {
  return finding.basis == Basis::inferred ? "≈" : look_of(finding.severity).mark;
}

/// A finding in a line: one that is hardly more than a guess says so.
std::string in_a_line(const Finding& finding) {
  const bool guess = finding.basis == Basis::inferred && finding.confidence == Confidence::low;
  return guess ? "Perhaps: " + finding.says : finding.says;
}

/// Rows of the same label follow one another.
class ShortRows {
 public:
  ShortRows(const Verdict& verdict, std::size_t width) : verdict_(verdict), width_(width) {}

  std::vector<ShortRow> of_calm() {
    for (const Finding& finding : verdict_.findings) {
      if (!diagnose::repeats_headline(finding.id) && rows_.size() < kMaxAlso) {
        add_finding_row("note", finding);
      }
    }
    return std::move(rows_);
  }
  /// At most eight lines of 80 columns, where the headline takes no more than two.
  std::vector<ShortRow> of_drop() {
    add("code", code_line(verdict_, true));
    const std::size_t before = rows_.size();
    for (const Finding& finding : verdict_.findings) {
      if (rows_.size() - before < kMaxAlso && finding.severity != Severity::note && !headline_says(verdict_, finding)) {
        add_finding_row("also", finding);
      }
    }
    add_next(kMaxBelow - (rows_.size() - before));
    const std::string key = explain_key(verdict_);
    add("more", key.empty() ? "-v" : "-v, or whydrop explain " + key).ink = Ink::dim;
    return std::move(rows_);
  }

 private:
  ShortRow& add(std::string_view label, std::string text) {
    ShortRow& row = rows_.emplace_back();
    row.label = label;
    row.text = std::move(text);
    return row;
  }
  void add_finding_row(std::string_view label, const Finding& finding) {
    ShortRow& row = add(label, in_a_line(finding));
    row.mark = mark_of(finding);
    row.mark_ink = look_of(finding.severity).ink;
    row.finding = &finding;
  }
  void add_next(std::size_t lines) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < verdict_.next.size(); ++i) {
      used += Block::height(verdict_.next[i], width_);
      if (i > 0 && used > lines) {
        return;
      }
      ShortRow& row = add("next", verdict_.next[i]);
      row.mark = std::to_string(i + 1);
      row.mark_ink = Ink::cyan;
    }
  }

  const Verdict& verdict_;
  std::size_t width_;
  std::vector<ShortRow> rows_;
};

std::vector<ShortRow> short_rows_at(const Verdict& verdict, std::size_t width) {
  return is_calm(verdict) ? ShortRows(verdict, width).of_calm() : ShortRows(verdict, width).of_drop();
}

void add_short(Block& block, const std::vector<ShortRow>& rows) {
  std::string_view label;
  for (const ShortRow& row : rows) {
    block.label(row.label == label ? std::string_view() : row.label);
    label = row.label;
    if (row.finding != nullptr) {
      block.line(row.text, row.mark, row.mark_ink);
    } else {
      block.row(row.text, row.mark, row.mark_ink, row.ink);
    }
  }
}

void add_steps(Block& block, const Verdict& verdict) {
  for (std::size_t i = 0; i < verdict.next.size(); ++i) {
    block.row(verdict.next[i], std::to_string(i + 1), Ink::cyan);
  }
}

void add_whole(Block& block, const Verdict& verdict) {
  block.gap();
  block.label("code");
  const bool page = verdict.browser_code && verdict.browser_clean;
  block.row(code_line(verdict, !page));
  if (page) {
    block.row(page_line(verdict));
  }
  block.section("observed");
  add_sentences(block, verdict, verdict.observed, "•", Ink::plain);
  block.section("findings");
  add_findings(block, verdict, Basis::observed);
  block.section("inferred");
  add_findings(block, verdict, Basis::inferred);
  add_sentences(block, verdict, verdict.inferred, "≈", Ink::yellow);
  block.section("unknown");
  add_sentences(block, verdict, verdict.unknown, "?", Ink::magenta);
  block.section("next");
  add_steps(block, verdict);
  const std::string key = explain_key(verdict);
  if (!key.empty()) {
    block.section("explain");
    block.row("whydrop explain " + key);
  }
}

}  // namespace

Ink tone_of(const Verdict& verdict) {
  if (!verdict.code || verdict.code == 1006 || broken(verdict)) {
    return Ink::red;
  }
  return verdict.first_close == Side::server ? Ink::yellow : Ink::green;
}

std::vector<ShortRow> short_rows(const Verdict& verdict) {
  return short_rows_at(verdict, kDefaultWidth);
}

std::string verdict_block(const Verdict& verdict, const Style& style) {
  Block block(style);
  block.headline(verdict.headline, tone_of(verdict));
  if (style.verbosity > 0) {
    add_whole(block, verdict);
  } else {
    add_short(block, short_rows_at(verdict, width_of(style)));
  }
  return block.take();
}

}  // namespace whydrop::report
