#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "capture/json_text.hpp"
#include "capture/limits.hpp"
#include "capture/writer.hpp"
#include "session/heads.hpp"
#include "wire/close_code.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace whydrop::capture {
namespace {

using namespace session;
using Numbers = std::vector<std::uint64_t>;
using Strings = std::vector<std::string>;

constexpr std::uint64_t kExactInDouble = 1ULL << 53;

/// Appends the fields of one JSON object; the first one is written by the caller.
class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}

  void words(std::string_view key, std::string_view value) { append_json_words(begin(key), value); }
  /// A name of ours: nothing in it needs an escape.
  void name(std::string_view key, std::string_view value) { begin(key).append("\"").append(value).append("\""); }
  void words_or_null(std::string_view key, std::string_view value);
  void flag(std::string_view key, bool value) { begin(key) += value ? "true" : "false"; }
  void null(std::string_view key) { begin(key) += "null"; }
  template <typename Number>
  void number(std::string_view key, Number value);
  template <typename Number>
  void number_or_null(std::string_view key, const std::optional<Number>& value);
  /// A number that may be 2^53 or more: then also as a string, for readers whose numbers are doubles.
  template <typename Number>
  void number_if_known(std::string_view key, const std::optional<Number>& value);
  void size(std::string_view key, std::uint64_t value);
  void words_if_any(std::string_view key, std::string_view value);
  void list(std::string_view key, const Numbers& values);
  void list(std::string_view key, const Strings& values);
  /// `key`, or `key`_base64 where the bytes are not UTF-8.
  void bytes(std::string_view key, std::string_view value);
  /// The same of "text" whose bytes were looked at, or not (null).
  void text(std::string_view value, const TextScan* seen);
  void base64(std::string_view key, std::string_view value);
  void redact(const std::vector<RedactSpan>& spans, std::string_view key = "redact");
  void side(Side from) { name("from", wire::name(from)); }
  /// `,"key":`
  std::string& begin(std::string_view key) { return out_.append(",\"").append(key).append("\":"); }
  std::string& raw() { return out_; }

 private:
  std::string& out_;
};

template <typename Number>
void FieldWriter::number(std::string_view key, Number value) {
  using Wide = std::conditional_t<std::is_signed_v<Number>, std::int64_t, std::uint64_t>;
  append_number(begin(key), static_cast<Wide>(value));
}

template <typename Number>
void FieldWriter::number_or_null(std::string_view key, const std::optional<Number>& value) {
  if (value) {
    number(key, *value);
  } else {
    null(key);
  }
}

template <typename Number>
void FieldWriter::number_if_known(std::string_view key, const std::optional<Number>& value) {
  if (value) {
    number(key, *value);
  }
}

void FieldWriter::words_if_any(std::string_view key, std::string_view value) {
  if (!value.empty()) {
    words(key, value);
  }
}

void FieldWriter::words_or_null(std::string_view key, std::string_view value) {
  if (value.empty()) {
    null(key);
  } else {
    words(key, value);
  }
}

void FieldWriter::size(std::string_view key, std::uint64_t value) {
  number(key, value);
  if (value >= kExactInDouble) {
    out_.append(",\"").append(key).append("_str\":\"");
    append_number(out_, value);
    out_ += '"';
  }
}

/// Appends `[a,b]`, each item by `put`.
template <typename List, typename Put>
void append_list(std::string& out, const List& values, Put put) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) {
      out += ',';
    }
    put(values[i]);
  }
  out += ']';
}

void FieldWriter::list(std::string_view key, const Numbers& values) {
  append_list(begin(key), values, [this](std::uint64_t value) { append_number(out_, value); });
}

void FieldWriter::list(std::string_view key, const Strings& values) {
  append_list(begin(key), values, [this](const std::string& value) { append_json_words(out_, value); });
}

void FieldWriter::base64(std::string_view key, std::string_view value) {
  begin(key) += '"';
  append_base64(out_, value);
  out_ += '"';
}

void FieldWriter::bytes(std::string_view key, std::string_view value) {
  const std::size_t before = out_.size();
  if (value.size() <= kMaxText && append_json_text(begin(key), value)) {
    return;
  }
  out_.resize(before);
  base64(key == "text" ? "base64" : std::string(key) + "_base64", value);
}

