#pragma once

#include "base/result.hpp"
#include "profile/profile.hpp"
#include "replay/recording.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay {

/// A change to one message of the recording: what --edit 'SEQ:/pointer=VALUE' and --skip SEQ ask for, and more.
struct Edit {
  enum class Kind : std::uint8_t {
    set,      ///< `value` stands at `pointer`
    remove,   ///< nothing stands at `pointer`
    whole,    ///< `value` is the whole new payload, as it is ("SEQ:=TEXT")
    compact,  ///< JSON without blanks between its values
    text,     ///< a binary message goes as text, where it is UTF-8
    skip      ///< it is not sent
  };
  Kind kind = Kind::set;
  std::uint64_t seq = 0;
  std::string pointer{};  ///< RFC 6901
  std::string value{};    ///< JSON
};
/// Errors: usage, "edit x: why".
Result<Edit> parse_edit(std::string_view text);

/// A value that the server made and that the client sent back: at replay the new server's own value takes its place.
struct Link {
  /// The kind of message that it came in, and where. Where `variable` is given both are empty.
  std::string server_key, server_pointer;
  /// The profile's variable that it was the value of, before the session or by a REST call's reply; or empty.
  std::string variable;
  std::string client_key, client_pointer;        ///< … and in what it went back
  std::uint64_t server_seq = 0, client_seq = 0;  ///< the first time
  std::uint64_t count = 0;                       ///< how often it went back
};

/// Where a message of the server's holds a masked value.
struct MaskedPlace {
  std::string server_key, server_pointer, variable;
};

/// A masked value that has to be known before it can be sent.
struct Needed {
  std::string variable;
  std::uint64_t first_seq = 0;  ///< 0: in the request's head
  std::uint64_t count = 0;
  bool from_server = false;  ///< an earlier message of the server's holds it too: it will give it
  std::string place;         ///< "the header Authorization", "the URL", "/token of joinRequest"
};

/// Everything that is to be said of a replay before anything is sent.
struct Plan {
  RecordingKind kind;
  std::string profile;       ///< the capture's word for it, or empty
  std::string url;           ///< as recorded; secrets are x
  session::Request request;  ///< the recorded head
  std::vector<std::string> subprotocols;
  std::optional<std::string> extensions;  ///< of the recorded offer; null: none was made
  std::uint64_t calls = 0;                ///< REST calls before the session
  std::uint64_t messages = 0, pings = 0, closes = 0, heard = 0;
  std::uint64_t fragmented = 0, odd = 0;  ///< acts that only --raw frames as they were
  std::int64_t duration_ns = 0;
  std::vector<Link> links;
  std::vector<MaskedPlace> masked;  ///< those that give a variable that is needed
  std::vector<Needed> needed;
  /// Members in which the server told masked values: what it tells there now is as secret.
  std::vector<std::string> secret_keys;
  /// What cannot be replayed, with its seq and why; the run stops before connecting where there is any that is wanted.
  std::vector<std::pair<std::uint64_t, std::string>> lost;
  std::vector<std::string> notes;  ///< what else a person should know, one sentence each, without full stop
  Over over;
  std::uint32_t runs = 1, conns = 1;  ///< what the file holds; more than one: one of them is replayed
  std::uint32_t run = 1, conn = 1;    ///< … this one
};

/// Reads the whole recording once. `silent_too`: a session in which the client sent nothing may be replayed. Errors:
/// usage, for another one, or an edit of a seq that is none of its messages.
Result<Plan> make_plan(Recording& recording,
                       const profile::Profile* profile,
                       const std::vector<Edit>& edits,
                       bool raw,
                       bool silent_too = false);

/// The plan as text for people, a line each, in columns as a verdict is. Safe for a terminal.
std::string plan_text(const Plan& plan);

}  // namespace whydrop::replay
