// Rule of this module: schema/ says what is wrong with a JSON value, and all of it. JSON Schema draft-07 and draft-04,
// compiled once. It reads no file and no network: what a $ref needs is given to it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::schema {

enum class Draft : std::uint8_t { draft4, draft7 };

/// Gives the text behind an absolute URI or a path beside the schema; null: there is none. Errors: it is there, and is
/// not to be read.
using Fetch = std::function<Result<std::optional<std::string>>(const std::string& uri)>;

struct Options {
  Draft draft = Draft::draft7;  ///< where the schema has no $schema
  bool check_formats = false;   ///< `format` and `content…` are asserted, not only annotated
  Fetch fetch{};                ///< never asked for a metaschema
  /// Where the value at a JSON Pointer stands, for errors, if the schema's source is not JSON; null: it is.
  std::function<std::optional<json::Place>(const std::string& pointer)> place{};
};

/// One thing wrong with one value.
struct Fault {
  std::string instance;  ///< JSON Pointer to the value; for `required` to the missing member
  std::string schema;    ///< JSON Pointer to the keyword
  std::string keyword;   ///< "required", "type" …; "false" for a false schema
  std::string expected;  ///< in words: "a string", "one of \"a\", \"b\"", "at most 10 characters"
  std::string found;     ///< in words: "a number, 12"; cut where long; empty for `required`
  std::string hint;      ///< one action where a near miss is seen, or empty

  /// One sentence without full stop: "/routing/queueId is missing", "/text is a number, 12; expected a string".
  std::string says() const;
};

/// A compiled schema. Immutable; may be used by many at once.
class Schema {
 public:
  /// `entry`: JSON Pointer into `document` of the schema to apply; $refs are resolved against the whole document.
  /// `name` stands in errors, with line and column where `text` (the document's source) is given. Errors: usage, what
  /// cannot be compiled: an unknown type, a $ref that leads nowhere, a pattern with look-around or a back-reference.
  static Result<Schema> compile(const json::Json& document,
                                std::string_view text,
                                const std::string& name,
                                const Options& options,
                                std::string_view entry = {});
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  /// The fast way: true if `instance` is valid.
  bool valid(json::Value instance) const;
  /// All faults, at most `most`, in the instance's order. Empty: valid.
  std::vector<Fault> check(json::Value instance, std::size_t most = 100) const;
  /// What should be asserted and is not, since nothing here can check it, each once: "format int64".
  const std::vector<std::string>& unchecked() const;

 private:
  struct Impl;
  explicit Schema(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::schema
