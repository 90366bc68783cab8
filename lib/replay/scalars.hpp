// The strings and numbers of a JSON text, where they stand to the byte. For replay/ and check/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::replay {

/// Walks over the scalars of well-formed JSON in order. Of other text it tells something, and never reads past it.
class Scalars {
 public:
  explicit Scalars(std::string_view json) : text_(json) {}

  /// False at the end.
  bool next();
  /// Of the scalar, its quotes included.
  std::size_t at() const { return at_; }
  std::string_view raw() const { return text_.substr(at_, end_ - at_); }
  bool is_string() const { return text_[at_] == '"'; }
  bool is_number() const { return text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9'); }
  /// What the string says, or the number as it is written; empty for anything else. Valid until the next call.
  std::string_view content();
  /// RFC 6901.
  std::string pointer() const;
  /// True if pointer() would be longer than a program's own data ever needs: 1 KiB. Costs less than that.
  bool is_far() const;

 private:
  struct Level {
    bool array = false;
    std::uint64_t index = 0;
    std::string_view key;  ///< with its quotes
  };
  std::size_t end_of_string(std::size_t from) const;

  std::string_view text_;
  std::size_t at_ = 0, end_ = 0;
  bool in_value_ = false;
  std::vector<Level> levels_;
  std::string scratch_;
};

}  // namespace whydrop::replay
