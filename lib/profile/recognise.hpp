#pragma once

#include "profile/load.hpp"
#include "profile/profile.hpp"
#include "profile/url_parts.hpp"
#include "session/event.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
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
  std::vector<Likeness> of_url(std::string_view url) const;
  std::vector<Likeness> of_message(wire::Side side, std::string_view payload) const;
  /// The same of a value that is parsed already, with what is weakly alike.
  std::vector<Likeness> of_value(wire::Side side, json::Value value) const;
  std::vector<Likeness> of_subprotocol(std::string_view subprotocol) const;
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

/// What one connection looks like, gathered from its URL, its subprotocol and its first messages. Live runs, captures
/// and `whydrop profile match` recognise by it.
class Recogniser {
 public:
  /// A dialect and all that speaks for it.
  struct Sum {
    Likeness like;
    std::vector<std::uint64_t> evidence;
    unsigned of_client = 0;   ///< part of the score that the client's own messages give, mistaken forms left out
    bool by_message = false;  ///< a message settles it
  };

  explicit Recogniser(const Dialects& dialects) : dialects_(&dialects) {}
  const Dialects& dialects() const { return *dialects_; }
  void see_url(std::string_view url, std::uint64_t seq);
  /// A name or a list of them, as a header has it.
  void see_subprotocols(std::string_view names, std::uint64_t seq);
  /// A text message. Returns what it holds where it was looked at and is JSON; valid until the next call.
  std::optional<json::Value> see(wire::Side from, std::string_view payload, std::uint64_t seq);

  /// By name.
  const std::map<std::string, Sum, std::less<>>& sums() const { return sums_; }
  /// The dialect that fits best; null if nothing does.
  const Sum* best() const;
  /// The one of those that something settles; null if nothing is settled.
  const Sum* settled() const;
  /// The best, where enough speaks for it to be told of; null else.
  const Sum* candidate() const;

 private:
  void add(std::vector<Likeness> found, std::uint64_t seq, std::optional<wire::Side> from = std::nullopt);

  const Dialects* dialects_;
  std::array<unsigned, 2> looked_{};
  json::Json parsed_;
  std::map<std::string, Sum, std::less<>> sums_;
};

/// Watches one connection without being told a profile, or beside one, and says at its end what it looks like and what
/// of that no server of the host's owner serves: dialect-recognised, dialect-not-served, region-label, host-unknown,
/// rest-path-on-socket, token-misplaced, scope-unknown. Looks at the URL, the request and the first messages only.
class RealityCheck {
 public:
  /// `told`: the profile in use, or empty.
  RealityCheck(const Dialects& dialects, std::string told, std::function<void(session::Body&&)> emit);
  ~RealityCheck();
  /// A message, before what else is thought of it; the events of messages are not looked at.
  void look(const session::Message& message);
  void on_event(const session::Event& event);
  const Recogniser& recogniser() const;
  /// The dialect is recognised, and said to be: its name. Empty: it is not.
  void set_recognised(std::string profile);
  /// The URL is like this dialect, and the first message plainly of another: nothing is told of it.
  void refute(std::string profile);
  /// True for a host that is one of the owner's own, by name.
  bool of_owner() const;
  /// The same, for a connection that does not end on this machine.
  bool at_owner() const;

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
