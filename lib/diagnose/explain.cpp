#include "diagnose/explain.hpp"

#include "diagnose/close_codes.hpp"
#include "diagnose/exit_code.hpp"
#include "diagnose/findings.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "profile/template.hpp"
#include "rules/rules.hpp"
#include "wire/close_code.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

using List = std::vector<Explanation>;

void add(List& list,
         std::string key,
         std::string_view group,
         std::string_view title,
         std::string_view text,
         std::string_view fix,
         std::string_view citation) {
  list.push_back({std::move(key),
                  std::string(group),
                  std::string(title),
                  std::string(text),
                  std::string(fix),
                  std::string(citation)});
}

void add_close_codes(List& list) {
  for (const CloseCode& row : close_codes()) {
    const std::string key =
        row.first == row.last ? fmt::format("{}", row.first) : fmt::format("{}-{}", row.first, row.last);
    add(list, key, "close code", wire::close_code_name(row.last), row.text, row.fix, row.citation);
  }
}

void add_rules(List& list) {
  for (const rules::Rule& rule : rules::all_rules()) {
    const std::string text = fmt::format(
        "{} A finding of this name says that it was broken{}.",
        rule.sentence,
        rule.fail_code == 0 ? "" : fmt::format("; an endpoint that sees it ends the session with {}", rule.fail_code));
    add(list,
        std::string(rule.id),
        "rule",
        rule.sentence,
        text,
        "See at_fault: the side that broke the rule must be mended.",
        rule.citation);
  }
}

void add_findings(List& list) {
  for (const FindingRow& row : known_findings()) {
    add(list, std::string(row.id), "finding", row.title, row.text, row.fix, row.citation);
  }
}

void add_checks(List& list) {
  for (const profile::CheckRow& row : profile::check_rows()) {
    add(list, std::string(row.id), "check", row.title, row.text, row.fix, "");
  }
}

void add_endings(List& list) {
  for (const session::EndingTraits& row : session::endings()) {
    add(list, std::string(row.name), "ending", row.title, row.text, row.fix, "");
  }
}

void add_exit_codes(List& list) {
  for (const ExitCodeWords& row : exit_codes()) {
    add(list, fmt::format("exit {}", row.code), "exit code", row.title, row.text, row.fix, "");
  }
}

struct RecordWords {
  std::string_view key, title, text, fix, citation;
};

/// How other programs record sessions, for `inspect`.
constexpr RecordWords kRecords[] = {
    {"net-export",
     "How to record a session in a browser: a net log of Chromium",
     "Chrome, Edge, Electron and Android's WebView write the same log of their network stack. With raw bytes it holds "
     "every byte after TLS, and whether a FIN, an RST or a close_notify ended the connection: whydrop inspect FILE "
     "judges "
     "it as a session of its own. Begin before the page connects. Raw bytes hold cookies and tokens: whydrop masks "
     "them in "
     "what it shows, not in the file.",
     "Chrome or Edge: open chrome://net-export (edge://net-export), choose \"Include raw bytes\", Start Logging to "
     "Disk, "
     "reproduce the drop, Stop Logging. From a shell, headless too: chromium --log-net-log=FILE "
     "--net-log-capture-mode=Everything URL. Electron: await session.defaultSession.netLog.startLogging(FILE, "
     "{captureMode: 'everything'}), later netLog.stopLogging(); or the switches above. Android: chrome://net-export in "
     "Chrome; for a WebView its DevTools (adb shell am start -a com.android.webview.SHOW_DEV_UI), Net logs. A file of "
     "a "
     "browser that was killed can be read up to there.",
     "https://www.chromium.org/for-testers/providing-network-details/"},
};

void add_records(List& list) {
  for (const RecordWords& row : kRecords) {
    add(list, std::string(row.key), "record", row.title, row.text, row.fix, row.citation);
  }
}

/// The number that `key` is, or nothing. At most five digits: no close code is longer.
std::optional<unsigned> number(std::string_view key) {
  if (key.empty() || key.size() > 5 || key.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  unsigned value = 0;
  for (const char digit : key) {
    value = value * 10 + static_cast<unsigned>(digit - '0');
  }
  return value;
}

/// The key under which the close code or exit code `value` is listed.
std::string key_of_number(unsigned value) {
  for (const ExitCodeWords& row : exit_codes()) {
    if (static_cast<unsigned>(row.code) == value) {
      return fmt::format("exit {}", value);
    }
  }
  if (value > 65535) {
    return {};
  }
  const CloseCode& row = find_close_code(static_cast<std::uint16_t>(value));
  return row.first == row.last ? fmt::format("{}", row.first) : fmt::format("{}-{}", row.first, row.last);
}

/// A profile's sentence without the values of one session.
std::string without_values(std::string_view says) {
  std::string out;
  for (const profile::Piece& piece : profile::pieces_of(says)) {
    out += piece.name ? "…" : piece.text;
  }
  return out;
}

/// Findings that one built-in profile alone makes. Loading them all takes a while: only for a key that nothing else
/// has.
const List& explanations_of_profiles() {
  static const List all = [] {
    List list;
    for (const profile::BuiltIn& row : profile::built_in()) {
      const auto loaded = profile::load(row);
      const auto texts = loaded ? profile::finding_texts(**loaded) : std::vector<const profile::FindingText*>();
      const std::string group = fmt::format("finding of {}", row.name);
      for (const profile::FindingText* text : texts) {
        const auto told = [&](const Explanation& entry) { return entry.key == text->id && entry.group == group; };
        if (std::any_of(list.begin(), list.end(), told)) {
          continue;  // the same thing, met in another place
        }
        add(list,
            text->id,
            group,
            (*loaded)->title,
            without_values(text->says) + (text->verified ? "" : " (not verified)"),
            without_values(text->fix),
            text->citation);
      }
    }
    return list;
  }();
  return all;
}

void add_found(const List& list, const std::string& key, std::vector<const Explanation*>& found) {
  for (const Explanation& entry : list) {
    if (entry.key == key) {
      found.push_back(&entry);
    }
  }
}

}  // namespace

const std::vector<Explanation>& explanations() {
  static const List all = [] {
    List list;
    add_close_codes(list);
    add_endings(list);
    add_findings(list);
    add_checks(list);
    add_rules(list);
    add_exit_codes(list);
    add_records(list);
    return list;
  }();
  return all;
}

std::vector<const Explanation*> explain(std::string_view key) {
  const auto value = number(key);
  const std::string wanted = value ? key_of_number(*value) : std::string(key);
  std::vector<const Explanation*> found;
  add_found(explanations(), wanted, found);
  if (found.empty() && !wanted.empty()) {
    add_found(explanations_of_profiles(), wanted, found);
  }
  return found;
}

}  // namespace whydrop::diagnose
