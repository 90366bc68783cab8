// XMPP's subprotocol for WebSocket (RFC 7395): a message is one whole element, the stream begins with <open/> and ends
// with <close/>. Expat reads the XML; what XMPP restricts of it (RFC 6120 section 11.1) is refused.
#include "base/try.hpp"
#include "codec/makers.hpp"
#include "codec/packet_text.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <expat.h>
#include <fmt/format.h>

namespace whydrop::codec {
namespace {

constexpr std::string_view kStreams = "http://etherx.jabber.org/streams";
constexpr std::string_view kXml = "http://www.w3.org/XML/1998/namespace";
constexpr char kBetween = '\n';  // behind a namespace, in the names that Expat gives: no attribute's value holds one
constexpr std::size_t kMostDepth = 32;  // elements further down are not told

/// "http://etherx.jabber.org/streams\nfeatures": its namespace and its local name.
std::pair<std::string_view, std::string_view> split_name(std::string_view given) {
  const std::size_t at = given.rfind(kBetween);
  return at == std::string_view::npos ? std::pair(std::string_view(), given)
                                      : std::pair(given.substr(0, at), given.substr(at + 1));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// One element whose end has not come.
struct OpenElement {
  std::string name, xmlns, text;
  PacketText attributes, children;
  bool has_attributes = false;
  std::set<std::string> told;  ///< names of its children
};

/// Reads one message.
class ElementReader {
 public:
  ElementReader() : parser_(XML_ParserCreateNS("UTF-8", kBetween), XML_ParserFree) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetStartDoctypeDeclHandler(
        parser_.get(), [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
          static_cast<ElementReader*>(self)->refuse("expected no DOCTYPE: XMPP has none (RFC 6120 section 11.1)");
        });
  }

  /// The packet of a whole message, or what is wrong with it.
  std::optional<Fault> read(std::string_view message, std::string& packet) {
    const auto size = static_cast<int>(message.size());
    if (XML_Parse(parser_.get(), message.data(), size, XML_TRUE) == XML_STATUS_OK) {
      packet = std::move(packet_);
      return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(std::max<XML_Index>(0, XML_GetCurrentByteIndex(parser_.get())));
    return Fault{std::min(at, message.size()), why()};
  }

 private:
  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    static_cast<ElementReader*>(self)->start(name, attributes);
  }
  static void on_end(void* self, const XML_Char*) { static_cast<ElementReader*>(self)->end(); }
  static void on_text(void* self, const XML_Char* text, int size) {
    ElementReader& reader = *static_cast<ElementReader*>(self);
    if (reader.depth_ <= kMostDepth) {
      reader.open_.back().text.append(text, static_cast<std::size_t>(size));
    }
  }

  void start(std::string_view given, const XML_Char** attributes) {
    const auto [xmlns, name] = split_name(given);
    began_stream_ = began_stream_ || (depth_ == 0 && name == "stream" && xmlns == kStreams);
    if (++depth_ > kMostDepth) {
      return;
    }
    OpenElement& element = open_.emplace_back();
    element.name = name;
    element.xmlns = xmlns;
    for (; *attributes != nullptr; attributes += 2) {
      const auto [space, local] = split_name(attributes[0]);
      element.attributes.quoted(space == kXml ? "xml:" + std::string(local) : std::string(local), attributes[1]);
      element.has_attributes = true;
    }
  }

  void end() {
    if (depth_-- > kMostDepth) {
      return;
    }
    OpenElement element = std::move(open_.back());
    open_.pop_back();
    const bool inherits = !open_.empty() && open_.back().xmlns == element.xmlns;
    PacketText told;
    if (open_.empty()) {
      told.string("element", element.name);
    }
    if (!inherits && !element.xmlns.empty()) {
      told.string("xmlns", element.xmlns);
    }
    if (element.has_attributes) {
      told.raw("attributes", std::move(element.attributes).done());
    }
    if (!is_blank(element.text)) {
      told.string("text", element.text);
    }
    if (!element.told.empty()) {
      told.raw("children", std::move(element.children).done());
    }
    if (open_.empty()) {
      packet_ = std::move(told).done();
    } else if (open_.back().told.insert(element.name).second) {
      open_.back().children.raw(element.name, std::move(told).done());
    }
  }

  void refuse(std::string why) {
    refused_ = std::move(why);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  std::string why() const {
    const XML_Error error = XML_GetErrorCode(parser_.get());
    if (!refused_.empty()) {
      return refused_;
    }
    if (began_stream_ && error == XML_ERROR_NO_ELEMENTS) {
      return "<stream:stream> is not closed: over WebSocket a stream begins with <open/> (RFC 7395 section 3.3.1)";
    }
    if (error == XML_ERROR_JUNK_AFTER_DOC_ELEMENT) {
      return "expected one element a message (RFC 7395 section 3.3.3)";
    }
    return fmt::format("not XML: {}", XML_ErrorString(error));
  }

  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
  std::vector<OpenElement> open_;
  std::size_t depth_ = 0;
  bool began_stream_ = false;
  std::string packet_, refused_;
};

class Xmpp final : public Decoder {
 public:
  std::optional<Fault> feed(wire::Side, bool text, std::string_view message, const OnPacket& each) override {
    if (!text) {
      return Fault{0, "expected a text message"};
    }
    if (is_blank(message)) {
      return Fault{0, "expected an element: here pings keep alive, no blanks (RFC 7395 section 3.8)"};
    }
    std::string packet;
    auto fault = ElementReader().read(message, packet);
    if (!fault) {
      each(packet);
    }
    return fault;
  }
  std::unique_ptr<Decoder> copy() const override { return std::make_unique<Xmpp>(*this); }
};

std::string as_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::string_view entity = c == '&'   ? "&amp;"
                                    : c == '<' ? "&lt;"
                                    : c == '>' ? "&gt;"
                                    : c == '"' ? "&quot;"
                                               : "";
    out += entity.empty() ? std::string_view(&c, 1) : entity;
  }
  return out;
}

/// False for what XML 1.0 section 2.2 has no place for.
bool fits_into_xml(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
}

/// A name without a prefix; XML 1.0 section 2.3, its ASCII part.
bool is_name(std::string_view name, std::string_view besides = "") {
  const auto is_inner = [besides](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
           besides.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_inner) &&
         (std::isalpha(static_cast<unsigned char>(name.front())) != 0 || name.front() == '_');
}

/// Writes an element; `xmlns`: of the one around it. Errors: usage.
Result<void> put(std::string_view name, json::Value element, std::string_view around, std::string& out) {
  if (!is_name(name)) {
    return no_packet(fmt::format("{} is no name of an element", json::quote(name)));
  }
  const std::string_view given = string_of(element, "xmlns");
  const std::string_view xmlns = given.empty() ? around : given;
  // RFC 6120 section 4.8.5: implementations know what is of the stream by this prefix.
  const std::string tag = (xmlns == kStreams ? "stream:" : "") + std::string(name);
  out += "<" + tag;
  if (xmlns != around) {
    out += fmt::format(" {}=\"{}\"", xmlns == kStreams ? "xmlns:stream" : "xmlns", as_xml(xmlns));
  }
  const auto attributes = element.find("attributes");
  for (std::size_t i = 0; attributes && attributes->is(json::Type::object) && i < attributes->size(); ++i) {
    const auto [key, value] = attributes->member(i);
    const std::string value_text = json::plain_text(value);
    if (!is_name(key, ":") || !fits_into_xml(value_text)) {
      return no_packet(fmt::format("{} of {} is no attribute of XML", json::quote(key), name));
    }
    out += fmt::format(" {}=\"{}\"", key, as_xml(value_text));
  }
  const std::string_view text = string_of(element, "text");
  if (!fits_into_xml(text)) {
    return no_packet(fmt::format("the text of {} is no text of XML", name));
  }
  const auto children = element.find("children");
  const bool has_children = children && children->is(json::Type::object) && children->size() > 0;
  if (text.empty() && !has_children) {
    out += "/>";
    return {};
  }
  out += ">" + as_xml(text);
  for (std::size_t i = 0; has_children && i < children->size(); ++i) {
    const auto [key, child] = children->member(i);
    WHYDROP_TRY(put(key, child, xmlns, out));
  }
  out += "</" + tag + ">";
  return {};
}

}  // namespace

std::unique_ptr<Decoder> make_xmpp() {
  return std::make_unique<Xmpp>();
}

Result<Message> encode_xmpp(json::Value packet) {
  Message made;
  WHYDROP_TRY(put(string_of(packet, "element"), packet, "", made.payload));
  return made;
}

}  // namespace whydrop::codec
