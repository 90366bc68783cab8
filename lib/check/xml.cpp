#include "check/xml.hpp"

#include "base/text.hpp"

namespace whydrop::check {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";  // "]]>" must not stand in a text
      break;
    case '"':
      out += "&quot;";
      break;
    case '\xef':
      // U+FFFE and U+FFFF are characters everywhere but in XML.
      if (const std::string_view point = text.substr(i, 3); point == "\xef\xbf\xbe" || point == "\xef\xbf\xbf") {
        out += point.back() == '\xbe' ? "\\ufffe" : "\\uffff";
        i += 2;
        break;
      }
      out += text[i];
      break;
    default:
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string xml_text(std::string_view bytes) {
  return escaped(escape_lines(bytes));
}

std::string xml_attribute(std::string_view bytes) {
  return escaped(escape_for_terminal(bytes));
}

}  // namespace whydrop::check
