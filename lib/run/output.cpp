#include "run/output.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "os/streams.hpp"

namespace whydrop::run {

report::Style make_style(const OutputSettings& flags, const os::Environment& environment, int fd) {
  report::Style style;
  const bool plain = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  style.color = flags.color == "always" || (flags.color == "auto" && os::is_terminal(fd) && !plain);
  style.width = os::terminal_width(fd);
  style.verbosity = flags.verbosity;
  style.quiet = flags.quiet;
  return style;
}

namespace {

Result<std::string> secret_value(const std::string& text,
                                 std::size_t equals,
                                 const os::Environment& environment,
                                 const os::FileReader& read) {
  if (equals == std::string::npos) {
    return environment(text);
  }
  const std::string value = text.substr(equals + 1);
  if (value.empty() || value[0] != '@') {
    return value;
  }
  const auto content = read(value.substr(1));
  return content ? Result<std::string>(std::string(trim(*content))) : content;
}

}  // namespace

Result<std::vector<capture::Secret>> read_secrets(const SecretSettings& flags,
                                                  const os::Environment& environment,
                                                  const os::FileReader& read) {
  std::vector<capture::Secret> secrets;
  for (const std::string& text : flags.secrets) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto value = secret_value(text, equals, environment, read);
    WHYDROP_TRY(value);
    if (name.empty() || value->empty()) {
      return fail(ErrorKind::usage,
                  "secret '" + name + "': it has no value",
                  "--secret NAME=VALUE, NAME=@FILE, or NAME of the environment");
    }
    secrets.push_back({name, *value});
  }
  return secrets;
}

Result<void> check_capture_settings(const CaptureSettings& flags) {
  if (!flags.file.empty()) {
    return {};
  }
  for (const auto& [given, name] : {std::pair(flags.append, "--append"),
                                    std::pair(flags.overwrite, "--overwrite"),
                                    std::pair(flags.with_opinions, "--with-opinions")}) {
    if (given) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no capture to apply it to", "--capture FILE");
    }
  }
  return {};
}

}  // namespace whydrop::run
