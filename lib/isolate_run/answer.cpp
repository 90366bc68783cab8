#include "isolate_run/answer.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "check/report.hpp"
#include "json/json.hpp"
#include "json/object_text.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

using isolate::Change;
using isolate::Count;
using isolate::Cure;
using isolate::Found;
using isolate::Part;
using isolate::Trial;
using State = Found::State;

constexpr std::size_t kMostListed = 8;

std::string words_of(const RecordedSession& recorded, const Trial& changes) {
  std::string words;
  for (const Change& change : changes) {
    words += (words.empty() ? "" : " and ") + recorded.words_of(change);
  }
  return words;
}

std::string of(std::uint64_t some, const Count& all) {
  return fmt::format("{} of {}", some, all.runs());
}

/// "without /text of message #14 (chat) it lives: 5 of 5; with it, it drops: 5 of 5".
std::string proof_words(const Answer& answer, const Cure& cure) {
  const Count& dropping = answer.found.dropping;
  const Trial& changes = cure.changes;
  if (answer.found.pooled) {
    return fmt::format("{} it drops less often: {} sessions; with it: {}",
                       words_of(answer.recorded, changes),
                       of(cure.cured.drops, cure.cured),
                       of(dropping.drops, dropping));
  }
  const bool leaves_out = std::all_of(
      changes.begin(), changes.end(), [](const Change& change) { return change.kind == Change::Kind::without; });
  return fmt::format("{} it lives: {}; {} it drops: {}",
                     words_of(answer.recorded, changes),
                     of(cure.cured.alive, cure.cured),
                     leaves_out ? "with it," : "as it was recorded",
                     of(dropping.drops, dropping));
}

/// "with message #14 of 65536 bytes it lives, with 65537 it drops".
std::string bound_words(const Answer& answer, const Cure& cure) {
  const Change change = cure.changes.back();
  const auto at = [&](std::int64_t value) { return answer.recorded.words_of({change.kind, change.part, value}); };
  return fmt::format("{} it lives, {} it drops", at(cure.bound->lives), at(cure.bound->drops));
}

class Lines {
 public:
  void add(const std::string& label, const std::string& what) {
    text_ += fmt::format("  {:<11}{}\n", label == last_ ? "" : label, escape_for_terminal(what));
    last_ = label;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_, last_;
};

struct KindWords {
  Part::Kind kind;
  std::string_view one, many;
};
constexpr std::array<KindWords, 9> kKinds = {{
    {Part::Kind::message, "message", "messages"},
    {Part::Kind::member, "member of messages", "members of messages"},
    {Part::Kind::gap, "pause", "pauses"},
    {Part::Kind::query, "query parameter", "query parameters"},
    {Part::Kind::cookie, "cookie", "cookies"},
    {Part::Kind::header, "header", "headers"},
    {Part::Kind::subprotocol, "subprotocol", "subprotocols"},
    {Part::Kind::compression, "offer of compression", "offers of compression"},
    {Part::Kind::framing, "framing of its own", "framings of its own"},
}};

/// "12 messages, 3 headers".
std::string counts_of(const RecordedSession& recorded, const std::vector<std::size_t>& parts) {
  std::string words;
  for (const KindWords& row : kKinds) {
    const auto count = std::count_if(
        parts.begin(), parts.end(), [&](std::size_t part) { return recorded.model().parts[part].kind == row.kind; });
    if (count > 0) {
      words +=
          fmt::format("{}{}", words.empty() ? "" : ", ", counted(static_cast<std::uint64_t>(count), row.one, row.many));
    }
  }
  return words;
}

std::string listed(const std::vector<std::string>& all) {
  std::string words;
  for (std::size_t i = 0; i < std::min(all.size(), kMostListed); ++i) {
    words += (i == 0 ? "" : ", ") + all[i];
  }
  return all.size() > kMostListed ? fmt::format("{} and {} more", words, all.size() - kMostListed) : words;
}

std::vector<std::string> names_of(const RecordedSession& recorded, const std::vector<std::size_t>& parts) {
  std::vector<std::string> names;
  for (const std::size_t part : parts) {
    names.push_back(recorded.model().parts[part].name);
  }
  return names;
}

std::vector<std::string> words_of_each(const RecordedSession& recorded, const std::vector<Change>& changes) {
  std::vector<std::string> words;
  for (const Change& change : changes) {
    words.push_back(recorded.words_of(change));
  }
  return words;
}

void add_endings(Lines& lines, const std::string& label, const std::map<std::string, std::uint64_t>& endings) {
  for (const auto& [headline, times] : endings) {
    lines.add(label, fmt::format("{} ({})", headline, times == 1 ? "once" : fmt::format("{} times", times)));
  }
}

/// Where sessions drop at one age, whatever is sent: "each drops 600 ms to 612 ms after it opened".
std::string age_words(const Answer& answer) {
  constexpr std::int64_t kLeast = 200 * kMillisecond, kShare = 5;
  const Ages& ages = answer.ages;
  const bool one_age = ages.least_ns >= kLeast && ages.most_ns - ages.least_ns <= ages.least_ns / kShare;
  return one_age ? fmt::format("each that drops does so {} to {} after it opened",
                               format_duration(ages.least_ns),
                               format_duration(ages.most_ns))
                 : std::string();
}

}  // namespace

