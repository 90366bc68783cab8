// MQTT 3.1, 3.1.1 and 5.0 (OASIS mqtt-v3.1.1-os, mqtt-v5.0-os). Packets are a stream of their own: a binary message may
// hold several, and a packet may be in several messages (section 6.0).
#include "codec/mqtt.hpp"

#include "base/base64.hpp"
#include "base/big_endian.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "codec/makers.hpp"
#include "codec/packet_names.hpp"
#include "codec/packet_text.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace whydrop::codec {
namespace {

constexpr unsigned kVersion5 = 5, kVersion311 = 4, kVersion31 = 3;

enum Type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth
};

/// What a property's value is. MQTT 5 section 2.2.2.2.
enum class Form : std::uint8_t { byte, two, four, varint, text, bytes, pair };
struct Property {
  unsigned id;
  std::string_view name;
  Form form;
};
constexpr Property kProperties[] = {{1, "payload_format_indicator", Form::byte},
                                    {2, "message_expiry_interval", Form::four},
                                    {3, "content_type", Form::text},
                                    {8, "response_topic", Form::text},
                                    {9, "correlation_data", Form::bytes},
                                    {11, "subscription_identifier", Form::varint},
                                    {17, "session_expiry_interval", Form::four},
                                    {18, "assigned_client_identifier", Form::text},
                                    {19, "server_keep_alive", Form::two},
                                    {21, "authentication_method", Form::text},
                                    {22, "authentication_data", Form::bytes},
                                    {23, "request_problem_information", Form::byte},
                                    {24, "will_delay_interval", Form::four},
                                    {25, "request_response_information", Form::byte},
                                    {26, "response_information", Form::text},
                                    {28, "server_reference", Form::text},
                                    {31, "reason_string", Form::text},
                                    {33, "receive_maximum", Form::two},
                                    {34, "topic_alias_maximum", Form::two},
                                    {35, "topic_alias", Form::two},
                                    {36, "maximum_qos", Form::byte},
                                    {37, "retain_available", Form::byte},
                                    {38, "user", Form::pair},
                                    {39, "maximum_packet_size", Form::four},
                                    {40, "wildcard_subscription_available", Form::byte},
                                    {41, "subscription_identifier_available", Form::byte},
                                    {42, "shared_subscription_available", Form::byte}};

struct Reason {
  unsigned code;
  std::string_view words;
};
/// CONNACK's return codes of MQTT 3.1.1 (section 3.2.2.3), and reason codes of MQTT 5 (section 2.4).
constexpr Reason kReasons[] = {{1, "unacceptable protocol version"},
                               {2, "client identifier rejected"},
                               {3, "server unavailable"},
                               {4, "bad user name or password"},
                               {5, "not authorized"},
                               {0x80, "unspecified error"},
                               {0x81, "malformed packet"},
                               {0x82, "protocol error"},
                               {0x83, "implementation specific error"},
                               {0x84, "unsupported protocol version"},
                               {0x85, "client identifier not valid"},
                               {0x86, "bad user name or password"},
                               {0x87, "not authorized"},
                               {0x88, "server unavailable"},
                               {0x89, "server busy"},
                               {0x8a, "banned"},
                               {0x8b, "server shutting down"},
                               {0x8c, "bad authentication method"},
                               {0x8d, "keep alive timeout"},
                               {0x8e, "session taken over"},
                               {0x8f, "topic filter invalid"},
                               {0x90, "topic name invalid"},
                               {0x91, "packet identifier in use"},
                               {0x92, "packet identifier not found"},
                               {0x93, "receive maximum exceeded"},
                               {0x94, "topic alias invalid"},
                               {0x95, "packet too large"},
                               {0x96, "message rate too high"},
                               {0x97, "quota exceeded"},
                               {0x98, "administrative action"},
                               {0x99, "payload format invalid"},
                               {0x9a, "retain not supported"},
                               {0x9b, "QoS not supported"},
                               {0x9c, "use another server"},
                               {0x9d, "server moved"},
                               {0x9e, "shared subscriptions not supported"},
                               {0x9f, "connection rate exceeded"},
                               {0xa0, "maximum connect time"},
                               {0xa1, "subscription identifiers not supported"},
                               {0xa2, "wildcard subscriptions not supported"}};

