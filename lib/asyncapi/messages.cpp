#include "asyncapi/messages.hpp"

#include "asyncapi/naming.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::asyncapi {
namespace {

constexpr std::size_t kMostMessages = 400;

/// One that is not named is JSON.
bool is_json(std::string_view content_type) {
  return trim(content_type.substr(0, content_type.find(';'))).empty() || json::is_json_media_type(content_type);
}

/// One line for people.
std::string about_of(Sources& sources, const Site& site, const std::string& name) {
  for (const char* key : {"summary", "title", "description"}) {
    if (std::string line = first_line(sources.text(site, key), ""); !line.empty()) {
      return line;
    }
  }
  return "message " + name;
}

/// Reads messages, each with what its traits add.
class Reader {
 public:
  explicit Reader(Sources& sources)
      : sources_(sources), default_type_(sources.text(sources.root(), "defaultContentType")) {}

  std::optional<Message> read(const Use& use) {
    const std::string type = text(use.site, "contentType", default_type_);
    if (!is_json(type)) {
      sources_.note(use.site,
                    fmt::format("message {} is not carried over: its content is {}, not JSON", use.name, type));
      return std::nullopt;
    }
    Message message;
    message.name = use.name;
    message.about = about_of(sources_, use.site, use.name);
    message.site = use.site;
    message.correlated = use.correlated;
    if (member(use.site, "headers")) {
      sources_.note(use.site,
                    fmt::format("headers of message {} are not carried over: one on a WebSocket has none", use.name));
    }
    const auto payload = member(use.site, "payload");
    const auto schema =
        payload
            ? schema_of(sources_, *payload, text(use.site, "schemaFormat", ""), "the payload of message " + use.name)
            : std::nullopt;
    message.any = !schema.has_value();
    if (schema) {
      message.schemas.push_back(*schema);
      message.traits = traits_of(sources_, *schema);
    }
    message.example = example_of(use.site, schema);
    message.id = correlation_of(use.site, use.name);
    return message;
  }

 private:
  /// Its own member, or one of its traits'. AsyncAPI 3: what a trait says never stands above the message's own.
  std::optional<Site> member(const Site& message, const char* key) {
    if (auto own = sources_.member(message, key)) {
      return own;
    }
    const auto traits = sources_.member(message, "traits");
    for (const Site& trait : traits ? sources_.items(*traits) : std::vector<Site>()) {
      if (auto found = sources_.member(trait, key)) {
        return found;
      }
    }
    return std::nullopt;
  }

  std::string text(const Site& message, const char* key, const std::string& fallback) {
    const auto found = member(message, key);
    return found && found->value.is(json::Type::string) ? std::string(found->value.string()) : fallback;
  }

  /// The first payload of its examples, or of its schema's.
  std::string example_of(const Site& message, const std::optional<Site>& schema) {
    const auto examples = member(message, "examples");
    for (const Site& example : examples ? sources_.items(*examples) : std::vector<Site>()) {
      if (const auto payload = sources_.member(example, "payload")) {
        return payload->value.text();
      }
    }
    const auto values = schema ? sources_.member(*schema, "examples") : std::nullopt;
    return values && values->value.is(json::Type::array) && values->value.size() > 0 ? values->value.item(0).text()
                                                                                     : "";
  }

  /// "$message.payload#/id" names a place in the payload.
  std::string correlation_of(const Site& message, const std::string& name) {
    constexpr std::string_view kPayload = "$message.payload#";
    const auto id = member(message, "correlationId");
    const std::string location = id ? sources_.text(*id, "location") : "";
    if (starts_with(location, kPayload)) {
      return location.substr(kPayload.size());
    }
    if (id) {
      sources_.note(
          *id,
          fmt::format("the correlation id of message {} is not carried over: it stands at {}, not in the payload",
                      name,
                      location.empty() ? "no place given" : location));
    }
    return "";
  }

