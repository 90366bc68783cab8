#include "profile/sequence_checks.hpp"

#include "base/time.hpp"
#include "base/units.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

/// One message out of its place.
struct Misplaced {
  const Profile& profile;
  const SequenceMachine& machine;
  const Standing& standing;
  const Seen& seen;

  const MessageType& type() const { return profile.messages[*seen.type]; }
  const MessageType& type(TypeIndex index) const { return profile.messages[index]; }
  std::string moment(const Moment& of) const { return of.type ? type(*of.type).name : "the session opened"; }
  /// What stands nearest before the message: the client's own last one, or what led to this state.
  const Moment& before() const {
    return standing.entered.seq > standing.last_client.seq ? standing.entered : standing.last_client;
  }
  std::string sent() const {
    const std::int64_t since = seen.t_ns - before().t_ns;
    const std::string when = since < kMillisecond ? "less than 1 ms" : format_duration(since);
    return fmt::format("{} was sent {} after {}", type().name, when, moment(before()));
  }
  Words too_early(const std::vector<TypeIndex>& way) const;
  Words too_late(std::size_t gone) const;
  Words unexpected() const;
};

std::string about(const SequenceState& state) {
  return state.about.empty() ? state.name : state.about;
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

Words Misplaced::too_early(const std::vector<TypeIndex>& way) const {
  std::string missing, todo;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const TypeIndex step = way[i];
    const bool own = type(step).side == Side::client;
    const char* link = i == 0 ? "" : i + 1 == way.size() ? " and " : ", ";
    missing += fmt::format("{}{} {}", link, type(step).name, own ? "was sent" : "came");
    todo += fmt::format("{}{}{}", link, own ? "send " : "wait for ", type(step).name);
  }
  return {fmt::format("{}, before {}.", sent(), missing),
          fmt::format("{} before sending {}.", capital(todo), type().name),
          {before().seq}};
}

Words Misplaced::too_late(std::size_t gone) const {
  return {
      fmt::format(
          "{}, when the session was {}: too late for {}.", sent(), about(machine.state(standing.state)), type().name),
      fmt::format("Send {} only while the session is {}.", type().name, about(machine.state(gone))),
      {standing.entered.seq}};
}

Words Misplaced::unexpected() const {
  std::string taken;
  for (const TypeIndex other : machine.taken(standing.state)) {
    taken += (taken.empty() ? "" : " or ") + type(other).name;
  }
  return {fmt::format(
              "{}, when the session was {}; it is taken in no state.", sent(), about(machine.state(standing.state))),
          taken.empty() ? std::string() : fmt::format("Send {} now.", taken),
          {standing.entered.seq}};
}

/// True if `seen` is taken now, but its time went by; then it was told.
void check_deadline(const Misplaced& found, Findings& findings) {
  const auto& deadline = found.machine.state(found.standing.state).deadline;
  const auto& entered = found.standing.entered;
  if (!deadline || deadline->message != found.type().name ||
      found.seen.t_ns - entered.t_ns <= deadline->within.count()) {
    return;
  }
  findings.fault("sequence-too-late", found.seen.from, found.seen.seq, [&] {
    const auto within = format_duration(deadline->within.count());
    const auto since = found.moment(entered);
    return Words{fmt::format("{} was sent {} after {}; it has to come within {}.",
                             found.type().name,
                             format_duration(found.seen.t_ns - entered.t_ns),
                             since,
                             within),
                 fmt::format("Send {} at most {} after {}.", found.type().name, within, since),
                 {entered.seq}};
  });
}

}  // namespace

void check_place(const Profile& profile,
                 const SequenceMachine& machine,
                 const Standing& standing,
                 const Seen& seen,
                 Findings& findings) {
  if (!machine.exists() || !seen.type || !seen.root) {
    return;
  }
  const Misplaced found{profile, machine, standing, seen};
  if (machine.next(standing.state, seen.from, seen.type, *seen.root)) {
    return check_deadline(found, findings);
  }
  if (const auto way = machine.way_to(standing.state, *seen.type, *seen.root)) {
    findings.fault("sequence-too-early", seen.from, seen.seq, [&] { return found.too_early(*way); });
  } else if (const auto gone = machine.gone_by(standing, *seen.type, *seen.root)) {
    findings.fault("sequence-too-late", seen.from, seen.seq, [&] { return found.too_late(*gone); });
  } else {
    findings.fault("sequence-unexpected", seen.from, seen.seq, [&] { return found.unexpected(); });
  }
}

void follow(const SequenceMachine& machine, Standing& standing, const Seen& seen) {
  const Moment now{seen.type, seen.t_ns, seen.seq};
  if (seen.from == Side::client && seen.type) {
    standing.last_client = now;
  }
  if (!machine.exists() || !seen.root) {
    return;
  }
  const auto to = machine.next(standing.state, seen.from, seen.type, *seen.root);
  if (to && *to != standing.state) {
    machine.move(standing, *to, now);
  }
}

void check_deadline_at_end(const Profile& profile,
                           const SequenceMachine& machine,
                           const Standing& standing,
                           std::int64_t t_ns,
                           std::uint64_t seq,
                           Findings& findings) {
  if (!machine.exists()) {
    return;
  }
  const auto& deadline = machine.state(standing.state).deadline;
  const auto waited = t_ns - standing.entered.t_ns;
  if (!deadline || waited <= deadline->within.count()) {
    return;
  }
  findings.fault("sequence-too-late", Side::client, seq, [&] {
    const auto since =
        standing.entered.type ? profile.messages[*standing.entered.type].name : std::string("the session opened");
    const auto within = format_duration(deadline->within.count());
    return Words{fmt::format("{} was not sent in the {} after {}; it has to come within {}.",
                             deadline->message,
                             format_duration(waited),
                             since,
                             within),
                 fmt::format("Send {} at most {} after {}.", deadline->message, within, since),
                 {standing.entered.seq}};
  });
}

}  // namespace whydrop::profile
