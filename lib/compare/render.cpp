#include "compare/render.hpp"

#include "base/text.hpp"
#include "json/json.hpp"
#include "json/object_text.hpp"
#include "payload/ink.hpp"
#include "report/wrap.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

using payload::Brush;
using payload::Ink;
using Kind = Difference::Kind;

constexpr std::size_t kHang = 24;  ///< columns before the words of a difference
constexpr std::size_t kLeastWords = 20;
constexpr std::size_t kUsualWidth = 120;

struct Look {
  std::string_view mark;
  Ink ink;
};

Look look_of(Kind kind) {
  switch (kind) {
  case Kind::missing:
    return {"-", Ink::red};
  case Kind::extra:
    return {"+", Ink::green};
  case Kind::request:
  case Kind::response:
  case Kind::negotiated:
  case Kind::changed:
  case Kind::frames:
    return {"~", Ink::yellow};
  case Kind::order:
  case Kind::timing:
    return {"≈", Ink::blue};
  case Kind::close:
  case Kind::ending:
    return {"■", Ink::magenta};
  }
  return {" ", Ink::plain};
}

Look look_of(Row::Mark mark) {
  switch (mark) {
  case Row::Mark::same:
    return {" ", Ink::plain};
  case Row::Mark::changed:
    return {"~", Ink::yellow};
  case Row::Mark::missing:
    return {"-", Ink::red};
  case Row::Mark::extra:
    return {"+", Ink::green};
  }
  return {" ", Ink::plain};
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return width < columns ? text + std::string(columns - width, ' ') : text;
}

// ---- what leads

/// A name of ours ("the recording") begins a sentence in another way than a file's.
std::string sentence(std::string words) {
  if (starts_with(words, "the ")) {
    words.front() = 'T';
  }
  return words;
}

std::vector<std::string> with(std::string first, std::initializer_list<std::string> others) {
  std::vector<std::string> lines{sentence(std::move(first))};
  for (const std::string& other : others) {
    if (!other.empty()) {
      lines.push_back(sentence(other));
    }
  }
  return lines;
}

/// What is said where nothing before the ends counts as a cause: of the differences that there are the first. One that
/// an end may have cut off is a difference all the same.
std::string without_cause(const Comparison& comparison) {
  const auto& all = comparison.differences;
  const auto first = std::find_if(all.begin(), all.end(), [](const Difference& difference) {
    return difference.kind != Difference::Kind::close && difference.kind != Difference::Kind::ending;
  });
  return first == all.end() ? "Nothing that came before the ends differs."
                            : "The first difference, which an end may have brought about: " + first->says + ".";
}

/// The sentences at the head: how the two ended, and what could explain it.
std::vector<std::string> headlines(const Comparison& comparison, const Options& options) {
  const std::string &a = options.a, &b = options.b;
  if (comparison.same() && comparison.ends_known()) {
    return with(fmt::format("{} and {} do not differ.", a, b), {});
  }
  const std::string what = comparison.first ? comparison.differences[*comparison.first].says : std::string();
  if (!comparison.ends_differ && comparison.ends_known()) {
    return with(fmt::format("{} and {} differ, but ended alike: {}.", a, b, comparison.end_b),
                {what.empty() ? "" : "The first difference: " + what + "."});
  }
  const auto end = [](const std::string& name, const std::string& words) {
    return fmt::format("{}: {}.", name, words.empty() ? "there is none" : words);
  };
  if (!comparison.ends_known()) {
    const std::string unknown = comparison.end_a_known   ? b + " does not tell how the session ended"
                                : comparison.end_b_known ? a + " does not tell how the session ended"
                                                         : "neither shows how the session ended";
    return with(fmt::format("{} and {} {}; {}.",
                            a,
                            b,
                            comparison.same() ? "do not differ as far as both were recorded" : "differ",
                            unknown),
                {comparison.end_a_known ? end(a, comparison.end_a) : "",
                 comparison.end_b_known ? end(b, comparison.end_b) : "",
                 comparison.same() ? ""
                 : what.empty()    ? without_cause(comparison)
                                   : "The first difference: " + what + "."});
  }
  return with(fmt::format("{} and {} ended differently.", a, b),
              {end(a, comparison.end_a),
               end(b, comparison.end_b),
               what.empty() ? without_cause(comparison) : "The first difference that could explain it: " + what + "."});
}

