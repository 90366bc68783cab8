#include "profile/dialect_detector.hpp"

#include "base/text.hpp"
#include "profile/beginning.hpp"
#include "profile/findings.hpp"
#include "profile/glob.hpp"
#include "profile/owner.hpp"
#include "profile/template.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

using session::Basis;
using session::Confidence;
using session::Finding;
using session::Party;
using session::Severity;
using wire::Side;

namespace {

/// On a host of the dialect's supposed owner less is enough.
constexpr unsigned kEnoughOnHost = 35;
constexpr std::size_t kShownValue = 60;

constexpr std::string_view kTokenNames[] = {
    "token", "guest_token", "guesttoken", "access_token", "accesstoken", "jwt", "bearer", "authorization"};

bool is_token_name(std::string_view name) {
  return std::find(std::begin(kTokenNames), std::end(kTokenNames), lower_case(name)) != std::end(kTokenNames);
}

struct MisformSeen {
  std::string profile;
  const FindingText* text = nullptr;
  bool by_url = false;
  std::uint64_t seq = 0;
};

Finding told_of_knowledge(std::string id, Severity severity, std::uint64_t evidence) {
  Finding made(std::move(id), evidence);
  made.severity = severity;
  made.basis = Basis::inferred;
  made.confidence = Confidence::high;
  made.at_fault = Party::client;
  return made;
}

/// A misform's words without the values of one session.
std::string without_values(std::string_view says) {
  std::string out;
  for (const Piece& piece : pieces_of(says)) {
    out += piece.name ? "…" : piece.text;
  }
  return out;
}

}  // namespace

struct DialectDetector::Impl {
  Impl(const Dialects& known, std::string profile, std::function<void(session::Body&&)> to)
      : dialects(known), recogniser(known), profile_in_use(std::move(profile)), emit(std::move(to)) {}

  const Dialects& dialects;
  Recogniser recogniser;
  std::string profile_in_use, recognised, refuted;
  std::function<void(session::Body&&)> emit;

  bool watching = false;  ///< a WebSocket connection, not ended
  UrlParts url;
  const Owner* owner = nullptr;  ///< of the host; null: nobody's that is known
  std::optional<Owner::Host> host;
  std::uint64_t open_seq = 0, request_seq = 0;
  bool opened = false;        ///< a 101 came
  bool here = false;          ///< the connection goes to this machine
  bool closed_by_us = false;  ///< the first Close is the client's
  bool closed = false;
  std::uint64_t server_messages = 0;
  std::string token_place;  ///< "the query (guest_token)"; empty: no token in URL or head
  std::string stray;        ///< "type=…" of the first client message where it has not the owner's discriminator
  std::uint64_t stray_seq = 0;
  bool client_seen = false;
  std::vector<MisformSeen> misforms;
  bool not_served_told = false;

  void begin(const session::Open& open, std::uint64_t seq);
  void look(const session::Request& request, std::uint64_t seq);
  void look(const session::Response& response, std::uint64_t seq);
  void look(const session::Message& message, std::uint64_t seq);
  void look_at_client(json::Value value, std::uint64_t seq);
  void conclude();

  void tell(Finding finding) { emit(std::move(finding)); }
  void tell_host();
  void tell_not_served();
  void tell_rest_path();
  void tell_token();
  void tell_misforms();
  void tell_recognised();

  const DialectScore* not_served() const;
  bool is_rehearsed() const;
  /// An error where no session came of it, or not one answer.
  Severity severity() const {
    return !opened || (server_messages == 0 && !closed_by_us) ? Severity::error : Severity::warning;
  }
  bool has_service(std::string_view service) const { return host && !service.empty() && host->service == service; }
  /// With the host's region in place of each {region}.
  std::string with_region(std::string_view text) const { return fill_region(text, owner->region_of(url.host)); }
  /// What to use instead.
  std::string served() const;
};

