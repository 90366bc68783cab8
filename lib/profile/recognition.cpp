#include "profile/recognition.hpp"

#include "profile/classifier.hpp"
#include "profile/template.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {
namespace {

/// Events from before a dialect is settled: with more, what was recognised would be judged from its middle on.
constexpr std::size_t kMostKept = 32;
/// Before so many of them are left it is decided by what is known then.
constexpr std::size_t kMostToCome = 8;
constexpr std::size_t kLongestKept = 64U << 10;

/// The name of the variable that a template is, and nothing else; empty where it is not.
std::string only_variable(std::string_view text) {
  const auto pieces = pieces_of(text);
  return pieces.size() == 1 && pieces.front().name ? pieces.front().text : std::string();
}

void bind_query(const Profile& profile, std::string_view url, Bindings& bindings) {
  const UrlParts given = split_url(url), wanted = split_url(profile.socket_url);
  for (const auto& [name, text] : wanted.query) {
    const Variable* variable = profile.variable(only_variable(text));
    const std::string* value = find_in(given.query, name);
    if (variable != nullptr && !variable->secret && value != nullptr) {
      (void)bindings.set(variable->name, *value, Origin::given);  // what is none of its choices stays unset
    }
  }
}

}  // namespace

Recognised::Recognised(std::shared_ptr<const Profile> found, std::string_view url)
    : profile(std::move(found)), judge(profile), bindings(*profile, Outside{}) {
  bind_query(*profile, url, bindings);
}

void Recognition::annotate(session::Message& message) {
  if (checker_ == nullptr && open_) {
    consider(kept_.size() + kMostToCome > kMostKept ? nullptr : &message);
  }
  if (checker_ != nullptr) {
    checker_->annotate(message);
  }
}

void Recognition::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    url_ = open->url;
  }
  if (checker_ == nullptr && open_ && std::holds_alternative<session::Ending>(event.body)) {
    consider(nullptr);
    if (checker_ == nullptr && open_) {
      tell_candidate();
    }
  }
  if (checker_ != nullptr) {
    checker_->on_event(event);
  } else if (open_) {
    keep(event);
  }
  flush();
}

void Recognition::keep(const session::Event& event) {
  const auto* message = std::get_if<session::Message>(&event.body);
  const bool wanted = message != nullptr || std::holds_alternative<session::Frame>(event.body) ||
                      std::holds_alternative<session::Response>(event.body);
  if (!wanted) {
    return;
  }
  if (kept_.size() == kMostKept) {
    return give_up();
  }
  kept_.push_back({event, {}});
  Kept& kept = kept_.back();
  if (message != nullptr && message->payload.size() <= kLongestKept) {
    kept.payload = message->payload;
  }
  if (auto* frame = std::get_if<session::Frame>(&kept.event.body)) {
    frame->payload = {};
  } else if (auto* own = std::get_if<session::Message>(&kept.event.body)) {
    own->payload = kept.payload;
  }
}

/// A URL or a subprotocol is believed unless the client's first message is plainly of another protocol; `message` is
/// null where no more are waited for.
void Recognition::consider(const session::Message* message) {
  const DialectScore* sum = detector_.recogniser().settled();
  // What nobody serves is not judged by where its supposed owner answers, nor by a URL alone that names the owner.
  const bool owned = detector_.at_owner() || (message == nullptr && detector_.of_owner());
  if (sum == nullptr || (sum->like.status == Profile::Status::not_served && owned)) {
    return;
  }
  const bool enough = message == nullptr || message->from == Side::client || sum->by_message;
  auto whole = enough ? detector_.recogniser().dialects().whole(sum->like.profile) : nullptr;
  if (whole == nullptr) {
    return;
  }
  recognised_ = std::make_shared<Recognised>(std::move(whole), url_);
  if (sum->by_message || message == nullptr || !contradicts(*recognised_, *message)) {
    return use(*sum);
  }
  recognised_.reset();
  if (!detector_.of_owner()) {
    detector_.refute(sum->like.profile);
  }
  give_up();
}