void FieldWriter::text(std::string_view value, const TextScan* seen) {
  if (seen == nullptr || !seen->is_of(value) || !seen->utf8()) {
    bytes("text", value);
    return;
  }
  out_ += ",\"text\":";
  append_json_text(out_, value, *seen);
}

void FieldWriter::redact(const std::vector<RedactSpan>& spans, std::string_view key) {
  if (spans.empty()) {
    return;
  }
  append_list(begin(key), spans, [this](const RedactSpan& span) {
    out_ += "{\"at\":";
    append_number(out_, span.at);
    FieldWriter fields(out_);
    fields.number("length", span.length);
    fields.words("var", span.variable);
    out_ += '}';
  });
}

// ---- frames: the hot path -------------------------------------------------------------------------------------------

/// Builds the fixed part of a frame's line on the stack, so that the string grows once.
class Fixed {
 public:
  template <std::size_t N>
  void text(const char (&literal)[N]) {
    std::memcpy(at_, literal, N - 1);
    at_ += N - 1;
  }
  void text(std::string_view value) {
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }
  template <typename Number>
  void number(Number value) {
    at_ = std::to_chars(at_, buffer_ + sizeof buffer_, value).ptr;
  }
  void size(std::string_view key, std::uint64_t value);
  void mask(const wire::FrameHeader& header);
  std::string_view view() const { return {buffer_, static_cast<std::size_t>(at_ - buffer_)}; }

 private:
  // 11 numbers of at most 20 digits and under 200 bytes of names.
  char buffer_[512];
  char* at_ = buffer_;
};

void Fixed::size(std::string_view key, std::uint64_t value) {
  text(",\"");
  text(key);
  text("\":");
  number(value);
  if (value >= kExactInDouble) {
    text(",\"");
    text(key);
    text("_str\":\"");
    number(value);
    text("\"");
  }
}

