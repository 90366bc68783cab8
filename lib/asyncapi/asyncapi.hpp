// Rule of this module: asyncapi/ makes a profile of an AsyncAPI document, and says what of it has no place in one. It
// reads no file: what a $ref needs is given to it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::asyncapi {

/// Whose operations a document describes: what the described sends, the other receives.
enum class Described : std::uint8_t { server, client };

struct Options {
  std::string server;   ///< its name; empty: the first that speaks ws or wss
  std::string channel;  ///< its name; empty: the first, and all that share its address
  Described described = Described::server;
  /// The text of a file, by its path from the document's folder; null: there is none. Errors: it is not to be read.
  std::function<Result<std::optional<std::string>>(const std::string& path)> read{};
};

/// What was assumed, or has no place in a profile.
struct Note {
  std::string file, pointer;
  json::Place place;
  std::string says;  ///< "the headers of message ping are not carried over: a WebSocket message has none"

  /// "<file>:line:column: <pointer>: <says>".
  std::string text() const;
};

struct Imported {
  std::string profile;  ///< its text, which loads
  std::vector<Note> notes;
};

/// True for a text that names AsyncAPI's version at its top level, in YAML or JSON. Cheap.
bool is_document(std::string_view text);

/// Makes a profile of a document of AsyncAPI 2 or 3. Errors: usage, "<name>:line:column: why"; "<name>: why" where no
/// place is meant: another version, no such server.
Result<Imported> import_document(std::string_view text, const std::string& name, const Options& options);

}  // namespace whydrop::asyncapi