void append_headlines(std::string& out,
                      const Comparison& comparison,
                      const Options& options,
                      const report::Style& style) {
  const Brush brush(style.color);
  const Ink ink = comparison.same() ? Ink::green : Ink::red;
  for (const std::string& text : headlines(comparison, options)) {
    const std::string safe = escape_for_terminal(text);
    const std::size_t columns = style.width > kLeastWords ? style.width - 2 : safe.size() + 1;
    for (const std::string_view line : report::wrap(safe, columns)) {
      brush.paint(out, ink, "▌");
      out += ' ';
      brush.paint(out, Ink::bold, line);
      out += '\n';
    }
  }
}

// ---- the differences

std::string place(const std::optional<std::uint64_t>& seq) {
  return seq ? fmt::format("#{}", *seq) : "–";
}

std::string places(const Difference& difference) {
  return difference.seq_a || difference.seq_b ? fmt::format("{} {}", place(difference.seq_a), place(difference.seq_b))
                                              : std::string();
}

void append_difference(std::string& out, const Difference& difference, bool leads, const report::Style& style) {
  const Brush brush(style.color);
  const Look look = look_of(difference.kind);
  brush.paint(out, Ink::bold, leads ? "▶" : " ");
  out += ' ';
  brush.paint(out, look.ink, look.mark);
  out += ' ';
  brush.paint(out, look.ink, padded(std::string(name(difference.kind)), 10));
  out += ' ';
  brush.paint(out, Ink::dim, padded(places(difference), 8));
  out += ' ';
  const std::string safe = escape_for_terminal(difference.says);
  const std::size_t columns = style.width > kHang + kLeastWords ? style.width - kHang : safe.size() + 1;
  bool first = true;
  for (const std::string_view line : report::wrap(safe, columns)) {
    out += first ? "" : std::string(kHang, ' ');
    brush.paint(out, leads ? Ink::bold : Ink::plain, line);
    out += '\n';
    first = false;
  }
}

void append_differences(std::string& out, const Comparison& comparison, const report::Style& style) {
  for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
    append_difference(out, comparison.differences[i], comparison.leading == i, style);
  }
  if (comparison.more > 0) {
    out += fmt::format("    … and {} more\n", comparison.more);
  }
}

/// "2 differences (1 changed, 1 ending); 3 and 2 messages, 2 aligned".
std::string counts(const Comparison& comparison) {
  std::string kinds;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Kind::ending); ++i) {
    const auto kind = static_cast<Kind>(i);
    const auto count = std::count_if(comparison.differences.begin(),
                                     comparison.differences.end(),
                                     [kind](const auto& of) { return of.kind == kind; });
    kinds += count == 0 ? "" : fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, name(kind));
  }
  kinds += comparison.more == 0 ? "" : fmt::format(", {} not listed", comparison.more);
  std::string text = counted(comparison.differences.size() + comparison.more, "difference");
  text += kinds.empty() ? "" : " (" + kinds + ")";
  text += fmt::format(
      "; {} and {}, {} aligned", comparison.messages_a, counted(comparison.messages_b, "message"), comparison.matched);
  if (comparison.left_out > 0) {
    text += fmt::format("; {} of the two not compared: too many", counted(comparison.left_out, "connection"));
  }
  if (comparison.by_form > 0) {
    text += fmt::format("; {} equal in kind only (--strict compares {})",
                        comparison.by_form == 1 ? "1 value is" : fmt::format("{} values are", comparison.by_form),
                        comparison.by_form == 1 ? "it" : "them");
  }
  return text;
}

// ---- side by side

std::string cell(const std::optional<std::uint64_t>& seq, const std::string& text, std::size_t columns) {
  const std::string number = seq ? fmt::format("{:>5} ", *seq) : std::string(6, ' ');
  return padded(elide(number + escape_for_terminal(text), columns), columns);
}

void append_row(std::string& out, const Row& row, std::size_t columns, const Brush& brush) {
  if (row.folded > 0) {
    brush.paint(out, Ink::dim, fmt::format("      ⋮ {} the same", counted(row.folded, "message")));
    out += '\n';
    return;
  }
  const Look look = look_of(row.mark);
  brush.paint(out, row.mark == Row::Mark::extra ? Ink::plain : look.ink, cell(row.seq_a, row.a, columns));
  out += ' ';
  brush.paint(out, look.ink, look.mark);
  out += ' ';
  brush.paint(out, row.mark == Row::Mark::missing ? Ink::plain : look.ink, cell(row.seq_b, row.b, columns));
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  out += '\n';
}

