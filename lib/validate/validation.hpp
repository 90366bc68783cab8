// Rule of this module: validate/ is what `validate` does: it judges values, and says what is wrong with them.
#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "os/environment.hpp"
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

/// What a schema's $refs are read from: the folder of the schema, and folders that stand for URLs; nothing above them.
struct References {
  std::string folder;                                             ///< of the schema; "" is the current one
  std::vector<std::pair<std::string, std::string>> replacements;  ///< "URL-PREFIX=DIR", longest first
  std::vector<std::string> allowed;                               ///< folders and files besides
  /// As os::NamedFiles::read(); as JSON, where it is YAML.
  Result<std::optional<std::string>> read(const std::string& uri) const;

 private:
  Result<std::optional<std::string>> read_as_given(const std::string& uri) const;
};
/// Reads values of --ref-map. Errors: usage.
Result<References> make_references(const std::string& schema_path,
                                   const std::vector<std::string>& mapped,
                                   std::vector<std::string> allowed);

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
  /// As schema::Schema::unchecked() has it.
  virtual std::vector<std::string> unchecked() const = 0;
};

/// By one schema. Errors: local where it cannot be read, usage where it cannot be compiled.
Result<std::unique_ptr<Judge>> judge_by_schema(const std::string& given,
                                               const schema::Options& options,
                                               const os::FileReader& read);
/// The same as `validate --schema` does without further options.
Result<std::unique_ptr<Judge>> make_schema_judge(const std::string& given, const os::FileReader& read);
/// By the messages of a profile. `as`: a type, or "client:TYPE"; empty: the first whose match holds. `side`: "client",
/// "server" or empty. Errors: usage.
Result<std::unique_ptr<Judge>> judge_by_profile(std::shared_ptr<const profile::Profile> profile,
                                                const std::string& as,
                                                const std::string& side,
                                                const schema::Options& options);

/// Judges texts, and prints what is said of each.
class Validation {
 public:
  /// `judge` and `out` must outlive it.
  Validation(const Judge& judge, bool ndjson, ByteSink& out) : judge_(judge), ndjson_(ndjson), out_(out) {}

  /// One value, or one a line. Errors: local, where `out` cannot be written.
  Result<void> take(const std::string& name, std::string_view text);
  bool all_valid() const { return all_valid_; }

 private:
  /// Where a value stands: in `name`, on `line` of it where each line is a value.
  struct Instance {
    const std::string& name;
    std::string_view text;
    std::uint64_t line = 0;
  };
  void take_lines(const std::string& name, std::string_view text);
  bool take_one(const Instance& instance, bool quiet);
  void tell_losses(const Instance& instance);
  void tell_fault(const Instance& instance, const schema::Fault& fault);
  void tell_ndjson(const Instance& instance, const Judged& judged, const json::Fault* broken);
  void print(const std::string& text);

  const Judge& judge_;
  bool ndjson_;
  ByteSink& out_;
  std::string unwritten_;
  Result<void> written_;
  bool all_valid_ = true;
  json::Json json_;
};

/// What is to be validated, by what, and how it is told.
struct ValidateRequest {
  std::vector<std::string> files;  ///< patterns too; "-" is standard input
  std::string schema;              ///< a file, or "file#/pointer"; empty: by the profile
  std::shared_ptr<const profile::Profile> profile;
  std::string as, side;                    ///< as judge_by_profile() has them
  std::vector<std::string> references;     ///< "URL-PREFIX=DIR"
  std::vector<std::string> allowed_paths;  ///< that a $ref may name besides those below the schema's folder
  schema::Draft draft = schema::Draft::draft7;
  bool check_formats = false, ndjson = false;
};

/// Who hears what is not said of a value.
struct Listener {
  std::function<void(const Error&)> error;               ///< a file cannot be read
  std::function<void(const std::string& text)> warning;  ///< what is not checked
};

/// Judges all values and prints what is said of each on `out`; returns the exit code. Errors: usage and local, for the
/// schema.
Result<int> validate(const ValidateRequest& request,
                     const os::FileReader& read,
                     ByteSink& out,
                     const Listener& listener);

}  // namespace whydrop::validate