/// Reads from the front of bytes; once bytes lack, or are not what they must be, it says why and reads no more.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return why_.empty(); }
  const std::string& why() const { return why_; }
  std::size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }
  std::string_view rest() const { return bytes_.substr(at_); }

  unsigned byte(std::string_view what) {
    const std::string_view one = take(1, what);
    return one.empty() ? 0 : static_cast<unsigned char>(one.front());
  }
  unsigned two(std::string_view what) { return static_cast<unsigned>(number(2, what)); }
  std::uint64_t number(std::size_t width, std::string_view what) { return big_endian(take(width, what)); }
  /// Variable byte integer. MQTT 5 section 1.5.5.
  std::size_t varint(std::string_view what) {
    std::size_t value = 0;
    for (unsigned shift = 0; shift < 28 && ok(); shift += 7) {
      const unsigned next = byte(what);
      value |= static_cast<std::size_t>(next & 0x7FU) << shift;
      if ((next & 0x80U) == 0) {
        return value;
      }
    }
    return fail(fmt::format("expected {} of at most four bytes", what)), 0;
  }
  std::string_view field(std::string_view what) { return take(two(what), what); }
  std::string_view text(std::string_view what) {
    const std::size_t begin = at_;
    const std::string_view bytes = field(what);
    if (ok() && !is_utf8(bytes)) {
      at_ = begin;
      fail(fmt::format("{} is not UTF-8", what));
    }
    return ok() ? bytes : std::string_view();
  }
  std::string_view take(std::size_t size, std::string_view what) {
    if (ok() && size > bytes_.size() - at_) {
      fail(fmt::format("expected {}, and the packet ends in it", what));
    }
    const std::string_view taken = ok() ? bytes_.substr(at_, size) : std::string_view();
    at_ += taken.size();
    return taken;
  }
  void fail(std::string why) { why_ = why_.empty() ? std::move(why) : why_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string why_;
};

void put_property(Reader& in, const Property& row, PacketText& all, std::string& users) {
  switch (row.form) {
  case Form::byte:
    all.number(row.name, in.byte(row.name));
    break;
  case Form::two:
    all.number(row.name, in.two(row.name));
    break;
  case Form::four:
    all.number(row.name, in.number(4, row.name));
    break;
  case Form::varint:
    all.number(row.name, in.varint(row.name));
    break;
  case Form::text:
    all.string(row.name, in.text(row.name));
    break;
  case Form::bytes:
    all.bytes(row.name, in.field(row.name));
    break;
  case Form::pair: {
    const std::string name = json::quote(in.text(row.name));
    users += fmt::format("{}[{},{}]", users.empty() ? "" : ",", name, json::quote(in.text(row.name)));
    break;
  }
  }
}

void put_properties(Reader& in, PacketText& packet) {
  const std::size_t length = in.varint("the length of properties");
  Reader properties(in.take(length, "properties"));
  PacketText all;
  std::string users;
  while (in.ok() && properties.ok() && !properties.at_end()) {
    const std::size_t id = properties.varint("the id of a property");
    const auto* row =
        std::find_if(std::begin(kProperties), std::end(kProperties), [id](const Property& it) { return it.id == id; });
    if (properties.ok() && row == std::end(kProperties)) {
      properties.fail(fmt::format("there is no property {}", id));
      break;
    }
    if (properties.ok()) {
      put_property(properties, *row, all, users);
    }
  }
  if (!properties.ok()) {
    in.fail(properties.why());
  }
  if (!users.empty()) {
    all.raw("user", "[" + users + "]");
  }
  if (length > 0) {
    packet.raw("properties", std::move(all).done());
  }
}

void put_code(PacketText& packet, unsigned code) {
  packet.number("code", code);
  if (const std::string_view words = mqtt_reason(code); !words.empty()) {
    packet.string("reason", words);
  }
}

/// One packet's body, read by its type.
class Body {
 public:
  Body(unsigned flags, unsigned& version, Reader& in, PacketText& packet)
      : flags_(flags), version_(version), in_(in), packet_(packet) {}

  void read(unsigned type) {
    const bool fixed = type != publish;
    const unsigned wanted = mqtt_flags(type);
    if (fixed && flags_ != wanted) {
      return in_.fail(fmt::format("expected the flags {} of {}", wanted, kMqttTypes[type]));
    }
    switch (type) {
    case connect:
      return read_connect();
    case connack:
      packet_.flag("session_present", (in_.byte("flags") & 1U) != 0);
      put_code(packet_, in_.byte("a return code"));
      return properties();
    case publish:
      return read_publish();
    case puback:
    case pubrec:
    case pubrel:
    case pubcomp:
      packet_.number("id", in_.two("a packet identifier"));
      return reason();
    case subscribe:
    case unsubscribe:
      return read_filters(type == subscribe);
    case suback:
    case unsuback:
      return read_codes(type == suback);
    case disconnect:
    case auth:
      return reason();
    default:
      return;
    }
  }