void DialectDetector::Impl::begin(const session::Open& open, std::uint64_t seq) {
  watching = open.role == session::Role::websocket;
  if (!watching) {
    return;
  }
  url = split_url(open.url);
  owner = owner_of(url.host);
  host = owner == nullptr ? std::nullopt : owner->host(url.host);
  open_seq = seq;
  recogniser.see_url(open.url, seq);
  for (const auto& [name, value] : url.query) {
    if (is_token_name(name)) {
      token_place = fmt::format("the query ({})", name);
    }
  }
  for (const std::string_view name : dialects.names()) {
    for (const auto& row : dialects.heading(name)->fingerprint.misforms) {
      if (fits_url(url, row.urls)) {
        misforms.push_back({std::string(name), &row.finding, true, seq});
      }
    }
  }
}

void DialectDetector::Impl::look(const session::Request& request, std::uint64_t seq) {
  request_seq = seq;
  for (const auto& field : request.headers) {
    const std::string name = lower_case(field.name);
    if (name == "sec-websocket-protocol") {
      recogniser.see_subprotocols(field.value, seq);
    }
    if (name == "authorization") {
      token_place = "the header Authorization";
    } else if (name == "sec-websocket-protocol" && (field.value.find("eyJ") != std::string::npos ||
                                                    lower_case(field.value).find("bearer") != std::string::npos)) {
      token_place = "the header Sec-WebSocket-Protocol";
    }
  }
}

void DialectDetector::Impl::look(const session::Response& response, std::uint64_t seq) {
  opened = response.status == 101;
  for (const auto& field : response.headers) {
    if (opened && lower_case(field.name) == "sec-websocket-protocol") {
      recogniser.see_subprotocols(field.value, seq);
    }
  }
}

void DialectDetector::Impl::look(const session::Message& message, std::uint64_t seq) {
  server_messages += message.from == Side::server ? 1 : 0;
  const auto value = recogniser.see(message.from, message.text, message.payload, seq);
  if (value && message.from == Side::client) {
    look_at_client(*value, seq);
  }
}

void DialectDetector::Impl::look_at_client(json::Value value, std::uint64_t seq) {
  for (const std::string_view name : dialects.names()) {
    for (const auto& row : dialects.heading(name)->fingerprint.misforms) {
      if (!row.client.empty() && holds(row.client, value)) {
        misforms.push_back({std::string(name), &row.finding, false, seq});
      }
    }
  }
  if (std::exchange(client_seen, true) || owner == nullptr || value.find(owner->socket.discriminator)) {
    return;
  }
  for (const std::string& key : owner->socket.mistaken) {
    if (const auto found = value.find(key); found && found->is(json::Type::string)) {
      stray = fmt::format("{}={}", key, json::quote(elide(found->string(), kShownValue)));
      stray_seq = seq;
      return;
    }
  }
}

const DialectScore* DialectDetector::Impl::not_served() const {
  const DialectScore* found = nullptr;
  for (const auto& [name, sum] : recogniser.sums()) {
    const bool worse = found != nullptr && sum.like.score <= found->like.score;
    if (sum.like.status == Profile::Status::not_served && sum.like.score >= kEnoughOnHost && !worse) {
      found = &sum;
    }
  }
  const DialectScore* all = recogniser.best();
  return found != nullptr && (all == nullptr || all->like.score <= found->like.score) ? found : nullptr;
}

/// A dialect that someone plays on this machine, and that was asked for by name.
bool DialectDetector::Impl::is_rehearsed() const {
  const Profile* profile = profile_in_use.empty() ? nullptr : dialects.heading(profile_in_use);
  return here && profile != nullptr && profile->status == Profile::Status::not_served;
}

std::string DialectDetector::Impl::served() const {
  const auto beginning = beginning_of(owner->socket.profile, owner->region_of(url.host));
  return fmt::format(
      "What is served is {}: {}.", beginning ? beginning->says() : "the guest API", with_region(owner->socket.command));
}

