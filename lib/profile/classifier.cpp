#include "profile/classifier.hpp"

#include <algorithm>

namespace whydrop::profile {
namespace {

/// The string that a condition asks for; null if it asks for anything else.
std::optional<std::string> wanted_string(const Where& where) {
  json::Json value;
  if (where.op != Where::Op::is || where.values.size() != 1 || value.parse(where.values.front()) ||
      !value.root().is(json::Type::string)) {
    return std::nullopt;
  }
  return std::string(value.root().string());
}

/// The pointer at which most types ask for a string; the first of equals.
std::string usual_pointer(const Profile& profile, Side side) {
  std::vector<std::pair<std::string, std::size_t>> asked;
  for (const auto& type : profile.messages) {
    for (const auto& where : type.match) {
      if (type.side != side || !wanted_string(where)) {
        continue;
      }
      const auto known =
          std::find_if(asked.begin(), asked.end(), [&](const auto& entry) { return entry.first == where.pointer; });
      if (known == asked.end()) {
        asked.emplace_back(where.pointer, 1);
      } else {
        ++known->second;
      }
    }
  }
  const auto most =
      std::max_element(asked.begin(), asked.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == asked.end() ? std::string() : most->first;
}

/// The key of a pointer of one step without escapes; else empty.
std::string plain_key(const std::string& pointer) {
  const bool plain = pointer.size() > 1 && pointer.find_first_of("/~", 1) == std::string::npos;
  return plain ? pointer.substr(1) : std::string();
}

}  // namespace

Classifier::Classifier(const Profile& profile, Side side)
    : profile_(profile), pointer_(usual_pointer(profile, side)), key_(plain_key(pointer_)) {
  only_by_string_.resize(profile.messages.size());
  for (TypeIndex i = 0; i < profile.messages.size(); ++i) {
    const auto& type = profile.messages[i];
    if (type.side != side) {
      continue;
    }
    if (const auto string = string_of(type)) {
      by_string_.try_emplace(*string, others_).first->second.push_back(i);
      only_by_string_[i] = type.match.size() == 1;
      continue;
    }
    others_.push_back(i);
    for (auto& entry : by_string_) {
      entry.second.push_back(i);
    }
  }
}

std::optional<std::string> Classifier::string_of(const MessageType& type) const {
  for (const auto& where : type.match) {
    if (where.pointer == pointer_) {
      if (auto string = wanted_string(where)) {
        return string;
      }
    }
  }
  return std::nullopt;
}

std::optional<json::Value> Classifier::discriminator(json::Value message) const {
  return key_.empty() || !message.is(json::Type::object) ? message.at(pointer_) : message.find(key_);
}

std::optional<TypeIndex> Classifier::first(const std::vector<TypeIndex>& candidates, json::Value message) const {
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](TypeIndex i) {
    return only_by_string_[i] || holds(profile_.messages[i].match, message);
  });
  return found == candidates.end() ? std::nullopt : std::optional(*found);
}

std::optional<TypeIndex> Classifier::type_of(json::Value message) const {
  const auto string = pointer_.empty() ? std::nullopt : discriminator(message);
  if (string && string->is(json::Type::string)) {
    const auto entry = by_string_.find(string->string());
    if (entry != by_string_.end()) {
      return first(entry->second, message);
    }
  }
  return first(others_, message);
}

}  // namespace whydrop::profile