 private:
  bool is_5() const { return version_ >= kVersion5; }
  void properties() {
    if (is_5()) {
      put_properties(in_, packet_);
    }
  }
  /// What MQTT 5 lets a packet leave out where all is well.
  void reason() {
    if (is_5() && !in_.at_end()) {
      put_code(packet_, in_.byte("a reason code"));
      if (!in_.at_end()) {
        put_properties(in_, packet_);
      }
    }
  }
  void read_connect();
  void read_will(unsigned flags);
  void read_publish();
  void read_filters(bool with_options);
  void read_codes(bool always);

  unsigned flags_;
  unsigned& version_;
  Reader& in_;
  PacketText& packet_;
};

void Body::read_connect() {
  constexpr unsigned kUser = 0x80, kPassword = 0x40, kWill = 0x04, kClean = 0x02;
  const std::string_view name = in_.text("the protocol's name");
  if (in_.ok() && name != "MQTT" && name != "MQIsdp") {
    return in_.fail("expected the protocol's name, MQTT");
  }
  const unsigned level = in_.byte("the protocol's level");
  version_ = in_.ok() ? level : version_;
  const unsigned flags = in_.byte("flags");
  packet_.number("version", level).flag("clean_start", (flags & kClean) != 0);
  packet_.number("keep_alive", in_.two("keep alive"));
  properties();
  packet_.string("client_id", in_.text("a client identifier"));
  if ((flags & kWill) != 0) {
    read_will(flags);
  }
  if ((flags & kUser) != 0) {
    packet_.string("user_name", in_.text("a user name"));
  }
  if ((flags & kPassword) != 0) {
    packet_.bytes("password", in_.field("a password"));
  }
}

void Body::read_will(unsigned flags) {
  PacketText will;
  if (is_5()) {
    put_properties(in_, will);
  }
  will.string("topic", in_.text("the will's topic"));
  will.bytes("payload", in_.field("the will's payload"));
  will.number("qos", flags >> 3U & 3U).flag("retain", (flags & 0x20U) != 0);
  packet_.raw("will", std::move(will).done());
}

void Body::read_publish() {
  const unsigned qos = flags_ >> 1U & 3U;
  if (qos == 3) {
    return in_.fail("expected a QoS of 0 to 2");
  }
  packet_.string("topic", in_.text("a topic"));
  packet_.number("qos", qos);
  if (qos > 0) {
    packet_.number("id", in_.two("a packet identifier"));
  }
  packet_.flag("retain", (flags_ & 1U) != 0).flag("dup", (flags_ & 8U) != 0);
  properties();
  packet_.bytes("payload", in_.take(in_.rest().size(), "a payload"));
}

void Body::read_filters(bool with_options) {
  packet_.number("id", in_.two("a packet identifier"));
  properties();
  std::string filters;
  do {
    PacketText filter;
    filter.string("topic", in_.text("a topic filter"));
    if (with_options) {
      const unsigned options = in_.byte("options");
      filter.number("qos", options & 3U);
      if (options > 3U) {
        filter.number("options", options);
      }
    }
    filters += (filters.empty() ? "" : ",") + std::move(filter).done();
  } while (in_.ok() && !in_.at_end());
  packet_.raw("filters", "[" + filters + "]");
}

void Body::read_codes(bool always) {
  packet_.number("id", in_.two("a packet identifier"));
  properties();
  std::string codes;
  while ((always || is_5()) && in_.ok() && !in_.at_end()) {
    codes += fmt::format("{}{}", codes.empty() ? "" : ",", in_.byte("a code"));
  }
  if (always || is_5()) {
    packet_.raw("codes", "[" + codes + "]");
  }
}

/// One side's stream.
struct Stream {
  std::string kept;       ///< of a packet that has not come whole
  std::size_t skips = 0;  ///< bytes of one that is too long to be kept
};

/// Type and length of a packet, where they have come: `size` is 0 else.
struct Head {
  unsigned type = 0, flags = 0;
  std::size_t size = 0, length = 0;
  std::string why;  ///< of a length that is none
};

