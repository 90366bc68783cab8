#pragma once

#include "profile/load.hpp"
#include "profile/profile.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// A dialect that something looks like.
struct Likeness {
  std::string profile, title;
  Profile::Status status = Profile::Status::not_served;
  std::string instead;
  unsigned score = 0;                ///< higher is surer
  std::vector<std::string> reasons;  ///< "the URL is its own", "the first message has type=connect"
};

/// Known dialects: the built-in profiles and those of the person's own.
class Dialects {
 public:
  Dialects();
  /// One more, from a profile's text; it stands for the built-in one of its name.
  void add(const Profile& profile);
  /// Best first; nothing that is only weakly alike.
  std::vector<Likeness> of_url(std::string_view url) const;
  std::vector<Likeness> of_message(wire::Side side, std::string_view payload) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// Watches one connection without being told a profile, or beside one, and says at its end what it looks like and what
/// of that no server of the host's owner serves: dialect-recognised, dialect-not-served, region-label, host-unknown,
/// rest-path-on-socket, token-misplaced, scope-unknown. Looks at the URL, the request and the first messages only.
class RealityCheck {
 public:
  /// `told`: the profile in use, or empty.
  RealityCheck(const Dialects& dialects, std::string told, std::function<void(session::Body&&)> emit);
  ~RealityCheck();
  void on_event(const session::Event& event);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Regions and hosts of Genesys Cloud: what a host name says of itself.
struct GenesysHost {
  std::string service;  ///< "webmessaging", "api", "login" …; an organisation's label; or empty
  std::string region;   ///< "mypurecloud.ie", or empty where no region is known
};
/// Null for a host that is not one of Genesys Cloud's, by name.
std::optional<GenesysHost> genesys_host(std::string_view host);

}  // namespace whydrop::profile
