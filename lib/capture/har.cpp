#include "capture/har.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "capture/har_ending.hpp"
#include "capture/limits.hpp"
#include "json/tree.hpp"
#include "session/causes.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <rapidjson/encodedstream.h>

namespace whydrop::capture {
namespace {

using namespace session;

constexpr std::size_t kBlock = 64U << 10;
constexpr std::size_t kMaxBody = 64U << 10;

/// A ByteSource as RapidJSON wants to read one.
class Stream {
 public:
  using Ch = char;
  explicit Stream(const ByteSource& source) : source_(source) { fill(); }

  char Peek() const { return at_ < size_ ? block_[at_] : '\0'; }
  char Take() {
    const char c = Peek();
    if (at_ < size_) {
      ++told_;
      if (++at_ == size_) {
        fill();
      }
    }
    return c;
  }
  std::size_t Tell() const { return told_; }
  char* PutBegin() { return nullptr; }
  void Put(char) {}
  std::size_t PutEnd(char*) { return 0; }

  const std::optional<Error>& error() const { return error_; }
  bool empty() const { return size_ == 0 && told_ == 0; }
  /// A string ended, or something else that is not kept as a whole.
  void on_token() { token_ = told_; }
  bool too_long() const { return too_long_; }

 private:
  void fill() {
    at_ = size_ = 0;
    if (told_ - token_ > kMaxLine) {  // the parser keeps a string until it ends
      too_long_ = true;
      return;
    }
    auto got = source_(block_.data(), block_.size());
    if (got) {
      size_ = *got;
    } else {
      error_ = got.error();
    }
  }

  const ByteSource& source_;
  std::array<char, kBlock> block_{};
  std::size_t at_ = 0, size_ = 0, told_ = 0, token_ = 0;
  std::optional<Error> error_;
  bool too_long_ = false;
};

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
};

bool is_session(const Entry& entry) {
  return entry.has_messages || entry.resource_type == "websocket" || starts_with(entry.url, "ws://") ||
         starts_with(entry.url, "wss://");
}

/// Follows the parser and collects an entry at a time. Where it stands is told by a path of keys ("/log/entries/[]/…").
class Collector {
 public:
  using OnEntry = std::function<void(Entry&&)>;
  Collector(OnEntry on_entry, Stream& stream) : on_entry_(std::move(on_entry)), stream_(stream) {}

  bool Null() { return true; }
  bool Bool(bool) { return true; }
  bool Int(int value) { return number(value); }
  bool Uint(unsigned value) { return number(value); }
  bool Int64(int64_t value) { return number(static_cast<double>(value)); }
  bool Uint64(uint64_t value) { return number(static_cast<double>(value)); }
  bool Double(double value) { return number(value); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return true; }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    stream_.on_token();
    return string({text, size});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    stream_.on_token();
    key_.assign(text, size);
    return true;
  }
  bool StartObject();
  bool EndObject(rapidjson::SizeType);
  bool StartArray();
  bool EndArray(rapidjson::SizeType);

  bool is_har() const { return is_har_; }
  const std::string& creator() const { return creator_; }

 private:
  static constexpr std::string_view kEntry = "/log/entries[]";

  bool number(double value);
  bool string(std::string_view text);
  void push();
  void pop();
  /// Below the entry: "" for the entry itself, "/request/headers[]" …
  std::string_view place() const;
  bool in_entry() const { return starts_with(path_, kEntry); }
  std::string* text_field();

  OnEntry on_entry_;
  Stream& stream_;
  std::string path_, key_;
  std::vector<std::size_t> sizes_;
  std::vector<bool> in_array_;
  Entry entry_;
  bool is_har_ = false;
  std::string creator_;
};

void Collector::push() {
  sizes_.push_back(path_.size());
  if (!in_array_.empty() && in_array_.back()) {
    path_ += "[]";
  } else if (!in_array_.empty()) {
    path_.append("/").append(key_);
  }
}

void Collector::pop() {
  path_.resize(sizes_.back());
  sizes_.pop_back();
  in_array_.pop_back();
}

std::string_view Collector::place() const {
  return std::string_view(path_).substr(kEntry.size());
}

bool Collector::StartObject() {
  push();
  in_array_.push_back(false);
  if (path_ == kEntry) {
    entry_ = Entry();
  } else if (in_entry() && place() == "/_webSocketMessages[]") {
    entry_.messages.emplace_back();
  } else if (in_entry() && place() == "/request/headers[]") {
    entry_.request_headers.emplace_back();
  } else if (in_entry() && place() == "/response/headers[]") {
    entry_.response_headers.emplace_back();
  }
  entry_.has_close |= in_entry() && place() == "/_webSocketClose";
  is_har_ |= path_ == "/log";
  return true;
}

