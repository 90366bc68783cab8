// Rule of this module: validate/ is what `validate` does: it judges values, and says what is wrong with them.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "profile/profile.hpp"
#include "schema/schema.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::validate {

/// What a schema's $refs are read from: the folder of the schema, and folders that stand for URLs.
struct References {
  std::string folder;                                             ///< of the schema; "" is the current one
  std::vector<std::pair<std::string, std::string>> replacements;  ///< "URL-PREFIX=DIR", longest first
  std::optional<std::string> read(const std::string& uri) const;
};
/// Reads values of --ref-map. Errors: usage.
Result<References> make_references(const std::string& schema_path, const std::vector<std::string>& mapped);

/// What is said of one value.
struct Judged {
  std::string type;  ///< "client startChat"; empty without a profile
  std::vector<schema::Fault> faults;
};

/// Says what is wrong with a value.
class Judge {
 public:
  virtual ~Judge() = default;
  virtual Judged judge(json::Value value) const = 0;
};

/// By one schema. Errors: local where it cannot be read, usage where it cannot be compiled.
Result<std::unique_ptr<Judge>> judge_by_schema(const std::string& given, schema::Options options);
/// By the messages of a profile. `as`: a type, or "client:TYPE"; empty: the first whose match holds. `side`: "client",
/// "server" or empty. Errors: usage.
Result<std::unique_ptr<Judge>> judge_by_profile(std::shared_ptr<const profile::Profile> profile,
                                                const std::string& as,
                                                const std::string& side,
                                                const schema::Options& options);

/// Judges texts, and prints what is said of each.
class Validation {
 public:
  Validation(const Judge& judge, bool ndjson) : judge_(judge), ndjson_(ndjson) {}

  /// One value, or one a line.
  void take(const std::string& name, std::string_view text);
  bool all_valid() const { return all_valid_; }

 private:
  /// Where a value stands: in `name`, on `line` of it where each line is a value.
  struct Instance {
    const std::string& name;
    std::string_view text;
    std::uint64_t line = 0;
  };
  bool take_one(const Instance& instance, bool quiet);
  void tell_fault(const Instance& instance, const schema::Fault& fault) const;
  void tell_ndjson(const Instance& instance, const Judged& judged, const json::Fault* broken) const;

  const Judge& judge_;
  bool ndjson_;
  bool all_valid_ = true;
  json::Json json_;
};

}  // namespace whydrop::validate