void append_rows(std::string& out, const Comparison& comparison, const Options& options, const report::Style& style) {
  const std::size_t width = style.width == 0 ? kUsualWidth : std::max<std::size_t>(style.width, 40);
  const std::size_t columns = (width - 3) / 2;
  const Brush brush(style.color);
  Row heading;
  heading.a = options.a;
  heading.b = options.b;
  append_row(out, heading, columns, Brush(false));
  for (const Row& row : comparison.rows) {
    append_row(out, row, columns, brush);
  }
}

// ---- for programs

std::string quoted(const std::optional<std::string>& text) {
  return text ? json::quote(escape_for_terminal(*text)) : "null";
}

std::string number(const std::optional<std::uint64_t>& value) {
  return value ? std::to_string(*value) : "null";
}

std::string index(const std::optional<std::size_t>& value) {
  return value ? std::to_string(*value) : "null";
}

void append_line(std::string& out, const Difference& of, bool leads) {
  out += fmt::format(
      R"({{"kind":"{}","from":{},"key":{},"seq_a":{},"seq_b":{},"pointer":{},"a":{},"b":{},"explains":{},"leads":{},"says":{}}})",
      name(of.kind),
      of.from ? fmt::format("\"{}\"", wire::name(*of.from)) : "null",
      quoted(of.key),
      number(of.seq_a),
      number(of.seq_b),
      quoted(of.pointer),
      quoted(of.a),
      quoted(of.b),
      of.explains,
      leads,
      quoted(of.says));
  out += '\n';
}

void append_sum(std::string& out, const Comparison& of, const Options& options) {
  out += fmt::format(
      R"({{"kind":"comparison","a":{},"b":{},"same":{},"differences":{},"listed":{},"messages_a":{},"messages_b":{},)"
      R"("aligned":{},"equal_in_kind":{},"ends_known":{},"ends_differ":{},"end_a":{},"end_b":{},"first":{},"leading":{}}})",
      quoted(options.a),
      quoted(options.b),
      of.same(),
      of.differences.size() + of.more,
      of.differences.size(),
      of.messages_a,
      of.messages_b,
      of.matched,
      of.by_form,
      of.ends_known(),
      of.ends_differ,
      quoted(of.end_a),
      quoted(of.end_b),
      index(of.first),
      index(of.leading));
  if (of.left_out > 0) {
    out.insert(out.size() - 1, fmt::format(R"(,"connections_left_out":{})", of.left_out));
  }
  out += '\n';
}

std::string as_ndjson(const Comparison& comparison, const Options& options) {
  std::string out;
  for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
    append_line(out, comparison.differences[i], comparison.leading == i);
  }
  append_sum(out, comparison, options);
  return out;
}

// ---- for an HTML report

/// The object on the last line of `out` says what it is.
void add_type(std::string& out, std::size_t line, std::string_view type) {
  out.insert(line + 1, fmt::format(R"("type":"{}",)", type));
}

std::string_view mark_name(Row::Mark mark) {
  switch (mark) {
  case Row::Mark::same:
    return "same";
  case Row::Mark::changed:
    return "changed";
  case Row::Mark::missing:
    return "missing";
  case Row::Mark::extra:
    return "extra";
  }
  return {};
}

std::string as_report(const Comparison& comparison, const Options& options) {
  std::string out;
  for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
    const std::size_t line = out.size();
    append_line(out, comparison.differences[i], comparison.leading == i);
    add_type(out, line, "difference");
  }
  for (const Row& row : comparison.rows) {
    out += fmt::format("{{\"type\":\"pair\",\"mark\":\"{}\",\"seq_a\":{},\"seq_b\":{}}}\n",
                       mark_name(row.mark),
                       number(row.seq_a),
                       number(row.seq_b));
  }
  const std::size_t line = out.size();
  append_sum(out, comparison, options);
  add_type(out, line, "comparison");
  std::vector<std::string> says;
  for (const std::string& text : headlines(comparison, options)) {
    says.push_back(json::quote(text));
  }
  out.insert(out.size() - 2,
             fmt::format(R"(,"says":{},"counts":{})", json::list_text(says), json::quote(counts(comparison))));
  return out;
}

}  // namespace

std::string render(const Comparison& comparison, const Options& options, View view, const report::Style& style) {
  if (view == View::ndjson) {
    return as_ndjson(comparison, options);
  }
  if (view == View::report) {
    return as_report(comparison, options);
  }
  std::string out;
  append_headlines(out, comparison, options, style);
  if (view == View::side_by_side) {
    out += '\n';
    append_rows(out, comparison, options, style);
  }
  if (!comparison.same()) {
    out += '\n';
    append_differences(out, comparison, style);
  }
  out += '\n' + counts(comparison) + '\n';
  return out;
}

}  // namespace whydrop::compare
