#pragma once

#include "base/secret_keys.hpp"
#include "profile/bindings.hpp"
#include "profile/classifier.hpp"
#include "profile/profile.hpp"
#include "schema/schema.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// A message as the checks see it. Views are valid as long as its payload and the Json that it was parsed with.
struct Seen {
  Side from = Side::client;
  std::uint64_t seq = 0;  ///< of its last frame; 0: not sent yet
  std::int64_t t_ns = 0;
  std::string_view payload;
  std::uint64_t length = 0;
  std::uint64_t frame_length = 0;   ///< of its only frame; 0 if it has several
  bool masked = false;              ///< it holds bytes that were masked in a capture
  std::optional<json::Value> root;  ///< null: not JSON, or not whole
  std::string not_json;             ///< why; empty if it is JSON or nothing is known of it
  std::string loss;                 ///< of its JSON what readers take for different things; empty: nothing
  std::string unreadable;           ///< why the codec could not read it, or what stands behind its last packet
  std::optional<TypeIndex> type;
  std::optional<bool> valid;
  std::vector<schema::Fault> faults;  ///< against its schema
};

/// True if what stands at `pointer` is secret by the name of its member: it must not be quoted.
bool is_secret_place(const SecretKeys& keys, std::string_view pointer);
/// Says of such a place no more than the type of what stands there: "a string" for "a string, \"abc\"".
void hide_secret(const SecretKeys& keys, schema::Fault& fault);
/// True for a value that a capture shows as x in place of a secret. `masked`: what it stands in holds such bytes.
bool is_masked(bool masked, json::Value value);
inline bool is_masked(const Seen& seen, json::Value value) {
  return is_masked(seen.masked, value);
}
/// Binds what `takes` find in `root` and is not masked.
void take_clear(Bindings& bindings, const std::vector<Take>& takes, json::Value root, bool masked);
/// The type's name, or "a message".
std::string name_of(const Profile& profile, const Seen& seen);

/// The words of a finding.
struct Words {
  std::string says, fix;
  std::vector<std::uint64_t> also;  ///< evidence besides the message
};

/// Takes findings in. Of one id the first few are told; the rest are counted, and told in one at the end.
class Findings {
 public:
  using Emit = std::function<void(session::Body&&)>;
  using Make = std::function<Words()>;
  /// `most`: of one id; 0: all.
  Findings(Emit emit, std::uint64_t most) : emit_(std::move(emit)), most_(most) {}

  /// A fault of `from`'s: an error of the client's, a warning of the server's. `make` is called only where it is told.
  void fault(std::string_view id, Side from, std::uint64_t seq, const Make& make);
  /// What works with some peers: a warning of the client's, a note of the server's.
  void doubt(std::string_view id, Side from, std::uint64_t seq, const Make& make);
  /// A finding of the profile's own words.
  void own(const FindingText& text, std::uint64_t seq, const Make& make);
  /// Something worth a note of the server's.
  void note(std::string_view id, std::uint64_t seq, const Make& make);
  /// Tells what was only counted.
  void finish();

 private:
  struct Tally {
    session::Finding last;
    std::uint64_t told = 0, untold = 0;
  };
  void tell(session::Finding&& finding, const std::function<void(session::Finding&)>& complete);

  Emit emit_;
  std::uint64_t most_;
  std::map<std::string, Tally, std::less<>> tallies_;
};

/// What the words of a profile's findings are filled from.
struct WordSource {
  const Profile& profile;
  const Bindings& bindings;
  const SecretKeys& secrets;
  std::string_view last_client{};  ///< type of the last message of the client, or who it is; empty: not known
};
/// `text` with its placeholders filled from the source and the message; what is not there becomes "?".
std::string fill_words(const std::string& text, const WordSource& source, const Seen& seen);

}  // namespace whydrop::profile
