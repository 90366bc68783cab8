#include "netlog/netlog.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "json/parts.hpp"
#include "netlog/constants.hpp"
#include "netlog/event.hpp"
#include "netlog/sessions.hpp"

#include <optional>
#include <utility>

namespace whydrop::netlog {
namespace {

constexpr std::string_view kWithoutBytes =
    "it was recorded without raw bytes: what frames carried, and the codes and reasons of Closes, are not in it; "
    "whydrop explain net-export says how to record them";

class NetLogFile final : public capture::ItemReader {
 public:
  NetLogFile(const std::string& name, ByteSource source)
      : what_("net log " + name + ": "), parts_(std::move(source), {"", "/events"}) {}

  Result<std::optional<capture::Item>> next() override {
    while (true) {
      if (auto item = sessions_.pop()) {
        return item;
      }
      if (over_) {
        return std::optional<capture::Item>();
      }
      if (auto done = step(); !done) {
        over_ = true;
        return tl::unexpected<Error>(done.error());
      }
    }
  }

 private:
  Result<void> step();
  Result<void> take_constants(const json::Part& part);
  Result<void> finish();
  std::string cut_words(const json::Fault& fault) const;

  std::string what_;
  json::PartStream parts_;
  json::Json json_;
  bool known_ = false, over_ = false;  ///< known_: the constants
  std::uint64_t damaged_ = 0;
  Constants constants_;
  EventReader events_;
  Sessions sessions_{constants_};
};

Result<void> NetLogFile::step() {
  const auto part = parts_.next();
  WHYDROP_TRY(part);
  if (!*part) {
    over_ = true;
    return finish();
  }
  if ((*part)->path == "/constants") {
    return take_constants(**part);
  }
  if ((*part)->path == "/events/[]") {
    if (!known_) {
      return fail(ErrorKind::local, what_ + "its events come before its constants, which give them their names");
    }
    const auto event = events_.read((*part)->text, constants_);
    damaged_ += event ? 0 : 1;
    if (event) {
      sessions_.take(*event);
    }
  }
  return {};
}

Result<void> NetLogFile::take_constants(const json::Part& part) {
  known_ = !json_.parse(part.text) && constants_.take(json_.root());
  return known_ ? Result<void>()
                : fail(ErrorKind::local, what_ + "its constants give no names to the numbers of its events");
}

std::string NetLogFile::cut_words(const json::Fault& fault) const {
  return parts_.cut() ? "the log stops before its end: Chromium was still running, or was killed"
                      : "nothing is read from byte " + std::to_string(fault.offset + 1) + " on: " + fault.why;
}

Result<void> NetLogFile::finish() {
  const auto& fault = parts_.fault();
  if (sessions_.count() == 0) {
    if (fault) {
      return fail(ErrorKind::local, what_ + "byte " + std::to_string(fault->offset + 1) + ": " + fault->why);
    }
    return fail(ErrorKind::local,
                what_ + "no WebSocket session in it",
                "begin to log before the page connects: whydrop explain net-export");
  }
  sessions_.end();
  if (fault) {
    sessions_.on_damage({0, 0, true, false, cut_words(*fault)});
  }
  if (damaged_ > 0) {
    sessions_.on_damage({0, 0, true, false, counted(damaged_, "event") + " of it could not be read"});
  }
  if (sessions_.multiplexed() > 0) {
    sessions_.on_damage({0,
                         0,
                         false,
                         false,
                         counted(sessions_.multiplexed(), "session") + " went over HTTP/2 or 3 (RFC 8441): of " +
                             (sessions_.multiplexed() == 1 ? "it" : "them") +
                             " the headers of frames are read, not what they carried nor how the stream ended",
                         true});
  }
  if (sessions_.without_bytes() > 0) {
    sessions_.on_damage({0, 0, false, false, std::string(kWithoutBytes), true});
  }
  return {};
}

}  // namespace

bool looks_like_net_log(std::string_view head) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  head.remove_prefix(starts_with(head, kByteOrderMark) ? kByteOrderMark.size() : 0);
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t brace = head.find_first_not_of(kBlank);
  if (brace == std::string_view::npos || head[brace] != '{') {
    return false;
  }
  const std::size_t name = head.find_first_not_of(kBlank, brace + 1);
  return name != std::string_view::npos && starts_with(head.substr(name), "\"constants\"");
}

std::unique_ptr<capture::ItemReader> read_net_log(const std::string& name, ByteSource source) {
  return std::make_unique<NetLogFile>(name, std::move(source));
}

}  // namespace whydrop::netlog
