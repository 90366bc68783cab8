#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// The numbers that one side gives its messages, as {"seq": 41}, and where they skip. Total on any bytes; it costs
/// nothing once the first messages have shown none.
class Numbering {
 public:
  struct Gap {
    std::uint64_t from = 0, to = 0;  ///< the numbers on both sides of it
    std::uint64_t seq = 0;           ///< of the message that has `to`
  };

  /// `payload`: of the side's next message, by its beginning at least; `seq`: of its event.
  void on_message(std::string_view payload, std::uint64_t seq);

  /// The first gap; null where there is none, or where the numbers are no such count.
  std::optional<Gap> first_gap() const;
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t missing() const { return missing_; }
  /// The member's name: "seq".
  const std::string& name() const { return name_; }

 private:
  void take(std::uint64_t number, std::uint64_t seq);

  std::string name_;
  std::optional<std::uint64_t> last_;
  std::optional<Gap> first_gap_;
  std::uint64_t looked_at_ = 0, steps_ = 0, gaps_ = 0, missing_ = 0;
  bool over_ = false;  ///< there is no such count
};

}  // namespace whydrop::diagnose
