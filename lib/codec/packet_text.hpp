// Internal to codec/: builds the JSON of packets, and reads packets that are to be written.
#pragma once

#include "base/base64.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::codec {

/// Bytes of a packet that has not come whole: more is not kept of any.
inline constexpr std::size_t kMostKept = std::size_t{1} << 20;

/// The JSON text of an object, member by member.
class PacketText {
 public:
  PacketText& string(std::string_view key, std::string_view value) { return raw(key, json::quote(value)); }
  PacketText& number(std::string_view key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  PacketText& flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  /// Text as a string, other bytes as base64 under a name that says so.
  PacketText& bytes(std::string_view key, std::string_view value) {
    return is_utf8(value) ? string(key, value) : string(std::string(key) + "_base64", base64_encode(value));
  }
  /// A name that came from outside.
  PacketText& quoted(std::string_view name, std::string_view value) {
    text_.append(text_.empty() ? "{" : ",").append(json::quote(name)).append(":").append(json::quote(value));
    return *this;
  }
  /// `json`: a JSON text.
  PacketText& raw(std::string_view key, std::string_view json) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_.append(key).append("\":").append(json);
    return *this;
  }
  std::string done() && { return text_.empty() ? "{}" : std::move(text_) + "}"; }

 private:
  std::string text_;
};

/// A packet that cannot be written.
inline tl::unexpected<Error> no_packet(const std::string& why) {
  return fail(ErrorKind::usage, "packet: " + why);
}

/// A string member; empty where there is none.
inline std::string_view string_of(json::Value packet, std::string_view key) {
  const auto member = packet.find(key);
  return member ? member->string() : std::string_view();
}

/// A member that is a number of 0 and more; null where there is none.
inline std::optional<std::uint64_t> number_of(json::Value packet, std::string_view key) {
  const auto member = packet.find(key);
  return member && member->is_integer() && member->integer() >= 0
             ? std::optional(static_cast<std::uint64_t>(member->integer()))
             : std::nullopt;
}

/// The row of a table whose name is that of the member; null where the packet has none, or another.
template <typename Table>
std::optional<std::size_t> index_in(const Table& names, std::string_view wanted) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!wanted.empty() && names[i] == wanted) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace whydrop::codec