void Fixed::mask(const wire::FrameHeader& header) {
  if (!header.masked) {
    text("null");
    return;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  text("\"");
  for (const std::uint8_t byte : header.masking_key) {
    *at_++ = kHex[byte >> 4];
    *at_++ = kHex[byte & 15];
  }
  text("\"");
}

void put_header(Fixed& line, const wire::FrameHeader& header) {
  line.text(",\"opcode\":");
  line.number(static_cast<unsigned>(header.opcode));
  line.text(",\"name\":\"");
  line.text(wire::name(header.opcode));
  line.text("\",\"fin\":");
  line.text(header.fin ? std::string_view("true") : std::string_view("false"));
  line.text(",\"rsv\":");
  line.number(static_cast<unsigned>(header.rsv));
  line.text(",\"mask\":");
  line.mask(header);
  line.size("length", header.length);
  line.text(",\"length_form\":");
  line.number(static_cast<unsigned>(header.length_form));
}

/// Bytes of a cut text that are written: no half character at the end, or the whole would have to be base64.
std::string_view without_cut_character(std::string_view kept) {
  const std::size_t valid = utf8_valid_prefix(kept);
  const std::string_view rest = kept.substr(valid);
  const bool half = !rest.empty() && decode_code_point(rest).status == Utf8Status::incomplete;
  return half ? kept.substr(0, valid) : kept;
}

std::string_view kept_of(std::string_view payload, std::uint64_t length) {
  const std::string_view kept = payload.substr(0, kMaxContent);
  return kept.size() < length ? without_cut_character(kept) : kept;
}

void put_kept(FieldWriter& fields, std::string_view kept, std::uint64_t length) {
  if (kept.size() < length) {
    fields.number("cut", kept.size());
  }
}

/// A Close frame's payload as code and reason. A reason that is not UTF-8, and a body of one byte, stay bytes.
void put_close(FieldWriter& fields, std::string_view payload) {
  if (payload.size() < 2) {
    fields.null("close_code");
    if (payload.empty()) {
      fields.words("reason", "");
    } else {
      fields.base64("base64", payload);
    }
    return;
  }
  const CloseSeen close = read_close(payload);
  fields.number("close_code", *close.code);
  const std::size_t before = fields.raw().size();
  if (!append_json_text(fields.begin("reason"), close.reason)) {
    fields.raw().resize(before);
    fields.base64("base64", payload);
  }
}

void put_payload(FieldWriter& fields, const Frame& frame) {
  // A Close frame that was cut keeps its bytes: its code is in them.
  const std::string_view kept = kept_of(frame.payload, frame.header.length);
  put_kept(fields, kept, frame.header.length);
  fields.redact(frame.redact);
  if (frame.header.opcode == wire::Opcode::close) {
    put_close(fields, kept);
  } else {
    fields.text(kept, frame.seen);
  }
}

/// What is not as in nearly all frames, nor follows from the rest.
void put_needed(Fixed& line, const wire::FrameHeader& header) {
  line.text(",\"opcode\":");
  line.number(static_cast<unsigned>(header.opcode));
  if (header.opcode != wire::Opcode::text) {
    line.text(",\"name\":\"");
    line.text(wire::name(header.opcode));
    line.text("\"");
  }
  if (!header.fin) {
    line.text(",\"fin\":false");
  }
  if (header.rsv != 0) {
    line.text(",\"rsv\":");
    line.number(static_cast<unsigned>(header.rsv));
  }
  if (header.masked) {
    line.text(",\"mask\":");
    line.mask(header);
  }
  line.size("length", header.length);
  if (header.length_form != wire::shortest_form(header.length)) {
    line.text(",\"length_form\":");
    line.number(static_cast<unsigned>(header.length_form));
  }
}

void append_frame(std::string& out, const Event& event, const Frame& frame, Members members) {
  Fixed line;
  line.text("{\"seq\":");
  line.number(event.seq);
  line.text(",\"t_ns\":");
  line.number(event.t_ns);
  line.text(",\"conn\":");
  line.number(event.conn);
  line.text(",\"kind\":\"frame\",\"from\":\"");
  line.text(wire::name(frame.from));
  line.text("\"");
  if (members == Members::all) {
    put_header(line, frame.header);
  } else {
    put_needed(line, frame.header);
  }
  line.size("offset", frame.offset);
  out.append(line.view());
  if (frame.has_payload) {
    FieldWriter fields(out);
    put_payload(fields, frame);
  }
  out += "}\n";
}

// ---- the other facts ------------------------------------------------------------------------------------------------

/// `,"key":[{…},…]`, the members of each object by `put_one`.
template <typename List, typename Put>
void put_objects(FieldWriter& f, std::string_view key, const List& values, Put put_one) {
  append_list(f.begin(key), values, [&](const auto& value) {
    std::string& out = f.raw();
    const std::size_t comma = out.size();
    put_one(f, value);
    out[comma] = '{';
    out += '}';
  });
}

void put(FieldWriter& f, const Open& open) {
  f.name("role", session::name(open.role));
  f.words("url", open.url);
  f.number_or_null("parent", open.parent);
  f.words_if_any("call", open.call);
  if (!open.limits.empty()) {
    put_objects(f, "limits", open.limits, [](FieldWriter& limit, const RunLimit& it) {
      limit.words("limit", it.name);
      limit.number("ns", it.ns);
    });
  }
  if (!open.expect.empty()) {
    f.list("expect", open.expect);
  }
  if (open.observer != Observer::client) {
    f.name("observer", session::name(open.observer));
  }
  f.redact(open.redact);
}

void put_failure(FieldWriter& f, const std::string& error, Cause cause) {
  f.words_or_null("error", error);
  if (cause != Cause::none) {
    f.name("cause", session::name(cause));
  }
}

void put(FieldWriter& f, const Resolve& resolve) {
  f.words("host", resolve.host);
  f.list("addresses", resolve.addresses);
  f.number("duration_ns", resolve.duration_ns);
  put_failure(f, resolve.error, resolve.cause);
}

void put(FieldWriter& f, const Connect& connect) {
  f.words("local", connect.local);
  f.words("remote", connect.remote);
  f.number("duration_ns", connect.duration_ns);
  put_failure(f, connect.error, connect.cause);
}

void put(FieldWriter& f, const Proxy& proxy) {
  f.words("proxy", proxy.kind);
  f.words("address", proxy.address);
  f.number("status", proxy.status);
  f.number("duration_ns", proxy.duration_ns);
  f.words_or_null("error", proxy.error);
}

void put(FieldWriter& f, const Tls& tls) {
  f.words("version", tls.version);
  f.words("cipher", tls.cipher);
  f.words("alpn", tls.alpn);
  f.words("subject", tls.subject);
  f.words("issuer", tls.issuer);
  f.words("not_before", tls.not_before);
  f.words("not_after", tls.not_after);
  f.flag("verified", tls.verified);
  f.number("duration_ns", tls.duration_ns);
  put_failure(f, tls.error, tls.cause);
  if (!tls.chain.empty()) {
    put_objects(f, "chain", tls.chain, [](FieldWriter& one, const Certificate& certificate) {
      one.words("subject", certificate.subject);
      one.words("issuer", certificate.issuer);
      one.list("names", certificate.names);
      one.words("not_before", certificate.not_before);
      one.words("not_after", certificate.not_after);
      one.flag("self_issued", certificate.self_issued);
    });
  }
  if (tls.sealed) {
    f.flag("sealed", true);
  }
}

void put_headers(FieldWriter& f, const std::vector<Header>& headers) {
  append_list(f.begin("headers"), headers, [&f](const Header& header) {
    std::string& out = f.raw();
    out += '{';
    const std::size_t comma = out.size();
    f.bytes("name", header.name);
    out.erase(comma, 1);
    f.bytes("value", header.value);
    f.redact(header.redact);
    out += '}';
  });
}

void put_raw(FieldWriter& f, const std::string& raw) {
  if (!raw.empty()) {
    f.base64("raw", raw);
  }
}

void put(FieldWriter& f, const Request& request) {
  f.bytes("start_line", request.start_line);
  put_headers(f, request.headers);
  put_raw(f, request.raw);
  f.size("size", request.size);
  f.redact(request.redact);
  if (request.body_length > 0) {
    f.bytes("body", request.body);
    f.size("body_length", request.body_length);
    f.redact(request.body_redact, "body_redact");
  }
}

void put(FieldWriter& f, const Response& response) {
  f.bytes("start_line", response.start_line);
  f.number("status", response.status);
  put_headers(f, response.headers);
  f.bytes("body", response.body);
  f.size("body_length", response.body_length);
  f.words_if_any("decoded", response.decoded);
  f.words_if_any("body_fault", response.body_fault);
  put_raw(f, response.raw);
  f.size("size", response.size);
  f.redact(response.redact);
}

void put(FieldWriter& f, const Partial& partial) {
  f.side(partial.from);
  f.size("offset", partial.offset);
  f.size("have", partial.have);
  f.size("need", partial.need);
  if (partial.has_header) {
    Fixed header;
    put_header(header, partial.header);
    f.raw().append(header.view());
  }
  f.name("header", hex_encode(partial.bytes));
  f.redact(partial.redact);
  f.bytes("text", without_cut_character(partial.payload.substr(0, kMaxContent)));
}

void put(FieldWriter& f, const UndecodedBytes& undecoded) {
  f.side(undecoded.from);
  f.size("offset", undecoded.offset);
  f.size("length", undecoded.length);
  const std::string_view kept = undecoded.bytes.substr(0, kMaxContent);
  put_kept(f, kept, undecoded.length);
  f.base64("base64", kept);
  f.words_if_any("protocol", undecoded.protocol);
}

void put_message_opcode(FieldWriter& f, bool text) {
  f.number("opcode", text ? 1U : 2U);
}

void put(FieldWriter& f, const Inflated& inflated) {
  f.side(inflated.from);
  f.list("frames", inflated.frames);
  put_message_opcode(f, inflated.text);
  f.size("length", inflated.length);
  if (!inflated.error.empty()) {
    f.words("error", inflated.error);
  }
  const std::string_view kept = kept_of(inflated.content, inflated.length);
  put_kept(f, kept, inflated.length);
  f.redact(inflated.redact);
  f.bytes("text", kept);
}

void put(FieldWriter& f, const Shutdown& shutdown) {
  f.side(shutdown.from);
}

void put(FieldWriter& f, const Intervention& intervention) {
  f.name("what", name(intervention.what));
  f.name("to", wire::name(intervention.to));
  f.words("detail", intervention.detail);
}

void put_tcp(FieldWriter& f, const TcpInfo& tcp) {
  f.number_or_null("tcp_state", tcp.state);
  f.number_or_null("unacked", tcp.unacked);
  f.number_or_null("retransmits", tcp.retransmits);
  f.number_or_null("rtt_us", tcp.rtt_us);
  if (tcp.sack) {
    f.flag("sack", *tcp.sack);
  }
  f.number_if_known("sacked", tcp.sacked);
  f.number_if_known("lost", tcp.lost);
  f.number_if_known("mss", tcp.mss);
  f.number_if_known("pmtu", tcp.pmtu);
  f.number_if_known("last_ack_ms", tcp.last_ack_ms);
  f.number_if_known("peer_window", tcp.peer_window);
  f.number_if_known("bytes_acked", tcp.bytes_acked);
  f.number_if_known("unsent", tcp.unsent);
}

void put_awaited(FieldWriter& f, const Awaited& awaited) {
  if (awaited.what.empty() && awaited.limit.empty()) {
    return;
  }
  std::string& out = f.begin("awaited");
  const std::size_t comma = out.size();
  f.words_or_null("what", awaited.what);
  out[comma] = '{';
  f.number("wanted", awaited.wanted);
  f.number("came", awaited.came);
  f.words_if_any("next", awaited.next);
  f.words_if_any("limit", awaited.limit);
  if (awaited.limit_ns > 0) {
    f.number("limit_ns", awaited.limit_ns);
  }
  out += '}';
}

void put(FieldWriter& f, const Ending& ending) {
  f.name("how", name(ending.how));
  f.name("by", name(ending.by));
  f.words_or_null("read_error", ending.read_error);
  f.words_or_null("write_error", ending.write_error);
  f.words_or_null("detail", ending.detail);
  put_tcp(f, ending.tcp);
  put_awaited(f, ending.awaited);
}

void put(FieldWriter& f, const Token& token) {
  f.words("var", token.variable);
  f.words("alg", token.alg);
  f.number_or_null("exp", token.exp);
  f.number_or_null("iat", token.iat);
  f.number_or_null("nbf", token.nbf);
  f.list("scopes", token.scopes);
}

// ---- opinions -------------------------------------------------------------------------------------------------------

void put(FieldWriter& f, const Message& message) {
  f.side(message.from);
  f.list("frames", message.frames);
  put_message_opcode(f, message.text);
  f.flag("compressed", message.compressed);
  f.size("length", message.length);
  f.size("wire_length", message.wire_length);
  f.words_or_null("type", message.type);
  if (message.valid) {
    f.flag("valid", *message.valid);
  }
  if (!message.errors.empty()) {
    f.list("errors", message.errors);
  }
  const std::string_view kept = kept_of(message.payload, message.length);
  put_kept(f, kept, message.length);
  f.redact(message.redact);
  f.bytes("text", kept);
}

void put(FieldWriter& f, const State& state) {
  f.side(state.side);
  f.name("phase", name(state.phase));
}

void put(FieldWriter& f, const Finding& finding) {
  f.words("id", finding.id);
  f.name("severity", name(finding.severity));
  f.name("confidence", name(finding.confidence));
  f.name("basis", name(finding.basis));
  f.name("at_fault", name(finding.at_fault));
  f.list("evidence", finding.evidence);
  f.words("says", finding.says);
  f.words("fix", finding.fix);
  f.words("citation", finding.citation);
  f.number("count", finding.count);
}

void put_close_seen(FieldWriter& f, std::string_view key, const std::optional<CloseSeen>& seen) {
  if (!seen) {
    f.null(key);
    return;
  }
  f.begin(key) += '{';
  const std::size_t comma = f.raw().size();
  f.number_or_null("code", seen->code);
  f.raw().erase(comma, 1);
  f.bytes("reason", seen->reason);
  f.number("seq", seen->seq);
  f.raw() += '}';
}

void put_closes(FieldWriter& f, const Verdict& verdict) {
  f.begin("close") += "{\"first\":";
  f.raw() += !verdict.first_close ? "null" : *verdict.first_close == Side::client ? "\"client\"" : "\"server\"";
  put_close_seen(f, "received", verdict.received);
  put_close_seen(f, "sent", verdict.sent);
  f.raw() += '}';
}

void put(FieldWriter& f, const Verdict& verdict) {
  f.number_or_null("code", verdict.code);
  if (verdict.code_source == CodeSource::none) {
    f.null("code_source");
  } else {
    f.name("code_source", name(verdict.code_source));
  }
  f.number_or_null("browser_code", verdict.browser_code);
  if (verdict.browser_clean) {
    f.flag("browser_clean", *verdict.browser_clean);
  }
  f.words_if_any("browser_console", verdict.browser_console);
  f.name("ended_by", name(verdict.ended_by));
  if (verdict.observer != Observer::client) {
    f.name("observer", session::name(verdict.observer));
  }
  f.words_or_null("how", verdict.how ? name(*verdict.how) : std::string_view());
  put_closes(f, verdict);
  f.words_or_null("cause", verdict.cause);
  f.words("headline", verdict.headline);
  f.list("observed", verdict.observed);
  f.list("inferred", verdict.inferred);
  f.list("unknown", verdict.unknown);
  f.list("next", verdict.next);
  append_list(f.begin("findings"), verdict.findings, [&f](const Finding& finding) {
    f.raw() += '{';
    const std::size_t comma = f.raw().size();
    put(f, finding);
    f.raw().erase(comma, 1);
    f.raw() += '}';
  });
}

void put_variables(FieldWriter& f, const CaptureHeader& header) {
  if (header.variables.empty()) {
    return;
  }
  f.begin("variables") += '{';
  const std::size_t comma = f.raw().size();
  for (const auto& [name, value] : header.variables) {
    append_json_words(f.raw() += ',', name);
    append_json_words(f.raw() += ':', value);
  }
  f.raw().erase(comma, 1);
  f.raw() += '}';
  if (!header.given.empty()) {
    f.list("given", header.given);
  }
}

void append_other(std::string& out, const Event& event) {
  out += "{\"seq\":";
  append_number(out, event.seq);
  FieldWriter fields(out);
  fields.number("t_ns", event.t_ns);
  // The run's verdict belongs to no connection.
  const bool whole_run = event.conn == 0;
  fields.number_or_null("conn", whole_run ? std::nullopt : std::optional<std::uint32_t>(event.conn));
  fields.name("kind", kind_name(event.body));
  std::visit(overloaded{[](const Frame&) {}, [&fields](const auto& body) { put(fields, body); }}, event.body);
  out += "}\n";
}

}  // namespace

