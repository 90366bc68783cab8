#include "capture/decode.hpp"

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "capture/limits.hpp"
#include "json/tree.hpp"
#include "session/causes.hpp"
#include "wire/encoder.hpp"

#include <deque>
#include <limits>

#include <rapidjson/encodedstream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace whydrop::capture {
namespace {

using namespace session;
using rapidjson::Value;

/// One JSON object of a line, asked field by field. The first thing that is wrong is kept; after it, answers are empty.
class FieldReader {
 public:
  FieldReader(const Value& object, std::string& fault, std::deque<std::string>& store)
      : object_(object), fault_(fault), store_(store) {}

  const Value* find(const char* key) const;
  bool has(const char* key) const { return find(key) != nullptr; }

  std::string words(const char* key);
  std::string words_or_null(const char* key);
  bool flag(const char* key);
  template <typename Number>
  Number number(const char* key, Number most = std::numeric_limits<Number>::max());
  template <typename Number>
  std::optional<Number> number_or_null(const char* key);
  /// An enumerator by its printed name.
  template <typename Enum>
  Enum named(const char* key);
  std::vector<std::uint64_t> numbers(const char* key);
  std::vector<std::string> strings(const char* key);
  std::vector<std::string> strings_if_any(const char* key) {
    return has(key) ? strings(key) : std::vector<std::string>();
  }
  /// The members of an object of strings; empty where there is none.
  std::vector<std::pair<std::string, std::string>> pairs(const char* key);
  std::vector<RedactSpan> redact(const char* key = "redact");
  /// The field `key`, or its `key`_base64 form, as bytes that live as long as the line.
  std::string_view bytes(const char* key, const char* base64_key);
  std::string_view content() { return bytes("text", "base64"); }
  std::string_view base64(const char* key);
  std::string_view hex(const char* key);
  Side side() { return named<Side>("from"); }

  template <typename Use>
  void each(const char* key, Use use);
  /// The objects of an array, where there is one.
  template <typename Use>
  void each_object(const char* key, Use use);
  template <typename Use>
  void object(const char* key, Use use);
  void wrong(const char* key, std::string_view what);

 private:
  const Value* need(const char* key);
  std::string_view text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }
  std::string_view keep(std::optional<std::string> bytes, const char* key, std::string_view what);

  const Value& object_;
  std::string& fault_;
  std::deque<std::string>& store_;
};

void FieldReader::wrong(const char* key, std::string_view what) {
  if (fault_.empty()) {
    fault_.append("field \"").append(key).append("\": ").append(what);
  }
}

