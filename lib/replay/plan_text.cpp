#include "base/text.hpp"
#include "base/units.hpp"
#include "replay/plan.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

/// Lines in two columns; a label stands at the first of its lines only.
class LabelledLines {
 public:
  void add(std::string_view label, std::string_view text) {
    const std::string_view shown = label == last_ ? std::string_view() : label;
    last_ = label;
    out_.append(fmt::format("  {:<11}", shown)).append(escape_for_terminal(text)).append("\n");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string_view last_;
};

std::string recorded(const Plan& plan) {
  std::string text(plan.kind.is_lines() ? "a file of messages" : plan.kind.format->what);
  if (plan.runs > 1) {
    text += fmt::format(", run {} of {}", plan.run, plan.runs);
  }
  if (plan.conns > 1) {
    text += fmt::format(", connection {}; {} in it", plan.conn, counted(plan.conns, "WebSocket connection"));
  }
  return plan.kind.is_lines() ? text : text + ", " + format_duration(plan.duration_ns);
}

std::string sends(const Plan& plan) {
  std::string text = counted(plan.messages, "message");
  if (plan.pings > 0) {
    text += ", " + counted(plan.pings, "ping");
  }
  if (plan.closes > 0) {
    text += ", " + counted(plan.closes, "Close");
  }
  return text;
}

std::string close_words(const session::CloseSeen& close) {
  const std::string code = close.code ? std::to_string(*close.code) : "without a code";
  return close.reason.empty() ? code : fmt::format("{} \"{}\"", code, close.reason);
}

std::string ended(const Over& over) {
  const std::string received =
      over.received ? fmt::format("the server's Close {}; ", close_words(*over.received)) : std::string();
  const std::string sent = over.sent ? fmt::format("the client's Close {}; ", close_words(*over.sent)) : std::string();
  const bool server_first = over.received && over.sent && over.received->seq < over.sent->seq;
  std::string text = server_first ? received + sent : sent + received;
  if (over.ending) {
    text += fmt::format("{}, by {}", session::name(over.ending->how), session::name(over.ending->by));
  } else {
    text += "the recording stops before the end";
  }
  return over.cut.empty() ? text : text + "; " + over.cut;
}

std::string need_words(const Needed& needed) {
  const std::string where =
      needed.first_seq == 0 ? needed.place : fmt::format("{} (#{})", needed.place, needed.first_seq);
  const std::string times = needed.count > 1 ? fmt::format(", {} times", grouped(needed.count)) : "";
  return fmt::format("{} → {}{}", needed.variable, where, times);
}

std::string place_words(const std::string& pointer, const std::string& key) {
  return pointer.empty() ? key : fmt::format("{} of {}", pointer, key);
}

std::string link_words(const Link& link) {
  const std::string from =
      link.variable.empty() ? place_words(link.server_pointer, link.server_key) : "variable " + link.variable;
  const std::string times = link.count > 1 ? fmt::format(", {} times", grouped(link.count)) : "";
  return fmt::format("{} → {}{}", from, place_words(link.client_pointer, link.client_key), times);
}

}  // namespace

std::string plan_text(const Plan& plan) {
  LabelledLines lines;
  if (!plan.url.empty()) {
    lines.add("URL", plan.url);
  }
  if (!plan.profile.empty()) {
    lines.add("profile", plan.profile);
  }
  lines.add("recorded", recorded(plan));
  if (plan.calls > 0) {
    lines.add("REST", fmt::format("{} before the session", counted(plan.calls, "call")));
  }
  lines.add("sends", sends(plan));
  if (!plan.kind.is_lines()) {
    lines.add("heard", counted(plan.heard, "message"));
  }
  if (plan.kind.tells_frames()) {
    lines.add("ended", ended(plan.over));
  }
  for (const Needed& needed : plan.needed) {
    lines.add(needed.from_server ? "server's" : "needs", need_words(needed));
  }
  for (const Link& link : plan.links) {
    lines.add("binds", link_words(link));
  }
  for (const auto& [seq, why] : plan.lost) {
    lines.add("cannot", fmt::format("#{}: {}", seq, why));
  }
  for (const std::string& note : plan.notes) {
    lines.add("note", note);
  }
  return lines.take();
}

}  // namespace whydrop::replay
