#include "diagnose/symptoms.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "diagnose/cause.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/words.hpp"
#include "profile/findings.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::diagnose {

using profile::Bindings;
using profile::Span;
using profile::Symptom;
using session::EndingHow;
using session::Finding;
using session::Side;

namespace {

template <typename List, typename Value>
bool has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string type_of(const std::optional<MessageNote>& note) {
  return !note ? "nothing" : note->type.empty() ? "a message of no known type" : note->type;
}

/// The session in a symptom's terms. Spans are null where there was no session, or nothing that they begin with.
class Course {
 public:
  Course(const Ledger& ledger, const std::vector<Finding>& found, const std::vector<Finding>& told)
      : ledger_(ledger),
        found_(found),
        told_(told),
        defaults_(*ledger.profile.used, {[] { return std::int64_t{0}; }, [] { return std::string(); }}) {
    if (ledger.response && parsed_.parse(ledger.response->fact.body) == std::nullopt) {
      body_ = parsed_.root();
    }
  }

  bool shows(const Symptom& when) const { return ended_so(when) && went_so(when) && sent_so(when); }
  Finding tell(const Symptom& symptom) const;

 private:
  bool ended_so(const Symptom& when) const;
  bool closed_so(const Symptom& when) const;
  bool went_so(const Symptom& when) const;
  bool sent_so(const Symptom& when) const;
  bool asked_so(const Symptom& when) const;
  bool within(const Span& span, std::optional<std::int64_t> ns) const;
  bool was_seen(const std::string& what) const;
  bool is_clean() const;
  std::optional<std::int64_t> duration(const std::string& text) const;
  std::optional<std::string> word(std::string_view name) const;

  std::optional<std::int64_t> age() const {
    return ledger_.had_session() && ledger_.saw_opening() ? std::optional(ledger_.end_t() - ledger_.session_t())
                                                          : std::nullopt;
  }
  std::optional<std::int64_t> idle() const {
    return ledger_.had_session() ? std::optional(ledger_.idle_ns()) : std::nullopt;
  }
  std::optional<std::int64_t> since_last_client() const {
    return ledger_.client.last ? std::optional(ledger_.since_last_message_ns(Side::client)) : std::nullopt;
  }
  std::optional<std::int64_t> silence() const { return ledger_.unanswered() ? since_last_client() : std::nullopt; }
  const Bindings& bindings() const {
    return ledger_.profile.bindings != nullptr ? *ledger_.profile.bindings : defaults_;
  }

  const Ledger& ledger_;
  const std::vector<Finding>& found_;
  const std::vector<Finding>& told_;  ///< of symptoms that stand before
  Bindings defaults_;                 ///< where no values are known
  json::Json parsed_;
  std::optional<json::Value> body_;
};

bool Course::ended_so(const Symptom& when) const {
  // A server that no request reached did not mind it, and a status may say itself what was wrong: what does not ask
  // for such an end does not speak of it.
  constexpr int kSayNoMore[] = {400, 426, 501};
  const bool refused = ledger_.how() == EndingHow::upgrade_refused && ledger_.response;
  const bool unheard = ledger_.request_seq == 0 && session::ends_before_session(ledger_.how());
  const bool speaks =
      refused &&
      std::find(std::begin(kSayNoMore), std::end(kSayNoMore), ledger_.response->fact.status) == std::end(kSayNoMore);
  if ((unheard || speaks) && when.ending.empty() && when.resolve_error.empty() && when.status.empty() &&
      when.body.empty()) {
    return false;
  }
  if (!when.status.empty() && !(ledger_.how() == EndingHow::upgrade_refused && ledger_.response &&
                                has(when.status, ledger_.response->fact.status))) {
    return false;
  }
  if (!when.body.empty() && !(body_ && profile::holds(when.body, *body_))) {
    return false;
  }
  if (!when.ending.empty() && !has(when.ending, session::name(ledger_.how()))) {
    return false;
  }
  if (!when.resolve_error.empty() &&
      !(ledger_.resolve && contains_caseless(ledger_.resolve->fact.error, when.resolve_error))) {
    return false;
  }
  return closed_so(when);
}

bool Course::closed_so(const Symptom& when) const {
  const bool asks = !when.close.empty() || when.close_empty || !when.close_reason.empty();
  if (!asks) {
    return when.ending.empty() || !ledger_.first_close;
  }
  if (!ledger_.had_session() || ledger_.first_close != Side::server) {
    return false;
  }
  const session::CloseSeen& close = *ledger_.server.close;
  return (when.close.empty() || has(when.close, close.code.value_or(1005))) &&
         (!when.close_empty || close.reason.empty()) && contains_caseless(close.reason, when.close_reason);
}

bool Course::went_so(const Symptom& when) const {
  const auto is_type = [](const std::vector<std::string>& rules, const std::optional<MessageNote>& note) {
    return rules.empty() || std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
             return note && profile::covers(rule, note->type);
           });
  };
  const auto seen = [this](const std::string& what) { return was_seen(what); };
  return is_type(when.last_client, ledger_.client.last) && is_type(when.last_server, ledger_.server.last) &&
         std::none_of(when.never.begin(), when.never.end(), seen) &&
         std::all_of(when.seen.begin(), when.seen.end(), seen) &&
         (when.state.empty() || has(when.state, ledger_.profile.state)) && within(when.age, age()) &&
         within(when.idle, idle()) && within(when.since_last_client, since_last_client()) &&
         within(when.silent_for, silence()) && (!when.unanswered || ledger_.unanswered());
}

