#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/converse.hpp"
#include "cli/options.hpp"
#include "cli/streams.hpp"

#include <memory>

namespace whydrop::cli {
namespace {

struct SendFlags {
  SessionFlags session;
  std::vector<std::string> messages, expect;
  std::optional<std::chrono::nanoseconds> wait;
};

/// A message as given: text, "@file" or "-" for standard input.
Result<ConversationPlan::Message> read_message(const std::string& given, bool binary) {
  const bool file = given == "-" || (given.size() > 1 && given[0] == '@');
  auto payload = file ? read_file(given == "-" ? given : given.substr(1)) : Result<std::string>(given);
  if (!payload) {
    return tl::unexpected<Error>(payload.error());
  }
  if (!binary && !is_utf8(*payload)) {
    return fail(ErrorKind::local, "cannot send " + given + " as text: it is not valid UTF-8", "--binary");
  }
  return ConversationPlan::Message{binary ? engine::Payload::binary : engine::Payload::text, std::move(*payload)};
}

Result<int> send(const SendFlags& flags) {
  ConversationPlan plan;
  for (const std::string& given : flags.messages) {
    auto message = read_message(given, flags.session.binary);
    if (!message) {
      return tl::unexpected<Error>(message.error());
    }
    plan.opening.push_back(std::move(*message));
  }
  plan.replies = {engine::ReplyRule::Kind::number, 1};
  plan.stay_after_send = flags.wait;
  plan.expect = flags.expect;
  return converse(flags.session, std::move(plan), 0, false);
}

}  // namespace

Run setup_send(Options& options) {
  const auto flags = std::make_shared<SendFlags>();
  flags->session.timeout = std::chrono::seconds(30);
  add_session_arguments(options, flags->session);
  options.positionals("MESSAGE", flags->messages, true, "Text, @FILE for a file's content, - for standard input");
  options.list(
      "--expect",
      "POINTER=VALUE",
      flags->expect,
      "A message must come whose member at this JSON Pointer is VALUE (JSON, or else a string); repeatable, in "
      "order, one message each; other messages are skipped");
  options.duration(
      "--wait",
      flags->wait,
      "Stay this long after the last send; without it until the expectations are met, else for one reply or "
      "2s of silence");
  options.duration("--timeout", flags->session.timeout, "Give up after this long, with exit code 8 (30s)");
  add_session_groups(options, flags->session);
  return [flags] { return send(*flags); };
}

}  // namespace whydrop::cli
