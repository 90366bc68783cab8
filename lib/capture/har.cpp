#include "capture/har.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "capture/browser_ending.hpp"
#include "capture/item_queue.hpp"
#include "json/json.hpp"
#include "json/parts.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace whydrop::capture {
namespace {

using namespace session;

constexpr std::size_t kMaxBody = 64U << 10;

struct HarMessage {
  std::string type, data;
  double time = 0;
  int opcode = 1;
};

/// What one entry says of a session.
struct Entry {
  std::string started, resource_type;
  std::string url, method = "GET", request_version = "HTTP/1.1";
  std::string response_version = "HTTP/1.1", status_text, body;
  int status = 0;
  std::vector<Header> request_headers, response_headers;
  std::vector<HarMessage> messages;
  bool has_messages = false;
  std::string error;       ///< Chromium's reason for there being no answer
  std::string close_word;  ///< HTTP Toolkit's, where there is no Close: "aborted"
  std::optional<int> close_code;
  std::string close_reason;
  double close_time = 0;
  bool has_close = false;
  std::optional<Ending> ending;  ///< of a HAR that whydrop wrote
  double ended = 0;
};

bool is_session(const Entry& entry) {
  return entry.has_messages || entry.resource_type == "websocket" || starts_with(entry.url, "ws://") ||
         starts_with(entry.url, "wss://");
}

std::string text_at(json::Value value, std::string_view pointer, std::string_view otherwise = {}) {
  const auto found = value.at(pointer);
  return std::string(found && found->is(json::Type::string) ? found->string() : otherwise);
}

/// A number that a double holds exactly enough; null where there is none.
std::optional<double> number_at(json::Value value, std::string_view pointer) {
  const auto found = value.at(pointer);
  return found && found->is(json::Type::number) ? std::optional(found->number()) : std::nullopt;
}

/// The same of a whole number from 0 to `most`.
std::optional<int> whole_at(json::Value value, std::string_view pointer, int most) {
  const auto found = number_at(value, pointer);
  return found && *found >= 0 && *found <= most ? std::optional(static_cast<int>(*found)) : std::nullopt;
}

std::vector<Header> headers_of(json::Value head) {
  std::vector<Header> headers;
  const auto list = head.find("headers");
  for (std::size_t i = 0; list && list->is(json::Type::array) && i < list->size(); ++i) {
    headers.push_back({text_at(list->item(i), "/name"), text_at(list->item(i), "/value"), {}});
  }
  return headers;
}

/// Since 1970: seconds as Chrome writes them, milliseconds as Playwright does, or RFC 3339. As seconds milliseconds
/// would lie 50,000 years ahead. In seconds; 0: there is none.
double time_at(json::Value value, std::string_view pointer) {
  constexpr double kNoSeconds = 1e11;
  if (const auto number = number_at(value, pointer)) {
    return *number < kNoSeconds ? *number : *number / 1e3;
  }
  return static_cast<double>(parse_rfc3339(text_at(value, pointer)).value_or(0)) / 1e9;
}

HarMessage message_of(json::Value value) {
  HarMessage message;
  message.type = text_at(value, "/type");
  message.data = text_at(value, "/data");
  message.time = time_at(value, "/time");
  message.opcode = value.find("opcode") ? whole_at(value, "/opcode", 15).value_or(-1) : 1;
  return message;
}

void take_request(Entry& entry, json::Value request) {
  entry.url = text_at(request, "/url");
  entry.method = text_at(request, "/method", "GET");
  entry.request_version = text_at(request, "/httpVersion", "HTTP/1.1");
  entry.request_headers = headers_of(request);
}

void take_response(Entry& entry, json::Value response) {
  entry.status = whole_at(response, "/status", 999).value_or(0);
  entry.status_text = text_at(response, "/statusText");
  entry.response_version = text_at(response, "/httpVersion", "HTTP/1.1");
  entry.response_headers = headers_of(response);
  entry.error = text_at(response, "/_error");
  entry.body = text_at(response, "/content/text");
}

/// An object, or HTTP Toolkit's word where there was no Close: "aborted".
void take_close(Entry& entry, json::Value close) {
  entry.has_close = close.is(json::Type::object);
  entry.close_word = close.string();
  entry.close_code = whole_at(close, "/code", 65535);
  entry.close_reason = text_at(close, "/reason");
  entry.close_time = time_at(close, "/timestamp");
}

/// How the transport ended, which no HAR has a member for but one that whydrop wrote.
void take_whydrop(Entry& entry, json::Value value) {
  const auto how = parse<EndingHow>(text_at(value, "/ending/how"));
  if (!how) {
    return;
  }
  entry.ending.emplace();
  entry.ending->how = *how;
  entry.ending->by = parse<EndedBy>(text_at(value, "/ending/by")).value_or(EndedBy::unknown);
  entry.ending->read_error = text_at(value, "/ending/read_error");
  entry.ending->write_error = text_at(value, "/ending/write_error");
  entry.ending->detail = text_at(value, "/ending/detail");
  entry.ended = time_at(value, "/ended");
}

/// What is read of an entry, and where.
struct Taker {
  std::string_view path;
  void (*take)(Entry&, json::Value);
};

/// Its HARs hold control frames as messages, and how the transport ended.
constexpr std::string_view kOwnCreator = "whydrop";
constexpr std::string_view kEntry = "/log/entries/[]";
constexpr std::string_view kMessages = "/log/entries/[]/_webSocketMessages";
constexpr std::array<Taker, 7> kTakers{{
    {"/log/entries/[]/startedDateTime", [](Entry& entry, json::Value value) { entry.started = value.string(); }},
    {"/log/entries/[]/_resourceType", [](Entry& entry, json::Value value) { entry.resource_type = value.string(); }},
    {"/log/entries/[]/request", take_request},
    {"/log/entries/[]/response", take_response},
    {"/log/entries/[]/_webSocketClose", take_close},
    {"/log/entries/[]/_whydrop", take_whydrop},
    {"/log/entries/[]/_webSocketMessages/[]",
     [](Entry& entry, json::Value value) { entry.messages.push_back(message_of(value)); }},
}};

/// Turns entries into events.
class Teller {
 public:
  explicit Teller(ItemQueue& out) : out_(out) {}
  void tell(Entry&& entry, const std::string& creator);
  std::uint32_t sessions() const { return conn_; }

