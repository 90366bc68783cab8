// Rule of this module: json/ reads JSON and points into it. RapidJSON is known in its .cpp files only; no input,
// however deep or long, can overflow the stack.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::json {

/// RFC 8259's types; a number without fraction and exponent, or whose fraction is zero, is also an integer.
enum class Type : std::uint8_t { null, boolean, number, string, array, object };
std::string_view name(Type type);

/// One value inside a Json. Cheap to copy; valid until that Json parses anew or goes.
class Value {
 public:
  Type type() const;
  bool is(Type wanted) const { return type() == wanted; }
  bool is_integer() const;
  // Each asks for a value of its type; of any other it gives false, 0 or "".
  bool boolean() const;
  double number() const;
  std::int64_t integer() const;  ///< the nearest there is, where it does not fit
  std::string_view string() const;

  /// Items or members; 0 for anything else.
  std::size_t size() const;
  Value item(std::size_t index) const;                                 ///< array; index < size()
  std::pair<std::string_view, Value> member(std::size_t index) const;  ///< object, in order of the text
  std::optional<Value> find(std::string_view key) const;               ///< object's member; the last of equal keys
  /// By JSON Pointer ("" is the value itself). RFC 6901. Null where nothing is there, or the pointer is none.
  std::optional<Value> at(std::string_view pointer) const;

  /// The value as compact JSON.
  std::string text() const;

  /// For json/ and schema/ only: the parser's own node.
  const void* node() const { return node_; }
  explicit Value(const void* node) : node_(node) {}

 private:
  const void* node_;
};

/// A string's characters; anything else as compact JSON.
std::string plain_text(Value value);

/// True if both are the same JSON value: numbers by value, objects whatever their order.
bool equal(Value a, Value b);

/// Where a parse failed, or lost something.
struct Fault {
  std::size_t offset = 0;  ///< bytes
  std::string why;         ///< "too deep", or the parser's words without a full stop; empty: well formed
};

inline constexpr std::size_t kMaxDepth = 1000, kMostLosses = 16;

/// A parsed text. parse() may be called again and again: memory is kept, so that a stream of messages costs no
/// allocation each.
class Json {
 public:
  Json();
  ~Json();
  Json(Json&&) noexcept;
  Json& operator=(Json&&) noexcept;

  /// Null if `text` was well formed; then root() is its value. Encoding is checked; deeper than kMaxDepth is a fault.
  /// What is JSON and no value of ours is taken as the nearest one, and told by losses().
  std::optional<Fault> parse(std::string_view text);
  Value root() const;
  /// What of the last text is not held as it stands, at most kMostLosses: half of a surrogate pair, which is taken for
  /// U+FFFD, and a number beyond a double's range. RFC 8259 sections 6 and 8.2 allow both, and what a reader makes of
  /// them.
  const std::vector<Fault>& losses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Files that people write are no larger: bytes.
inline constexpr std::size_t kMostOfFile = std::size_t{64} << 20;
/// Parses a file's text. Errors: `kind`, "<name>:line:column: not JSON: why", or that it is larger than kMostOfFile.
Result<std::shared_ptr<const Json>> parse_file(std::string_view text, const std::string& name, ErrorKind kind);

/// A place in a text, counted from 1, columns in code points.
struct Place {
  std::size_t line = 1, column = 1;
};
Place place_of(std::string_view text, std::size_t offset);
/// Where the value at `pointer` begins in `text`; with `key`, where the member's key begins. Null if it is not there.
std::optional<Place> locate(std::string_view text, std::string_view pointer, bool key = false);

/// One step of a JSON Pointer, escaped. RFC 6901 section 3.
std::string escape_step(std::string_view step);
/// The step that `escaped` stands for.
std::string unescape_step(std::string_view escaped);

/// `text` with the value at `pointer` set to `value` (JSON). Missing objects on the way are made; "-" appends to an
/// array. Errors: usage, "cannot set <pointer>: why".
Result<std::string> with(std::string_view text, std::string_view pointer, std::string_view value);

/// `text` without the member or item at `pointer`. Errors: usage, "cannot remove <pointer>: why".
Result<std::string> without(std::string_view text, std::string_view pointer);

/// A JSON string literal of UTF-8 `text`, quotes included.
std::string quote(std::string_view text);
/// `given` itself where it is JSON, else the JSON string of it: what POINTER=VALUE flags take.
std::string value_or_string(std::string_view given);
/// True for the name of a media type that is JSON, parameters aside: application/json, text/json, or one that ends in
/// +json (RFC 6839 section 3.1).
bool is_json_media_type(std::string_view name);
/// True if there is no white space outside strings.
bool is_compact(std::string_view text);
/// The same value over several lines, two spaces a level, for people.
std::string pretty(Value value);

}  // namespace whydrop::json
