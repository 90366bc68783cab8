#pragma once

#include "base/text_scan.hpp"
#include "capture/name_memo.hpp"
#include "capture/value_walker.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Finds the values of secret keys in text that comes in pieces: "key":"value", "key":1 and all below "key":{…} of
/// JSON, also of JSON inside a JSON string; key=value of a query; the user information of a URL. Looks for these
/// patterns and does not parse, so nothing before a secret (lost bytes, broken JSON) can hide it.
class KeyScanner {
 public:
  /// Adds what it finds in `piece` to `found`; `last`: nothing follows. `seen` has looked at `piece`; null: nobody has.
  void scan(const NameMemo& names,
            std::string_view piece,
            bool last,
            std::vector<Found>& found,
            const OnValue& on_value,
            const TextScan* seen = nullptr);
  /// Forgets all that came so far.
  void reset();

 private:
  enum class Phase : std::uint8_t { idle, before_value, in_string, in_number, in_query, below };

  std::string_view before(std::string_view piece, std::size_t mark);
  void at_colon(const NameMemo& names, std::string_view piece, std::size_t mark);
  void at_equals(const NameMemo& names, std::string_view piece, std::size_t mark);
  std::size_t at_user_info(std::string_view piece, std::size_t mark, std::vector<Found>& found) const;
  std::size_t value(std::string_view piece, std::size_t at, std::vector<Found>& found, const OnValue& on_value);
  std::size_t begin_value(std::string_view piece, std::size_t at);
  std::size_t value_end(std::string_view piece, std::size_t at);
  void keep_tail(std::string_view piece);

  Phase phase_ = Phase::idle;
  StringEnd end_;
  ValueWalker below_;
  Secrecy secrecy_ = Secrecy::none;  ///< of key_
  std::string key_;
  std::string value_;  ///< what earlier pieces held of the value, bounded
  std::string tail_;   ///< end of the earlier pieces: a key may be split
  std::string window_;
};

}  // namespace whydrop::capture
