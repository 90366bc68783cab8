#pragma once

#include "profile/load.hpp"
#include "profile/profile.hpp"
#include "profile/url_parts.hpp"
#include "session/event.hpp"

#include <cstdint>
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
  void add(std::shared_ptr<const Profile> profile);
  /// Best first; nothing that is only weakly alike.
  std::vector<Likeness> of_url(std::string_view url) const;
  std::vector<Likeness> of_message(wire::Side side, std::string_view payload) const;
  /// The same of a value that is parsed already, with what is weakly alike, but without mistaken forms.
  std::vector<Likeness> of_value(wire::Side side, json::Value value) const;
  /// Name, title, status, instead and fingerprint of a profile; null for a name that is not known.
  const Profile* heading(std::string_view profile) const;
  /// Names of all of them.
  std::vector<std::string_view> names() const;

  /// Less than this much likeness tells nothing; an URL of its own, or two different messages, are more.
  static constexpr unsigned kEnough = 60;

 private:
  struct Impl;
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

/// What a client of a served profile needs to begin. What only its user knows is "…".
struct Beginning {
  std::string url;    ///< "wss://webmessaging.mypurecloud.ie/v1?deploymentId=…"
  std::string first;  ///< the first message, as JSON; empty where the client sends nothing
  std::string reply;  ///< type of the answer, or empty
  /// "URL; the first message is …, and the answer is …", without full stop.
  std::string says() const;
};
/// `region`: value for its variable of that name. Null where `profile` is not built in.
std::optional<Beginning> beginning_of(std::string_view profile, std::string_view region);

/// Regions and hosts of Genesys Cloud: what a host name says of itself.
struct GenesysHost {
  std::string service;  ///< "webmessaging", "api", "login" …; an organisation's label; or empty
  std::string region;   ///< "mypurecloud.ie", or empty where no region is known
};
/// Null for a host that is not one of Genesys Cloud's, by name.
std::optional<GenesysHost> genesys_host(std::string_view host);
/// True for a name that is, or is meant to be, one of Genesys Cloud's: "api.us-east-1.mygen.com".
bool looks_like_genesys(std::string_view host);
/// True for a host's part before the region's domain that Genesys Cloud is known to use.
bool is_genesys_service(std::string_view service);

/// An AWS region's label in a host's name, and the domain that Genesys Cloud has for that region, or empty.
struct RegionLabel {
  std::string label, domain;
};
std::optional<RegionLabel> region_label(std::string_view host);

/// A socket that a forum thread describes and no Genesys source knows.
struct ForumSocket {
  std::string_view path;    ///< glob
  std::string_view thread;  ///< number of the thread on forum.sggu.com
};
/// The first whose path fits, or null.
const ForumSocket* forum_socket(std::string_view path);

/// True for a scope that guides and forums name and no Genesys source does: "guest:write".
bool is_forum_scope(std::string_view scope);
/// The finding scope-unknown for those of `scopes`; null if there is none of them.
std::optional<session::Finding> scope_finding(const std::vector<std::string>& scopes, std::uint64_t evidence);

/// True if `text` fits `glob`, in which "*" stands for any text and nothing else is special.
bool fits_glob(std::string_view text, std::string_view glob);
/// True if one of `globs` fits the URL's scheme, host and path: whatever port it has.
bool fits_url(const UrlParts& url, const std::vector<std::string>& globs);

}  // namespace whydrop::profile
