#include "profile/recognise.hpp"

#include "base/text.hpp"
#include "profile/findings.hpp"
#include "profile/template.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <array>
#include <map>
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

/// Messages of each side that are looked at.
constexpr unsigned kLookedAt = 4;
/// On a host of the dialect's supposed owner less is enough.
constexpr unsigned kEnoughOnHost = 35;
constexpr std::size_t kLongest = 64U << 10;
constexpr std::size_t kShownValue = 60;
constexpr std::string_view kUsualRegion = "mypurecloud.com";

constexpr std::string_view kTokenNames[] = {
    "token", "guest_token", "guesttoken", "access_token", "accesstoken", "jwt", "bearer", "authorization"};

bool is_token_name(std::string_view name) {
  return std::find(std::begin(kTokenNames), std::end(kTokenNames), lower_case(name)) != std::end(kTokenNames);
}

using Sum = Recogniser::Sum;

/// SignalR ends each of its messages with this byte; what stands behind the first belongs to the next.
std::string_view without_separator(std::string_view payload) {
  return payload.substr(0, payload.find('\x1e'));
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

void Recogniser::see_url(std::string_view url, std::uint64_t seq) {
  add(dialects_->of_url(url), seq);
}

void Recogniser::see_subprotocols(std::string_view names, std::uint64_t seq) {
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    add(dialects_->of_subprotocol(trim(names.substr(0, comma))), seq);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

std::optional<json::Value> Recogniser::see(Side from, std::string_view payload, std::uint64_t seq) {
  unsigned& count = looked_[static_cast<std::size_t>(from)];
  if (count >= kLookedAt) {
    return std::nullopt;
  }
  ++count;
  if (payload.size() > kLongest || parsed_.parse(without_separator(payload))) {
    return std::nullopt;
  }
  add(dialects_->of_value(from, parsed_.root()), seq, from);
  return parsed_.root();
}

void Recogniser::add(std::vector<Likeness> found, std::uint64_t seq, std::optional<Side> from) {
  for (Likeness& like : found) {
    Sum& sum = sums_[like.profile];
    const auto& known = sum.like.reasons;
    if (std::find(known.begin(), known.end(), like.reasons.front()) != known.end()) {
      continue;
    }
    // Mistaken forms are many and common: however many of them came, they prove no more than one.
    const unsigned score = like.misform && sum.like.misform ? 0 : like.score;
    sum.of_client += from == Side::client && !like.misform ? score : 0;
    sum.by_message = sum.by_message || (from && like.settles);
    sum.evidence.push_back(seq);
    if (known.empty()) {
      sum.like = std::move(like);
      continue;
    }
    sum.like.score += score;
    sum.like.settles = sum.like.settles || like.settles;
    sum.like.misform = sum.like.misform || like.misform;
    sum.like.reasons.push_back(std::move(like.reasons.front()));
  }
}

const Sum* Recogniser::best() const {
  const Sum* found = nullptr;
  for (const auto& [name, sum] : sums_) {
    if (found == nullptr ||
        std::pair(sum.like.score, sum.like.by_url) > std::pair(found->like.score, found->like.by_url)) {
      found = &sum;
    }
  }
  return found;
}

const Sum* Recogniser::settled() const {
  const Sum* found = nullptr;
  for (const auto& [name, sum] : sums_) {
    if (sum.like.settles && (found == nullptr || sum.like.score > found->like.score)) {
      found = &sum;
    }
  }
  return found;
}

/// Of a dialect that nobody is known to serve the client's own messages must say so, or the URL: what a server says
/// may be any protocol's.
const Sum* Recogniser::candidate() const {
  const Sum* found = best();
  if (found == nullptr) {
    return nullptr;
  }
  const bool told_of = found->like.status == Profile::Status::not_served && !found->like.by_url;
  return (told_of ? found->of_client : found->like.score) >= Dialects::kEnough ? found : nullptr;
}

struct RealityCheck::Impl {
  Impl(const Dialects& known, std::string profile, std::function<void(session::Body&&)> to)
      : dialects(known), recogniser(known), told(std::move(profile)), emit(std::move(to)) {}

  const Dialects& dialects;
  Recogniser recogniser;
  std::string told, recognised, refuted;
  std::function<void(session::Body&&)> emit;

  bool watching = false;  ///< a WebSocket connection, not ended
  UrlParts url;
  std::uint64_t open_seq = 0, request_seq = 0;
  bool opened = false;        ///< a 101 came
  bool here = false;          ///< the connection goes to this machine
  bool closed_by_us = false;  ///< the first Close is the client's
  bool closed = false;
  std::uint64_t server_messages = 0;
  std::string token_place;  ///< "the query (guest_token)"; empty: no token in URL or head
  std::string stray;        ///< discriminator of the first client message where it is none that Genesys knows
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

  const Sum* not_served() const;
  bool is_genesys() const { return looks_like_genesys(url.host); }
  bool is_rehearsed() const;
  /// An error where no session came of it, or not one answer.
  Severity severity() const {
    return !opened || (server_messages == 0 && !closed_by_us) ? Severity::error : Severity::warning;
  }
  std::string region() const;
  /// What to use instead.
  std::string served() const;
  std::string region_fix() const;
};

void RealityCheck::Impl::begin(const session::Open& open, std::uint64_t seq) {
  watching = open.role == session::Role::websocket;
  if (!watching) {
    return;
  }
  url = split_url(open.url);
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

void RealityCheck::Impl::look(const session::Request& request, std::uint64_t seq) {
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

void RealityCheck::Impl::look(const session::Response& response, std::uint64_t seq) {
  opened = response.status == 101;
  for (const auto& field : response.headers) {
    if (opened && lower_case(field.name) == "sec-websocket-protocol") {
      recogniser.see_subprotocols(field.value, seq);
    }
  }
}

void RealityCheck::Impl::look(const session::Message& message, std::uint64_t seq) {
  server_messages += message.from == Side::server ? 1 : 0;
  const auto value = message.text ? recogniser.see(message.from, message.payload, seq) : std::nullopt;
  if (value && message.from == Side::client) {
    look_at_client(*value, seq);
  }
}

void RealityCheck::Impl::look_at_client(json::Value value, std::uint64_t seq) {
  for (const std::string_view name : dialects.names()) {
    for (const auto& row : dialects.heading(name)->fingerprint.misforms) {
      if (!row.client.empty() && holds(row.client, value)) {
        misforms.push_back({std::string(name), &row.finding, false, seq});
      }
    }
  }
  if (std::exchange(client_seen, true) || value.find("action")) {
    return;
  }
  for (const std::string_view key : {"type", "event", "command"}) {
    if (const auto found = value.find(key); found && found->is(json::Type::string)) {
      stray = fmt::format("{}={}", key, json::quote(elide(found->string(), kShownValue)));
      stray_seq = seq;
      return;
    }
  }
}

const Sum* RealityCheck::Impl::not_served() const {
  const Sum* found = nullptr;
  for (const auto& [name, sum] : recogniser.sums()) {
    const bool worse = found != nullptr && sum.like.score <= found->like.score;
    if (sum.like.status == Profile::Status::not_served && sum.like.score >= kEnoughOnHost && !worse) {
      found = &sum;
    }
  }
  const Sum* all = recogniser.best();
  return found != nullptr && (all == nullptr || all->like.score <= found->like.score) ? found : nullptr;
}

/// A dialect that someone plays on this machine, and that was asked for by name.
bool RealityCheck::Impl::is_rehearsed() const {
  const Profile* profile = told.empty() ? nullptr : dialects.heading(told);
  return here && profile != nullptr && profile->status == Profile::Status::not_served;
}

std::string RealityCheck::Impl::region() const {
  if (const auto host = genesys_host(url.host)) {
    return host->region;
  }
  const auto label = region_label(url.host);
  return label && !label->domain.empty() ? label->domain : std::string(kUsualRegion);
}

std::string RealityCheck::Impl::served() const {
  const auto beginning = beginning_of("genesys-web-messaging", region());
  return fmt::format(
      "What is served is {}: whydrop connect --profile genesys-web-messaging --var region={} --var "
      "deployment_id=….",
      beginning ? beginning->says() : "the guest API",
      region());
}

std::string RealityCheck::Impl::region_fix() const {
  return fmt::format(
      "Use the domain of your organisation's region: webmessaging.{0} for the guest socket, api.{0} for REST.",
      region());
}

void RealityCheck::Impl::tell_host() {
  const auto host = genesys_host(url.host);
  if (!host) {
    Finding finding = told_of_knowledge("host-unknown", opened ? Severity::note : severity(), open_seq);
    finding.says = fmt::format(
        "The host {} looks like one of Genesys Cloud's, but ends in none of its regions' domains.", url.host);
    finding.fix = region_fix();
    tell(std::move(finding));
  } else if (!is_genesys_service(host->service)) {
    Finding finding = told_of_knowledge("host-unknown", opened ? Severity::note : severity(), open_seq);
    finding.says = fmt::format(
        "The host {} is in a domain of Genesys Cloud, but none of its known hosts begins with {}: "
        "sockets are on webmessaging.{} and streaming.{}.",
        url.host,
        host->service.empty() ? "nothing" : host->service,
        host->region,
        host->region);
    finding.fix = region_fix();
    tell(std::move(finding));
  }
  if (const auto label = region_label(url.host)) {
    Finding finding = told_of_knowledge("region-label", severity(), open_seq);
    finding.says = fmt::format(
        "The host {} holds the AWS region's label {}; no host of Genesys Cloud does{}.",
        url.host,
        label->label,
        label->domain.empty() ? "" : fmt::format(", and its hosts of that region end in {}", label->domain));
    finding.fix = region_fix();
    tell(std::move(finding));
  }
}

void RealityCheck::Impl::tell_not_served() {
  const Sum* sum = not_served();
  const ForumSocket* forum = forum_socket(url.path);
  const auto host = genesys_host(url.host);
  const bool guest_socket = host && host->service == "webmessaging";
  if (sum == nullptr && forum == nullptr && (stray.empty() || !guest_socket)) {
    return;
  }
  not_served_told = !is_rehearsed();
  Finding finding = told_of_knowledge("dialect-not-served", is_rehearsed() ? Severity::note : severity(), open_seq);
  std::string what;
  if (sum != nullptr) {
    what = fmt::format("This is the dialect {} ({})", sum->like.profile, fmt::join(sum->like.reasons, "; "));
    finding.evidence = sum->evidence;
  } else if (forum != nullptr) {
    what = fmt::format("The path {} is that of a protocol which a forum thread describes (forum.sggu.com, {})",
                       url.path,
                       forum->thread);
  } else {
    what = fmt::format("The first message has {} and no action", stray);
    finding.basis = Basis::observed;
    finding.evidence = {stray_seq};
  }
  if (is_rehearsed()) {
    finding.says = fmt::format("No host of Genesys Cloud is known to serve the dialect {}.", told);
    finding.fix = "whydrop profile show genesys-web-messaging tells what is served.";
    finding.at_fault = Party::unknown;
    return tell(std::move(finding));
  }
  finding.says = fmt::format("{}; no host of Genesys Cloud is known to serve {}.",
                             what,
                             sum != nullptr || forum != nullptr ? "it" : "such messages");
  finding.fix = served();
  tell(std::move(finding));
}

void RealityCheck::Impl::tell_rest_path() {
  const auto host = genesys_host(url.host);
  const bool rest = url.path.find("/api/v2/") != std::string::npos;
  if (!rest || (host && host->service == "streaming")) {
    return;
  }
  Finding finding = told_of_knowledge("rest-path-on-socket", severity(), open_seq);
  finding.says = fmt::format(
      "{} is the path of a REST call, on a WebSocket URL: the sockets of Genesys Cloud have no "
      "/api/v2/ in theirs.",
      url.path);
  finding.fix = fmt::format(
      "The guest socket is wss://webmessaging.{}/v1?deploymentId=…; the notification socket is the "
      "connectUri that POST /api/v2/notifications/channels gives.",
      region());
  tell(std::move(finding));
}

void RealityCheck::Impl::tell_token() {
  const auto host = genesys_host(url.host);
  if (token_place.empty() || (host && host->service == "streaming")) {
    return;
  }
  Finding finding = told_of_knowledge("token-misplaced", severity(), request_seq == 0 ? open_seq : request_seq);
  finding.says = fmt::format(
      "A token stands in {}; the guest socket of Genesys Cloud looks for none there: its session "
      "token is a member of every message, a UUID that the client makes.",
      token_place);
  finding.fix =
      "Leave it out, and send the session token as \"token\" in configureSession and in every message after it.";
  tell(std::move(finding));
}

/// Of a profile that is in use, or that URL or host speak for: by itself such a message may be any protocol's.
void RealityCheck::Impl::tell_misforms() {
  std::vector<std::string> done;
  for (const MisformSeen& seen : misforms) {
    const auto sum = recogniser.sums().find(seen.profile);
    const bool known = sum != recogniser.sums().end();
    const bool by_url = seen.by_url || (known && sum->second.like.by_url);
    const bool likely = by_url || (is_genesys() && known);
    const bool meant = !told.empty() ? told == seen.profile : !recognised.empty() ? recognised == seen.profile : likely;
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

void RealityCheck::Impl::tell_recognised() {
  const Sum* sum = recogniser.candidate();
  const auto own = recogniser.sums().find(told);
  const bool own_is_better =
      sum != nullptr && own != recogniser.sums().end() && own->second.like.score >= sum->like.score;
  if (!recognised.empty() || sum == nullptr || sum->like.profile == told || sum->like.profile == refuted ||
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

void RealityCheck::Impl::conclude() {
  watching = false;
  if (is_genesys() && !is_rehearsed()) {
    tell_host();
    tell_not_served();
    tell_rest_path();
    tell_token();
  } else if (is_genesys()) {
    tell_not_served();
  }
  tell_misforms();
  tell_recognised();
}

RealityCheck::RealityCheck(const Dialects& dialects, std::string told, std::function<void(session::Body&&)> emit)
    : impl_(std::make_unique<Impl>(dialects, std::move(told), std::move(emit))) {}

RealityCheck::~RealityCheck() = default;

void RealityCheck::look(const session::Message& message) {
  if (impl_->watching) {
    impl_->look(message, message.frames.empty() ? impl_->open_seq : message.frames.back());
  }
}

const Recogniser& RealityCheck::recogniser() const {
  return impl_->recogniser;
}

void RealityCheck::set_recognised(std::string profile) {
  impl_->recognised = std::move(profile);
}

void RealityCheck::refute(std::string profile) {
  impl_->refuted = std::move(profile);
}

bool RealityCheck::of_owner() const {
  return impl_->is_genesys();
}

bool RealityCheck::at_owner() const {
  return impl_->is_genesys() && !impl_->here;
}

void RealityCheck::on_event(const session::Event& event) {
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