bool Collector::EndObject(rapidjson::SizeType) {
  if (path_ == kEntry && is_session(entry_)) {
    on_entry_(std::move(entry_));
    entry_ = Entry();
  }
  pop();
  return true;
}

bool Collector::StartArray() {
  push();
  in_array_.push_back(true);
  entry_.has_messages |= in_entry() && place() == "/_webSocketMessages";
  return true;
}

bool Collector::EndArray(rapidjson::SizeType) {
  pop();
  return true;
}

bool Collector::number(double value) {
  if (!in_entry()) {
    return true;
  }
  if (place() == "/response" && key_ == "status" && value >= 0 && value < 1000) {
    entry_.status = static_cast<int>(value);
  } else if (place() == "/_webSocketMessages[]" && key_ == "time" && std::isfinite(value)) {
    entry_.messages.back().time = value;
  } else if (place() == "/_webSocketMessages[]" && key_ == "opcode") {
    entry_.messages.back().opcode = value >= 0 && value <= 15 ? static_cast<int>(value) : -1;
  } else if (place() == "/_webSocketClose" && key_ == "code" && value >= 0 && value <= 65535) {
    entry_.close_code = static_cast<int>(value);
  } else if (place() == "/_webSocketClose" && key_ == "timestamp" && std::isfinite(value)) {
    entry_.close_time = value;
  }
  return true;
}

/// Where the string of key_ belongs, or null.
std::string* Collector::text_field() {
  struct Row {
    std::string_view place, key;
    std::string* target;
  };
  HarMessage none;
  HarMessage& message = entry_.messages.empty() ? none : entry_.messages.back();
  Header no_header;
  Header& asked = entry_.request_headers.empty() ? no_header : entry_.request_headers.back();
  Header& answered = entry_.response_headers.empty() ? no_header : entry_.response_headers.back();
  const Row rows[] = {
      {"", "startedDateTime", &entry_.started},
      {"", "_resourceType", &entry_.resource_type},
      {"/request", "url", &entry_.url},
      {"/request", "method", &entry_.method},
      {"/request", "httpVersion", &entry_.request_version},
      {"/response", "httpVersion", &entry_.response_version},
      {"/response", "statusText", &entry_.status_text},
      {"/response", "_error", &entry_.error},
      {"", "_webSocketClose", &entry_.close_word},
      {"/_webSocketClose", "reason", &entry_.close_reason},
      {"/response/content", "text", &entry_.body},
      {"/request/headers[]", "name", &asked.name},
      {"/request/headers[]", "value", &asked.value},
      {"/response/headers[]", "name", &answered.name},
      {"/response/headers[]", "value", &answered.value},
      {"/_webSocketMessages[]", "type", &message.type},
      {"/_webSocketMessages[]", "data", &message.data},
  };
  for (const Row& row : rows) {
    if (row.place == place() && row.key == key_) {
      return row.target;
    }
  }
  return nullptr;
}

bool Collector::string(std::string_view text) {
  if (path_ == "/log/creator" && key_ == "name") {
    creator_ = text;
  }
  if (in_entry()) {
    if (std::string* target = text_field()) {
      target->assign(text);
    }
  }
  return true;
}

/// Turns entries into events.
class Teller {
 public:
  explicit Teller(const std::function<void(const Reader::Item&)>& emit) : emit_(emit) {}
  void tell(Entry&& entry, const std::string& creator);
  std::uint32_t sessions() const { return conn_; }

 private:
  void event(Body&& body);
  void header(const std::string& started, const std::string& creator);
  void heads(Entry& entry);
  void message(const HarMessage& message);
  void frame(Side from, int opcode, std::string_view payload);
  void close(const Entry& entry);
  void failed_step(const Ending& ending, const std::string& host);
  template <typename Fact>
  void failed(Fact fact, const std::string& error);
  std::int64_t since_start(double epoch) const;

  const std::function<void(const Reader::Item&)>& emit_;
  std::uint64_t seq_ = 0;
  std::uint32_t conn_ = 0;
  std::int64_t start_ns_ = 0;  ///< since the epoch
  std::int64_t now_ns_ = 0;
  std::array<std::uint64_t, 2> offsets_{};
  std::string problem_;
};

void Teller::event(Body&& body) {
  emit_(Event{++seq_, now_ns_, conn_, std::move(body)});
}

