#pragma once

#include "base/result.hpp"
#include "profile/load.hpp"
#include "profile/profile.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// One thing that a rehearsed server does. Fields that its kind does not need are empty.
struct Act {
  enum class Kind : std::uint8_t { send, send_raw, wait, close, end, refuse, silence, ignore };
  Kind kind = Kind::send;
  std::string json;                   ///< send: JSON template
  std::string text;                   ///< send_raw: text as it is
  bool binary = false;                ///< send_raw
  std::string duration;               ///< wait: template of a duration
  std::optional<std::uint16_t> code;  ///< close; null: an empty one
  std::string reason;
  std::string ending;  ///< end: "fin", "reset", "fin_mid_frame", "tls_cut"
  int status = 0;      ///< refuse; headers and body are templates
  std::vector<Field> headers;
  std::string body;
};

/// What sets acts off.
struct Reaction {
  /// "open", "client:<type>", "call:<name>", "fault" (any fault of the client's), "fault:<finding id>", "upgrade",
  /// "idle:<duration>" (nothing came for so long), "age:<duration>", "count:<n>" (the nth message), "*" (any message)
  std::string on;
  std::vector<Where> where;  ///< on the message
  std::vector<Act> acts;
  unsigned from = 1, to = 0;  ///< only from the nth to the mth time; 0: without end
};

/// One thing that the rehearsed client does.
struct Step {
  enum class Kind : std::uint8_t { send, raw, expect, wait, close, reset, silence };
  Kind kind = Kind::send;
  std::string message;                                   ///< send: type whose example is sent
  std::vector<std::pair<std::string, std::string>> set;  ///< send: pointer and JSON template, after the example
  std::vector<std::string> drop;                         ///< send: pointers to remove
  std::string text;                                      ///< raw: text as it is (template)
  bool binary = false, pretty = false;
  unsigned fragments = 1, times = 1;
  std::string await;  ///< expect: server's type; empty: any message
  std::vector<Where> where;
  std::string duration;       ///< wait
  std::uint16_t code = 1000;  ///< close
  std::string reason;
};

/// One way to play a profile.
struct Scenario {
  std::string name, says;
  std::string leads_to;  ///< id of the finding that it ends with; empty: none, as in "happy"
  /// Values that the client uses instead (templates): the rehearsal's own, then the scenario's over them.
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::pair<std::string, std::string>> tokens;  ///< token name and JSON of claims merged over it
  std::string socket_url;  ///< template that the client connects to instead; may be empty
  std::vector<Step> client;
  std::vector<Reaction> server;    ///< before those of the rehearsal
  std::vector<std::string> calls;  ///< the calls that the client makes first; where it says nothing, the session's
  std::uint64_t reconnects = 0;
  std::string ping_interval, idle_timeout;  ///< the client's, where not empty
};

/// A token that the rehearsed server issues.
struct TokenMaker {
  std::string name;  ///< used in templates as {$token:name}
  std::string alg = "HS256";
  std::string claims;  ///< JSON template
};

/// How the server of a profile is played.
struct Rehearsal {
  std::string profile;
  std::vector<TokenMaker> tokens;
  std::vector<Reaction> reactions;  ///< of a server that does all well
  std::vector<Scenario> scenarios;
  const Scenario* scenario(std::string_view name) const;
  /// The same. Errors: usage, "scenario x: …", did you mean.
  Result<const Scenario*> find(std::string_view name) const;
};

/// Errors: usage, "<path>:line:column: why".
Result<Rehearsal> load_rehearsal(std::string_view text, const std::string& path, const Profile& profile);
/// All mistakes against fixtures/schemas/rehearsal-v1.json and the profile's names.
std::vector<Mistake> check_rehearsal(std::string_view text, const Profile& profile);

}  // namespace whydrop::profile