bool Course::sent_so(const Symptom& when) const {
  const SideLedger& client = ledger_.client;
  const bool frame = client.largest_frame > when.frame_over && ledger_.near_the_end(client.largest_frame_t);
  const bool message =
      client.largest && client.largest->length > when.message_over && ledger_.near_the_end(client.largest->t_ns);
  const bool binary = client.binary_messages > 0 && ledger_.near_the_end(client.last_binary_t);
  return (when.frame_over == 0 || frame) && (when.message_over == 0 || message) && (!when.binary_sent || binary) &&
         (!when.token_read || credential(ledger_) != nullptr) && (!when.clean || is_clean()) && asked_so(when);
}

/// An object of strings; of equal names the first counts.
template <typename Fields>
std::string object_of(const Fields& fields) {
  std::string text;
  std::set<std::string_view> told;
  for (const auto& [name, value] : fields) {
    if (told.insert(name).second) {
      text += fmt::format("{}{}:{}", text.empty() ? "" : ",", json::quote(name), json::quote(value));
    }
  }
  return "{" + text + "}";
}

bool Course::asked_so(const Symptom& when) const {
  if (when.request.empty()) {
    return true;
  }
  const profile::UrlParts url = profile::split_url(ledger_.url);
  profile::Query parts{{"scheme", url.scheme}, {"host", url.host}, {"port", url.port}, {"path", url.path}};
  if (!ledger_.request_subprotocol.empty()) {
    parts.emplace_back("subprotocol", ledger_.request_subprotocol);
  }
  if (!ledger_.request_origin.empty()) {
    parts.emplace_back("origin", ledger_.request_origin);
  }
  json::Json request;
  const auto text = json::with(object_of(parts), "/query", object_of(url.query));
  return !ledger_.url.empty() && text && !request.parse(*text) && profile::holds(when.request, request.root());
}

bool Course::within(const Span& span, std::optional<std::int64_t> ns) const {
  constexpr std::int64_t kLeastTolerance = 200'000'000;
  if (span.at_least.empty() && span.at_most.empty() && span.about.empty()) {
    return true;
  }
  const auto holds = [&](const std::string& bound, const std::function<bool(std::int64_t)>& test) {
    const auto value = duration(bound);
    return bound.empty() || (value && test(*value));
  };
  return ns && holds(span.at_least, [&](std::int64_t least) { return *ns >= least; }) &&
         holds(span.at_most, [&](std::int64_t most) { return *ns <= most; }) &&
         holds(span.about, [&](std::int64_t about) {
           const std::int64_t tolerance = std::max(about / 20, kLeastTolerance);
           return *ns >= about - tolerance && *ns <= about + tolerance;
         });
}

/// "client:TYPE", "server:TYPE", or a finding's id.
bool Course::was_seen(const std::string& what) const {
  const std::size_t colon = what.find(':');
  if (colon == std::string::npos) {
    const auto is_it = [&](const Finding& finding) { return finding.id == what; };
    return std::any_of(found_.begin(), found_.end(), is_it) || std::any_of(told_.begin(), told_.end(), is_it);
  }
  const bool client = what.compare(0, colon, "client") == 0;
  const auto& types = client ? ledger_.profile.client_types : ledger_.profile.server_types;
  const std::string_view rule = std::string_view(what).substr(colon + 1);
  return std::any_of(types.begin(), types.end(), [rule](const auto& type) { return profile::covers(rule, type); });
}

