#include "replay/plan.hpp"

#include "replay/edit.hpp"
#include "replay/words.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

/// Collects a plan from the entries of one reading.
class Planner {
 public:
  Planner(Recording& recording, const std::vector<Edit>& edits) : recording_(recording), edits_(edits) {
    plan_.kind = recording.kind();
    plan_.profile = recording.header().profile;
    for (const Edit& edit : edits) {
      unmet_.insert(edit.seq);
    }
  }

  void take(const Entry& entry);
  Result<Plan> finish();

 private:
  void take(const Called&) { ++plan_.calls; }
  void take(const Began& began);
  void take(const Opened& opened) { opened_ns_ = opened.t_ns; }
  void take(const Act& act);
  void take(const Heard&) { ++plan_.heard; }
  void take(const Over& over);
  void need(const session::RedactSpan& span, std::uint64_t seq, const std::string& place);

  Recording& recording_;
  Edits edits_;
  Plan plan_;
  std::set<std::uint64_t> unmet_;  ///< edits whose message has not come
  std::int64_t opened_ns_ = 0;
};

void Planner::take(const Entry& entry) {
  std::visit([this](const auto& what) { take(what); }, entry);
}

void Planner::need(const session::RedactSpan& span, std::uint64_t seq, const std::string& place) {
  const auto known = std::find_if(plan_.needed.begin(), plan_.needed.end(), [&span](const Needed& needed) {
    return needed.variable == span.variable;
  });
  if (known != plan_.needed.end()) {
    ++known->count;
    return;
  }
  plan_.needed.push_back({span.variable, seq, 1, false, place});
}

void Planner::take(const Began& began) {
  plan_.url = began.open.url;
  plan_.request = began.request;
  for (const auto& span : began.open.redact) {
    need(span, 0, "the URL");
  }
  for (const auto& header : began.request.headers) {
    for (const auto& span : header.redact) {
      need(span, 0, "the header " + header.name);
    }
  }
}

void Planner::take(const Act& act) {
  unmet_.erase(act.seq);
  if (edits_.skips(act.seq)) {
    return;
  }
  plan_.messages += act.kind == Act::Kind::text || act.kind == Act::Kind::binary ? 1 : 0;
  plan_.pings += act.kind == Act::Kind::ping ? 1 : 0;
  plan_.closes += act.kind == Act::Kind::close ? 1 : 0;
  if (edits_.replaces(act.seq)) {
    return;
  }
  for (const auto& span : act.redact) {
    need(span, act.seq, "");
  }
  if (!act.unreplayable.empty()) {
    plan_.lost.emplace_back(act.seq, act.unreplayable);
  }
}

void Planner::take(const Over& over) {
  plan_.over = over;
  plan_.duration_ns = over.t_ns - opened_ns_;
}

Result<Plan> Planner::finish() {
  const std::string& name = recording_.settings().name;
  if (!unmet_.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("edit {}: no message that the client sent has this number", *unmet_.begin()),
                fmt::format("whydrop inspect {} --only client shows the numbers", name));
  }
  if (plan_.messages + plan_.pings + plan_.closes == 0 && plan_.lost.empty()) {
    return fail(ErrorKind::usage, fmt::format("cannot replay {}: the client sent nothing in it", name));
  }
  const auto held = recording_.count();
  if (!held) {
    return tl::unexpected<Error>(held.error());
  }
  plan_.runs = held->runs;
  plan_.conns = held->conns;
  return std::move(plan_);
}

}  // namespace

Result<Plan> make_plan(Recording& recording, const profile::Profile*, const std::vector<Edit>& edits, bool) {
  Planner planner(recording, edits);
  while (true) {
    const auto entry = recording.next();
    if (!entry) {
      return tl::unexpected<Error>(entry.error());
    }
    if (!*entry) {
      return planner.finish();
    }
    planner.take(**entry);
  }
}

}  // namespace whydrop::replay