void Teller::header(const std::string& started, const std::string& creator) {
  CaptureHeader capture;
  start_ns_ = parse_rfc3339(started).value_or(0);
  capture.started = started;
  capture.tool = creator.empty() ? "HAR" : creator;
  emit_(capture);
}

/// Chrome's times are seconds, Playwright's milliseconds: as seconds those would lie 50,000 years ahead.
std::int64_t Teller::since_start(double epoch) const {
  constexpr double kNoSeconds = 1e11;
  const double ns = epoch * (epoch < kNoSeconds ? 1e9 : 1e6) - static_cast<double>(start_ns_);
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

/// "HTTP/1.1", also where a browser writes "http/1.1" or nothing of use.
std::string version_of(const std::string& version) {
  return starts_with(version, "HTTP/") || starts_with(version, "http/") ? "HTTP" + version.substr(4) : "HTTP/1.1";
}

void Teller::heads(Entry& entry) {
  Request request;
  request.start_line = entry.method + " " + target_of(entry.url) + " " + version_of(entry.request_version);
  request.headers = std::move(entry.request_headers);
  event(std::move(request));
  if (entry.status == 0) {
    return;
  }
  Response response;
  response.start_line = version_of(entry.response_version) + " " + std::to_string(entry.status);
  if (!entry.status_text.empty()) {
    response.start_line += " " + entry.status_text;
  }
  response.status = entry.status;
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

template <typename Fact>
void Teller::failed(Fact fact, const std::string& error) {
  fact.error = error;
  fact.cause = cause_in_words(fact);
  event(std::move(fact));
}

/// The step on the way that failed, told as if it had been seen.
void Teller::failed_step(const Ending& ending, const std::string& host) {
  if (ending.how == EndingHow::resolve_failed) {
    failed(Resolve{host, {}, 0, {}}, ending.detail);
  } else if (ending.how == EndingHow::connect_failed) {
    failed(Connect{{}, host, 0, {}}, ending.detail);
  } else if (ending.how == EndingHow::tls_failed) {
    failed(Tls{}, ending.detail);
  }
}

void Teller::tell(Entry&& entry, const std::string& creator) {
  if (conn_ == 0) {
    header(entry.started, creator);
  }
  ++conn_;
  offsets_ = {};
  problem_.clear();
  std::int64_t since = 0;
  if (const auto began = parse_rfc3339(entry.started); began && !__builtin_sub_overflow(*began, start_ns_, &since)) {
    now_ns_ = std::max(now_ns_, since);
  }
  const int status = entry.status;
  Open open;
  open.url = entry.url;
  event(std::move(open));
  heads(entry);
  for (const HarMessage& each : entry.messages) {
    message(each);
  }
  if (entry.has_close) {
    close(entry);
  }
  const std::string& why = problem_.empty() ? entry.error : problem_;
  Ending ending = ending_of({status, why, entry.close_word == "aborted", entry.has_close});
  failed_step(ending, host_of(entry.url));
  event(std::move(ending));
}

}  // namespace

Result<void> read_har(const std::string& name,
                      const ByteSource& source,
                      const std::function<void(const Reader::Item&)>& emit) {
  const std::string what = "HAR " + name + ": ";
  auto bytes = std::make_unique<Stream>(source);
  if (bytes->empty() && !bytes->error()) {
    return fail(ErrorKind::local, what + "empty");
  }
  Teller teller(emit);
  Collector* self = nullptr;
  Collector collector([&](Entry&& entry) { teller.tell(std::move(entry), self->creator()); }, *bytes);
  self = &collector;
  json::DepthLimit<Collector> limit(collector);
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, Stream> stream(*bytes);
  rapidjson::Reader reader;
  const auto result = reader.Parse<json::kParseFlags>(stream, limit);
  if (bytes->error()) {
    return tl::unexpected<Error>(*bytes->error());
  }
  if (bytes->too_long()) {
    return fail(ErrorKind::local, what + "a string in it is longer than 128 MiB");
  }
  if (result.IsError()) {
    const std::string why = limit.too_deep() ? "too deep" : rapidjson::GetParseError_En(result.Code());
    return fail(ErrorKind::local, what + "not JSON at byte " + std::to_string(result.Offset() + 1) + ": " + why);
  }
  if (!collector.is_har()) {
    return fail(ErrorKind::local, what + "not a HAR: no \"log\" in it");
  }
  if (teller.sessions() == 0) {
    return fail(ErrorKind::local,
                what + "no WebSocket session in it",
                "save it from the browser's network panel with content, after the session");
  }
  return {};
}

}  // namespace whydrop::capture
