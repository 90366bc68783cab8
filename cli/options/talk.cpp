#include "cli/options/talk.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "cli/options.hpp"
#include "profile/heartbeats.hpp"
#include "run/client_run.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::cli {
namespace {

std::string set_heartbeat(const std::vector<std::string>& given, std::string& value) {
  value = given.back();
  const auto every = parse_duration(value);
  const bool known = value == "on" || value == "off" || (every && every->count() > 0);
  return known ? "" : "'" + value + "' is not on, off or a duration (as in 30s)";
}

/// Editors end a file with a line end, which is none of the message's.
void drop_line_end(std::string& text) {
  for (const char c : {'\n', '\r'}) {
    if (!text.empty() && text.back() == c) {
      text.pop_back();
    }
  }
}

profile::Step raw_step(std::string text, bool binary) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  said.binary = binary;
  return said;
}

}  // namespace

void add_messages_option(Options& options, std::optional<std::uint64_t>& count) {
  options.number("-n,--messages",
                 "N",
                 count,
                 1,
                 UINT64_MAX,
                 "Close once N messages of the server have come, however long that takes");
}

void add_heartbeat_option(Options& options, std::string& heartbeat) {
  options.custom(
      OptionInfo::option(
          "--heartbeat",
          "on|off|DURATION",
          "Send the heartbeats that the profile asks of a client (on: of a recognised one too), or this often")
          .completed_by({"on", "off"}),
      [&heartbeat](const std::vector<std::string>& given) { return set_heartbeat(given, heartbeat); });
}

Result<void> add_heartbeats(const std::string& given,
                            const run::ProfileContext* context,
                            script::ClientScript& script) {
  script.beats_if_recognised = context == nullptr && given == "on";
  std::vector<profile::Heartbeat> own;
  if (context != nullptr && given != "off") {
    own = profile::client_heartbeats(context->profile());
  }
  const bool by_time = !given.empty() && given != "on" && given != "off";
  if (by_time && own.empty()) {
    return context == nullptr
               ? fail(ErrorKind::usage, "option --heartbeat: no profile to take the message from", "--profile NAME")
               : fail(ErrorKind::usage, "option --heartbeat: profile " + context->profile().name + " has none");
  }
  for (profile::Heartbeat& row : own) {
    row.every = by_time && row.answers.empty() ? std::vector{given} : row.every;
  }
  script.heartbeats = std::move(own);
  return {};
}

Result<script::Move> read_message(const std::string& given, bool binary, const os::FileReader& read) {
  const bool file = given == "-" || (given.size() > 1 && given[0] == '@');
  auto payload = file ? read(given == "-" ? given : given.substr(1)) : Result<std::string>(given);
  WHYDROP_TRY(payload);
  if (file && !binary) {
    drop_line_end(*payload);
  }
  if (!binary && !is_utf8(*payload)) {
    return fail(ErrorKind::local, "cannot send " + given + " as text: it is not valid UTF-8", "--binary");
  }
  return script::saying(raw_step(std::move(*payload), binary), true);
}

Result<void> add_client_moves(const std::vector<std::string>& messages,
                              const os::FileReader& read,
                              const SessionFlags& flags,
                              const run::ProfileInUse& profile,
                              script::ClientScript& script) {
  for (const std::string& message : messages) {
    // Standard input is read for other messages.
    auto move = message == "-" ? Result<script::Move>(script::saying(raw_step(message, flags.binary), true))
                               : read_message(message, flags.binary, read);
    WHYDROP_TRY(move);
    script.moves.push_back(std::move(*move));
  }
  if (!profile.context || flags.no_opening) {
    return {};
  }
  return run::opening_moves(*profile.context).map([&](std::vector<script::Move>&& opening) {
    script.opening = std::move(opening);
  });
}

Result<void> add_scenario_moves(const run::ProfileInUse& profile, script::ClientScript& script) {
  script.moves = script::moves_of(*profile.scenario);
  script.replies.kind = engine::ReplyRule::Kind::none;
  return {};
}

}  // namespace whydrop::cli
