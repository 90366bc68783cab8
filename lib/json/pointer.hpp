// Internal: walks over the steps of a JSON Pointer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::json {

/// The steps of a JSON Pointer, one after the other, unescaped. RFC 6901.
class Steps {
 public:
  explicit Steps(std::string_view pointer);
  /// False at the end, and where the pointer is none.
  bool next();
  /// The step; valid until the next call of next().
  std::string_view step() const { return step_; }
  /// The step as an index of an array; null if it is none.
  std::optional<std::size_t> index() const;
  bool well_formed() const { return well_formed_; }
  bool last() const { return rest_.empty(); }
  /// What was walked so far, as it was written.
  std::string_view walked() const { return whole_.substr(0, whole_.size() - rest_.size()); }

 private:
  bool unescape(std::string_view raw);

  std::string_view whole_, rest_, step_;
  std::string unescaped_;
  bool well_formed_;
};

}  // namespace whydrop::json
