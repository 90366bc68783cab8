#include "replay/message_key.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

// What dialects call the member that tells their messages apart, the most telling first.
constexpr std::array<std::string_view, 10> kTellingMembers{
    "type", "event", "action", "class", "kind", "eventName", "topicName", "topic", "method", "op"};
constexpr std::size_t kMostNames = 8;

std::optional<std::string> by_telling_member(json::Value object) {
  for (const std::string_view member : kTellingMembers) {
    const auto value = object.find(member);
    if (value && value->is(json::Type::string)) {
      return fmt::format("{}={}", member, value->string());
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
  return fmt::format("{{{}{}}}", names, object.size() > count ? ", …" : "");
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
