#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::payload {

/// The colours that whydrop uses on a terminal; all are of the sixteen that every theme defines.
enum class Ink : std::uint8_t { plain, dim, bold, red, green, yellow, blue, magenta, cyan };

/// The escape sequence that starts `ink`; empty for plain.
std::string_view start_of(Ink ink);
inline constexpr std::string_view kInkOff = "\x1b[0m";

/// Appends text in one ink, or as it is where colour is off. Text must already be safe for a terminal.
class Brush {
 public:
  explicit Brush(bool color) : color_(color) {}
  bool color() const { return color_; }
  void paint(std::string& out, Ink ink, std::string_view text) const {
    if (!color_ || ink == Ink::plain || text.empty()) {
      out += text;
      return;
    }
    out += start_of(ink);
    out += text;
    out += kInkOff;
  }

 private:
  bool color_;
};

}  // namespace whydrop::payload