void DialectDetector::Impl::tell_host() {
  const auto tell_unknown = [this](std::string says) {
    Finding finding = told_of_knowledge("host-unknown", opened ? Severity::note : severity(), open_seq);
    finding.says = std::move(says);
    finding.fix = with_region(owner->hosts_fix);
    tell(std::move(finding));
  };
  if (!host) {
    tell_unknown(fmt::format(
        "The host {} looks like one of {}'s, but ends in none of its regions' domains.", url.host, owner->title));
  } else if (!owner->is_service(host->service)) {
    tell_unknown(
        fmt::format("The host {} is in a domain of {}, but none of its known hosts begins with {}: sockets are on "
                    "{}.{} and {}.{}.",
                    url.host,
                    owner->title,
                    host->service.empty() ? "nothing" : host->service,
                    owner->socket.service,
                    host->region,
                    owner->opaque_service,
                    host->region));
  }
  if (const auto label = owner->label_in(url.host)) {
    Finding finding = told_of_knowledge("region-label", severity(), open_seq);
    finding.says = fmt::format(
        "The host {} holds the AWS region's label {}; no host of {} does{}.",
        url.host,
        label->label,
        owner->title,
        label->domain.empty() ? "" : fmt::format(", and its hosts of that region end in {}", label->domain));
    finding.fix = with_region(owner->hosts_fix);
    tell(std::move(finding));
  }
}

void DialectDetector::Impl::tell_not_served() {
  const DialectScore* score = not_served();
  const Owner::HeardOf* heard_of = owner->heard_of(url.path);
  if (score == nullptr && heard_of == nullptr && (stray.empty() || !has_service(owner->socket.service))) {
    return;
  }
  not_served_told = !is_rehearsed();
  Finding finding = told_of_knowledge("dialect-not-served", is_rehearsed() ? Severity::note : severity(), open_seq);
  std::string what;
  if (score != nullptr) {
    what = fmt::format("This is the dialect {} ({})", score->like.profile, fmt::join(score->like.reasons, "; "));
    finding.evidence = score->evidence;
  } else if (heard_of != nullptr) {
    what = fmt::format("The path {} is that of a protocol which a forum thread describes ({}, {})",
                       url.path,
                       owner->hearsay_site,
                       heard_of->thread);
  } else {
    what = fmt::format("The first message has {} and no {}", stray, owner->socket.discriminator);
    finding.basis = Basis::observed;
    finding.evidence = {stray_seq};
  }
  if (is_rehearsed()) {
    finding.says = fmt::format("No host of {} is known to serve the dialect {}.", owner->title, profile_in_use);
    finding.fix = fmt::format("whydrop profile show {} shows what is served.", owner->socket.profile);
    finding.at_fault = Party::unknown;
    return tell(std::move(finding));
  }
  finding.says = fmt::format("{}; no host of {} is known to serve {}.",
                             what,
                             owner->title,
                             score != nullptr || heard_of != nullptr ? "it" : "such messages");
  finding.fix = served();
  tell(std::move(finding));
}

void DialectDetector::Impl::tell_rest_path() {
  const bool rest = !owner->rest_path.empty() && url.path.find(owner->rest_path) != std::string::npos;
  if (!rest || has_service(owner->opaque_service)) {
    return;
  }
  Finding finding = told_of_knowledge("rest-path-on-socket", severity(), open_seq);
  finding.says =
      fmt::format("{} is the path of a REST call, on a WebSocket URL: the sockets of {} have no {} in theirs.",
                  url.path,
                  owner->title,
                  owner->rest_path);
  finding.fix = with_region(owner->rest_fix);
  tell(std::move(finding));
}

void DialectDetector::Impl::tell_token() {
  if (token_place.empty() || has_service(owner->opaque_service)) {
    return;
  }
  Finding finding = told_of_knowledge("token-misplaced", severity(), request_seq == 0 ? open_seq : request_seq);
  finding.says = fmt::format("A token stands in {}; {} of {} looks for none there: {}.",
                             token_place,
                             owner->socket.title,
                             owner->title,
                             owner->socket.credential);
  finding.fix = owner->socket.credential_fix;
  tell(std::move(finding));
}