void Recognition::give_up() {
  open_ = false;
  kept_.clear();
}

/// True for a message without the member that tells the dialect's messages apart.
bool Recognition::contradicts(const Recognised& found, const session::Message& message) const {
  json::Json parsed;
  const Classifier classifier(*found.profile, Side::client);
  if (!found.profile->codec.empty() || classifier.pointer().empty() || !message.text || parsed.parse(message.payload)) {
    return false;
  }
  return !classifier.type_of(parsed.root()) && !parsed.root().at(classifier.pointer());
}

void Recognition::use(const DialectScore& sum) {
  const std::string& name = sum.like.profile;
  checker_ = std::make_unique<Checker>(
      recognised_->judge, &recognised_->bindings, [this](session::Body&& body) { tell(std::move(body)); });
  detector_.set_recognised(name);
  session::Finding said("dialect-recognised", sum.evidence.front());
  said.severity = session::Severity::note;
  said.basis = session::Basis::inferred;
  said.confidence = session::Confidence::high;
  said.evidence = sum.evidence;
  said.says = fmt::format("{} recognised ({}); --profile none: not.", name, fmt::join(sum.like.reasons, "; "));
  said.fix = fmt::format("whydrop profile show {} shows what it expects.", name);
  tell(std::move(said));
  judge_earlier();
  news_ = recognised_;
}

void Recognition::judge_earlier() {
  for (Kept& kept : kept_) {
    if (auto* message = std::get_if<session::Message>(&kept.event.body)) {
      checker_->annotate(*message);
      if (!message->type.empty() && !message->frames.empty()) {
        recognised_->earlier.push_back({message->from, message->frames.back(), message->type});
      }
    }
    checker_->on_event(kept.event);
  }
  kept_.clear();
}

/// Where nothing settles a dialect, what the likeliest one finds worst is told as a candidate.
void Recognition::tell_candidate() {
  const DialectScore* sum = detector_.recogniser().candidate();
  auto whole =
      sum == nullptr || detector_.of_owner() ? nullptr : detector_.recogniser().dialects().whole(sum->like.profile);
  if (whole == nullptr) {
    return;
  }
  Recognised candidate(std::move(whole), url_);
  std::optional<session::Finding> worst;
  Checker checker(candidate.judge, &candidate.bindings, [&worst](session::Body&& body) {
    const auto* finding = std::get_if<session::Finding>(&body);
    if (finding != nullptr && finding->at_fault == session::Party::client &&
        finding->severity == session::Severity::error && !worst) {
      worst = *finding;
    }
  });
  for (Kept& kept : kept_) {
    if (auto* message = std::get_if<session::Message>(&kept.event.body)) {
      checker.annotate(*message);
    }
    checker.on_event(kept.event);
  }
  if (!worst) {
    return;
  }
  const std::string& name = sum->like.profile;
  session::Finding said("dialect-candidate", worst->evidence.front());
  said.severity = session::Severity::warning;
  said.basis = session::Basis::inferred;
  said.confidence = session::Confidence::low;
  said.at_fault = session::Party::client;
  said.evidence = worst->evidence;
  said.says = fmt::format("If this is {}: {}", name, worst->says);
  said.fix = fmt::format("If it is {} (--profile {} judges by it): {}", name, name, worst->fix);
  pending_.emplace_back(std::move(said));
}

void Recognition::tell(session::Body&& body) {
  if (auto* finding = std::get_if<session::Finding>(&body)) {
    finding->confidence = std::max(finding->confidence, session::Confidence::high);
  }
  pending_.push_back(std::move(body));
}

/// What was found before a message was told follows the frame that completes it.
void Recognition::flush() {
  if (pending_.empty()) {
    return;
  }
  for (session::Body& body : std::exchange(pending_, {})) {
    emit_(std::move(body));
  }
}

}  // namespace whydrop::profile