std::string first_line(const Answer& answer) {
  const Found& found = answer.found;
  switch (found.state) {
  case State::cure:
    return proof_words(answer, found.cures.front());
  case State::no_cure:
    return fmt::format("no change was found that stops it: {} {}{}",
                       words_of(answer.drop),
                       found.needed.empty() && !found.smallest.empty() ? "with nothing of its own left, too"
                                                                       : "with each that was tried",
                       age_words(answer).empty() ? "" : "; " + age_words(answer));
  case State::no_drop:
    return fmt::format(
        "it does not drop again: of {} sessions as they were recorded {} dropped, {} lived, {} ended otherwise and {} "
        "did not open",
        found.baseline.runs() + found.baseline.unclear,
        found.baseline.drops,
        found.baseline.alive,
        found.baseline.others,
        found.baseline.unclear);
  case State::interrupted:
    return fmt::format("not known yet: after {} sessions the cause is not settled", found.runs);
  }
  return {};
}

std::string text(const Answer& answer) {
  const Found& found = answer.found;
  const RecordedSession& recorded = answer.recorded;
  Lines lines;
  lines.add("sought", words_of(answer.drop));
  add_endings(lines, "drops", answer.endings);
  add_endings(lines, "other ends", answer.other_endings);
  if (const std::string age = age_words(answer); !age.empty() && found.state == State::cure) {
    lines.add("age", age);
  }
  if (found.state == State::cure) {
    const Cure& best = found.cures.front();
    if (best.bound) {
      lines.add("limit", bound_words(answer, best));
    }
    lines.add(
        "by chance",
        found.chance < 0.001 ? "less than 1 in 1,000" : fmt::format("1 in {}", static_cast<int>(1 / found.chance)));
    for (std::size_t i = 1; i < found.cures.size(); ++i) {
      lines.add("also lives", words_of(recorded, found.cures[i].changes));
    }
  }
  if (!found.smallest.empty() || !found.needed.empty()) {
    lines.add("smallest",
              found.needed.empty() ? "it drops without any of its parts"
                                   : listed(names_of(recorded, found.needed)) + ": that is enough to drop");
    if (!found.excluded.empty()) {
      lines.add("not needed", counts_of(recorded, found.excluded));
    }
  }
  if (!found.vain.empty()) {
    lines.add("no help", listed(words_of_each(recorded, found.vain)));
  }
  if (!found.unclear.empty()) {
    lines.add("not clear", listed(words_of_each(recorded, found.unclear)));
  }
  if (!answer.stopped_by.empty()) {
    lines.add("stopped", answer.stopped_by);
  }
  lines.add("tried", fmt::format("{} in {}", counted(found.runs, "session"), format_duration(answer.took_ns)));
  return escape_for_terminal(first_line(answer)) + "\n\n" + lines.take();
}

namespace {

using json::ObjectText;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string object_of(const Count& count) {
  return ObjectText()
      .raw("drops", number(count.drops))
      .raw("alive", number(count.alive))
      .raw("others", number(count.others))
      .raw("unclear", number(count.unclear))
      .str();
}

std::string list_of(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) {
    quoted.push_back(json::quote(text));
  }
  return json::list_text(quoted);
}

std::string object_of(const Answer& answer, const Cure& cure) {
  ObjectText made;
  made.text("change", words_of(answer.recorded, cure.changes)).raw("with", object_of(cure.cured));
  if (cure.bound) {
    made.raw("lives_at", std::to_string(cure.bound->lives)).raw("drops_at", std::to_string(cure.bound->drops));
  }
  return made.str();
}

std::string_view name(State state) {
  constexpr std::array<std::string_view, 4> kNames = {"cure", "no_cure", "no_drop", "interrupted"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace

std::string ndjson(const Answer& answer) {
  const Found& found = answer.found;
  const RecordedSession& recorded = answer.recorded;
  std::vector<std::string> cures;
  for (const Cure& cure : found.cures) {
    cures.push_back(object_of(answer, cure));
  }
  return ObjectText()
             .text("kind", "isolated")
             .text("file", answer.file)
             .text("state", name(found.state))
             .text("answer", first_line(answer))
             .text("sought", words_of(answer.drop))
             .raw("flaky", found.flaky ? "true" : "false")
             .raw("without_change", object_of(found.dropping))
             .raw("cures", json::list_text(cures))
             .raw("one_in", number(found.chance > 0 ? static_cast<std::uint64_t>(1 / found.chance) : 0))
             .raw("needed", list_of(names_of(recorded, found.needed)))
             .raw("not_needed", list_of(names_of(recorded, found.excluded)))
             .raw("no_help", list_of(words_of_each(recorded, found.vain)))
             .raw("not_clear", list_of(words_of_each(recorded, found.unclear)))
             .text("stopped_by", answer.stopped_by)
             .raw("sessions", number(found.runs))
             .raw("duration_ms", std::to_string(answer.took_ns / kMillisecond))
             .str() +
         "\n";
}

std::string junit(const Answer& answer) {
  check::Outcome outcome;
  outcome.name = "the session does not drop";
  outcome.file = answer.file;
  outcome.duration_ns = answer.took_ns;
  outcome.started = answer.started;
  const bool drops = answer.found.state != State::no_drop;
  outcome.status = drops ? check::Outcome::Status::failed : check::Outcome::Status::passed;
  outcome.says = first_line(answer);
  outcome.detail = text(answer);
  outcome.exit_code = exit_code(answer.found);
  return check::junit({outcome}, "");
}

int exit_code(const Found& found) {
  switch (found.state) {
  case State::cure:
    return kFound;
  case State::no_cure:
  case State::interrupted:
    return kNotFound;
  case State::no_drop:
    return kNoDrop;
  }
  return kNotFound;
}

}  // namespace whydrop::isolate_run
