#include "profile/message_checks.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

constexpr std::size_t kMaxSaid = 3;        ///< faults of one kind that a sentence names
constexpr std::size_t kMaxNamed = 8;       ///< types that a sentence names
constexpr std::size_t kValueColumns = 40;  ///< columns of a value that is shown

struct KeywordRow {
  std::string_view keyword, id;
};
constexpr KeywordRow kKeywords[] = {
    {"required", "schema-required"},
    {"type", "schema-type"},
    {"enum", "schema-enum"},
    {"const", "schema-enum"},
    {"pattern", "schema-pattern"},
    {"format", "schema-format"},
    {"minimum", "schema-range"},
    {"maximum", "schema-range"},
    {"exclusiveMinimum", "schema-range"},
    {"exclusiveMaximum", "schema-range"},
    {"multipleOf", "schema-range"},
    {"minLength", "schema-length"},
    {"maxLength", "schema-length"},
    {"minItems", "schema-length"},
    {"maxItems", "schema-length"},
    {"minProperties", "schema-length"},
    {"maxProperties", "schema-length"},
    {"additionalProperties", "schema-unexpected"},
    {"additionalItems", "schema-unexpected"},
    {"false", "schema-unexpected"},
};

/// False for a side of whose messages the profile says nothing.
bool has_types(const Profile& profile, Side side) {
  return std::any_of(
      profile.messages.begin(), profile.messages.end(), [side](const MessageType& type) { return type.side == side; });
}

/// A hint as a sentence.
std::string sentence(std::string text) {
  if (text.empty()) {
    return text;
  }
  if (text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  const char last = text.back();
  return last == '.' || last == '?' ? text : text + ".";
}

std::string fix_of(const schema::Fault& fault) {
  if (!fault.hint.empty()) {
    return sentence(fault.hint);
  }
  return fault.keyword == "required" ? fmt::format("Add {}.", fault.instance) : std::string();
}

/// All faults of one id in one sentence.
Words words_of(const Profile& profile, const Seen& seen, std::string_view id) {
  Words words;
  std::size_t said = 0, more = 0;
  for (const auto& fault : seen.faults) {
    if (schema_id(fault.keyword) != id) {
      continue;
    }
    if (said == kMaxSaid) {
      ++more;
      continue;
    }
    words.says += (said++ == 0 ? "" : "; ") + fault.says();
    words.fix = words.fix.empty() && seen.from == Side::client ? fix_of(fault) : words.fix;
  }
  words.says = fmt::format("{}: {}{}.",
                           name_of(profile, seen),
                           words.says,
                           more > 0 ? fmt::format("; and {} more like it", more) : std::string());
  return words;
}

/// Pointers to all members of an object, two levels deep.
std::vector<std::string> members_of(json::Value value) {
  std::vector<std::string> pointers;
  for (std::size_t i = 0; i < value.size() && value.is(json::Type::object); ++i) {
    const auto [key, member] = value.member(i);
    const std::string pointer = "/" + json::escape_step(key);
    pointers.push_back(pointer);
    for (std::size_t j = 0; j < member.size() && member.is(json::Type::object); ++j) {
      pointers.push_back(pointer + "/" + json::escape_step(member.member(j).first));
    }
  }
  return pointers;
}

/// How many members of `type`'s example `message` has too, what tells types apart left out.
std::size_t likeness(const MessageType& type, const std::string& discriminator, json::Value message) {
  json::Json example;
  if (type.example.empty() || example.parse(type.example)) {
    return 0;
  }
  const auto pointers = members_of(example.root());
  return static_cast<std::size_t>(std::count_if(pointers.begin(), pointers.end(), [&](const std::string& pointer) {
    return pointer != discriminator && message.at(pointer).has_value();
  }));
}

/// The type whose example is most like the message; null where none is at all.
std::optional<TypeIndex> most_alike(const Profile& profile, const Classifier& classifier, const Seen& seen) {
  std::optional<TypeIndex> best;
  std::size_t most = 0;
  for (TypeIndex i = 0; i < profile.messages.size(); ++i) {
    const auto& type = profile.messages[i];
    const auto alike = type.side == seen.from ? likeness(type, classifier.pointer(), *seen.root) : 0;
    if (alike > most) {
      most = alike;
      best = i;
    }
  }
  return best;
}

/// The type that was most likely meant: by spelling, by members, by place.
std::optional<std::string> meant(const Profile& profile,
                                 const Classifier& classifier,
                                 const Seen& seen,
                                 std::optional<TypeIndex> expected) {
  const auto given = classifier.pointer().empty() ? std::nullopt : seen.root->at(classifier.pointer());
  if (given && given->is(json::Type::string)) {
    std::vector<std::string_view> known;
    for (const auto& entry : classifier.by_string()) {
      known.push_back(entry.first);
    }
    if (const auto near = nearest(given->string(), known)) {
      return std::string(*near);
    }
  }
  const auto alike = most_alike(profile, classifier, seen);
  const auto index = alike ? alike : expected;
  return index ? std::optional(profile.messages[*index].name) : std::nullopt;
}

std::string known_types(const Profile& profile, Side side) {
  std::string list;
  std::size_t named = 0;
  for (const auto& type : profile.messages) {
    if (type.side == side && named++ < kMaxNamed) {
      list += (list.empty() ? "" : ", ") + type.name;
    }
  }
  return named > kMaxNamed ? list + ", …" : list;
}

/// What the message is, as far as it can be told: "the message with /type \"connect\"".
std::string unknown_message(const Classifier& classifier, const Seen& seen) {
  if (classifier.pointer().empty()) {
    return "a message";
  }
  const auto given = seen.root->at(classifier.pointer());
  return given ? fmt::format("a message with {} {}", classifier.pointer(), elide(given->text(), kValueColumns))
               : fmt::format("a message without {}", classifier.pointer());
}

Words unknown_words(const Profile& profile,
                    const Classifier& classifier,
                    const Seen& seen,
                    std::optional<TypeIndex> expected) {
  const bool own = seen.from == Side::client;
  const auto guess = own ? meant(profile, classifier, seen, expected) : std::nullopt;
  Words words;
  words.says = fmt::format("The {} sent {}: {} has none such{}",
                           own ? "client" : "server",
                           unknown_message(classifier, seen),
                           profile.name,
                           guess ? fmt::format("; did you mean {}?", *guess) : ".");
  if (own) {
    words.fix =
        guess ? fmt::format(
                    "Send {}, or another of the profile's messages: whydrop profile show {}.", *guess, profile.name)
              : fmt::format("Send one of these: {}.", known_types(profile, seen.from));
  }
  return words;
}

}  // namespace

