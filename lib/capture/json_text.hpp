#pragma once

#include "base/text_scan.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::capture {

/// Appends `bytes` as a quoted JSON string and returns true, if they are valid UTF-8; else leaves `out` as it was.
/// DEL, C1 controls and bidirectional marks are escaped too: a capture may be shown on
/// a terminal.
bool append_json_text(std::string& out, std::string_view bytes);
/// The same of bytes that `seen` has looked at.
bool append_json_text(std::string& out, std::string_view bytes, const TextScan& seen);

/// The same without the quotes, at `to`, of bytes that are UTF-8. Returns the end. May write six times their size and
/// 128 bytes.
char* put_json_text(char* to, std::string_view bytes, const TextScan& seen);

/// As append_json_text, with U+FFFD for each byte that is not UTF-8. For words of our own that may quote a peer.
void append_json_words(std::string& out, std::string_view bytes);

/// Appends a number in decimal.
void append_number(std::string& out, std::uint64_t value);
void append_number(std::string& out, std::int64_t value);

/// Undoes JSON's escapes up to the closing quote, which must be the last byte of `quoted`. False where `quoted` is
/// anything but the rest of one well-formed JSON string of valid UTF-8. `text` views `quoted` where nothing was
/// escaped, else `scratch`.
bool read_json_text(std::string_view quoted, std::string& scratch, std::string_view& text);

/// `text` with each "\u" escape of an ASCII character undone, however many backslashes begin it: in JSON inside a JSON
/// string there are several. RFC 8259 section 7.
std::string without_ascii_escapes(std::string_view text);

}  // namespace whydrop::capture
