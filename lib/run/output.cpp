#include "run/output.hpp"

#include "base/text.hpp"
#include "base/try.hpp"

namespace whydrop::run {

report::Style make_style(const Output& output, const os::Environment& environment, const os::Stream& on) {
  report::Style style;
  const bool plain = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  style.color = output.color == Color::always || (output.color == Color::automatic && on.is_terminal() && !plain);
  style.width = on.width();
  style.verbosity = output.verbosity;
  style.quiet = output.quiet;
  style.pretty = output.pretty;
  style.times = output.times;
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

Result<std::vector<capture::Secret>> read_secrets(const std::vector<std::string>& given,
                                                  const os::Environment& environment,
                                                  const os::FileReader& read) {
  std::vector<capture::Secret> secrets;
  for (const std::string& text : given) {
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

}  // namespace whydrop::run