  Sources& sources_;
  std::string default_type_;
};

bool disjoint(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::none_of(
      a.begin(), a.end(), [&](const std::string& value) { return std::find(b.begin(), b.end(), value) != b.end(); });
}

/// The pointer at which both fix other values; null if there is none.
const std::string* fixed_apart(const Traits& a, const Traits& b) {
  for (const auto& [pointer, values] : a.fixed) {
    const auto found = b.fixed.find(pointer);
    if (found != b.fixed.end() && disjoint(values, found->second)) {
      return &pointer;
    }
  }
  return nullptr;
}

/// A member that `a` requires and `b` does not allow; null if there is none.
const std::string* required_apart(const Traits& a, const Traits& b) {
  const auto found = std::find_if(a.required.begin(), a.required.end(), [&](const std::string& name) {
    return b.allowed && b.allowed->count(name) == 0;
  });
  return found == a.required.end() ? nullptr : &*found;
}

std::string member_pointer(const std::string& name) {
  return "/" + json::escape_step(name);
}

/// True if something tells messages of the one from those of the other. One that fixes values is told from one that
/// fixes none by having them.
bool told_apart(const Traits& a, const Traits& b) {
  return fixed_apart(a, b) != nullptr || required_apart(a, b) != nullptr || required_apart(b, a) != nullptr ||
         a.fixed.empty() != b.fixed.empty();
}

std::string joined_name(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNamed = 3;
  return names.size() > kMostNamed ? fmt::format("{}-or-{}-others", names[0], names.size() - 1)
                                   : fmt::format("{}", fmt::join(names, "-or-"));
}

/// Makes messages one that nothing tells apart.
std::vector<Message> merged(Sources& sources, std::vector<Message> all) {
  std::vector<Message> out;
  std::vector<std::vector<std::string>> names;
  for (Message& message : all) {
    const auto like = std::find_if(
        out.begin(), out.end(), [&](const Message& one) { return !told_apart(one.traits, message.traits); });
    if (like == out.end()) {
      names.push_back({message.name});
      out.push_back(std::move(message));
      continue;
    }
    names[static_cast<std::size_t>(like - out.begin())].push_back(message.name);
    like->traits = either(std::move(like->traits), message.traits);
    like->schemas.insert(like->schemas.end(), message.schemas.begin(), message.schemas.end());
    like->any = like->any || message.any;
    like->example = like->example.empty() ? message.example : like->example;
    like->id = like->id == message.id ? like->id : "";
    like->correlated = like->correlated && message.correlated;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (names[i].size() > 1) {
      out[i].name = joined_name(names[i]);
      out[i].about = fmt::format("one of {}", fmt::join(names[i], ", "));
      sources.note(out[i].site,
                   fmt::format("no value distinguishes {}: they are judged as one type, by any of their schemas",
                               fmt::join(names[i], ", ")));
    }
  }
  return out.size() < all.size() ? merged(sources, std::move(out)) : out;
}

/// What tells message `index` from the others.
Match match_of(const std::vector<Message>& all, std::size_t index) {
  const Traits& own = all[index].traits;
  Match match;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Traits& another = all[i].traits;
    if (i == index) {
      continue;
    }
    if (const std::string* pointer = fixed_apart(own, another)) {
      match[*pointer] = {own.fixed.at(*pointer), true};
    } else if (const std::string* name = required_apart(own, another)) {
      match[member_pointer(*name)] = {};
    } else if (const std::string* lacks = required_apart(another, own)) {
      match[member_pointer(*lacks)] = {{}, false};
    }
  }
  // What others do not fix tells it all the same.
  const auto has_values = [](const auto& entry) { return !entry.second.values.empty(); };
  if (std::none_of(match.begin(), match.end(), has_values) && !own.fixed.empty()) {
    match[own.fixed.begin()->first] = {own.fixed.begin()->second, true};
  }
  return match;
}

/// Names that differ, none of which the format keeps for itself.
void name_all(std::vector<Message>& all) {
  std::set<std::string> taken;
  for (Message& message : all) {
    std::replace(message.name.begin(), message.name.end(), '*', '_');
    std::string base = message.name.empty() || message.name == "comment" ? message.name + "-message" : message.name;
    message.name = take_name(taken, base, "-");
  }
}

/// The messages of one side, each once.
std::vector<Message> read_all(Sources& sources, const std::vector<const Channel*>& channels, wire::Side from) {
  std::vector<Message> all;
  Reader reader(sources);
  for (const Channel* channel : channels) {
    for (const Use& use : channel->uses) {
      const auto same = std::find_if(all.begin(), all.end(), [&](const Message& one) { return one.site == use.site; });
      if (use.from != from || same != all.end()) {
        continue;
      }
      if (all.size() == kMostMessages) {
        sources.note(channel->site, fmt::format("messages behind the first {} are not carried over", kMostMessages));
        return all;
      }
      if (auto message = reader.read(use)) {
        all.push_back(std::move(*message));
      }
    }
  }
  return all;
}

}  // namespace

std::vector<Message> messages_of(Sources& sources, const std::vector<const Channel*>& channels, wire::Side from) {
  std::vector<Message> all = merged(sources, read_all(sources, channels, from));
  name_all(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].match = match_of(all, i);
  }
  std::stable_sort(
      all.begin(), all.end(), [](const Message& a, const Message& b) { return a.match.size() > b.match.size(); });
  return all;
}

bool holds(const Match& match, json::Value value) {
  return std::all_of(match.begin(), match.end(), [&](const auto& entry) {
    const auto found = value.at(entry.first);
    const auto& values = entry.second.values;
    return values.empty() ? found.has_value() == entry.second.exists
                          : found && std::find(values.begin(), values.end(), found->text()) != values.end();
  });
}

}  // namespace whydrop::asyncapi
