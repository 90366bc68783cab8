#include "profile/owner.hpp"

#include "base/text.hpp"
#include "json/json.hpp"
#include "profile/embedded.hpp"
#include "profile/glob.hpp"
#include "profile/read.hpp"
#include "profile/template.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

/// What stands before `domain` and its dot; null if `host` does not end in it.
std::optional<std::string_view> before(std::string_view host, std::string_view domain) {
  if (host == domain) {
    return std::string_view();
  }
  const bool ends = host.size() > domain.size() && host.substr(host.size() - domain.size()) == domain &&
                    host[host.size() - domain.size() - 1] == '.';
  return ends ? std::optional(host.substr(0, host.size() - domain.size() - 1)) : std::nullopt;
}

/// True for what has the form of a cloud region's label: "us-west-1".
bool is_region_form(std::string_view label) {
  constexpr std::string_view kPoints[] = {"north", "south", "east", "west", "central"};
  constexpr std::size_t kShortest = 9;
  return label.size() >= kShortest && label[2] == '-' && label[label.size() - 2] == '-' && label.back() >= '1' &&
         label.back() <= '9' && std::any_of(std::begin(kPoints), std::end(kPoints), [label](auto point) {
           return label.find(point) != std::string_view::npos;
         });
}

/// The part of a host's name that is registered: "acme.io" of "purecloud-proxy.acme.io", "acme.co.uk".
std::string_view domain_of(std::string_view host) {
  constexpr std::size_t kLongestMiddle = 3;
  const std::size_t last = host.rfind('.');
  std::size_t begin = last == std::string_view::npos || last == 0 ? last : host.rfind('.', last - 1);
  if (begin != std::string_view::npos && begin != 0 && last - begin - 1 <= kLongestMiddle) {
    begin = host.rfind('.', begin - 1);
  }
  return begin == std::string_view::npos ? host : host.substr(begin + 1);
}

const Owner::Region* find_region(const Owner& owner, std::string_view label) {
  const auto found = std::find_if(
      owner.regions.begin(), owner.regions.end(), [label](const Owner::Region& row) { return row.label == label; });
  return found == owner.regions.end() ? nullptr : &*found;
}

/// The label in one part of a host's name, which may have a service before it: "webchat-eu-west-1".
std::string_view label_of(const Owner& owner, std::string_view part) {
  while (find_region(owner, part) == nullptr && !is_region_form(part)) {
    const std::size_t dash = part.find('-');
    if (dash == std::string_view::npos) {
      return {};
    }
    part.remove_prefix(dash + 1);
  }
  return part;
}

void read_hosts(json::Value root, Owner& owner) {
  for (const json::Value row : read::items(root.find("regions"))) {
    owner.regions.push_back({read::text(row, "label"), read::text(row, "domain")});
    if (read::flag(row, "usual")) {
      owner.usual_region = owner.regions.back().domain;
    }
  }
  owner.aliases = read::texts(root, "aliases");
  owner.services = read::texts(root, "services");
  owner.hosts_fix = read::text(root, "hosts_fix");
  if (const auto alike = root.find("lookalikes")) {
    owner.lookalike_domains = read::texts(*alike, "domains");
    owner.lookalike_parts = read::texts(*alike, "parts");
  }
}

Owner::Socket read_socket(json::Value row) {
  Owner::Socket socket;
  socket.service = read::text(row, "service");
  socket.title = read::text(row, "title");
  socket.discriminator = read::text(row, "discriminator");
  socket.mistaken = read::texts(row, "mistaken");
  socket.profile = read::text(row, "profile");
  socket.command = read::text(row, "try");
  socket.credential = read::text(row, "credential");
  socket.credential_fix = read::text(row, "credential_fix");
  socket.scope_fix = read::text(row, "scope_fix");
  return socket;
}

Owner read_owner(json::Value root) {
  Owner owner;
  owner.title = read::text(root, "title");
  owner.company = read::text(root, "company");
  read_hosts(root, owner);
  if (const auto socket = root.find("socket")) {
    owner.socket = read_socket(*socket);
  }
  if (const auto opaque = root.find("opaque_socket")) {
    owner.opaque_service = read::text(*opaque, "service");
  }
  if (const auto rest = root.find("rest")) {
    owner.rest_path = read::text(*rest, "path");
    owner.rest_fix = read::text(*rest, "fix");
  }
  if (const auto hearsay = root.find("hearsay")) {
    owner.hearsay_site = read::text(*hearsay, "site");
    owner.hearsay_scopes = read::texts(*hearsay, "scopes");
    for (const json::Value row : read::items(hearsay->find("sockets"))) {
      owner.hearsay_sockets.push_back({read::text(row, "path"), read::text(row, "thread")});
    }
  }
  return owner;
}

