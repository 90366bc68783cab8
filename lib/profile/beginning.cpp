#include "profile/beginning.hpp"

#include "json/json.hpp"
#include "profile/load.hpp"
#include "profile/profile.hpp"
#include "profile/template.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::profile {

namespace {

constexpr std::string_view kMadeByYou = "<a UUID that you make>";

std::string without_quotes(std::string json) {
  const std::string quoted = fmt::format("\"{}\"", kMadeByYou);
  for (std::size_t at = json.find(quoted); at != std::string::npos; at = json.find(quoted, at)) {
    json.replace(at, quoted.size(), kMadeByYou);
  }
  return json;
}

/// A template with what is known of it; the rest is left to the reader.
std::string outlined(const Profile& profile, std::string_view text, std::string_view region) {
  std::string out;
  for (const Piece& piece : pieces_of(text)) {
    const Variable* variable = piece.name ? profile.variable(piece.text) : nullptr;
    const bool uuid = piece.text == "$uuid" || (variable != nullptr && variable->generate == "uuid");
    out += !piece.name              ? piece.text
           : piece.text == "region" ? std::string(region)
           : uuid                   ? std::string(kMadeByYou)
                                    : "…";
  }
  return out;
}

/// Adds what `schema` requires, and what the schemas do that it joins.
void add_required(json::Value root,
                  std::optional<json::Value> schema,
                  unsigned depth,
                  std::vector<std::string>& names) {
  constexpr unsigned kDeepest = 8;
  const auto reference = schema ? schema->find("$ref") : std::nullopt;
  if (reference && reference->string().substr(0, 1) == "#") {
    schema = root.at(reference->string().substr(1));
  }
  if (!schema || depth == kDeepest) {
    return;
  }
  if (const auto required = schema->find("required")) {
    for (std::size_t i = 0; i < required->size(); ++i) {
      names.emplace_back(required->item(i).string());
    }
  }
  if (const auto joined = schema->find("allOf")) {
    for (std::size_t i = 0; i < joined->size(); ++i) {
      add_required(root, joined->item(i), depth + 1, names);
    }
  }
}

/// The example without the members that its schema does not require.
std::string required_of(const Profile& profile, const MessageType& message) {
  json::Json example;
  std::vector<std::string> required;
  if (profile.document != nullptr) {
    add_required(profile.document->root(), profile.document->root().at(message.schema), 0, required);
  }
  if (required.empty() || example.parse(message.example) || !example.root().is(json::Type::object)) {
    return message.example;
  }
  std::string out;
  for (std::size_t i = 0; i < example.root().size(); ++i) {
    const auto [key, value] = example.root().member(i);
    if (std::find(required.begin(), required.end(), key) != required.end()) {
      out += fmt::format("{}{}:{}", out.empty() ? "{" : ",", json::quote(key), value.text());
    }
  }
  return out + "}";
}

}  // namespace

std::string Beginning::says() const {
  return url + (first.empty() ? "" : "; the first message is " + first) +
         (first.empty() || reply.empty() ? "" : ", and the answer is " + reply);
}

std::optional<Beginning> beginning_of(std::string_view name, std::string_view region) {
  const BuiltIn* found = find_built_in(name);
  const auto loaded = found != nullptr ? load(*found) : fail(ErrorKind::usage, "");
  if (!loaded) {
    return std::nullopt;
  }
  const Profile& profile = **loaded;
  Beginning made;
  made.url = outlined(profile, profile.socket_url, region);
  if (!profile.opening.empty()) {
    const MessageType* first = profile.message(wire::Side::client, profile.opening.front().message);
    // In quotes it would be masked wherever it is told: it stands where a token does.
    made.first = first != nullptr ? without_quotes(outlined(profile, required_of(profile, *first), region)) : "";
    made.reply = profile.opening.front().await;
  }
  return made;
}

}  // namespace whydrop::profile
