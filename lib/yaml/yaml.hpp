// Rule of this module: yaml/ reads documents that people write in YAML or JSON, as JSON. yaml-cpp is known in its .cpp
// file only; no document, whatever its aliases stand for, costs more than it is allowed.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::yaml {

/// What no document may exceed: its own size, what its aliases make of it, and how deep it nests.
inline constexpr std::size_t kMostBytes = 4U << 20, kMostExpanded = 16U << 20, kMostDepth = 200;

/// A document in YAML 1.2's core schema, or in JSON, as a JSON value. Merge keys (<<) are read, too.
class Document {
 public:
  /// JSON where it begins with a brace or a bracket and is JSON, else YAML. Errors: usage, "<name>:line:column: not
  /// YAML: why", also for what JSON cannot say: a list as a key, .nan, a second document.
  static Result<Document> parse(std::string_view text, const std::string& name);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  json::Value root() const { return json_->root(); }
  const std::shared_ptr<const json::Json>& json() const { return json_; }
  /// As compact JSON, or as it was given where that is JSON.
  const std::string& text() const { return text_; }
  /// Where the value at `pointer` begins in the text that was parsed; null where there is none.
  std::optional<json::Place> place(std::string_view pointer) const;

 private:
  struct Tree;
  Document();

  std::shared_ptr<const json::Json> json_;
  std::string text_;
  std::unique_ptr<const Tree> tree_;  ///< null: it is JSON
};

}  // namespace whydrop::yaml