/// Of a profile that is in use, or that URL or host speak for: by itself such a message may be any protocol's.
void DialectDetector::Impl::tell_misforms() {
  std::vector<std::string> done;
  for (const MisformSeen& seen : misforms) {
    const auto sum = recogniser.sums().find(seen.profile);
    const bool known = sum != recogniser.sums().end();
    const bool by_url = seen.by_url || (known && sum->second.like.by_url);
    const bool likely = by_url || (owner != nullptr && known);
    const bool meant = !profile_in_use.empty() ? profile_in_use == seen.profile
                       : !recognised.empty()   ? recognised == seen.profile
                                               : likely;
    if (!meant || seen.profile == refuted || std::find(done.begin(), done.end(), seen.text->id) != done.end()) {
      continue;
    }
    done.push_back(seen.text->id);
    FindingText text = *seen.text;
    text.says = without_values(text.says);
    text.fix = without_values(text.fix);
    const Profile* profile = dialects.heading(seen.profile);
    if (not_served_told && profile->status == Profile::Status::not_served) {
      text.severity = Severity::note;  // the right form would not be served either
    }
    tell(make_finding(text, seen.seq));
  }
}

void DialectDetector::Impl::tell_recognised() {
  const DialectScore* sum = recogniser.candidate();
  const auto own = recogniser.sums().find(profile_in_use);
  const bool own_is_better =
      sum != nullptr && own != recogniser.sums().end() && own->second.like.score >= sum->like.score;
  if (!recognised.empty() || sum == nullptr || sum->like.profile == profile_in_use || sum->like.profile == refuted ||
      own_is_better) {
    return;
  }
  Finding finding = told_of_knowledge("dialect-recognised", Severity::note, open_seq);
  finding.at_fault = Party::unknown;
  // Words that many protocols have prove less than a URL does.
  finding.confidence = sum->like.by_url ? Confidence::high : Confidence::medium;
  finding.evidence = sum->evidence;
  finding.says = fmt::format(
      "This looks like {} ({}): {}.", sum->like.profile, sum->like.title, fmt::join(sum->like.reasons, "; "));
  finding.fix = fmt::format("--profile {} checks messages, their order and what the ending means.", sum->like.profile);
  tell(std::move(finding));
}

void DialectDetector::Impl::conclude() {
  watching = false;
  if (owner != nullptr) {
    const bool rehearsed = is_rehearsed();
    if (!rehearsed) {
      tell_host();
    }
    tell_not_served();
    if (!rehearsed) {
      tell_rest_path();
      tell_token();
    }
  }
  tell_misforms();
  tell_recognised();
}

DialectDetector::DialectDetector(const Dialects& dialects,
                                 std::string profile_in_use,
                                 std::function<void(session::Body&&)> emit)
    : impl_(std::make_unique<Impl>(dialects, std::move(profile_in_use), std::move(emit))) {}

DialectDetector::~DialectDetector() = default;

void DialectDetector::look(const session::Message& message) {
  if (impl_->watching) {
    impl_->look(message, message.frames.empty() ? impl_->open_seq : message.frames.back());
  }
}

const Recogniser& DialectDetector::recogniser() const {
  return impl_->recogniser;
}

void DialectDetector::set_recognised(std::string profile) {
  impl_->recognised = std::move(profile);
}

void DialectDetector::refute(std::string profile) {
  impl_->refuted = std::move(profile);
}

bool DialectDetector::of_owner() const {
  return impl_->owner != nullptr;
}

bool DialectDetector::at_owner() const {
  return impl_->owner != nullptr && !impl_->here;
}

void DialectDetector::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    return impl_->begin(*open, event.seq);
  }
  if (!impl_->watching) {
    return;
  }
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    if (frame->header.opcode == wire::Opcode::close && !impl_->closed) {
      impl_->closed = true;
      impl_->closed_by_us = frame->from == Side::client;
    }
  } else if (const auto* request = std::get_if<session::Request>(&event.body)) {
    impl_->look(*request, event.seq);
  } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
    impl_->look(*response, event.seq);
  } else if (const auto* connect = std::get_if<session::Connect>(&event.body)) {
    impl_->here = is_loopback(connect->remote) || connect->remote.rfind("[::1]", 0) == 0;
  } else if (std::holds_alternative<session::Ending>(event.body)) {
    impl_->conclude();
  }
}

}  // namespace whydrop::profile
