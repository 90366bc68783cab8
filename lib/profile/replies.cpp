#include "profile/replies.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

constexpr std::size_t kMaxIds = 256;                 ///< remembered of one connection
constexpr std::size_t kMaxIdSize = 256;              ///< bytes
constexpr std::int64_t kFairWaitNs = 1'000'000'000;  ///< a reply that had less time is not missed

/// The id at `pointer`; null if there is none that can be remembered.
std::optional<std::string> id_at(const Seen& seen, const std::string& pointer) {
  const auto value = pointer.empty() || !seen.root ? std::nullopt : seen.root->at(pointer);
  if (!value || value->is(json::Type::null) || is_masked(seen, *value)) {
    return std::nullopt;
  }
  auto text = value->text();
  return text.size() > kMaxIdSize ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

void Replies::check(const Seen& seen, Findings& findings) {
  if (seen.from == Side::client) {
    return remember(seen);
  }
  check_reply(seen, findings);
  check_order(seen, findings);
}

void Replies::remember(const Seen& seen) {
  const auto id = id_at(seen, profile_.correlate_client);
  if (!id || !seen.type) {
    return;
  }
  const auto [entry, fresh] = sent_.try_emplace(*id);
  auto& sent = entry->second;
  ++sent.times;
  sent.type = *seen.type;
  sent.t_ns = seen.t_ns;
  sent.seq = seen.seq;
  if (fresh) {
    order_.push_back(*id);
  }
  if (order_.size() > kMaxIds) {
    sent_.erase(order_.front());
    order_.pop_front();
  }
}

void Replies::check_reply(const Seen& seen, Findings& findings) {
  const auto id = sent_.empty() ? std::nullopt : id_at(seen, profile_.correlate_server);
  const auto entry = id ? sent_.find(*id) : sent_.end();
  if (entry == sent_.end()) {
    return;
  }
  auto& sent = entry->second;
  ++sent.answered;
  const auto came = ++sent.replies[seen.type];
  if (came <= sent.times || profile_.many_replies) {
    return;
  }
  findings.fault("reply-duplicate", seen.from, seen.seq, [&] {
    return Words{fmt::format("{} came {} times for {} of event {}, with {} {}.",
                             name_of(profile_, seen),
                             came,
                             profile_.messages[sent.type].name,
                             sent.seq,
                             profile_.correlate_server,
                             elide(*id, 60)),
                 "Take a reply for the one that you have if it bears the same id.",
                 {sent.seq}};
  });
}

void Replies::check_order(const Seen& seen, Findings& findings) {
  const auto value = profile_.order_server.empty() || !seen.root ? std::nullopt : seen.root->at(profile_.order_server);
  if (!value || is_masked(seen, *value)) {
    return;
  }
  Time time{value->number(), false, seen.seq};
  if (const auto date = parse_rfc3339(value->string())) {
    time = {static_cast<double>(*date), true, seen.seq};
  } else if (!value->is(json::Type::number)) {
    return;
  }
  if (latest_ && latest_->is_date == time.is_date && time.at < latest_->at) {
    findings.fault("order-not-monotonic", seen.from, seen.seq, [&] {
      const auto back = time.is_date ? format_duration(static_cast<std::int64_t>(latest_->at - time.at))
                                     : fmt::format("{}", latest_->at - time.at);
      return Words{fmt::format("By {}, {} is {} older than a message that came before it.",
                               profile_.order_server,
                               name_of(profile_, seen),
                               back),
                   fmt::format("Order messages by {}, not as they come.", profile_.order_server),
                   {latest_->seq}};
    });
    return;
  }
  latest_ = time;
}

void Replies::finish(std::int64_t t_ns, Findings& findings) const {
  const Sent* first = nullptr;
  std::size_t missing = 0;
  for (const auto& id : order_) {
    const auto& sent = sent_.find(id)->second;
    if (sent.answered == 0 && t_ns - sent.t_ns >= kFairWaitNs) {
      first = first == nullptr ? &sent : first;
      ++missing;
    }
  }
  if (first == nullptr) {
    return;
  }
  findings.note("reply-missing", first->seq, [&] {
    const auto& type = profile_.messages[first->type].name;
    const auto waited = format_duration(t_ns - first->t_ns);
    return Words{
        missing == 1
            ? fmt::format("{} got no reply in the {} until the end.", type, waited)
            : fmt::format("{} messages got no reply, the first of them {}, {} before the end.", missing, type, waited),
        {},
        {}};
  });
}

}  // namespace whydrop::profile