std::string_view schema_id(std::string_view keyword) {
  const auto row = std::find_if(
      std::begin(kKeywords), std::end(kKeywords), [&](const KeywordRow& each) { return each.keyword == keyword; });
  return row == std::end(kKeywords) ? "schema-other" : row->id;
}

void check_json(const Profile& profile, const Seen& seen, Findings& findings) {
  if (!seen.loss.empty()) {
    findings.doubt("message-inexact", seen.from, seen.seq, [&] {
      return Words{fmt::format("In a message of the {}, {} here; other readers refuse it or take something else.",
                               wire::name(seen.from),
                               seen.loss),
                   {},
                   {}};
    });
  }
  if (!seen.unreadable.empty()) {
    findings.fault("packet-unreadable", seen.from, seen.seq, [&] {
      return Words{
          fmt::format(
              "The {} sent a message that {} cannot read: {}.", wire::name(seen.from), profile.name, seen.unreadable),
          seen.from == Side::client ? fmt::format("Send packets as {} has them.", profile.title) : std::string(),
          {}};
    });
    return;
  }
  if (seen.not_json.empty() || !has_types(profile, seen.from)) {
    return;
  }
  findings.fault("message-not-json", seen.from, seen.seq, [&] {
    return Words{fmt::format("The {} sent a text message that is not JSON: {}.",
                             seen.from == Side::client ? "client" : "server",
                             seen.not_json),
                 seen.from == Side::client ? fmt::format("{} takes JSON only.", profile.name) : std::string(),
                 {}};
  });
}

void check_known(const Profile& profile,
                 const Classifier& classifier,
                 const Seen& seen,
                 std::optional<TypeIndex> expected,
                 Findings& findings) {
  if (!seen.root || seen.type || !has_types(profile, seen.from)) {
    return;
  }
  const auto make = [&] { return unknown_words(profile, classifier, seen, expected); };
  if (seen.from == Side::client) {
    findings.fault("message-unknown", seen.from, seen.seq, make);
  } else {
    findings.note("message-unknown", seen.seq, make);
  }
}

void check_schema(const Profile& profile, const Seen& seen, Findings& findings) {
  std::vector<std::string_view> told;
  for (const auto& fault : seen.faults) {
    const auto id = schema_id(fault.keyword);
    if (std::find(told.begin(), told.end(), id) == told.end()) {
      told.push_back(id);
      findings.fault(id, seen.from, seen.seq, [&] { return words_of(profile, seen, id); });
    }
  }
}

void check_same(const WordSource& source, const Seen& seen, Findings& findings) {
  if (!seen.type || !seen.root) {
    return;
  }
  for (const auto& same : source.profile.messages[*seen.type].same) {
    const auto value = seen.root->at(same.pointer);
    const auto wanted = source.bindings.get(same.variable);
    const bool known = wanted && !wanted->empty() && source.bindings.origin(same.variable) != Origin::fallback;
    if (!value || !known || is_masked(seen, *value)) {
      continue;
    }
    const auto given = json::plain_text(*value);
    if (given != *wanted) {
      findings.own(same.finding, seen.seq, [&] {
        return Words{fill_words(same.finding.says, source, seen), fill_words(same.finding.fix, source, seen), {}};
      });
    }
  }
}

}  // namespace whydrop::profile
