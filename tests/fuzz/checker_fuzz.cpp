// Invariant: whatever either side says, a profile's checks judge it without a crash; a finding has words in UTF-8 and
// evidence. A preview changes nothing, and of the first message tells what is found once it
// is sent. The first byte of the input chooses the profile; each line is a message, the server's where it begins with
// "<".
#include "base/utf8.hpp"
#include "fuzz/require.hpp"
#include "unit/profile/checked.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace whydrop;
using fuzz::require;

constexpr std::int64_t kStepMs = 700;

const std::vector<std::shared_ptr<const profile::Profile>>& profiles() {
  static const auto all = [] {
    std::vector<std::shared_ptr<const profile::Profile>> loaded;
    for (const profile::BuiltIn& row : profile::built_in()) {
      loaded.push_back(*profile::load(row));
    }
    return loaded;
  }();
  return all;
}

/// Of what one message led to.
void require_whole(const std::vector<session::Finding>& findings) {
  for (const session::Finding& finding : findings) {
    require(!finding.says.empty() && is_utf8(finding.says) && is_utf8(finding.fix), "a finding has words in UTF-8");
    require(!finding.evidence.empty(), "a finding has evidence");
  }
}

void say(profile::Checked& session, std::string_view line, bool first) {
  if (line.substr(0, 1) == "<") {
    (void)session.receive(line.substr(1));
    return;
  }
  const auto foretold = session.preview(line);
  require(foretold == session.preview(line), "a preview changes nothing");
  (void)session.send(line);
  std::vector<std::string> told;
  std::transform(session.findings.begin(), session.findings.end(), std::back_inserter(told), profile::line_of);
  require(!first || told == foretold, "what is foretold of the first message is found");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) {
    return 0;
  }
  profile::Checked session(profiles()[static_cast<unsigned char>(input[0]) % profiles().size()]);
  input.remove_prefix(1);
  for (bool first = true; !input.empty(); first = false) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    say(session, input.substr(0, end), first);
    require_whole(session.findings);
    session.findings.clear();
    session.pass(kStepMs);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  session.end();
  require_whole(session.findings);
  return 0;
}