const Value* FieldReader::find(const char* key) const {
  const auto found = object_.FindMember(key);
  return found == object_.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

const Value* FieldReader::need(const char* key) {
  const Value* value = find(key);
  if (!value) {
    wrong(key, "missing");
  }
  return value;
}

std::string FieldReader::words(const char* key) {
  const Value* value = need(key);
  return value ? words_or_null(key) : std::string();
}

std::string FieldReader::words_or_null(const char* key) {
  const Value* value = find(key);
  if (value && !value->IsString()) {
    wrong(key, "not a string");
    return {};
  }
  return value ? std::string(text_of(*value)) : std::string();
}

bool FieldReader::flag(const char* key) {
  const Value* value = need(key);
  if (value && !value->IsBool()) {
    wrong(key, "not true or false");
  }
  return value && value->IsTrue();
}

/// True and `number` set if the value is a whole number that fits.
template <typename Number>
bool read_number(const Value& value, Number most, Number& number) {
  if constexpr (std::is_signed_v<Number>) {
    if (!value.IsInt64() || value.GetInt64() < std::numeric_limits<Number>::min() || value.GetInt64() > most) {
      return false;
    }
    number = static_cast<Number>(value.GetInt64());
  } else {
    if (!value.IsUint64() || value.GetUint64() > most) {
      return false;
    }
    number = static_cast<Number>(value.GetUint64());
  }
  return true;
}

template <typename Number>
Number FieldReader::number(const char* key, Number most) {
  Number number = 0;
  const Value* value = need(key);
  if (value && !read_number(*value, most, number)) {
    wrong(key, "not a whole number in range");
  }
  return number;
}

template <typename Number>
std::optional<Number> FieldReader::number_or_null(const char* key) {
  return has(key) ? std::optional<Number>(number<Number>(key)) : std::nullopt;
}

template <typename Enum>
Enum FieldReader::named(const char* key) {
  const auto value = parse<Enum>(words(key));
  if (!value) {
    wrong(key, "not a known name");
  }
  return value.value_or(Enum{});
}

template <typename Use>
void FieldReader::each(const char* key, Use use) {
  const Value* value = need(key);
  if (value && !value->IsArray()) {
    wrong(key, "not an array");
    return;
  }
  if (value) {
    for (const Value& item : value->GetArray()) {
      use(item);
    }
  }
}

template <typename Use>
void FieldReader::each_object(const char* key, Use use) {
  if (!has(key)) {
    return;
  }
  each(key, [&](const Value& item) {
    if (!item.IsObject()) {
      wrong(key, "not an array of objects");
      return;
    }
    use(FieldReader(item, fault_, store_));
  });
}

template <typename Use>
void FieldReader::object(const char* key, Use use) {
  const Value* value = find(key);
  if (value && !value->IsObject()) {
    wrong(key, "not an object");
  } else if (value) {
    use(FieldReader(*value, fault_, store_));
  }
}

std::vector<std::uint64_t> FieldReader::numbers(const char* key) {
  std::vector<std::uint64_t> out;
  each(key, [&](const Value& item) {
    std::uint64_t number = 0;
    if (!read_number(item, std::numeric_limits<std::uint64_t>::max(), number)) {
      wrong(key, "not an array of whole numbers");
    }
    out.push_back(number);
  });
  return out;
}

std::vector<std::string> FieldReader::strings(const char* key) {
  std::vector<std::string> out;
  each(key, [&](const Value& item) {
    if (!item.IsString()) {
      wrong(key, "not an array of strings");
      return;
    }
    out.emplace_back(text_of(item));
  });
  return out;
}

std::vector<std::pair<std::string, std::string>> FieldReader::pairs(const char* key) {
  std::vector<std::pair<std::string, std::string>> out;
  object(key, [&](const FieldReader& members) {
    for (const auto& [name, value] : members.object_.GetObject()) {
      if (!value.IsString()) {
        wrong(key, "not an object of strings");
        return;
      }
      out.emplace_back(text_of(name), text_of(value));
    }
  });
  return out;
}

std::vector<RedactSpan> FieldReader::redact(const char* key) {
  std::vector<RedactSpan> spans;
  each_object(key, [&](FieldReader span) {
    spans.push_back({span.number<std::uint64_t>("at"), span.number<std::uint64_t>("length"), span.words("var")});
  });
  return spans;
}

std::string_view FieldReader::keep(std::optional<std::string> bytes, const char* key, std::string_view what) {
  if (!bytes) {
    wrong(key, what);
    return {};
  }
  store_.push_back(std::move(*bytes));
  return store_.back();
}

std::string_view FieldReader::base64(const char* key) {
  const Value* value = find(key);
  if (!value) {
    return {};
  }
  return keep(value->IsString() ? base64_decode(text_of(*value)) : std::nullopt, key, "not base64");
}

std::string_view FieldReader::hex(const char* key) {
  const Value* value = find(key);
  if (!value) {
    return {};
  }
  return keep(value->IsString() ? hex_decode(text_of(*value)) : std::nullopt, key, "not hex digits");
}

std::string_view FieldReader::bytes(const char* key, const char* base64_key) {
  const Value* value = find(key);
  if (!value) {
    if (!has(base64_key)) {
      wrong(key, "missing");
    }
    return base64(base64_key);
  }
  if (!value->IsString()) {
    wrong(key, "not a string");
    return {};
  }
  return text_of(*value);
}

// ---- one function a kind --------------------------------------------------------------------------------------------

Body read_open(FieldReader& f) {
  Open open{f.named<Role>("role"),
            f.words("url"),
            f.number_or_null<std::uint32_t>("parent"),
            f.redact(),
            f.words_or_null("call")};
  f.each_object("limits", [&](FieldReader limit) {
    open.limits.push_back({limit.words("limit"), limit.number<std::int64_t>("ns")});
  });
  open.expect = f.strings_if_any("expect");
  if (f.has("observer")) {
    open.observer = f.named<Observer>("observer");
  }
  return open;
}

/// A capture without causes, or with one of a later version's, still has the words.
template <typename Fact>
Fact with_cause(Fact fact, FieldReader& f) {
  const auto told = parse<Cause>(f.words_or_null("cause"));
  fact.cause = told ? *told : cause_in_words(fact);
  return fact;
}

Body read_resolve(FieldReader& f) {
  Resolve resolve{
      f.words("host"), f.strings("addresses"), f.number<std::int64_t>("duration_ns"), f.words_or_null("error")};
  return with_cause(std::move(resolve), f);
}

Body read_connect(FieldReader& f) {
  Connect connect{f.words("local"), f.words("remote"), f.number<std::int64_t>("duration_ns"), f.words_or_null("error")};
  return with_cause(std::move(connect), f);
}

Body read_proxy(FieldReader& f) {
  return Proxy{f.words("proxy"),
               f.words("address"),
               f.number<int>("status"),
               f.number<std::int64_t>("duration_ns"),
               f.words_or_null("error")};
}

Body read_tls(FieldReader& f) {
  Tls tls;
  tls.version = f.words("version");
  tls.cipher = f.words("cipher");
  tls.alpn = f.words("alpn");
  tls.subject = f.words("subject");
  tls.issuer = f.words("issuer");
  tls.not_before = f.words("not_before");
  tls.not_after = f.words("not_after");
  tls.verified = f.flag("verified");
  tls.duration_ns = f.number<std::int64_t>("duration_ns");
  tls.error = f.words_or_null("error");
  f.each_object("chain", [&](FieldReader one) {
    tls.chain.push_back({one.words("subject"),
                         one.words("issuer"),
                         one.strings("names"),
                         one.words("not_before"),
                         one.words("not_after"),
                         one.flag("self_issued")});
  });
  tls.sealed = f.has("sealed") && f.flag("sealed");
  return with_cause(std::move(tls), f);
}

std::vector<Header> read_headers(FieldReader& f, std::string& fault, std::deque<std::string>& store) {
  std::vector<Header> headers;
  f.each("headers", [&](const Value& item) {
    if (!item.IsObject()) {
      f.wrong("headers", "not an array of objects");
      return;
    }
    FieldReader header(item, fault, store);
    headers.push_back({std::string(header.bytes("name", "name_base64")),
                       std::string(header.bytes("value", "value_base64")),
                       header.redact()});
  });
  return headers;
}

std::array<std::uint8_t, 4> read_mask(FieldReader& f) {
  std::array<std::uint8_t, 4> key{};
  const std::string_view bytes = f.hex("mask");
  if (bytes.size() != key.size()) {
    f.wrong("mask", "not four bytes");
    return key;
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

/// What 1.1 leaves out is at its default.
wire::FrameHeader read_frame_header(FieldReader& f) {
  wire::FrameHeader header;
  header.fin = !f.has("fin") || f.flag("fin");
  header.rsv = f.has("rsv") ? f.number<std::uint8_t>("rsv", 7) : std::uint8_t{0};
  header.opcode = static_cast<wire::Opcode>(f.number<std::uint8_t>("opcode", 15));
  header.masked = f.has("mask");
  if (header.masked) {
    header.masking_key = read_mask(f);
  }
  header.length = f.number<std::uint64_t>("length");
  if (!f.has("length_form")) {
    header.length_form = wire::shortest_form(header.length);
    return header;
  }
  const auto form = f.number<std::uint8_t>("length_form");
  if (form != 7 && form != 16 && form != 64) {
    f.wrong("length_form", "not 7, 16 or 64");
  }
  header.length_form = static_cast<wire::LengthForm>(form);
  return header;
}

/// A Close frame's payload, put together again from its code and reason.
std::string close_payload(FieldReader& f) {
  const auto code = f.number_or_null<std::uint16_t>("close_code");
  if (!code) {
    return {};
  }
  std::string payload{static_cast<char>(*code >> 8), static_cast<char>(*code & 0xFF)};
  return payload += f.words("reason");
}

Body read_frame(FieldReader& f, std::deque<std::string>& store) {
  Frame frame;
  frame.from = f.side();
  frame.header = read_frame_header(f);
  frame.offset = f.number<std::uint64_t>("offset");
  frame.redact = f.redact();
  if (f.has("text") || f.has("base64")) {
    frame.payload = f.content();
  } else if (f.has("reason")) {
    frame.payload = store.emplace_back(close_payload(f));
  } else {
    frame.has_payload = false;
  }
  if (frame.payload.size() > frame.header.length) {
    f.wrong("length", "smaller than the payload");
  }
  return frame;
}

Body read_partial(FieldReader& f) {
  Partial partial;
  partial.from = f.side();
  partial.offset = f.number<std::uint64_t>("offset");
  partial.have = f.number<std::uint64_t>("have");
  partial.need = f.number<std::uint64_t>("need");
  partial.has_header = f.has("opcode");
  if (partial.has_header) {
    partial.header = read_frame_header(f);
  }
  partial.bytes = f.hex("header");
  partial.redact = f.redact();
  partial.payload = f.content();
  return partial;
}

Body read_undecoded(FieldReader& f) {
  return UndecodedBytes{f.side(),
                        f.number<std::uint64_t>("offset"),
                        f.number<std::uint64_t>("length"),
                        f.base64("base64"),
                        f.words_or_null("protocol")};
}

bool read_is_text(FieldReader& f) {
  const auto opcode = f.number<std::uint8_t>("opcode");
  if (opcode != 1 && opcode != 2) {
    f.wrong("opcode", "not 1 or 2");
  }
  return opcode == 1;
}

Body read_inflated(FieldReader& f) {
  Inflated inflated;
  inflated.from = f.side();
  inflated.frames = f.numbers("frames");
  inflated.text = read_is_text(f);
  inflated.content = f.content();
  inflated.length = f.number<std::uint64_t>("length");
  inflated.error = f.words_or_null("error");
  inflated.redact = f.redact();
  return inflated;
}

Body read_shutdown(FieldReader& f) {
  return Shutdown{f.side()};
}

Body read_intervention(FieldReader& f) {
  Intervention intervention;
  intervention.what = f.named<Meddling>("what");
  intervention.to = f.named<Side>("to");
  intervention.detail = f.words("detail");
  return intervention;
}

TcpInfo read_tcp(FieldReader& f) {
  TcpInfo tcp;
  tcp.state = f.number_or_null<int>("tcp_state");
  tcp.unacked = f.number_or_null<std::uint32_t>("unacked");
  tcp.retransmits = f.number_or_null<std::uint32_t>("retransmits");
  tcp.rtt_us = f.number_or_null<std::uint32_t>("rtt_us");
  tcp.sack = f.has("sack") ? std::optional<bool>(f.flag("sack")) : std::nullopt;
  tcp.sacked = f.number_or_null<std::uint32_t>("sacked");
  tcp.lost = f.number_or_null<std::uint32_t>("lost");
  tcp.mss = f.number_or_null<std::uint32_t>("mss");
  tcp.pmtu = f.number_or_null<std::uint32_t>("pmtu");
  tcp.last_ack_ms = f.number_or_null<std::uint32_t>("last_ack_ms");
  tcp.peer_window = f.number_or_null<std::uint64_t>("peer_window");
  tcp.bytes_acked = f.number_or_null<std::uint64_t>("bytes_acked");
  tcp.unsent = f.number_or_null<std::uint64_t>("unsent");
  return tcp;
}

Awaited read_awaited(FieldReader f) {
  return {f.words_or_null("what"),
          f.number<std::uint64_t>("wanted"),
          f.number<std::uint64_t>("came"),
          f.words_or_null("next"),
          f.words_or_null("limit"),
          f.number_or_null<std::int64_t>("limit_ns").value_or(0)};
}

Body read_ending(FieldReader& f) {
  Ending ending;
  ending.how = f.named<EndingHow>("how");
  ending.by = f.named<EndedBy>("by");
  ending.read_error = f.words_or_null("read_error");
  ending.write_error = f.words_or_null("write_error");
  ending.detail = f.words_or_null("detail");
  ending.tcp = read_tcp(f);
  f.object("awaited", [&](FieldReader awaited) { ending.awaited = read_awaited(awaited); });
  return ending;
}

Body read_token(FieldReader& f) {
  Token token;
  token.variable = f.words("var");
  token.alg = f.words("alg");
  token.exp = f.number_or_null<std::int64_t>("exp");
  token.iat = f.number_or_null<std::int64_t>("iat");
  token.nbf = f.number_or_null<std::int64_t>("nbf");
  token.scopes = f.strings("scopes");
  return token;
}

Body read_message(FieldReader& f) {
  Message message;
  message.from = f.side();
  message.frames = f.numbers("frames");
  message.text = read_is_text(f);
  message.compressed = f.flag("compressed");
  message.payload = f.content();
  message.length = f.number<std::uint64_t>("length");
  message.wire_length = f.number<std::uint64_t>("wire_length");
  message.type = f.words_or_null("type");
  message.valid = f.has("valid") ? std::optional<bool>(f.flag("valid")) : std::nullopt;
  message.errors = f.strings_if_any("errors");
  message.redact = f.redact();
  return message;
}

Body read_state(FieldReader& f) {
  return State{f.side(), f.named<Phase>("phase")};
}

Finding read_finding_fields(FieldReader& f) {
  auto made = make_finding(f.words("id"), f.numbers("evidence"));
  if (!made) {
    f.wrong("evidence", "empty");
    return Finding("", 0);
  }
  Finding finding = std::move(*made);
  finding.severity = f.named<Severity>("severity");
  finding.confidence = f.named<Confidence>("confidence");
  finding.basis = f.named<Basis>("basis");
  finding.at_fault = f.named<Party>("at_fault");
  finding.says = f.words("says");
  finding.fix = f.words("fix");
  finding.citation = f.words("citation");
  finding.count = f.number<std::uint64_t>("count");
  return finding;
}

Body read_finding(FieldReader& f) {
  return read_finding_fields(f);
}

void read_close_seen(FieldReader& f, const char* key, std::optional<CloseSeen>& seen) {
  f.object(key, [&](FieldReader close) {
    seen = CloseSeen{close.number_or_null<std::uint16_t>("code"),
                     std::string(close.bytes("reason", "reason_base64")),
                     close.number<std::uint64_t>("seq")};
  });
}

void read_closes(FieldReader& f, Verdict& verdict) {
  f.object("close", [&](FieldReader close) {
    if (close.has("first")) {
      verdict.first_close = close.named<Side>("first");
    }
    read_close_seen(close, "received", verdict.received);
    read_close_seen(close, "sent", verdict.sent);
  });
}

Body read_verdict(FieldReader& f, std::string& fault, std::deque<std::string>& store) {
  Verdict verdict;
  verdict.code = f.number_or_null<std::uint16_t>("code");
  if (f.has("code_source")) {
    verdict.code_source = f.named<CodeSource>("code_source");
  }
  verdict.browser_code = f.number_or_null<std::uint16_t>("browser_code");
  verdict.browser_clean = f.has("browser_clean") ? std::optional<bool>(f.flag("browser_clean")) : std::nullopt;
  verdict.browser_console = f.has("browser_console") ? f.words("browser_console") : std::string();
  verdict.ended_by = f.named<EndedBy>("ended_by");
  if (f.has("observer")) {
    verdict.observer = f.named<Observer>("observer");
  }
  if (f.has("how")) {
    verdict.how = f.named<EndingHow>("how");
  }
  read_closes(f, verdict);
  verdict.cause = f.words_or_null("cause");
  verdict.headline = f.words("headline");
  verdict.observed = f.strings("observed");
  verdict.inferred = f.strings("inferred");
  verdict.unknown = f.strings("unknown");
  verdict.next = f.strings("next");
  f.each("findings", [&](const Value& item) {
    if (!item.IsObject()) {
      f.wrong("findings", "not an array of objects");
      return;
    }
    FieldReader finding(item, fault, store);
    verdict.findings.push_back(read_finding_fields(finding));
  });
  return verdict;
}

struct Kind {
  std::string_view name;
  Body (*read)(FieldReader& fields);
};

constexpr Kind kKinds[] = {
    {"open", read_open},
    {"resolve", read_resolve},
    {"connect", read_connect},
    {"proxy", read_proxy},
    {"tls", read_tls},
    {"partial", read_partial},
    {"inflated", read_inflated},
    {"shutdown", read_shutdown},
    {"intervention", read_intervention},
    {"undecoded", read_undecoded},
    {"ending", read_ending},
    {"token", read_token},
    {"message", read_message},
    {"state", read_state},
    {"finding", read_finding},
};

std::string compact_json(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return buffer.GetString();
}

}  // namespace

struct LineDecoder::Impl {
  rapidjson::Document tree;
  std::deque<std::string> store;  ///< decoded bytes that the event's views need; addresses must not move
  std::string fault;

  Line read_object();
  Line read_header(FieldReader& f);
  Line read_event(FieldReader& f);
  std::optional<Body> read_body(FieldReader& f, const std::string& kind);
  Body read_request(FieldReader& f);
  Body read_response(FieldReader& f);
};

Body LineDecoder::Impl::read_request(FieldReader& f) {
  Request request;
  request.start_line = f.bytes("start_line", "start_line_base64");
  request.headers = read_headers(f, fault, store);
  request.raw = f.base64("raw");
  request.size = f.number<std::uint64_t>("size");
  request.redact = f.redact();
  if (f.has("body_length")) {
    request.body = f.bytes("body", "body_base64");
    request.body_length = f.number<std::uint64_t>("body_length");
    request.body_redact = f.redact("body_redact");
  }
  return request;
}

Body LineDecoder::Impl::read_response(FieldReader& f) {
  Response response;
  response.start_line = f.bytes("start_line", "start_line_base64");
  response.status = f.number<int>("status");
  response.headers = read_headers(f, fault, store);
  response.body = f.bytes("body", "body_base64");
  response.body_length = f.number<std::uint64_t>("body_length");
  response.decoded = f.words_or_null("decoded");
  response.body_fault = f.words_or_null("body_fault");
  response.raw = f.base64("raw");
  response.size = f.number<std::uint64_t>("size");
  response.redact = f.redact();
  return response;
}

std::optional<Body> LineDecoder::Impl::read_body(FieldReader& f, const std::string& kind) {
  if (kind == "frame") {
    return read_frame(f, store);
  }
  if (kind == "request") {
    return read_request(f);
  }
  if (kind == "response") {
    return read_response(f);
  }
  if (kind == "verdict") {
    return read_verdict(f, fault, store);
  }
  for (const Kind& known : kKinds) {
    if (known.name == kind) {
      return known.read(f);
    }
  }
  return std::nullopt;
}

Line LineDecoder::Impl::read_header(FieldReader& f) {
  CaptureHeader header;
  header.version = f.number<int>("whydrop");
  if (fault.empty() && header.version != 1) {
    return OtherVersion{header.version};
  }
  header.minor = f.number_or_null<int>("minor").value_or(0);
  header.started = f.words("started");
  header.tool = f.words("tool");
  header.profile = f.words_or_null("profile");
  f.object("run", [&](FieldReader run) {
    header.run_id = run.words("id");
    header.run_n = run.number<std::uint32_t>("n");
    header.run_of = run.number<std::uint32_t>("of");
    if (const Value* options = run.find("options")) {
      header.options = compact_json(*options);
    }
  });
  header.redacted = f.strings("redacted");
  header.variables = f.pairs("variables");
  header.given = f.strings_if_any("given");
  return header;
}

Line LineDecoder::Impl::read_event(FieldReader& f) {
  Event event;
  event.seq = f.number<std::uint64_t>("seq");
  event.t_ns = f.number<std::int64_t>("t_ns");
  if (event.t_ns > kMaxTimeNs || event.t_ns < -kMaxTimeNs) {
    f.wrong("t_ns", "not a whole number in range");
  }
  event.conn = f.number_or_null<std::uint32_t>("conn").value_or(0);
  const std::string kind = f.words("kind");
  if (!fault.empty()) {
    return UnknownKind{};
  }
  if (kind == kLimitKind) {
    return LimitReached{f.number<std::uint64_t>("bytes")};
  }
  auto body = read_body(f, kind);
  if (!body) {
    return UnknownKind{};
  }
  event.body = std::move(*body);
  return event;
}

Line LineDecoder::Impl::read_object() {
  FieldReader fields(tree, fault, store);
  Line line = fields.has("whydrop") ? read_header(fields) : read_event(fields);
  return fault.empty() ? std::move(line) : Line{LineFault{0, fault}};
}

LineDecoder::LineDecoder() : impl_(std::make_unique<Impl>()) {}
LineDecoder::~LineDecoder() = default;

Line LineDecoder::decode(std::string_view line) {
  impl_->tree.SetNull();
  impl_->tree.GetAllocator().Clear();
  impl_->store.clear();
  impl_->fault.clear();
  const json::Fault fault = json::parse_tree(line, impl_->tree);
  if (!fault.why.empty()) {
    return LineFault{fault.offset + 1, "not JSON: " + fault.why};
  }
  if (!impl_->tree.IsObject()) {
    return LineFault{1, "not a JSON object"};
  }
  return impl_->read_object();
}

}  // namespace whydrop::capture
