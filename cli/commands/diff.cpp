#include "replay_run/diff.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "compare/render.hpp"
#include "run/output.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

constexpr std::uint64_t kLeastWidth = 40;
constexpr std::uint64_t kMostWidth = 10'000;

struct DiffFlags {
  std::string files[2];
  std::optional<std::uint32_t> conns[2];
  std::vector<std::string> ignore;
  bool strict = false, no_timing = false;
  std::string profile, output = "text", to, out;
  std::uint64_t width = 0;
  run::Color color = run::Color::automatic;
  SecretFlags secrets;
};

/// What the files are called: their names without folders where those differ.
std::pair<std::string, std::string> names_of(const DiffFlags& flags) {
  const auto whole = [](const std::string& path) { return path == "-" ? std::string("standard input") : path; };
  const auto base = [](const std::string& path) { return std::filesystem::path(path).filename().string(); };
  const std::string a = whole(flags.files[0]), b = whole(flags.files[1]);
  if (a == b) {
    const auto with_conn = [](const std::string& name, const std::optional<std::uint32_t>& conn, const char* other) {
      return conn ? fmt::format("{} (connection {})", name, *conn) : name + other;
    };
    return {with_conn(base(a), flags.conns[0], " (first)"), with_conn(base(b), flags.conns[1], " (second)")};
  }
  return base(a) == base(b) ? std::make_pair(a, b) : std::make_pair(base(a), base(b));
}

compare::Options options_of(const DiffFlags& flags) {
  compare::Options options;
  options.strict = flags.strict;
  options.timing = !flags.no_timing;
  options.ignore = flags.ignore;
  options.all = !flags.conns[0];
  options.rows = flags.output == "side-by-side";
  std::tie(options.a, options.b) = names_of(flags);
  return options;
}

Result<void> check(const DiffFlags& flags) {
  if (flags.to.empty() != flags.out.empty()) {
    return fail(ErrorKind::usage,
                flags.to.empty() ? "option --out: --to says what is written there" : "option --to: --out says where",
                "whydrop diff A B --to html -o diff.html");
  }
  for (const std::string& pointer : flags.ignore) {
    if (!compare::is_pattern(pointer)) {
      return fail(ErrorKind::usage,
                  fmt::format("option --ignore: '{}' is no JSON Pointer", pointer),
                  "as in --ignore /body/timestamp, or /items/*/id for any item");
    }
  }
  return {};
}

Result<int> diff(const DiffFlags& flags) {
  WHYDROP_TRY(check(flags));
  const run::Host& host = begin_run();
  auto profile = named_profile(flags.profile, host);
  WHYDROP_TRY(profile);
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  replay_run::DiffSettings settings;
  for (std::size_t i = 0; i < settings.sides.size(); ++i) {
    settings.sides[i] = {flags.files[i], flags.conns[i]};
  }
  settings.profile = std::move(*profile);
  settings.options = options_of(flags);
  settings.view = flags.output == "ndjson"         ? compare::View::ndjson
                  : flags.output == "side-by-side" ? compare::View::side_by_side
                                                   : compare::View::text;
  settings.html = flags.out;
  settings.color = flags.color;
  settings.width = static_cast<unsigned>(flags.width);
  settings.reveal = secrets->reveal;
  settings.secrets = std::move(secrets->values);
  return replay_run::diff(settings, host);
}

std::string set_conns(const std::vector<std::string>& given, DiffFlags& flags) {
  const std::string& text = given.back();
  const std::size_t colon = text.find(':');
  const auto a = parse_number(text.substr(0, colon), 1, UINT32_MAX);
  const auto b = colon == std::string::npos ? a : parse_number(text.substr(colon + 1), 1, UINT32_MAX);
  if (!a || !b) {
    return "'" + text + "' is no number of a connection, nor two (as in 1 or 1:2)";
  }
  flags.conns[0] = static_cast<std::uint32_t>(*a);
  flags.conns[1] = static_cast<std::uint32_t>(*b);
  return {};
}

}  // namespace

Run setup_diff(Options& options) {
  const auto flags = std::make_shared<DiffFlags>();
  options.positional("A",
                     flags->files[0],
                     true,
                     "A capture, a HAR saved by a browser, or packets (pcap, pcapng); - is standard input");
  options.positional("B", flags->files[1], true, "What to compare it with; like A");
  options.group("What is compared");
  options.custom(
      OptionInfo::option(
          "--conn",
          "A[:B]",
          "Connection A of the first with connection B (or A) of the second (default: all, the nth with the nth)"),
      [flags](const std::vector<std::string>& given) { return set_conns(given, *flags); });
  options.list("--ignore",
               "POINTER",
               flags->ignore,
               "Do not compare the value at this JSON Pointer, in any message; * stands for any member or item");
  options.flag("--strict", flags->strict, "Compare ids, times, tokens and counters literally, not by kind");
  options.flag("--no-timing", flags->no_timing, "Do not compare how long replies and gaps took");
  options.group("Profile");
  options.text("--profile",
               "NAME|FILE",
               flags->profile,
               "Name and check messages by this profile (default: the one that each capture names)");
  options.group("Output");
  options.choice("--output",
                 {"text", "ndjson", "side-by-side"},
                 flags->output,
                 "What is printed. text: what could explain it, then all differences (default); ndjson: one line each; "
                 "side-by-side: all messages in two columns");
  options.choice("--to",
                 {"html"},
                 flags->to,
                 "Write both besides, side by side, as an HTML report: one file that needs no network");
  options.text("-o,--out", "FILE", flags->out, "Where --to writes");
  options.number("--width", "COLUMNS", flags->width, kLeastWidth, kMostWidth, "Columns of the output (the terminal's)");
  add_color_option(options, flags->color);
  add_secret_options(options, flags->secrets);
  return [flags] { return diff(*flags); };
}

}  // namespace whydrop::cli