void append_event(std::string& out, const Event& event, Members members) {
  if (const auto* frame = std::get_if<Frame>(&event.body)) {
    append_frame(out, event, *frame, members);
  } else {
    append_other(out, event);
  }
}

void append_header(std::string& out, const CaptureHeader& header) {
  out += "{\"whydrop\":";
  append_number(out, static_cast<std::int64_t>(header.version));
  FieldWriter fields(out);
  if (header.minor > 0) {
    fields.number("minor", header.minor);
  }
  fields.name("kind", "capture");
  fields.words("started", header.started);
  fields.words("tool", header.tool);
  fields.words_or_null("profile", header.profile);
  fields.begin("run") += "{\"id\":";
  append_json_words(out, header.run_id);
  fields.number("n", header.run_n);
  fields.number("of", header.run_of);
  fields.begin("options") += header.options.empty() ? "{}" : header.options;
  out += '}';
  fields.list("redacted", header.redacted);
  put_variables(fields, header);
  out += "}\n";
}

void append_limit(std::string& out, const Event& left_out, std::uint64_t bytes) {
  out += "{\"seq\":";
  append_number(out, left_out.seq);
  FieldWriter fields(out);
  fields.number("t_ns", left_out.t_ns);
  fields.null("conn");
  fields.name("kind", kLimitKind);
  fields.number("bytes", bytes);
  out += "}\n";
}

}  // namespace whydrop::capture
