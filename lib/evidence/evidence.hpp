// Rule of this module: evidence/ is the one door for files of recorded sessions, whatever recorded them. What a file is
// is told by what it holds, never by its name.
#pragma once

#include "base/names.hpp"
#include "capture/item.hpp"
#include "pcap/clear_text.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace whydrop::evidence {

/// What a file of recorded sessions is.
enum class Kind : std::uint8_t { capture, har, net_log, packets };
constexpr NameList<4> names_of(Kind /*kind*/) {
  return {"capture", "HAR", "Chromium net log", "packet capture"};
}

/// What is known besides the file.
struct Settings {
  std::shared_ptr<const pcap::ClearText> clear;  ///< what TLS carried, of a packet capture; null: not known
};

/// What reads one kind.
struct Format {
  Kind kind;
  std::string_view what;                      ///< in a list of what is taken: "a HAR"
  bool (*recognises)(std::string_view head);  ///< the file's first bytes, at most kHead of them
  std::unique_ptr<capture::ItemReader> (*read)(const std::string& name, ByteSource source, const Settings& settings);
};

/// Bytes of a file by which it is recognised.
inline constexpr std::size_t kHead = 64U << 10;

/// The format of a file that begins with `head`; null: none of ours.
const Format* recognise(std::string_view head);
/// "a capture, a HAR, or a …": all kinds that are taken, and what else is.
std::string kinds_taken(std::string_view besides = {});

/// What a file is, by its beginning.
struct Looked {
  const Format* format = nullptr;  ///< null: none of ours
  std::string head;                ///< at most kHead of it
  ByteSource source;               ///< all of it, `head` included
};
/// Recognises what `source` gives; gzip is taken off first (RFC 1952). `name` is for messages.
Result<Looked> look(const std::string& name, ByteSource source);
/// The reader of what `source` gives, at its beginning. Errors: local, for what is empty or no recording, with what it
/// is instead.
Result<std::unique_ptr<capture::ItemReader>> open(const std::string& name,
                                                  ByteSource source,
                                                  const Settings& settings = {});

}  // namespace whydrop::evidence
