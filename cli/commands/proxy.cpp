#include "run/proxy.hpp"

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/session.hpp"
#include "target/addresses.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {
namespace {

struct ProxyFlags {
  SessionFlags session;
  run::ProxySettings proxy;
  std::string topic, host_header, origin_header, listen, metrics;
  std::vector<std::string> faults;
  std::uint64_t seed = 1;
  bool print = false, install_hint = false;
};

/// What a flag with a value of its own stands for where it is given without one.
constexpr const char* kServers = "server";

void declare(Options& options, ProxyFlags& flags) {
  options.custom(OptionInfo::argument("ca", "Print the authority whose certificates TLS clients are shown, and leave")
                     .completed_by({"ca"}),
                 [&flags](const std::vector<std::string>& given) -> std::string {
                   flags.topic = given.back();
                   return flags.topic == "ca" ? "" : "'" + flags.topic + "' is not ca";
                 });
  options.group("Relay");
  options.custom(OptionInfo::option("--to",
                                    "URL",
                                    "The server: ws://, wss://, http:// or https:// and a host; clients' paths are "
                                    "passed on. Without it each client says where to go: HTTP CONNECT, absolute-form "
                                    "or SOCKS5"),
                 [&flags](const std::vector<std::string>& given) {
                   flags.session.url = given.back();
                   return std::string();
                 });
  options.text("--listen",
               "[HOST:]PORT",
               flags.listen,
               "Where clients connect (HOST: 127.0.0.1; PORT 0, the default: any free port)");
  options.flag("--allow-others", flags.proxy.serves_others, "Without --to: serve clients of other machines, too");
  options.flag_or_text("--rewrite-host",
                       "HOST",
                       flags.host_header,
                       kServers,
                       "Send the server's own name in Host, or HOST, in place of what the client sends");
  options.flag_or_text("--rewrite-origin",
                       "ORIGIN",
                       flags.origin_header,
                       kServers,
                       "Send the server's own origin, or ORIGIN, in place of the client's");
  options.choose<bool>("--tls",
                       {{"intercept", false}, {"pass", true}},
                       flags.proxy.pass_tls,
                       "TLS of clients: end it here, with a certificate of an authority of whydrop's own (intercept, "
                       "the default), or pass it on and record nothing of what it carries");
  options.list(
      "--fault",
      "FAULT",
      flags.faults,
      "Break each session on purpose: an act (reset, fin, stop, swallow, corrupt, cut=BYTES, cut:frame=N@BYTES, "
      "delay=TIME, jitter=TIME, rate=SIZE/s, refuse=STATUS) and when (client, server, after:MESSAGES, "
      "after:SIZE, after:TIME, frame:N, type:ping, chance:0.5), as in 'after:3 reset'; repeatable. No verdict "
      "blames a side for it");
  options.number(
      "--fault-seed", "N", flags.seed, 1, UINT32_MAX, "What chance: draws from (1): the same N, the same faults");
  options.text("--metrics",
               "[HOST:]PORT",
               flags.metrics,
               "Serve Prometheus metrics at http://HOST:PORT/metrics (HOST: 127.0.0.1; PORT 0: any free port)");
  options.number("--max-conns", "N", flags.proxy.max_links, 1, 100000, "Clients at once (1000); more are turned away");
  options.flag("--once", flags.proxy.once, "Leave after one session");
  options.duration("--for", flags.proxy.stay_for, "Leave after this long; sessions that are open then are ended");
  options.choose<bool>("--on-exit",
                       {{"close", false}, {"drain", true}},
                       flags.proxy.drain,
                       "When interrupted: end what is open (close, the default), or wait until it has ended; a second "
                       "signal ends it");
  add_expect_close_option(options, flags.session.session);
  options.group("Authority");
  options.flag("--print", flags.print, "With ca: print its certificate, which clients are to trust (the default)");
  options.flag(
      "--install-hint", flags.install_hint, "With ca: say how clients are made to trust it, and what that means");
  add_profile_options(options, flags.session.profile);
  add_transport_options(options, flags.session.endpoint);
  options.group("What is shown");
  add_shown_options(options, flags.session.session.output.shown);
  add_output_options(options, flags.session.session.output);
  add_capture_options(options, flags.session.capture);
  add_secret_options(options, flags.session.secrets);
}

/// Null: the client's own; empty: the server's.
std::optional<std::string> replacement(const std::string& given) {
  return given.empty() ? std::nullopt : std::optional(given == kServers ? std::string() : given);
}

Result<int> print_authority(const ProxyFlags& flags, const run::Host& host) {
  const auto text = flags.install_hint ? run::proxy_trust_hint(host) : run::proxy_certificate(host);
  return text.and_then([&](const std::string& it) { return host.out.write(it); }).map([] { return 0; });
}

Result<void> check(const ProxyFlags& flags, const run::Session& session, const Options& options) {
  if (session.address && session.address->url.target != "/") {
    return fail(
        ErrorKind::usage,
        "option --to: '" + *flags.session.url + "' names a path; it takes a server, and clients' paths are passed on",
        "--to " + session.address->url.origin());
  }
  for (const char* name : {"--rewrite-host", "--rewrite-origin"}) {
    if (!session.address && options.given(name)) {
      return fail(
          ErrorKind::usage, std::string("option ") + name + ": there is no one server without --to", "--to URL");
    }
  }
  return {};
}

Result<void> set_addresses(const ProxyFlags& flags, run::ProxySettings& settings) {
  if (!flags.listen.empty()) {
    const auto at = target::parse_listen_address("--listen", flags.listen);
    WHYDROP_TRY(at);
    settings.listen_host = at->host;
    settings.listen_port = at->port;
  }
  if (!flags.metrics.empty()) {
    auto at = target::parse_listen_address("--metrics", flags.metrics);
    WHYDROP_TRY(at);
    settings.metrics = std::move(*at);
  }
  return {};
}

Result<int> proxy(const ProxyFlags& flags, const Options& options) {
  const run::Host& host = begin_run();
  if (!flags.topic.empty()) {
    return print_authority(flags, host);
  }
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  WHYDROP_TRY(check(flags, asked->session, options));
  const auto profile = run::use_profile(asked->profile, host);
  WHYDROP_TRY(profile);
  run::ProxySettings settings = flags.proxy;
  WHYDROP_TRY(set_addresses(flags, settings));
  for (const std::string& text : flags.faults) {
    auto fault = relay::parse_fault(text);
    WHYDROP_TRY(fault);
    settings.faults.push_back(std::move(*fault));
  }
  settings.seed = static_cast<std::uint32_t>(flags.seed);
  settings.host_header = replacement(flags.host_header);
  settings.origin_header = replacement(flags.origin_header);
  return run::proxy(host, asked->session, *profile, asked->profile.recognise, settings);
}

}  // namespace

Run setup_proxy(Options& options) {
  const auto flags = std::make_shared<ProxyFlags>();
  declare(options, *flags);
  return [flags, &options] { return proxy(*flags, options); };
}

}  // namespace whydrop::cli
