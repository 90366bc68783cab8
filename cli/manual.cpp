#include "cli/manual.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "cli/app.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"
#include "diagnose/exit_code.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

/// Text for roff: backslashes and hyphens as such, no line that begins with a control character.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    out += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
  }
  return out;
}

std::string option_entry(const OptionInfo& info) {
  const std::string names = fmt::format("{}", fmt::join(info.names, ", "));
  const std::string bold = names.empty() ? "" : "\\fB" + roff(names) + "\\fR";
  const std::string value = info.value.empty() ? "" : "\\fI" + roff(info.value) + "\\fR";
  const std::string optional = info.optional_value.empty() ? "" : "[=\\fI" + roff(info.optional_value) + "\\fR]";
  return fmt::format(
      ".TP\n{}{}{}{}\n{}\n", bold, optional, bold.empty() || value.empty() ? "" : " ", value, roff(info.help + "."));
}

std::string options_section(const Options& options) {
  std::string text;
  for (const OptionInfo& info : options.infos()) {
    text += option_entry(info);
  }
  return text;
}

std::string examples_section(const Command& command) {
  std::string text = ".PP\n.nf\n";
  for (const std::string& example : split(command.examples, '\n')) {
    text += roff(example) + "\n";
  }
  return text + ".fi\n";
}

std::string command_section(const Command& command) {
  Options options{std::string(command.name)};
  command.setup(options);
  return fmt::format(".SS {}\n{}\n.PP\n.B {}\n",
                     command.name,
                     roff(std::string(command.summary) + "."),
                     roff(usage_line(options))) +
         options_section(options) + examples_section(command);
}

}  // namespace

std::string manual_page() {
  std::string text = fmt::format(
      ".TH WHYDROP 1 \"\" \"whydrop {}\" \"User Commands\"\n"
      ".SH NAME\nwhydrop \\- say why a WebSocket dropped\n"
      ".SH SYNOPSIS\n.B whydrop\n.I command\n[\\fIoption\\fR]... [\\fIargument\\fR]...\n"
      ".SH DESCRIPTION\nConnects to a WebSocket server, sends, shows and records every frame, and ends with a "
      "verdict:\n"
      "who ended the session, how, after which message, and what most likely caused it.\n"
      ".SH COMMANDS\n",
      version());
  for (const Command& command : commands()) {
    text += command_section(command);
  }
  text += ".SH EXIT STATUS\n";
  for (const diagnose::ExitCodeWords& code : diagnose::exit_codes()) {
    text += fmt::format(".TP\n.B {}\n{}. {}\n", code.code, roff(code.title), roff(code.text));
  }
  return text +
         ".SH ENVIRONMENT\n"
         ".TP\n.B http_proxy, https_proxy, all_proxy, no_proxy\nProxies, as curl reads them.\n"
         ".TP\n.B SSLKEYLOGFILE\nWhere TLS keys are written, for Wireshark.\n"
         ".TP\n.B NO_COLOR\nNo colour if it is set.\n"
         ".SH FILES\n.TP\n.I $XDG_STATE_HOME/whydrop/history\nLines typed at the prompt, without secrets.\n"
         ".TP\n.I $XDG_STATE_HOME/whydrop/homes\nWhere which secret was used: hashes and origins, no values.\n";
}

std::string manual_page_of(const Command& command) {
  Options options{std::string(command.name)};
  command.setup(options);
  std::string name = fmt::format("WHYDROP-{}", command.name);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return fmt::format(
             ".TH {} 1 \"\" \"whydrop {}\" \"User Commands\"\n"
             ".SH NAME\nwhydrop\\-{} \\- {}\n"
             ".SH SYNOPSIS\n.B {}\n"
             ".SH OPTIONS\n",
             name,
             version(),
             command.name,
             roff(command.summary),
             roff(usage_line(options))) +
         options_section(options) + ".SH EXAMPLES\n" + examples_section(command) +
         ".SH SEE ALSO\n.BR whydrop (1),\nwhose section EXIT STATUS lists the exit codes\n";
}

}  // namespace whydrop::cli
