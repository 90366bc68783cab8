#include "report/drop_statistics.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/names.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace whydrop::report {

using session::Side;
using wire::Opcode;

namespace {

std::string percent(std::int64_t part, std::int64_t whole) {
  const double share = whole <= 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  const auto tenths = static_cast<std::int64_t>(share * 10);  // truncated: 99.96 % is not 100
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

}  // namespace

std::string cause_of(const session::Verdict& verdict) {
  if (!verdict.cause.empty()) {
    return verdict.cause;
  }
  if (verdict.first_close && verdict.code) {
    return fmt::format("close-{}", *verdict.code);
  }
  return verdict.how ? std::string(session::name(*verdict.how)) : "unknown";
}

void DropStatistics::on_event(const session::Event& event) {
  ended_.reset();
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    if (open->role == session::Role::websocket) {
      live_[event.conn].number = ++sessions_;
    }
    return;
  }
  const auto found = live_.find(event.conn);
  if (found == live_.end()) {
    return;
  }
  Live& live = found->second;
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    on_frame(live, event, *frame);
  } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
    ++(message->from == Side::client ? live.sent : live.received);
    for (Period* period : {&all_, &period_}) {
      ++(message->from == Side::client ? period->sent : period->received);
    }
  } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
    if (response->status == 101 && !live.opened_ns) {
      live.opened_ns = event.t_ns;
    }
  } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
    on_verdict(live, event, *verdict);
    live_.erase(found);
  }
}

void DropStatistics::on_frame(Live& live, const session::Event& event, const session::Frame& frame) {
  if (const auto trip = live.pings.on_frame(frame, event.t_ns, event.seq)) {
    for (Period* period : {&all_, &period_}) {
      period->trips.add(*trip);
    }
  }
}

void DropStatistics::on_verdict(const Live& live, const session::Event& event, const session::Verdict& verdict) {
  Ended ended{live.number, std::nullopt, live.sent, live.received, cause_of(verdict)};
  if (live.opened_ns) {
    ended.age_ns = event.t_ns - *live.opened_ns;
  }
  for (Period* period : {&all_, &period_}) {
    Count& count = period->causes[ended.cause];
    ++count.endings;
    if (ended.age_ns) {
      count.least_age_ns = std::min(count.least_age_ns.value_or(*ended.age_ns), *ended.age_ns);
      count.most_age_ns = std::max(count.most_age_ns.value_or(*ended.age_ns), *ended.age_ns);
      period->open_ns += event.t_ns - std::max(*live.opened_ns, period->from_ns);
    }
  }
  ended_ = std::move(ended);
}

/// With the sessions that are still open.
std::int64_t DropStatistics::open_until(const Period& period, std::int64_t now_ns) const {
  std::int64_t open = period.open_ns;
  for (const auto& [conn, live] : live_) {
    open += live.opened_ns ? now_ns - std::max(*live.opened_ns, period.from_ns) : 0;
  }
  return open;
}

std::string DropStatistics::since_last(std::int64_t now_ns) {
  const Period period = std::exchange(period_, Period{});
  period_.from_ns = now_ns;
  std::uint64_t endings = 0;
  std::string causes;
  for (const auto& [cause, count] : period.causes) {
    endings += count.endings;
    causes += fmt::format("{}{} {}", causes.empty() ? "" : ", ", count.endings, cause);
  }
  const std::int64_t length = now_ns - period.from_ns, open = open_until(period, now_ns);
  const std::string trips = period.trips.text();
  return fmt::format("{}{}, open {} of {} ({}), sent {}, received {}{}",
                     counted(endings, "ending"),
                     causes.empty() ? "" : " (" + causes + ")",
                     format_duration(open),
                     format_duration(length),
                     percent(open, length),
                     period.sent,
                     period.received,
                     trips.empty() ? "" : ", round trips " + trips);
}

std::string DropStatistics::summary(std::int64_t now_ns) const {
  const auto row = [](std::string_view label, std::string_view text) {
    return fmt::format("  {:<11}{}\n", label, text);
  };
  const std::int64_t open = open_until(all_, now_ns);
  std::string text =
      row("watched",
          fmt::format("{}, open {} ({})", format_duration(now_ns), format_duration(open), percent(open, now_ns)));
  text +=
      row("sessions", fmt::format("{}; {} sent, {} received", sessions_, counted(all_.sent, "message"), all_.received));
  if (const std::string trips = all_.trips.text(); !trips.empty()) {
    text += row("ping", trips);
  }
  std::vector<std::pair<std::string, Count>> causes(all_.causes.begin(), all_.causes.end());
  std::stable_sort(
      causes.begin(), causes.end(), [](const auto& a, const auto& b) { return a.second.endings > b.second.endings; });
  for (const auto& [cause, count] : causes) {
    const std::string ages =
        !count.least_age_ns ? std::string("never open")
        : *count.least_age_ns == *count.most_age_ns
            ? "after " + format_duration(*count.most_age_ns)
            : fmt::format("after {} to {}", format_duration(*count.least_age_ns), format_duration(*count.most_age_ns));
    text +=
        row(&cause == &causes.front().first ? "endings" : "", fmt::format("{} × {}, {}", count.endings, cause, ages));
  }
  return text;
}

std::vector<Metric> DropStatistics::metrics(std::int64_t now_ns) const {
  using Type = Metric::Type;
  const auto number = [](std::uint64_t value) { return fmt::format("{}", value); };
  std::uint64_t open = 0;
  for (const auto& [conn, live] : live_) {
    open += live.opened_ns ? 1 : 0;
  }
  std::vector<MetricSample> endings, trips;
  for (const auto& [cause, count] : all_.causes) {
    endings.push_back({number(count.endings), {{"cause", cause}}});
  }
  if (!all_.trips.empty()) {
    trips = {{metric_seconds(all_.trips.percentile_ns(50)), {{"quantile", "0.5"}}},
             {metric_seconds(all_.trips.percentile_ns(95)), {{"quantile", "0.95"}}},
             {metric_seconds(all_.trips.sum_ns()), {}, "_sum"},
             {number(all_.trips.count()), {}, "_count"}};
  }
  return {{"whydrop_sessions_total", Type::counter, "Attempts to open a session.", {{number(sessions_)}}},
          {"whydrop_sessions_open", Type::gauge, "Sessions that are open.", {{number(open)}}},
          {"whydrop_open_seconds_total",
           Type::counter,
           "How long sessions were open, together.",
           {{metric_seconds(open_until(all_, now_ns))}}},
          {"whydrop_endings_total", Type::counter, "Sessions that ended, by cause.", std::move(endings)},
          {"whydrop_messages_total",
           Type::counter,
           "Data messages, by direction.",
           {{number(all_.sent), {{"direction", "sent"}}}, {number(all_.received), {{"direction", "received"}}}}},
          {"whydrop_ping_seconds", Type::summary, "Round trips of pings that were sent.", std::move(trips)}};
}

}  // namespace whydrop::report
