#pragma once

#include "session/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// Who serves WebSockets under host names of its own, and what is known of these: fixtures/owners/NAME.json, whose
/// format fixtures/owners/README.md tells. Texts may hold {region}: fill_region().
struct Owner {
  std::string title;    ///< of the platform, as its maker writes it
  std::string company;  ///< its maker

  struct Region {
    std::string label;   ///< "eu-west-1"
    std::string domain;  ///< "mypurecloud.ie"
  };
  std::vector<Region> regions;
  std::vector<std::string> aliases;  ///< more domains of regions
  std::string usual_region;          ///< domain of the region that is taken where none is known
  std::vector<std::string> services;
  std::vector<std::string> lookalike_domains;
  std::vector<std::string> lookalike_parts;
  std::string hosts_fix;

  /// The socket that clients of the platform are meant to use.
  struct Socket {
    std::string service, title;
    std::string discriminator;          ///< member that each of the client's messages has
    std::vector<std::string> mistaken;  ///< members that people send in its place
    std::string profile, command;
    std::string credential, credential_fix, scope_fix;
  } socket;
  std::string opaque_service;  ///< of a socket whose path and token come from a reply; empty: there is none

  std::string rest_path, rest_fix;  ///< empty: no path is known to be of REST calls only

  struct HeardOf {
    std::string path;  ///< glob
    std::string thread;
  };
  std::string hearsay_site;
  std::vector<HeardOf> hearsay_sockets;
  std::vector<std::string> hearsay_scopes;  ///< globs

  /// A host's name, taken apart.
  struct Host {
    std::string service;  ///< "webmessaging", "api", "login" …; an organisation's label; or empty
    std::string region;   ///< its domain
  };
  /// Null for a host that is not one of the owner's, by name.
  std::optional<Host> host(std::string_view name) const;
  /// True for a name that is, or is meant to be, one of the owner's: "api.us-east-1.mygen.com".
  bool is_meant_by(std::string_view name) const;
  /// True for a host's part before the region's domain that the owner is known to use.
  bool is_service(std::string_view service) const;
  /// A region's label in a host's name; its domain is empty where the owner has no such region.
  std::optional<Region> label_in(std::string_view name) const;
  /// The region of a host: by its domain, else by its label, else the usual one.
  std::string region_of(std::string_view name) const;
  /// A socket that is only heard of; null if no path fits.
  const HeardOf* heard_of(std::string_view path) const;
  /// The finding scope-unknown for those of `scopes` that are only heard of; null if there is none of them.
  std::optional<session::Finding> scope_finding(const std::vector<std::string>& scopes, std::uint64_t evidence) const;
};

/// All that are known, by name. Loaded once, when first asked for.
const std::vector<Owner>& owners();
/// The one that a host's name belongs to, or is meant to; null if there is none.
const Owner* owner_of(std::string_view host);
/// The one whose clients are meant to use this profile; null if there is none.
const Owner* owner_of_profile(std::string_view profile);

/// `text` with each {region} replaced.
std::string fill_region(std::string_view text, std::string_view region);

}  // namespace whydrop::profile
