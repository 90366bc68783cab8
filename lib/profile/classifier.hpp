#pragma once

#include "profile/profile.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::profile {

/// Index into Profile::messages.
using TypeIndex = std::size_t;

/// Tells the type of one side's messages: the first whose `match` holds. Nearly every dialect tells its messages apart
/// by a string at one pointer; what that string is leaves few types to try.
class Classifier {
 public:
  /// `profile` must outlive it.
  Classifier(const Profile& profile, Side side);

  std::optional<TypeIndex> type_of(json::Value message) const;
  /// Where the string stands that tells most types apart; may be empty.
  const std::string& pointer() const { return pointer_; }
  /// The strings that it may be, with a type of each.
  const std::map<std::string, std::vector<TypeIndex>, std::less<>>& by_string() const { return by_string_; }

 private:
  std::optional<std::string> string_of(const MessageType& type) const;
  std::optional<json::Value> discriminator(json::Value message) const;
  std::optional<TypeIndex> first(const std::vector<TypeIndex>& candidates, json::Value message) const;

  const Profile& profile_;
  std::string pointer_;
  std::string key_;  ///< of an object's top level, where the pointer is a plain one of one step; else empty
  std::map<std::string, std::vector<TypeIndex>, std::less<>> by_string_;
  std::vector<TypeIndex> others_;     ///< types that no string at the pointer is asked of
  std::vector<bool> only_by_string_;  ///< by TypeIndex: the string is all that is asked
};

}  // namespace whydrop::profile
