#include "run/interactive.hpp"

#include "base/error_text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "os/editor.hpp"
#include "os/streams.hpp"
#include "profile/compose.hpp"
#include "report/excerpt.hpp"
#include "report/progress.hpp"

#include <chrono>
#include <csignal>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

using Kind = engine::Outgoing::Kind;

/// $XDG_STATE_HOME/whydrop/history; empty where there is no home.
std::string history_path(const os::Environment& environment) {
  const std::string state = environment("XDG_STATE_HOME");
  const std::string home = environment("HOME");
  const std::string base = !state.empty() ? state : home.empty() ? "" : home + "/.local/state";
  return base.empty() ? "" : base + "/whydrop/history";
}

Result<void> say_file(const os::FileReader& read,
                      script::ScriptedClient& conversation,
                      const terminal::SendFile& file) {
  const auto content = read(file.path);
  WHYDROP_TRY(content);
  if (!file.binary && !is_utf8(*content)) {
    return fail(
        ErrorKind::local, "cannot send " + file.path + " as text: it is not valid UTF-8", "/binary @" + file.path);
  }
  conversation.say({file.binary ? Kind::binary : Kind::text, *content, 0});
  return {};
}

Result<void> say_message(SessionRun& run, script::ScriptedClient& conversation, const terminal::SendMessage& given) {
  if (run.bindings() == nullptr) {
    return fail(ErrorKind::usage, "/send " + given.type + ": there is no profile to take it from", "--profile NAME");
  }
  auto step = profile::message_step(run.bindings()->profile(), given.type);
  for (const std::string& setting : given.settings) {
    if (const auto set = step ? profile::add_set(*step, setting) : Result<void>(); !set) {
      return set;
    }
  }
  return step.and_then([&](const profile::Step& it) { return conversation.say_message(it); });
}

/// The types of messages that the profile can send, one a line.
std::string message_list(const SessionRun& run) {
  if (run.bindings() == nullptr) {
    return "no profile is in use\n";
  }
  std::string text;
  for (const profile::MessageType& type : run.bindings()->profile().messages) {
    if (type.side == profile::Side::client && !type.example.empty()) {
      text += fmt::format("  {:<26}{}\n", type.name, type.about);
    }
  }
  return text;
}

/// What the last word of a line may become: a command, or behind /send a type of message.
std::vector<std::string> completions(const SessionRun& run, std::string_view line) {
  constexpr std::string_view kSend = "/send ";
  if (line.substr(0, 1) == "/" && line.find(' ') == std::string_view::npos) {
    return terminal::commands_like(line);
  }
  std::vector<std::string> types;
  const std::string_view start = line.substr(0, kSend.size()) == kSend ? line.substr(kSend.size()) : " ";
  if (run.bindings() == nullptr || start.find(' ') != std::string_view::npos) {
    return types;
  }
  for (const profile::MessageType& type : run.bindings()->profile().messages) {
    if (type.side == profile::Side::client && !type.example.empty() && type.name.compare(0, start.size(), start) == 0) {
      types.push_back(type.name);
    }
  }
  return types;
}

/// True for what /again repeats.
bool is_sent(const terminal::Command& command) {
  return std::visit(overloaded{[](const terminal::SendAgain&) { return false; },
                               [](const terminal::SendClose&) { return false; },
                               [](const terminal::ShowMessages&) { return false; },
                               [](const terminal::ShowMessage&) { return false; },
                               [](const terminal::ShowLast&) { return false; },
                               [](const terminal::ShowHelp&) { return false; },
                               [](const terminal::EditMessage&) { return false; },
                               [](const terminal::SaveMessage&) { return false; },
                               [](const auto&) { return true; }},
                    command);
}

}  // namespace

Interactive::Interactive(SessionRun& run,
                         script::ScriptedClient& conversation,
                         const RecentMessages& recent,
                         const SessionStatus& status,
                         std::function<void(int)> on_interrupt)
    : run_(run), conversation_(conversation), recent_(recent), status_(status), on_interrupt_(std::move(on_interrupt)) {
  terminal::PromptOptions options;
  options.history_path = history_path(run.host().environment);
  options.holds_secret = [&run](std::string_view line) { return run.holds_secret(line); };
  options.complete = [&run](std::string_view line) { return completions(run, line); };
  prompt_ = std::make_unique<terminal::Prompt>(std::move(options), [this](terminal::Input input) {
    run_.loop().post([this, input = std::move(input)] { on_input(input); });
  });
  conversation_.on_opened([this] {
    if (!std::exchange(greeted_, true)) {
      run_.talk("a line is a message; /help lists commands, Ctrl-D closes");
    }
    show_status();
    catch_up();
  });
  run_.divert([this](std::string_view text) { prompt_->print_above(text); });
  keep_status();
}

Interactive::~Interactive() {
  conversation_.on_opened(nullptr);
  run_.loop().cancel(timer_);
  prompt_->stop();
  run_.pipeline().flush();
  run_.divert(nullptr);
}

void Interactive::catch_up() {
  while (!early_.empty() && conversation_.open()) {
    const terminal::Input input = std::move(early_.front());
    early_.pop_front();
    on_input(input);
  }
}

void Interactive::on_input(const terminal::Input& input) {
  if (input.kind != terminal::Input::Kind::interrupt && !conversation_.open()) {
    early_.push_back(input);
    return;
  }
  switch (input.kind) {
  case terminal::Input::Kind::line:
    on_line(input.text);
    break;
  case terminal::Input::Kind::end_of_input:
    conversation_.end_of_prompt();
    break;
  case terminal::Input::Kind::interrupt:
    on_interrupt_(SIGINT);
    break;
  }
}

