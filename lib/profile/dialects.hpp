#pragma once

#include "json/json.hpp"
#include "profile/profile.hpp"
#include "wire/frame.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// A dialect that something looks like.
struct DialectMatch {
  std::string profile, title;
  Profile::Status status = Profile::Status::not_served;
  std::string instead;
  unsigned score = 0;                ///< higher is surer
  std::vector<std::string> reasons;  ///< "the URL is its own", "the first message has type=connect"
  bool settles = false;              ///< nothing else is known to look so
  bool by_url = false;               ///< the URL speaks for it
  bool misform = false;              ///< it is a form that people send by mistake
};

/// Known dialects: the built-in profiles and those of the person's own.
class Dialects {
 public:
  Dialects();
  /// One more, from a profile's text; it stands for the built-in one of its name.
  void add(std::shared_ptr<const Profile> profile);
  /// Best first; nothing that is only weakly alike.
  std::vector<DialectMatch> of_url(std::string_view url) const;
  std::vector<DialectMatch> of_message(wire::Side side, std::string_view payload) const;
  /// The same of a value that is parsed already, with what is weakly alike: of profiles of that codec; empty: of none.
  std::vector<DialectMatch> of_value(wire::Side side, json::Value value, std::string_view codec = {}) const;
  std::vector<DialectMatch> of_subprotocol(std::string_view subprotocol) const;
  /// All of a profile; null for a name that is not known.
  std::shared_ptr<const Profile> whole(std::string_view profile) const;
  /// Name, title, status, instead and fingerprint of a profile; null for a name that is not known.
  const Profile* heading(std::string_view profile) const;
  /// Names of all of them.
  std::vector<std::string_view> names() const;

  /// Less than this much likeness tells nothing; an URL of its own, or two different messages, are more.
  static constexpr unsigned kEnough = 60;
  /// Less than this much is only weakly alike.
  static constexpr unsigned kLeast = 35;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::profile