bool Course::is_clean() const {
  return std::none_of(found_.begin(), found_.end(), [&](const Finding& finding) {
    return finding.at_fault == session::Party::client && finding.severity != session::Severity::note &&
           !says_only_how(finding.id) && !is_cause(finding.id);
  });
}

std::optional<std::int64_t> Course::duration(const std::string& text) const {
  const auto filled = bindings().fill_text(text);
  const auto parsed = filled ? parse_duration(*filled) : parse_duration("");
  return parsed ? std::optional<std::int64_t>(parsed->count()) : std::nullopt;
}

/// What a placeholder of `says` or `fix` stands for, as JSON.
std::optional<std::string> Course::word(std::string_view name) const {
  const auto span = [](std::optional<std::int64_t> ns) { return ns ? span_words(*ns) : std::string(); };
  const auto& close = ledger_.server.close;
  std::string text;
  if (name == "$status" && ledger_.response) {
    text = fmt::format("{}", ledger_.response->fact.status);
  } else if (name == "$code" && ledger_.first_close) {
    text = fmt::format("{}", ledger_.side(*ledger_.first_close).close->code.value_or(1005));
  } else if (name == "$reason" && close) {
    text = printable(close->reason, 123);
  } else if (name == "$type" || name == "$last_client") {
    text = type_of(ledger_.client.last);
  } else if (name == "$last_server") {
    text = type_of(ledger_.server.last);
  } else if (name == "$state") {
    const auto& states = ledger_.profile.used->sequence.states;
    const auto state =
        std::find_if(states.begin(), states.end(), [&](const auto& row) { return row.name == ledger_.profile.state; });
    text = state == states.end() ? "" : state->about;
  } else if (name == "$age") {
    text = span(age());
  } else if (name == "$idle") {
    text = span(idle());
  } else if (name == "$since_last_client") {
    text = span(since_last_client());
  } else if (name == "$largest_frame" && ledger_.client.largest_frame > 0) {
    text = format_size(ledger_.client.largest_frame);
  } else if (name == "$largest" && ledger_.client.largest) {
    text = format_size(ledger_.client.largest->length);
  } else if (name == "$how") {
    text = session::name(ledger_.how());
  } else if (name.substr(0, 2) == "$/" && body_) {
    const auto value = body_->at(name.substr(1));
    text = !value ? "" : json::plain_text(*value);
    text = printable(text, 120);
  }
  return text.empty() ? std::nullopt : std::optional(json::quote(text));
}

Finding Course::tell(const Symptom& symptom) const {
  const Bindings::Extra extra = [this](std::string_view name) { return word(name); };
  profile::FindingText text = symptom.finding;
  text.says = bindings().fill_words(text.says, extra);
  text.fix = bindings().fill_words(text.fix, extra);
  Finding made = profile::make_finding(text, ledger_.end_seq());
  if (ledger_.client.last && ledger_.client.last->seq < ledger_.end_seq()) {
    made.evidence.insert(made.evidence.begin(), ledger_.client.last->seq);
  }
  return made;
}

}  // namespace

std::vector<Finding> symptoms(const Ledger& ledger, const std::vector<Finding>& found) {
  std::vector<Finding> told;
  // What is not in the record cannot be judged.
  const bool ended = ledger.first_close || (ledger.ending && ledger.how() != EndingHow::capture_ended);
  if (ledger.profile.used == nullptr || ledger.from_har || !ended) {
    return told;
  }
  const Course course(ledger, found, told);
  for (const Symptom& symptom : ledger.profile.used->symptoms) {
    const auto same = [&](const Finding& finding) { return finding.id == symptom.finding.id; };
    if (std::none_of(told.begin(), told.end(), same) && std::none_of(found.begin(), found.end(), same) &&
        course.shows(symptom)) {
      told.push_back(course.tell(symptom));
    }
  }
  return told;
}

bool is_symptom(const Ledger& ledger, const Finding& finding) {
  const auto* used = ledger.profile.used;
  return used != nullptr && std::any_of(used->symptoms.begin(), used->symptoms.end(), [&](const Symptom& symptom) {
           return symptom.finding.id == finding.id;
         });
}

}  // namespace whydrop::diagnose