Head head_of(std::string_view bytes) {
  constexpr std::size_t kMostSize = 5;
  Head head;
  Reader in(bytes.substr(0, kMostSize));
  const unsigned first = in.byte("a packet type");
  head.type = first >> 4U;
  head.flags = first & 0xFU;
  head.length = in.varint("a remaining length");
  head.size = in.ok() ? in.at() : 0;
  if (!in.ok() && bytes.size() >= kMostSize) {
    head.why = in.why();
  } else if (!bytes.empty() && head.type == 0) {
    head.why = "expected a packet type of 1 to 15";
  }
  return head;
}

class Mqtt final : public Decoder {
 public:
  std::optional<Fault> feed(wire::Side from, bool text, std::string_view message, const OnPacket& each) override;
  std::string lacks(wire::Side from) const override;
  std::unique_ptr<Decoder> copy() const override { return std::make_unique<Mqtt>(*this); }

 private:
  std::optional<Fault> read(Stream& stream, std::string_view bytes, std::size_t& used, const OnPacket& each);

  std::array<Stream, 2> streams_;
  unsigned version_ = kVersion311;  ///< of the client's CONNECT
};

std::optional<Fault> Mqtt::feed(wire::Side from, bool text, std::string_view message, const OnPacket& each) {
  if (text) {
    return Fault{0, "expected a binary message"};
  }
  Stream& stream = streams_[static_cast<std::size_t>(from)];
  const std::size_t skipped = std::min(stream.skips, message.size());
  stream.skips -= skipped;
  const std::size_t before = stream.kept.size();
  std::string joined;
  std::string_view bytes = message.substr(skipped);
  if (before > 0) {
    joined = std::exchange(stream.kept, {}).append(bytes);
    bytes = joined;
  }
  std::size_t used = 0;
  auto fault = read(stream, bytes, used, each);
  if (!fault) {
    return std::nullopt;
  }
  stream = {};
  const std::size_t at = used + fault->offset + skipped;
  return Fault{std::min(at - std::min(at, before), message.size()), std::move(fault->why)};
}

std::optional<Fault> Mqtt::read(Stream& stream, std::string_view bytes, std::size_t& used, const OnPacket& each) {
  while (used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    const Head head = head_of(rest);
    if (!head.why.empty()) {
      return Fault{0, head.why};
    }
    if (head.size == 0 || rest.size() - head.size < head.length) {
      if (head.length <= kMostKept) {
        stream.kept = rest;
      } else {
        stream.skips = head.length - (rest.size() - head.size);
        each(std::move(PacketText().string("packet", kMqttTypes[head.type]).number("length", head.length)).done());
      }
      used = bytes.size();
      return std::nullopt;
    }
    Reader in(rest.substr(head.size, head.length));
    PacketText packet;
    packet.string("packet", kMqttTypes[head.type]);
    const bool connects = head.type == connect;
    if (!connects && version_ >= kVersion5) {
      packet.number("version", version_);
    }
    Body(head.flags, version_, in, packet).read(head.type);
    if (in.ok() && !in.at_end()) {
      in.fail(fmt::format("{} of {} left over", counted(in.rest().size(), "byte"), kMqttTypes[head.type]));
    }
    if (!in.ok()) {
      return Fault{head.size + in.at(), in.why()};
    }
    each(std::move(packet).done());
    used += head.size + head.length;
  }
  return std::nullopt;
}

std::string Mqtt::lacks(wire::Side from) const {
  const Stream& stream = streams_[static_cast<std::size_t>(from)];
  if (stream.skips > 0) {
    return counted(stream.skips, "byte") + " of a packet";
  }
  const Head head = head_of(stream.kept);
  if (stream.kept.empty() || head.size == 0) {
    return stream.kept.empty() ? "" : "the length of a packet";
  }
  return fmt::format("{} of {}", counted(head.size + head.length - stream.kept.size(), "byte"), kMqttTypes[head.type]);
}

// ---- writing --------------------------------------------------------------------------------------------------------

