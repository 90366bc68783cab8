#include "diagnose/browser.hpp"

#include "diagnose/words.hpp"
#include "fieldguide/fieldguide.hpp"
#include "rules/rules.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Finding;

namespace {

/// What Chromium refuses though the RFC lets a client go on.
bool is_refused_by_browsers(const Finding& finding) {
  return finding.at_fault == session::Party::server &&
         (finding.id == "data-after-close" || finding.id == "subprotocol-missing");
}

/// True for a broken rule for which a browser would have failed the connection before the server's Close reached the
/// page.
bool fails_it(const Ledger& ledger, const Finding& finding) {
  const auto close_seq = ledger.server.close ? ledger.server.close->seq : UINT64_MAX;
  const rules::Rule* rule = rules::find_rule(finding.id);
  return rule != nullptr && rule->fail_code != 0 && finding.at_fault == session::Party::server &&
         !finding.evidence.empty() && finding.evidence.front() <= close_seq;
}

std::optional<std::uint16_t> code_of(const Ledger& ledger, const std::vector<Finding>& findings) {
  const bool failed = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return is_refused_by_browsers(finding) || fails_it(ledger, finding);
  });
  if (ledger.had_session() && ledger.server.close && !failed) {
    if (ledger.server.close_cut) {
      return std::nullopt;
    }
    const auto& close = ledger.server.close->code;
    return !close ? (ledger.server.close_length == 0 ? 1005 : 1006) : wire::is_sendable(*close) ? *close : 1006;
  }
  // A capture or HAR that stops while the session is open shows no end that a page could have been told of, nor does
  // what TLS hides.
  return ledger.how() == EndingHow::capture_ended || ledger.sealed() ? std::nullopt
                                                                     : std::optional<std::uint16_t>(1006);
}

/// The first text of Chromium's console that stands for a finding or an ending. Null: it says nothing.
const fieldguide::Entry* console_row(std::string_view means, std::string_view id = {}) {
  const fieldguide::Product* chromium = fieldguide::find_product("chromium");
  if (chromium == nullptr) {
    return nullptr;
  }
  const auto& rows = chromium->entries;
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const fieldguide::Entry& row) {
    return row.place == fieldguide::Place::console && row.means == means && (id.empty() || row.id == id);
  });
  return found == rows.end() ? nullptr : &*found;
}

/// `text` with what stands for its holes.
std::string filled(std::string text, std::string_view with) {
  constexpr std::string_view kHole = "{*}";
  for (std::size_t at = text.find(kHole); at != std::string::npos; at = text.find(kHole, at + with.size())) {
    text.replace(at, kHole.size(), with);
  }
  return text;
}

/// The row of an upgrade that did not become a session for its answer, or the want of one.
const fieldguide::Entry* row_of_upgrade(const Ledger& ledger) {
  const EndingHow how = ledger.how();
  if (how == EndingHow::upgrade_cut) {
    const bool reset = ledger.ending->fact.read_error == "connection_reset";
    return console_row("upgrade-cut", reset ? "console-upgrade-cut-reset" : "console-upgrade-cut-fin");
  }
  if (how == EndingHow::upgrade_refused && ledger.head_given_up) {
    return console_row("head-malformed");
  }
  if (how != EndingHow::upgrade_refused || !ledger.response || ledger.response->fact.status == 101) {
    return nullptr;
  }
  return console_row(ledger.response->fact.status == 0 ? "upgrade-not-http" : "upgrade-refused");
}

std::string console_of(const Ledger& ledger, const std::vector<Finding>& findings) {
  if (const fieldguide::Entry* row = row_of_upgrade(ledger)) {
    return filled(row->text, fmt::format("{}", ledger.response ? ledger.response->fact.status : 0));
  }
  // The browser ends at the first fault that it sees, of an answer's head too.
  const bool of_answer = ledger.how() == EndingHow::upgrade_refused;
  const Finding* first = nullptr;
  const fieldguide::Entry* said = nullptr;
  for (const Finding& finding : findings) {
    const bool counts = is_refused_by_browsers(finding) || fails_it(ledger, finding) ||
                        (of_answer && finding.at_fault == session::Party::server);
    const fieldguide::Entry* row = counts ? console_row(finding.id) : nullptr;
    if (row != nullptr && (first == nullptr || finding.evidence.front() < first->evidence.front())) {
      first = &finding;
      said = row;
    }
  }
  return said == nullptr ? std::string() : filled(said->text, "…");
}

}  // namespace

void set_browser(const Ledger& ledger, const std::vector<Finding>& findings, session::Verdict& verdict) {
  verdict.browser_code = ledger.role == session::Role::websocket ? code_of(ledger, findings) : std::nullopt;
  if (!verdict.browser_code) {
    return;
  }
  // A reset takes a Close of the page's with it that was not read: then the end was not clean, whatever had come.
  verdict.browser_clean = *verdict.browser_code != 1006 && ledger.how() != EndingHow::reset;
  verdict.browser_console = *verdict.browser_code == 1006 ? console_of(ledger, findings) : std::string();
}

}  // namespace whydrop::diagnose
