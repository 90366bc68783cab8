#pragma once

#include "json/json.hpp"
#include "profile/dialects.hpp"
#include "wire/frame.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// A dialect and all that speaks for it in one connection.
struct DialectScore {
  DialectMatch like;
  std::vector<std::uint64_t> evidence;
  unsigned of_client = 0;   ///< part of the score that the client's own messages give, mistaken forms left out
  bool by_message = false;  ///< a message settles it
};

/// What one connection looks like, gathered from its URL, its subprotocol and its first messages. Live runs, captures
/// and `whydrop profile match` recognise by it.
class Recogniser {
 public:
  explicit Recogniser(const Dialects& dialects) : dialects_(&dialects) {}
  const Dialects& dialects() const { return *dialects_; }
  void see_url(std::string_view url, std::uint64_t seq);
  /// A name or a list of them, as a header has it.
  void see_subprotocols(std::string_view names, std::uint64_t seq);
  /// A message. Returns what it holds where it was looked at, is text and JSON; valid until the next call.
  std::optional<json::Value> see(wire::Side from, bool text, std::string_view payload, std::uint64_t seq);

  /// By name.
  const std::map<std::string, DialectScore, std::less<>>& sums() const { return sums_; }
  /// The dialect that fits best; null if nothing does.
  const DialectScore* best() const;
  /// The one of those that something settles; null if nothing is settled.
  const DialectScore* settled() const;
  /// The best, where enough speaks for it to be told of; null else.
  const DialectScore* candidate() const;

 private:
  json::Json& parser();
  void see_packets(wire::Side from, bool text, std::string_view payload, std::uint64_t seq);
  void add(std::vector<DialectMatch> found, std::uint64_t seq, std::optional<wire::Side> from = std::nullopt);

  const Dialects* dialects_;
  std::array<unsigned, 2> looked_{};
  std::unique_ptr<json::Json> parsed_;  ///< null until a message is looked at: of many connections none ever is
  std::map<std::string, DialectScore, std::less<>> sums_;
};

}  // namespace whydrop::profile