Result<void> Interactive::show(const RecentMessages::Message* message, const std::string& missing) {
  if (message == nullptr) {
    return fail(ErrorKind::usage, missing);
  }
  std::string text;
  report::append_whole(text, message->payload, message->text, 2, 2, run_.colored());
  prompt_->print_above(text);
  return {};
}

/// A message that may be sent again, for the command of this name.
Result<RecentMessages::Message> Interactive::kept(std::string_view name, std::uint64_t seq) const {
  const RecentMessages::Message* message = recent_.of_frame(seq);
  if (message == nullptr) {
    return fail(ErrorKind::usage, fmt::format("{} {}: no message of this number is kept", name, seq));
  }
  if (message->masked) {
    return fail(ErrorKind::usage,
                fmt::format("{} {}: a secret is masked in it", name, seq),
                "/again sends what was sent last as it was");
  }
  return *message;
}

Result<void> Interactive::send_kept(std::uint64_t seq) {
  return kept("/replay", seq).map([this](const RecentMessages::Message& message) {
    conversation_.say({message.text ? Kind::text : Kind::binary, message.payload, 0});
  });
}

/// The session goes on meanwhile: the editor has the terminal, not the loop.
Result<void> Interactive::edit(const terminal::EditMessage& given) {
  std::string text;
  if (given.seq) {
    auto message = kept("/edit", *given.seq);
    WHYDROP_TRY(message);
    text = std::move(message->payload);
  } else if (const auto* last = last_sent_ ? std::get_if<terminal::SendText>(&*last_sent_) : nullptr) {
    text = last->text;
  }
  prompt_->lend([this, text = std::move(text)] {
    const os::Environment& environment = run_.host().environment;
    auto became = os::edited(os::editor_of(environment), text, environment);
    const bool changed = became && *became != text && !became->empty();
    run_.loop().post([this, changed, became = std::move(became)] {
      if (!became) {
        run_.talk(error_text(became.error()));
      } else if (!changed) {
        run_.talk("/edit: nothing was changed, and nothing is sent");
      } else if (const auto sent = carry_out(terminal::SendText{*became}); !sent) {
        run_.talk(error_text(sent.error()));
      }
    });
  });
  return {};
}

Result<void> Interactive::save(const terminal::SaveMessage& given) {
  const RecentMessages::Message* message = given.seq ? recent_.of_frame(*given.seq) : recent_.last_of_server();
  if (message == nullptr) {
    return fail(ErrorKind::usage,
                given.seq ? fmt::format("/save: no message of frame {} is kept", *given.seq)
                          : std::string("/save: the server said nothing yet"));
  }
  return os::write_new_file(given.path, message->payload).map([&] {
    run_.talk(fmt::format(
        "{} in {}{}", format_size(message->payload.size()), given.path, message->masked ? ", its secrets masked" : ""));
  });
}

void Interactive::show_status() {
  if (!run_.quiet()) {
    prompt_->show_status(report::status_line(status_.now(run_.loop().now_ns())));
  }
}

void Interactive::keep_status() {
  show_status();
  timer_ = run_.loop().after(std::chrono::seconds(1), [this] { keep_status(); });
}

Result<void> Interactive::carry_out(const terminal::Command& command) {
  const auto say = [this](Kind kind, const std::string& payload, std::uint16_t code = 0) {
    conversation_.say({kind, payload, code});
    return Result<void>{};
  };
  const auto print = [this](const std::string& text) {
    prompt_->print_above(text);
    return Result<void>{};
  };
  if (is_sent(command)) {
    last_sent_ = command;
  }
  return std::visit(
      overloaded{[&](const terminal::SendText& it) { return say(Kind::text, it.text); },
                 [&](const terminal::SendBinary& it) { return say(Kind::binary, it.bytes); },
                 [&](const terminal::SendFile& it) { return say_file(run_.host().read, conversation_, it); },
                 [&](const terminal::SendPing& it) { return say(Kind::ping, it.payload); },
                 [&](const terminal::SendPong& it) { return say(Kind::pong, it.payload); },
                 [&](const terminal::SendClose& it) { return say(Kind::close, it.reason, it.code.value_or(1000)); },
                 [&](const terminal::SendMessage& it) { return say_message(run_, conversation_, it); },
                 [&](const terminal::SendAgain&) {
                   return last_sent_ ? carry_out(*last_sent_) : fail(ErrorKind::usage, "/again: nothing was sent yet");
                 },
                 [&](const terminal::SendKept& it) { return send_kept(it.seq); },
                 [&](const terminal::EditMessage& it) { return edit(it); },
                 [&](const terminal::SaveMessage& it) { return save(it); },
                 [&](const terminal::ShowMessages&) { return print(message_list(run_)); },
                 [&](const terminal::ShowMessage& it) {
                   return show(recent_.of_frame(it.seq),
                               fmt::format("/show {}: no message of this number is kept", it.seq));
                 },
                 [&](const terminal::ShowLast&) {
                   return show(recent_.last_of_server(), "/last: the server said nothing yet");
                 },
                 [&](const terminal::ShowHelp&) { return print(terminal::command_help()); }},
      command);
}

void Interactive::on_line(const std::string& line) {
  if (line.empty()) {
    return;
  }
  const auto command = terminal::parse_command(line);
  const Result<void> done = command ? carry_out(*command) : Result<void>(tl::unexpected<Error>(command.error()));
  if (!done) {
    run_.talk(done.error().message + (done.error().hint.empty() ? "" : " (" + done.error().hint + ")"));
  }
}

}  // namespace whydrop::run