/// Bytes of a packet that is written, and why something of it does not fit: nothing is cut.
class Bytes {
 public:
  /// The integer of 0 and more that a member is, in so many bytes; `otherwise` where there is none.
  void number(json::Value object, std::string_view name, std::uint64_t otherwise, std::size_t width) {
    put(read_number(object, name, otherwise, (std::uint64_t{1} << (8 * width)) - 1), width);
  }
  /// The same, for the caller to place: at most `most`.
  std::uint64_t read_number(json::Value object, std::string_view name, std::uint64_t otherwise, std::uint64_t most) {
    const auto member = object.find(name);
    return member ? checked(*member, name, most) : otherwise;
  }
  std::uint64_t checked(json::Value value, std::string_view name, std::uint64_t most) {
    if (!value.is_integer() || value.integer() < 0 || static_cast<std::uint64_t>(value.integer()) > most) {
      refuse(fmt::format("/{} is no integer of 0 to {}", name, most));
      return 0;
    }
    return static_cast<std::uint64_t>(value.integer());
  }
  void put(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i > 0; --i) {
      out_ += static_cast<char>(value >> (8 * (i - 1)) & 0xFFU);
    }
  }
  void varint(std::uint64_t value) {
    do {
      out_ += static_cast<char>((value & 0x7FU) | (value > 0x7FU ? 0x80U : 0U));
      value >>= 7U;
    } while (value > 0);
  }
  /// Two bytes of length, and the bytes.
  void field(std::string_view name, std::string_view bytes) {
    constexpr std::size_t kMost = 0xFFFF;
    if (bytes.size() > kMost) {
      return refuse(fmt::format("/{} has {}, at most {} fit", name, counted(bytes.size(), "byte"), kMost));
    }
    put(bytes.size(), 2);
    out_ += bytes;
  }
  void text(json::Value object, std::string_view name) { field(name, string_of(object, name)); }
  /// A member that is text, or base64 under the name that says so.
  std::string read_bytes(json::Value object, std::string_view name) {
    const std::string_view encoded = string_of(object, fmt::format("{}_base64", name));
    auto decoded = base64_decode(encoded);
    if (!decoded) {
      refuse(fmt::format("/{}_base64 is not base64", name));
    }
    return encoded.empty() ? std::string(string_of(object, name)) : std::move(decoded).value_or("");
  }
  void append(const Bytes& other) {
    out_ += other.out_;
    if (!other.why_.empty()) {
      refuse(other.why_);
    }
  }
  void append(std::string_view bytes) { out_ += bytes; }
  void refuse(std::string why) { why_ = why_.empty() ? std::move(why) : std::move(why_); }

  std::size_t size() const { return out_.size(); }
  const std::string& bytes() const { return out_; }
  /// Empty: all of it fits.
  const std::string& why() const { return why_; }

 private:
  std::string out_, why_;
};

constexpr std::uint64_t kMostOfVarint = 0x0FFF'FFFF;  // MQTT 3.1.1 section 2.2.3

