#pragma once

#include "base/result.hpp"
#include "profile/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// Where a value comes from; a later one wins over an earlier one.
enum class Origin : std::uint8_t { fallback, generated, store, environment, reply, given };
std::string_view name(Origin origin);

/// The clock and the random device, injected.
struct Outside {
  std::function<std::int64_t()> now_ns;  ///< wall clock, ns since 1970
  std::function<std::string()> uuid;     ///< a new random UUID (RFC 9562, version 4)
};

/// A default may hold variables whose defaults hold variables: so many at most, the first one included.
inline constexpr std::size_t kMaxDefaultDepth = 8;

/// The values of a profile's variables, and the templates filled with them.
class Bindings {
 public:
  Bindings(const Profile& profile, Outside outside);

  /// Errors: usage, where the profile has no such variable ("did you mean") or `value` is none of its choices. A
  /// reply's value wins over all but one given by a person.
  Result<void> set(const std::string& variable, std::string value, Origin origin);
  /// The value, defaults filled in and generated ones made; null where there is none.
  std::optional<std::string> get(std::string_view variable) const;
  std::optional<Origin> origin(std::string_view variable) const;
  /// Variables that `text` needs and that have no value.
  std::vector<std::string> unset(std::string_view text) const;

  /// A template for a URL: values are percent-encoded outside scheme and host; one that stands in the host must fit
  /// there. Errors: usage, "variable <name> is not
  /// set: <about>", with the hint to --var, the environment variable or the call that gives it.
  Result<std::string> fill_url(std::string_view text) const;
  /// A template for a header, a form field or a sentence.
  Result<std::string> fill_text(std::string_view text) const;
  /// A JSON template: braces are read inside strings only; a string that is one placeholder and nothing else becomes
  /// the JSON value where `typed` finds one for it (as "{$epoch}", "{$request/code}"), else a string.
  Result<std::string> fill_json(std::string_view text) const;
  using Extra = std::function<std::optional<std::string>(std::string_view name)>;
  /// As those without, with more names; `extra` returns a JSON text.
  Result<std::string> fill_url(std::string_view text, const Extra& extra) const;
  Result<std::string> fill_json(std::string_view text, const Extra& extra) const;
  Result<std::string> fill_text(std::string_view text, const Extra& extra) const;

  /// A sentence of a finding: what is not there becomes "?", and a secret's value "(secret)".
  std::string fill_words(std::string_view says, const Extra& extra) const;

  /// Binds what `takes` find in a reply.
  void take(const std::vector<Take>& takes, json::Value reply);
  /// Values of secret variables, with their names: what must be masked.
  std::vector<std::pair<std::string, std::string>> secrets() const;
  /// Told each time a secret variable gets a value. There is one listener: a pipeline takes the place while it lives,
  /// and passes on what it hears (PipelineOptions::on_secret).
  void on_secret(std::function<void(const std::string& variable, const std::string& value)> handler);

  const Profile& profile() const { return profile_; }

 private:
  struct Value {
    std::string text;
    Origin origin;
  };
  struct Filler;  // bindings.cpp
  std::optional<std::string> value_of(std::string_view variable, unsigned depth) const;
  std::optional<std::string> made(std::string_view name, const Extra& extra) const;
  void keep(const Variable& variable, std::string value, Origin origin) const;
  Error unset_error(const std::string& variable) const;

  const Profile& profile_;
  Outside outside_;
  mutable std::map<std::string, Value, std::less<>> values_;
  std::function<void(const std::string&, const std::string&)> on_secret_;
};

}  // namespace whydrop::profile
