#include "profile/call_checks.hpp"

#include "base/text.hpp"
#include "handshake/head.hpp"
#include "profile/examination.hpp"
#include "profile/findings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

constexpr std::size_t kHeaderColumns = 20;  ///< columns of a header's value

std::string coding_of(const session::Response& response) {
  const auto field = std::find_if(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return handshake::same_token(header.name, "Content-Encoding");
  });
  return field == response.headers.end() ? std::string() : field->value;
}

}  // namespace

Reply::Reply(const Call& call, const session::Response& response)
    : call_(call),
      coding_(coding_of(response)),
      length_(response.body_length),
      status_(response.status),
      is_json_(!body_.parse(response.body)),
      known_(is_json_ || response.body.empty() || response.body.size() == length_ || length_ >= kMaxReply),
      masked_(!response.redact.empty()) {
  look_for_refusal();
}

bool Reply::is_success() const {
  return std::find(call_.success.begin(), call_.success.end(), status_) != call_.success.end();
}

/// True where only the mask, or what is cut off, keeps the conditions from being known.
bool Reply::may_hold(const std::vector<Where>& conditions) const {
  return !conditions.empty() &&
         (!known_ || (is_json_ && std::any_of(conditions.begin(), conditions.end(), [&](const Where& row) {
                        const auto value = body_.root().at(row.pointer);
                        return value && is_masked(masked_, *value);
                      })));
}

/// The first of the profile's rows that fits.
void Reply::look_for_refusal() {
  for (const Call::Refusal& row : call_.refusals) {
    if (row.status != status_) {
      continue;
    }
    unsure_ = may_hold(row.where);
    if (unsure_) {
      return;
    }
    if (row.where.empty() || (is_json_ && holds(row.where, body_.root()))) {
      refusal_ = &row.finding;
      return;
    }
  }
}

bool Reply::gives() const {
  return is_json_ && !cut_ && is_success() && refusal_ == nullptr && !unsure_;
}

void Reply::give(Bindings& bindings) const {
  if (gives()) {
    take_clear(bindings, call_.takes, body_.root(), masked_);
  }
}

bool Reply::refused() const {
  return !cut_ && !unsure_ && (refusal_ != nullptr || !is_success() || !lack().empty());
}

/// Why it does not give what it should; empty if it does, or nobody can tell.
std::string Reply::lack() const {
  const auto missing = std::find_if(call_.takes.begin(), call_.takes.end(), [&](const Take& take) {
    const auto value = is_json_ ? body_.root().at(take.pointer) : std::nullopt;
    return !value || value->is(json::Type::null);
  });
  if (missing == call_.takes.end() || !known_) {
    return {};
  }
  if (is_json_) {
    return fmt::format("has nothing at {}, which gives {}", missing->pointer, missing->variable);
  }
  const std::string unread = fmt::format("so that {} cannot be read from it", missing->variable);
  if (!coding_.empty()) {
    return fmt::format(
        "is compressed ({}), which was not asked for, {}", elide(escape_for_terminal(coding_), kHeaderColumns), unread);
  }
  return fmt::format("is {}, {}", length_ >= kMaxReply ? "1 MiB or longer" : "not JSON", unread);
}

/// What keeps it from being what the profile says, where the profile has no words for it; else empty.
std::string Reply::incomplete() const {
  if (cut_) {
    return fmt::format("The answer to {} was cut short: the connection ended in the middle of it.", call_.name);
  }
  if (!is_success()) {
    return status_ >= 300
               ? std::string()
               : fmt::format(
                     "The answer to {} was {}, which the profile does not name as a success.", call_.name, status_);
  }
  const std::string missing = lack();
  return missing.empty() ? std::string() : fmt::format("The answer to {} {}.", call_.name, missing);
}

session::Finding Reply::told(const FindingText& words, const Bindings& bindings, std::uint64_t seq) const {
  const auto extra = [&](std::string_view name) -> std::optional<std::string> {
    if (name == "$status") {
      return fmt::format("{}", status_);
    }
    const auto found = starts_with(name, "$/") && is_json_ ? body_.root().at(name.substr(1)) : std::nullopt;
    return found ? std::optional(found->text()) : std::nullopt;
  };
  FindingText filled = words;
  filled.says = bindings.fill_words(words.says, extra);
  filled.fix = bindings.fill_words(words.fix, extra);
  return make_finding(filled, seq);
}

std::vector<session::Finding> Reply::findings(const Bindings& bindings, std::uint64_t seq) const {
  if (!cut_ && refusal_ != nullptr) {
    return {told(*refusal_, bindings, seq)};
  }
  if (std::string says = unsure_ ? std::string() : incomplete(); !says.empty()) {
    session::Finding finding("call-reply-incomplete", seq);
    finding.says = std::move(says);
    finding.fix = "Look at the answer's body: the profile and the API do not fit, or something else answered.";
    return {std::move(finding)};
  }
  std::vector<session::Finding> found;
  for (const Call::Note& note : call_.notes) {
    if (gives() && !may_hold(note.where) && holds(note.where, body_.root())) {
      found.push_back(told(note.finding, bindings, seq));
    }
  }
  return found;
}

CallChecker::CallChecker(const Profile& profile, Bindings& bindings, Emit emit)
    : profile_(profile), bindings_(bindings), emit_(std::move(emit)) {}

void CallChecker::learn(const session::Response& response) {
  if (call_ != nullptr) {
    reply_.emplace(*call_, response);
    reply_->give(bindings_);
  }
}

void CallChecker::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    call_ = profile_.call(open->call);
  } else if (const auto* request = std::get_if<session::Request>(&event.body)) {
    // A capture may have been made with another profile, which has a call of this name too.
    const bool same = call_ != nullptr && starts_with(request->start_line, call_->method + " ");
    call_ = same ? call_ : nullptr;
  } else if (std::holds_alternative<session::Response>(event.body)) {
    seq_ = event.seq;
  } else if (const auto* ending = std::get_if<session::Ending>(&event.body)) {
    conclude(*ending);
  }
}

/// A call that was answered to the end is closed by our own side. Of one whose capture ends here nobody knows.
void CallChecker::conclude(const session::Ending& ending) {
  if (!reply_) {
    return;
  }
  if (ending.how != session::EndingHow::local_close && ending.how != session::EndingHow::capture_ended) {
    reply_->set_cut();
  }
  for (session::Finding& finding : reply_->findings(bindings_, seq_)) {
    emit_(std::move(finding));
  }
}

}  // namespace whydrop::profile
