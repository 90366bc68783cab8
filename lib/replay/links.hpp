// Internal: finds what the client sent back of what it had been sent.
#pragma once

#include "json/json.hpp"
#include "profile/profile.hpp"
#include "replay/message_key.hpp"
#include "replay/plan.hpp"
#include "replay/scalars.hpp"
#include "replay/server_values.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace whydrop::replay {

/// The profile's variables that a REST call's reply gave, with their values, as far as they are not masked.
std::vector<std::pair<std::string, std::string>> given_by(const Called& call, const profile::Profile* profile);

/// True if a span covers a part of what stands there.
bool is_masked(const std::vector<session::RedactSpan>& spans, std::size_t at, std::size_t length);

/// Looks through both sides' messages in order. Memory is constant: values are known by hash, links are bounded.
class LinkFinder {
 public:
  /// `profile` may be null; it must outlive it.
  explicit LinkFinder(const profile::Profile* profile);

  /// A variable had this value before the session.
  void variable(const std::string& name, const std::string& value);
  /// The values of a REST call's reply: those of the profile's variables, and others that can only be told of.
  void called(const Called& call);
  /// The URL that was asked for, without what is masked.
  void began(const Began& began);
  void heard(const Heard& heard);
  void acted(const Act& act);

  /// True once there is a value that may come back.
  bool knows_values() const { return !values_.empty(); }
  /// The place of a span of the act last given: "/token of joinRequest".
  std::string place_of(const Act& act, const session::RedactSpan& span);
  /// An earlier message of the server's holds a masked value of this variable.
  bool gives(const std::string& variable) const;
  std::vector<Link> links() const;
  std::vector<MaskedPlace> masked() const { return masked_; }
  /// What was left out, one sentence each.
  std::vector<std::string> notes() const;

 private:
  /// Where a value came from.
  struct Source {
    std::uint32_t place = 0;  ///< in places_
    std::uint64_t seq = 0;
  };
  struct Place {
    std::string key, pointer, variable;
    bool reply = false;  ///< key is a REST call: what came of it cannot be had anew
  };

  bool parse(bool text, std::string_view payload);
  std::string key_of(wire::Side from, bool text, bool parsed);
  std::uint32_t place(Place&& place);
  void learn(std::string_view value, std::uint32_t place, std::uint64_t seq);
  static std::optional<std::string_view> made_value(Scalars& scalar, const std::vector<session::RedactSpan>& spans);
  void note_masked_place(MaskedPlace&& place);
  void note_masked(const std::string& key, const Heard& heard, bool parsed);
  void look_up(std::string_view value, const Act& act, const std::string& key, const Scalars* at);
  void link(std::uint64_t id, const Act& act, const std::string& key, const std::string& pointer);
  void sent(std::string_view value);
  void note_reply(const Place& from, const std::string& to);

  const profile::Profile* profile_;
  KeyMaker keys_;
  json::Json json_;
  ValueIndex values_;
  BloomFilter sent_;
  std::vector<Place> places_;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> place_ids_;
  std::unordered_map<std::uint64_t, Source> sources_;  ///< by id of the value
  std::map<std::tuple<std::uint32_t, std::string, std::string>, Link> links_;
  std::vector<MaskedPlace> masked_;
  std::uint64_t dropped_links_ = 0;
  std::vector<std::string> replies_;  ///< what came back of REST calls' replies
};

}  // namespace whydrop::replay