 private:
  void event(Body&& body);
  void header(const std::string& started, const std::string& creator);
  void heads(Entry& entry, int status);
  void message(const HarMessage& message);
  void frame(Side from, int opcode, std::string_view payload);
  void close(const Entry& entry);
  std::int64_t since_start(double epoch) const;

  ItemQueue& out_;
  std::uint64_t seq_ = 0;
  std::uint32_t conn_ = 0;
  std::int64_t start_ns_ = 0;  ///< since the epoch
  std::int64_t now_ns_ = 0;
  std::array<std::uint64_t, 2> offsets_{};
  std::string problem_;
  bool close_heard_ = false;  ///< the server's Close is among the messages
};

void Teller::event(Body&& body) {
  out_.push(Event{++seq_, now_ns_, conn_, std::move(body)});
}

void Teller::header(const std::string& started, const std::string& creator) {
  CaptureHeader capture;
  capture.witness = creator == kOwnCreator ? Witness::bytes : Witness::messages;
  start_ns_ = parse_rfc3339(started).value_or(0);
  capture.started = started;
  capture.tool = creator.empty() ? "HAR" : creator;
  out_.push(std::move(capture));
}

std::int64_t Teller::since_start(double epoch) const {
  const double ns = epoch * 1e9 - static_cast<double>(start_ns_);
  return ns > 0 && ns < 9e18 ? static_cast<std::int64_t>(ns) : 0;
}

/// Path and query of a URL, as the request's line has it.
std::string target_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = url.find_first_of("/?", scheme == std::string::npos ? 0 : scheme + 3);
  if (path == std::string::npos) {
    return "/";
  }
  return url[path] == '?' ? "/" + url.substr(path) : url.substr(path);
}

