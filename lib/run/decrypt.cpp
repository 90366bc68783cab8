#include "run/decrypt.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "os/program.hpp"
#include "os/rereadable_file.hpp"
#include "pcap/clear_text.hpp"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// How many connections one tshark is asked for: the words of a command are bounded.
constexpr std::size_t kAtOnce = 256;

/// Names are not looked up, and what TLS carries is not looked at: a message that inflates to a gigabyte would be.
std::vector<std::string> tshark(const std::string& file, const std::string& keylog) {
  return {"tshark",
          "-n",
          "--disable-protocol",
          "http",
          "--disable-protocol",
          "websocket",
          "-r",
          file,
          "-o",
          "tls.keylog_file:" + keylog};
}

Result<void> run_tshark(const std::vector<std::string>& words, const std::function<void(std::string_view)>& take) {
  std::string said;
  const auto status = os::run_program(words, take, said);
  if (!status) {
    return fail(ErrorKind::local,
                status.error().message,
                "install tshark, which decrypts TLS; without --keylog records, alerts and endings are told");
  }
  // A file that is cut is told as such by our own reader.
  if (*status != 0 && *status != 2) {
    const std::string last = std::string(trim(said)).substr(trim(said).rfind('\n') + 1);
    return fail(ErrorKind::local, fmt::format("tshark: exit {}: {}", *status, escape_for_terminal(last)));
  }
  return {};
}

/// The numbers that tshark gives the connections in which it finds TLS.
Result<std::vector<std::string>> tls_streams(const std::string& file, const std::string& keylog) {
  auto words = tshark(file, keylog);
  for (const char* word : {"-Y", "tls", "-T", "fields", "-e", "tcp.stream"}) {
    words.emplace_back(word);
  }
  std::set<std::string> seen;
  std::string line;
  const auto told = run_tshark(words, [&](std::string_view text) {
    for (const char c : text) {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (parse_number(line, 0, UINT32_MAX)) {
        seen.insert(line);
      }
      line.clear();
    }
  });
  WHYDROP_TRY(told);
  return std::vector<std::string>(seen.begin(), seen.end());
}

}  // namespace

Result<evidence::Settings> evidence_settings(const std::string& file, const std::string& keylog, const Host& host) {
  evidence::Settings settings;
  if (keylog.empty()) {
    return settings;
  }
  if (file == "-") {
    return fail(ErrorKind::usage, "option --keylog: tshark reads the packets too, so they must be a file", "");
  }
  const auto opened = os::RereadableFile::open(file);
  WHYDROP_TRY(opened);
  const auto looked = evidence::look(file, opened->read());
  WHYDROP_TRY(looked);
  if (looked->format == nullptr || looked->format->kind != evidence::Kind::packets) {
    return fail(ErrorKind::usage, fmt::format("option --keylog: {} is no packet capture", file), "");
  }
  WHYDROP_TRY(os::RereadableFile::open(keylog));
  (void)host.err.write(fmt::format("whydrop: note: tshark decrypts {} with the keys in {}\n",
                                   escape_for_terminal(file),
                                   escape_for_terminal(keylog)));
  const auto streams = tls_streams(file, keylog);
  WHYDROP_TRY(streams);
  pcap::FollowedTls followed;
  for (std::size_t at = 0; at < streams->size(); at += kAtOnce) {
    auto words = tshark(file, keylog);
    words.emplace_back("-q");
    for (std::size_t i = at; i < std::min(streams->size(), at + kAtOnce); ++i) {
      words.emplace_back("-z");
      words.push_back("follow,tls,yaml," + (*streams)[i]);
    }
    const auto told = run_tshark(words, [&followed](std::string_view text) { followed.feed(text); });
    WHYDROP_TRY(told);
    followed.feed("\n");
  }
  settings.clear = std::make_shared<const pcap::ClearText>(followed.take());
  return settings;
}

}  // namespace whydrop::run
