#include "cli/synonyms.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace whydrop::cli {
namespace {

constexpr CommandSynonym kCommands[] = {
    {"record", "connect"},
    {"open", "connect"},
    {"listen", "rehearse"},
    {"serve", "rehearse"},
    {"server", "rehearse"},
    {"test", "check"},
    {"compare", "diff"},
};

/// How a value is carried over.
enum class Carry {
  none,     ///< there is none
  whole,    ///< in place of {}
  seconds,  ///< the same; a bare number is seconds
  each      ///< cut at commas, the option once for each part
};

struct Row {
  std::string_view name;
  Carry carry;
  std::string_view option;  ///< ours; empty: an argument
  std::string_view value;   ///< "{}" stands for theirs
  std::string_view shown;   ///< of the value, for people
};

constexpr Row kRows[] = {
    // what people guess
    {"--save", Carry::whole, "--capture", "{}", "FILE"},
    {"--record", Carry::whole, "--capture", "{}", "FILE"},
    {"--json", Carry::none, "--output", "ndjson", "ndjson"},
    {"--token", Carry::whole, "--header", "Authorization: Bearer {}", "'Authorization: Bearer …'"},
    {"--bearer", Carry::whole, "--header", "Authorization: Bearer {}", "'Authorization: Bearer …'"},
    {"-f", Carry::whole, "--data", "@{}", "@FILE"},
    {"--file", Carry::whole, "--data", "@{}", "@FILE"},
    {"--message", Carry::whole, "--execute", "{}", "MESSAGE"},
    // new WebSocket(url, protocols)
    {"--protocols", Carry::each, "--protocol", "{}", "NAME"},
    {"--subprotocols", Carry::each, "--protocol", "{}", "NAME"},
    // curl
    {"-d", Carry::whole, "--execute", "{}", "MESSAGE"},
    {"--data", Carry::whole, "--execute", "{}", "MESSAGE"},
    {"--url", Carry::whole, "", "{}", "URL"},
    {"-E", Carry::whole, "--cert", "{}", "PEM"},
    {"--max-time", Carry::seconds, "--timeout", "{}", "DURATION"},
    {"--oauth2-bearer", Carry::whole, "--header", "Authorization: Bearer {}", "'Authorization: Bearer …'"},
    // wscat
    {"-c", Carry::whole, "", "{}", "URL"},
    {"--connect", Carry::whole, "", "{}", "URL"},
    {"--passphrase", Carry::whole, "--pass", "{}", "PHRASE"},
    {"--no-check", Carry::none, "--insecure", "", ""},
    {"--auth", Carry::whole, "--user", "{}", "USER:PASSWORD"},
    {"--max-redirects", Carry::whole, "--max-redirs", "{}", "N"},
    // websocat, wsdump
    {"--preamble", Carry::whole, "--execute", "{}", "MESSAGE"},
    {"--basic-auth", Carry::whole, "--user", "{}", "USER:PASSWORD"},
    {"--ua", Carry::whole, "--user-agent", "{}", "NAME"},
    {"--socks5", Carry::whole, "--proxy", "socks5h://{}", "socks5h://HOST:PORT"},
    {"--close-status-code", Carry::whole, "--close-code", "{}", "CODE"},
    {"--ping", Carry::seconds, "--ping-interval", "{}", "DURATION"},
};

bool means_something(const Row& row, const Options& options) {
  const bool own = find_option(options.infos(), row.name) != nullptr;
  const bool known = row.option.empty() ? has_argument(options.infos(), row.shown)
                                        : find_option(options.infos(), row.option) != nullptr;
  return known && !own;
}

const Row* find_row(const Options& options, std::string_view name) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) {
    return row.name == name && means_something(row, options);
  });
  return found == std::end(kRows) ? nullptr : found;
}

std::string filled(const Row& row, std::string value) {
  const bool number = !value.empty() && value.find_first_not_of("0123456789.") == std::string::npos;
  if (row.carry == Carry::seconds && number) {
    value += 's';
  }
  std::string out(row.value);
  const std::size_t at = out.find("{}");
  return at == std::string::npos ? out : out.replace(at, 2, value);
}

void add(const Row& row, const std::string& value, std::vector<std::string>& out) {
  const auto add_one = [&](const std::string& part) {
    if (row.option.empty()) {
      out.push_back(filled(row, part));
    } else if (row.value.empty()) {
      out.emplace_back(row.option);
    } else {
      out.push_back(std::string(row.option) + "=" + filled(row, part));
    }
  };
  if (row.carry != Carry::each) {
    return add_one(value);
  }
  for (const std::string& part : split(value, ',')) {
    add_one(std::string(trim(part)));
  }
}

/// "--name" and "value" of "--name=value"; of anything else the whole, without a value.
std::pair<std::string, std::optional<std::string>> cut(const std::string& argument) {
  const std::size_t mark = argument.rfind("--", 0) == 0 ? argument.find('=') : std::string::npos;
  return mark == std::string::npos ? std::pair(argument, std::optional<std::string>())
                                   : std::pair(argument.substr(0, mark), std::optional(argument.substr(mark + 1)));
}

}  // namespace

const CommandSynonym* find_synonym(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kCommands), std::end(kCommands), [name](const CommandSynonym& row) { return row.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

std::vector<OptionSynonym> synonyms_of(const Options& options) {
  std::vector<OptionSynonym> found;
  for (const Row& row : kRows) {
    if (means_something(row, options)) {
      const std::string gap = row.option.empty() || row.shown.empty() ? "" : " ";
      found.push_back({std::string(row.name), std::string(row.option) + gap + std::string(row.shown)});
    }
  }
  return found;
}

Result<std::vector<std::string>> in_our_words(const Options& options, std::vector<std::string> arguments) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") {
      out.insert(out.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    auto [name, value] = cut(arguments[i]);
    if (const Row* row = find_row(options, name)) {
      if (row->carry != Carry::none && !value) {
        if (++i == arguments.size()) {
          return fail(
              ErrorKind::usage, "option " + name + ": needs a value", "whydrop " + options.command() + " --help");
        }
        value = arguments[i];
      }
      add(*row, value.value_or(""), out);
      continue;
    }
    out.push_back(arguments[i]);
    if (!value && options.takes_value(name) && i + 1 < arguments.size()) {
      out.push_back(arguments[++i]);
    }
  }
  return out;
}

}  // namespace whydrop::cli