void write_property(Bytes& out, const Property& row, json::Value value, json::Value all) {
  switch (row.form) {
  case Form::byte:
    return out.put(out.checked(value, row.name, 0xFF), 1);
  case Form::two:
    return out.put(out.checked(value, row.name, 0xFFFF), 2);
  case Form::four:
    return out.put(out.checked(value, row.name, 0xFFFF'FFFF), 4);
  case Form::varint:
    return out.varint(out.checked(value, row.name, kMostOfVarint));
  case Form::text:
    return out.field(row.name, value.string());
  case Form::bytes:
    return out.field(row.name, out.read_bytes(all, row.name));
  case Form::pair: {
    auto pair = json::read::items(value);
    pair.resize(2, value);
    out.field(row.name, pair[0].string());
    return out.field(row.name, pair[1].string());
  }
  }
}

void write_properties(Bytes& out, json::Value packet) {
  Bytes all;
  if (const auto properties = packet.find("properties")) {
    for (const Property& row : kProperties) {
      const auto value = properties->find(row.name);
      const auto encoded = properties->find(fmt::format("{}_base64", row.name));
      std::vector<json::Value> values;
      if (row.form == Form::pair) {
        values = json::read::items(value);
      } else if (value || encoded) {
        values.push_back(value ? *value : *encoded);
      }
      for (const json::Value& each : values) {
        all.put(row.id, 1);
        write_property(all, row, each, *properties);
      }
    }
  }
  out.varint(all.size());
  out.append(all);
}

bool flag_of(json::Value packet, std::string_view key) {
  const auto member = packet.find(key);
  return member && member->boolean();
}

/// Writes one packet's body and its flags.
class Writer {
 public:
  Writer(json::Value packet, unsigned type)
      : packet_(packet),
        type_(type),
        version_(static_cast<unsigned>(number_of(packet, "version").value_or(kVersion311))) {}

  /// Errors: usage, for what does not fit.
  Result<std::string> write() {
    flags_ = mqtt_flags(type_);
    write_body();
    if (body_.size() > kMostOfVarint) {
      body_.refuse(fmt::format("it has {}, at most {} fit", counted(body_.size(), "byte"), kMostOfVarint));
    }
    if (!body_.why().empty()) {
      return no_packet(body_.why());
    }
    Bytes whole;
    whole.put(type_ << 4U | flags_, 1);
    whole.varint(body_.size());
    whole.append(body_);
    return whole.bytes();
  }

 private:
  void write_body();
  void write_connect();
  void write_publish();
  void write_filters();
  void properties() {
    if (version_ >= kVersion5) {
      write_properties(body_, packet_);
    }
  }
  void id() { body_.number(packet_, "id", 1, 2); }
  void code() { body_.number(packet_, "code", 0, 1); }
  unsigned qos_of(json::Value object) { return static_cast<unsigned>(body_.read_number(object, "qos", 0, 3)); }
  /// Left out where all is well, as MQTT 5 lets it be.
  void reason() {
    if (version_ >= kVersion5 && packet_.find("code")) {
      code();
      if (packet_.find("properties")) {
        properties();
      }
    }
  }

  json::Value packet_;
  unsigned type_, version_, flags_ = 0;
  Bytes body_;
};

void Writer::write_body() {
  switch (type_) {
  case connect:
    return write_connect();
  case connack:
    body_.put(flag_of(packet_, "session_present") ? 1 : 0, 1);
    code();
    return properties();
  case publish:
    return write_publish();
  case puback:
  case pubrec:
  case pubrel:
  case pubcomp:
    id();
    return reason();
  case subscribe:
  case unsubscribe:
    return write_filters();
  case suback:
  case unsuback:
    id();
    properties();
    if (type_ == suback || version_ >= kVersion5) {
      for (const json::Value& code : json::read::items(packet_.find("codes"))) {
        body_.put(body_.checked(code, "codes", 0xFF), 1);
      }
    }
    return;
  default:
    return reason();
  }
}

void Writer::write_connect() {
  const auto will = packet_.find("will");
  const bool user = packet_.find("user_name").has_value();
  const bool password = packet_.find("password") || packet_.find("password_base64");
  unsigned flags = flag_of(packet_, "clean_start") ? 2 : 0;
  flags |= (user ? 0x80U : 0U) | (password ? 0x40U : 0U);
  if (will) {
    flags |= 4U | qos_of(*will) << 3U | (flag_of(*will, "retain") ? 0x20U : 0U);
  }
  body_.field("version", version_ == kVersion31 ? "MQIsdp" : "MQTT");
  body_.number(packet_, "version", kVersion311, 1);
  body_.put(flags, 1);
  body_.number(packet_, "keep_alive", 0, 2);
  properties();
  body_.text(packet_, "client_id");
  if (will) {
    if (version_ >= kVersion5) {
      write_properties(body_, *will);
    }
    body_.text(*will, "topic");
    body_.field("payload", body_.read_bytes(*will, "payload"));
  }
  if (user) {
    body_.text(packet_, "user_name");
  }
  if (password) {
    body_.field("password", body_.read_bytes(packet_, "password"));
  }
}

void Writer::write_publish() {
  const unsigned qos = qos_of(packet_);
  flags_ = (flag_of(packet_, "dup") ? 8U : 0U) | qos << 1U | (flag_of(packet_, "retain") ? 1U : 0U);
  body_.text(packet_, "topic");
  if (qos > 0) {
    id();
  }
  properties();
  body_.append(body_.read_bytes(packet_, "payload"));
}

void Writer::write_filters() {
  id();
  properties();
  for (const json::Value& filter : json::read::items(packet_.find("filters"))) {
    body_.text(filter, "topic");
    if (type_ == subscribe) {
      body_.number(filter, filter.find("options") ? "options" : "qos", 0, 1);
    }
  }
}

}  // namespace

std::string_view mqtt_reason(unsigned code) {
  const auto* row =
      std::find_if(std::begin(kReasons), std::end(kReasons), [code](const Reason& it) { return it.code == code; });
  return row == std::end(kReasons) ? std::string_view() : row->words;
}

std::unique_ptr<Decoder> make_mqtt() {
  return std::make_unique<Mqtt>();
}

Result<Message> encode_mqtt(json::Value packet) {
  const auto type = index_in(kMqttTypes, string_of(packet, "packet"));
  if (!type) {
    return no_packet("/packet is none of MQTT's packets");
  }
  return Writer(packet, static_cast<unsigned>(*type)).write().map([](std::string&& bytes) {
    return Message{false, std::move(bytes)};
  });
}

}  // namespace whydrop::codec