std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t from = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(from, url.find_first_of("/?#", from) - from);
}

/// "HTTP/1.1", also where a browser writes "http/1.1" or nothing of use; "HTTP/2" for "h2".
std::string version_of(const std::string& version) {
  if (version == "h2" || version == "h3") {
    return "HTTP/" + version.substr(1);
  }
  return starts_with(version, "HTTP/") || starts_with(version, "http/") ? "HTTP" + version.substr(4) : "HTTP/1.1";
}

/// `status`: what the answer means.
void Teller::heads(Entry& entry, int status) {
  Request request;
  request.start_line = entry.method + " " + target_of(entry.url) + " " + version_of(entry.request_version);
  request.headers = std::move(entry.request_headers);
  event(std::move(request));
  if (status == 0) {
    return;
  }
  Response response;
  response.start_line =
      version_of(entry.response_version) + " " + std::to_string(entry.status == 0 ? status : entry.status);
  if (!entry.status_text.empty()) {
    response.start_line += " " + entry.status_text;
  }
  response.status = status;
  response.headers = std::move(entry.response_headers);
  response.body_length = entry.body.size();
  response.body = entry.body.substr(0, kMaxBody);
  event(std::move(response));
}

void Teller::message(const HarMessage& message) {
  now_ns_ = std::max(now_ns_, since_start(message.time));
  const bool sent = message.type == "send";
  if ((!sent && message.type != "receive") || message.opcode < 0) {
    problem_ = message.data;
    return;
  }
  // Anything but text is base64 in a HAR.
  close_heard_ = close_heard_ || (!sent && message.opcode == static_cast<int>(wire::Opcode::close));
  const auto decoded = message.opcode == 1 ? std::nullopt : base64_decode(message.data);
  frame(sent ? Side::client : Side::server, message.opcode, decoded ? *decoded : message.data);
}

void Teller::frame(Side from, int opcode, std::string_view payload) {
  Frame frame;
  frame.from = from;
  frame.payload = payload;
  frame.header.opcode = static_cast<wire::Opcode>(opcode);
  frame.header.masked = from == Side::client;
  frame.header.length = frame.payload.size();
  frame.header.length_form = wire::shortest_form(frame.header.length);
  std::uint64_t& offset = offsets_[static_cast<std::size_t>(from)];
  frame.offset = offset;
  offset += frame.header.size() + frame.header.length;
  event(std::move(frame));
}

/// HTTP Toolkit tells the code that both sides' Close frames had: whichever came first, the server's is among them. RFC
/// 6455 section 5.5.1.
void Teller::close(const Entry& entry) {
  now_ns_ = std::max(now_ns_, since_start(entry.close_time));
  std::string payload;
  if (entry.close_code) {
    payload = {static_cast<char>(*entry.close_code >> 8), static_cast<char>(*entry.close_code & 0xFF)};
    payload += entry.close_reason;
  }
  frame(Side::server, static_cast<int>(wire::Opcode::close), payload);
}

/// True for a session that messages show to have opened though its answer is not recorded, or came over HTTP/2, where
/// it is 200: RFC 8441 section 5.
bool opened(const Entry& entry) {
  return (entry.status == 0 || entry.status == 200) &&
         std::any_of(entry.messages.begin(), entry.messages.end(), [](const HarMessage& message) {
           return message.opcode >= 0 && (message.type == "send" || message.type == "receive");
         });
}

