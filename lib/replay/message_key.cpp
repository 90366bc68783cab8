#include "replay/message_key.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

// What dialects call the member that tells their messages apart, the most telling first.
constexpr std::array<std::string_view, 10> kTellingMembers{
    "type", "event", "action", "class", "kind", "eventName", "topicName", "topic", "method", "op"};
constexpr std::size_t kMostNames = 8;
// Kinds are remembered, and a peer that makes up long names must not fill our memory.
constexpr std::size_t kMostBytes = 120;

std::string bounded(std::string key) {
  if (key.size() > kMostBytes) {
    key.resize(utf8_valid_prefix(std::string_view(key).substr(0, kMostBytes)));
  }
  return key;
}

std::optional<std::string> by_telling_member(json::Value object) {
  for (const std::string_view member : kTellingMembers) {
    const auto value = object.find(member);
    if (value && value->is(json::Type::string)) {
      return bounded(fmt::format("{}={}", member, value->string()));
    }
  }
  return std::nullopt;
}

std::string by_names(json::Value object) {
  std::string names;
  const std::size_t count = std::min(object.size(), kMostNames);
  for (std::size_t i = 0; i < count; ++i) {
    names.append(i == 0 ? "" : ", ").append(object.member(i).first);
  }
  return bounded(fmt::format("{{{}{}}}", names, object.size() > count ? ", …" : ""));
}

}  // namespace

KeyMaker::KeyMaker(const profile::Profile* profile) : profile_(profile) {
  if (profile_ != nullptr) {
    client_ = std::make_unique<profile::Classifier>(*profile_, wire::Side::client);
    server_ = std::make_unique<profile::Classifier>(*profile_, wire::Side::server);
  }
}

std::string KeyMaker::key_of(wire::Side from, bool text, const std::optional<json::Value>& root) const {
  if (!text) {
    return "binary";
  }
  if (!root) {
    return "text";
  }
  const auto* classifier = from == wire::Side::client ? client_.get() : server_.get();
  if (const auto type = classifier != nullptr ? classifier->type_of(*root) : std::nullopt) {
    return profile_->messages[*type].name;
  }
  if (!root->is(json::Type::object)) {
    return std::string(json::name(root->type()));
  }
  const auto told = by_telling_member(*root);
  return told ? *told : by_names(*root);
}

}  // namespace whydrop::replay
