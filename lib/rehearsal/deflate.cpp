#include "rehearsal/deflate.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <zlib.h>

namespace whydrop::rehearsal {
namespace {

// What a sync flush ends with, and a message's payload leaves out. RFC 7692 section 7.2.1.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);
constexpr std::size_t kStep = 16 * 1024;

/// zlib cannot deflate with a window of 256 bytes.
bool window_bits(const std::string& text, int& bits) {
  if (text.empty() || text.size() > 2 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return false;
  bits = std::stoi(text);
  return bits >= 9 && bits <= 15;
}

std::optional<handshake::DeflateParameters> accept_offer(const handshake::Extension& offer) {
  handshake::DeflateParameters agreed;
  for (const auto& [name, value] : offer.parameters) {
    if (name == "server_no_context_takeover")
      agreed.server_no_context_takeover = true;
    else if (name == "client_no_context_takeover")
      agreed.client_no_context_takeover = true;
    else if (name == "server_max_window_bits" && !window_bits(value, agreed.server_max_window_bits))
      return std::nullopt;
    else if (name != "server_max_window_bits" && name != "client_max_window_bits")
      return std::nullopt;
  }
  return agreed;
}

void set_input(z_stream& stream, std::string_view bytes) {
  // zlib never writes to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

std::string deflate_flushed(z_stream& stream, std::string_view message) {
  std::string out;
  std::array<char, kStep> step;
  set_input(stream, message);
  do {
    stream.next_out = reinterpret_cast<Bytef*>(step.data());
    stream.avail_out = kStep;
    deflate(&stream, Z_SYNC_FLUSH);
    out.append(step.data(), kStep - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace

std::optional<handshake::DeflateParameters> accept_deflate(const handshake::Head& request) {
  for (const std::string_view value : request.find_all("Sec-WebSocket-Extensions")) {
    const auto offers = handshake::parse_extensions(value);
    for (const auto& offer : offers.value_or(std::vector<handshake::Extension>{})) {
      const auto agreed = offer.name == "permessage-deflate" ? accept_offer(offer) : std::nullopt;
      if (agreed)
        return agreed;
    }
  }
  return std::nullopt;
}

std::string extension_value(const handshake::DeflateParameters& agreed) {
  std::string value = "permessage-deflate";
  if (agreed.server_no_context_takeover)
    value += "; server_no_context_takeover";
  if (agreed.client_no_context_takeover)
    value += "; client_no_context_takeover";
  if (agreed.server_max_window_bits != 15)
    value += "; server_max_window_bits=" + std::to_string(agreed.server_max_window_bits);
  return value;
}

struct Deflate::Impl {
  handshake::DeflateParameters agreed;
  z_stream out{}, in{};

  explicit Impl(const handshake::DeflateParameters& with) : agreed(with) {
    deflateInit2(
        &out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -agreed.server_max_window_bits, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY);
    inflateInit2(&in, -MAX_WBITS);
  }
  ~Impl() {
    deflateEnd(&out);
    inflateEnd(&in);
  }

  bool inflate_part(std::string_view part, std::string& message, std::size_t max_bytes) {
    std::array<char, kStep> step;
    set_input(in, part);
    do {
      in.next_out = reinterpret_cast<Bytef*>(step.data());
      in.avail_out = kStep;
      const int code = ::inflate(&in, Z_SYNC_FLUSH);
      if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
        return false;
      message.append(step.data(), kStep - in.avail_out);
      if (message.size() > max_bytes)
        return false;
    } while (in.avail_out == 0);
    return true;
  }
};

Deflate::Deflate(const handshake::DeflateParameters& agreed) : impl_(std::make_unique<Impl>(agreed)) {}
Deflate::~Deflate() = default;

std::string Deflate::compress(std::string_view message) {
  // Nothing to flush gives nothing; the RFC asks for one empty block then. RFC 7692 section 7.2.3.6.
  if (message.empty())
    return std::string(1, '\0');
  std::string out = deflate_flushed(impl_->out, message);
  out.resize(out.size() - kTail.size());
  if (impl_->agreed.server_no_context_takeover)
    deflateReset(&impl_->out);
  return out;
}

std::optional<std::string> Deflate::inflate(std::string_view payload, std::size_t max_bytes) {
  std::string message;
  if (!impl_->inflate_part(payload, message, max_bytes) || !impl_->inflate_part(kTail, message, max_bytes))
    return std::nullopt;
  if (impl_->agreed.client_no_context_takeover)
    inflateReset(&impl_->in);
  return message;
}

std::string inflate_bomb(unsigned mebibytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  const std::string block = deflate_flushed(stream, std::string(1U << 20, 'a'));
  deflateEnd(&stream);
  // A flushed block stands for itself and ends at a byte, so it can be repeated as it is.
  std::string bomb;
  for (unsigned n = 0; n < mebibytes; ++n) bomb += block;
  bomb.resize(bomb.size() - kTail.size());
  return bomb;
}

}  // namespace whydrop::rehearsal