std::vector<Owner> load_owners() {
  std::vector<Owner> all;
  json::Json file;
  for (const std::string_view text : owner_texts()) {
    if (!file.parse(text)) {
      all.push_back(read_owner(file.root()));
    }
  }
  return all;
}

}  // namespace

std::optional<Owner::Host> Owner::host(std::string_view given) const {
  const std::string name = lower_case(given);
  const auto found = [&name](const std::string& domain) -> std::optional<Host> {
    const auto service = before(name, domain);
    return service ? std::optional(Host{std::string(*service), domain}) : std::nullopt;
  };
  for (const Region& region : regions) {
    if (auto known = found(region.domain)) {
      return known;
    }
  }
  for (const std::string& alias : aliases) {
    if (auto known = found(alias)) {
      return known;
    }
  }
  return std::nullopt;
}

bool Owner::is_meant_by(std::string_view given) const {
  const std::string name = lower_case(given);
  const auto ends = [&](const std::string& domain) { return before(name, domain).has_value(); };
  const auto holds_part = [registered = domain_of(name)](const std::string& part) {
    return registered.find(part) != std::string_view::npos;
  };
  return host(name) || std::any_of(lookalike_domains.begin(), lookalike_domains.end(), ends) ||
         std::any_of(lookalike_parts.begin(), lookalike_parts.end(), holds_part);
}

bool Owner::is_service(std::string_view service) const {
  return std::find(services.begin(), services.end(), service) != services.end();
}

std::optional<Owner::Region> Owner::label_in(std::string_view given) const {
  const std::string name = lower_case(given);
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t dot = std::min(rest.size(), rest.find('.'));
    if (const std::string_view label = label_of(*this, rest.substr(0, dot)); !label.empty()) {
      const Region* region = find_region(*this, label);
      return Region{std::string(label), region == nullptr ? "" : region->domain};
    }
    rest.remove_prefix(std::min(rest.size(), dot + 1));
  }
  return std::nullopt;
}

std::string Owner::region_of(std::string_view name) const {
  if (const auto known = host(name)) {
    return known->region;
  }
  const auto label = label_in(name);
  return label && !label->domain.empty() ? label->domain : usual_region;
}

const Owner::HeardOf* Owner::heard_of(std::string_view path) const {
  const auto found = std::find_if(
      hearsay_sockets.begin(), hearsay_sockets.end(), [path](const HeardOf& row) { return fits_glob(path, row.path); });
  return found == hearsay_sockets.end() ? nullptr : &*found;
}

std::optional<session::Finding> Owner::scope_finding(const std::vector<std::string>& scopes,
                                                     std::uint64_t evidence) const {
  std::vector<std::string> unknown;
  std::copy_if(scopes.begin(), scopes.end(), std::back_inserter(unknown), [this](const std::string& scope) {
    return std::any_of(hearsay_scopes.begin(), hearsay_scopes.end(), [&scope](const std::string& glob) {
      return fits_glob(scope, glob);
    });
  });
  if (unknown.empty()) {
    return std::nullopt;
  }
  session::Finding finding("scope-unknown", evidence);
  finding.severity = session::Severity::warning;
  finding.basis = session::Basis::inferred;
  finding.confidence = session::Confidence::medium;
  finding.at_fault = session::Party::client;
  finding.says = fmt::format("{}: no {} source that was read knows {} (not verified that none does).",
                             fmt::join(unknown, " and "),
                             company,
                             unknown.size() == 1 ? "this scope" : "these scopes");
  finding.fix = socket.scope_fix;
  return finding;
}

const std::vector<Owner>& owners() {
  static const std::vector<Owner> all = load_owners();
  return all;
}

const Owner* owner_of(std::string_view host) {
  const auto found =
      std::find_if(owners().begin(), owners().end(), [host](const Owner& owner) { return owner.is_meant_by(host); });
  return found == owners().end() ? nullptr : &*found;
}

const Owner* owner_of_profile(std::string_view profile) {
  const auto found = std::find_if(
      owners().begin(), owners().end(), [profile](const Owner& owner) { return owner.socket.profile == profile; });
  return found == owners().end() ? nullptr : &*found;
}

std::string fill_region(std::string_view text, std::string_view region) {
  std::string filled;
  for (const Piece& piece : pieces_of(text)) {
    filled += piece.name && piece.text == "region" ? region : piece.text;
  }
  return filled;
}

}  // namespace whydrop::profile
