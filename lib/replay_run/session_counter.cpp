#include "replay_run/session_counter.hpp"

#include "diagnose/exit_code.hpp"
#include "json/json.hpp"
#include "replay/words.hpp"

#include <cstddef>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::replay_run {

SessionCounter::SessionCounter(std::shared_ptr<const profile::Profile> profile, std::function<void(Repeat&&)> on_ended)
    : profile_(std::move(profile)), keys_(profile_.get()), on_ended_(std::move(on_ended)) {}

Result<void> SessionCounter::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    if (open->role == session::Role::websocket) {
      live_[event.conn] = {event.t_ns};
    }
    return {};
  }
  const auto found = live_.find(event.conn);
  if (found == live_.end()) {
    return {};
  }
  if (const auto* response = std::get_if<session::Response>(&event.body); response && response->status == 101) {
    found->second.opened_ns = event.t_ns;
  } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
    on_message(found->second, *message);
  } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
    on_ended_(repeat_of(found->second, event, *verdict));
    live_.erase(found);
  }
  return {};
}

void SessionCounter::on_message(Live& live, const session::Message& message) {
  constexpr std::size_t kMostKinds = 1000;  // of one session; what comes after these is not told apart
  if (message.from != session::Side::client) {
    return;
  }
  json::Json document;
  const bool is_json = message.text && !document.parse(message.payload);
  std::string kind = keys_.key_of(message.from, message.text, is_json ? std::optional(document.root()) : std::nullopt);
  live.last_kind = live.counts.size() < kMostKinds || live.counts.count(kind) > 0 ? std::move(kind) : "message";
  ++live.counts[live.last_kind];
}

Repeat SessionCounter::repeat_of(const Live& live, const session::Event& event, const session::Verdict& verdict) {
  diagnose::RunOutcome outcome;
  outcome.fail_on.reset();
  Repeat repeat;
  repeat.verdict = verdict;
  repeat.connected = live.opened_ns.has_value();
  repeat.survived = repeat.connected && diagnose::exit_code(verdict, outcome) == 0;
  repeat.lasted_ns = event.t_ns - live.opened_ns.value_or(live.began_ns);
  const auto last = live.counts.find(live.last_kind);
  if (last != live.counts.end()) {
    repeat.last_sent = fmt::format("the {} {}", replay::ordinal(last->second), live.last_kind);
  }
  return repeat;
}

}  // namespace whydrop::replay_run