void Teller::tell(Entry&& entry, const std::string& creator) {
  if (conn_ == 0) {
    header(entry.started, creator);
  }
  ++conn_;
  offsets_ = {};
  problem_.clear();
  close_heard_ = false;
  std::int64_t since = 0;
  if (const auto began = parse_rfc3339(entry.started); began && !__builtin_sub_overflow(*began, start_ns_, &since)) {
    now_ns_ = std::max(now_ns_, since);
  }
  const int status = opened(entry) ? 101 : entry.status;
  Open open;
  open.url = entry.url;
  event(std::move(open));
  heads(entry, status);
  for (const HarMessage& each : entry.messages) {
    message(each);
  }
  if (entry.has_close && !close_heard_) {
    close(entry);
  }
  const std::string& why = problem_.empty() ? entry.error : problem_;
  Ending ending = entry.ending.value_or(ending_of({status, why, entry.close_word == "aborted", entry.has_close}));
  now_ns_ = std::max(now_ns_, since_start(entry.ended));
  if (auto step = failed_step(ending, host_of(entry.url))) {
    event(std::move(*step));
  }
  event(std::move(ending));
}

/// Reads as it is asked: an entry at a time becomes items.
class HarFile final : public ItemReader {
 public:
  HarFile(const std::string& name, ByteSource source)
      : what_("HAR " + name + ": "), parts_(std::move(source), {"", "/log", "/log/entries", kEntry, kMessages}) {}

  Result<std::optional<Item>> next() override {
    while (waiting_.empty() && !over_) {
      auto done = step();
      if (!done) {
        over_ = true;
        return tl::unexpected<Error>(done.error());
      }
    }
    return waiting_.pop();
  }

 private:
  Result<void> step();
  Result<void> take(const json::Part& part);
  Result<void> finish();
  tl::unexpected<Error> unreadable(std::uint64_t at, const std::string& why) const {
    return fail(ErrorKind::local, what_ + "byte " + std::to_string(at + 1) + ": " + why);
  }

  std::string what_;
  json::PartStream parts_;
  json::Json json_;
  ItemQueue waiting_;
  Teller teller_{waiting_};
  Entry entry_;
  std::string creator_;
  bool is_har_ = false, over_ = false;
};

Result<void> HarFile::step() {
  const auto part = parts_.next();
  WHYDROP_TRY(part);
  if (!*part) {
    over_ = true;
    return finish();
  }
  return take(**part);
}

Result<void> HarFile::take(const json::Part& part) {
  is_har_ |= starts_with(part.path, "/log/");
  if (part.text.empty()) {
    entry_.has_messages |= part.path == kMessages;
    if (part.path == kEntry) {
      Entry whole = std::exchange(entry_, Entry());
      if (is_session(whole)) {
        teller_.tell(std::move(whole), creator_);
      }
    }
    return {};
  }
  const bool creator = part.path == "/log/creator";
  const auto* taker =
      std::find_if(kTakers.begin(), kTakers.end(), [&part](const Taker& it) { return it.path == part.path; });
  if (!creator && taker == kTakers.end()) {
    return {};
  }
  if (const auto fault = json_.parse(part.text)) {
    return unreadable(part.at + fault->offset, fault->why);
  }
  if (creator) {
    creator_ = text_at(json_.root(), "/name");
  } else {
    taker->take(entry_, json_.root());
  }
  return {};
}

Result<void> HarFile::finish() {
  if (const auto& fault = parts_.fault()) {
    return unreadable(fault->offset, fault->why);
  }
  if (!is_har_) {
    return fail(ErrorKind::local, what_ + "not a HAR: no \"log\" in it");
  }
  if (teller_.sessions() == 0) {
    return fail(ErrorKind::local,
                what_ + "no WebSocket session in it",
                "save it from the browser's network panel with content, after the session");
  }
  return {};
}

}  // namespace

std::unique_ptr<ItemReader> read_har(const std::string& name, ByteSource source) {
  return std::make_unique<HarFile>(name, std::move(source));
}

}  // namespace whydrop::capture
