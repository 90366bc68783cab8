#include "run/proxy.hpp"

#include "base/fields.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace whydrop::cli {
namespace {

struct ProxyFlags {
  SessionFlags session;
  run::ProxySettings proxy;
};

/// "HOST:PORT", "[::1]:PORT" or "PORT".
std::string set_listen(const std::vector<std::string>& given, run::ProxySettings& settings) {
  const std::string& text = given.back();
  const std::size_t colon = text.rfind(':');
  std::string host = colon == std::string::npos ? settings.listen_host : text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const auto port = parse_number(colon == std::string::npos ? text : text.substr(colon + 1), 0, 65535);
  if (!port || host.empty()) {
    return "'" + text + "' is not HOST:PORT (as in 127.0.0.1:8080)";
  }
  settings.listen_host = host;
  settings.listen_port = static_cast<std::uint16_t>(*port);
  return {};
}

void declare(Options& options, ProxyFlags& flags) {
  options.group("Relay");
  options.custom(OptionInfo::option("--to",
                                    "URL",
                                    "The server: ws://, wss://, http:// or https:// and a host; clients' "
                                    "paths are passed on")
                     .must_be_given(),
                 [&flags](const std::vector<std::string>& given) {
                   flags.session.url = given.back();
                   return std::string();
                 });
  options.custom(
      OptionInfo::option("--listen", "HOST:PORT", "Where clients connect (127.0.0.1:0); port 0 lets the system choose"),
      [&flags](const std::vector<std::string>& given) { return set_listen(given, flags.proxy); });
  options.flag("--once", flags.proxy.once, "Leave after one session");
  options.duration("--for", flags.proxy.stay_for, "Leave after this long; sessions that are open then are ended");
  add_expect_close_option(options, flags.session.session);
  add_profile_options(options, flags.session.profile);
  add_transport_options(options, flags.session.endpoint);
  options.group("What is shown");
  add_shown_options(options, flags.session.session.output.shown);
  add_output_options(options, flags.session.session.output);
  add_capture_options(options, flags.session.capture);
  add_secret_options(options, flags.session.secrets);
}

Result<int> proxy(const ProxyFlags& flags) {
  const run::Host& host = begin_run();
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  if (asked->session.address->url.target != "/") {
    return fail(
        ErrorKind::usage,
        "option --to: '" + *flags.session.url + "' names a path; it takes a server, and clients' paths are passed on",
        "--to " + asked->session.address->url.origin());
  }
  const auto profile = run::use_profile(asked->profile, host);
  WHYDROP_TRY(profile);
  return run::proxy(host, asked->session, *profile, asked->profile.recognise, flags.proxy);
}

}  // namespace

Run setup_proxy(Options& options) {
  const auto flags = std::make_shared<ProxyFlags>();
  declare(options, *flags);
  return [flags] { return proxy(*flags); };
}

}  // namespace whydrop::cli
