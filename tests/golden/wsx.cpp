#include "golden/wsx.hpp"

#include "handshake/head.hpp"
#include "wire/deflate.hpp"
#include "wire/encoder.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>

namespace whydrop::golden {
namespace {

using session::Side;
using wire::FrameHeader;
using wire::Opcode;

constexpr std::array<std::uint8_t, 4> kMaskingKey{0x37, 0xfa, 0x21, 0x3d};
constexpr std::string_view kSampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

/// A line cut into words; a word in quotes is text with the escapes \n \r \t \" \\ \xHH, one in single quotes is text
/// as it stands.
struct Words {
  std::vector<std::string> words;
  std::vector<bool> quoted;
};

unsigned number(std::string_view text, int base = 10) {
  unsigned value = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value, base).ptr != end || text.empty()) {
    throw std::runtime_error("not a number: " + std::string(text));
  }
  return value;
}

char escape(std::string_view line, std::size_t& at) {
  switch (line.at(++at)) {
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case 'x':
    at += 2;
    return static_cast<char>(number(line.substr(at - 1, 2), 16));
  default:
    return line.at(at);
  }
}

std::string quoted_word(std::string_view line, std::size_t& at) {
  std::string out;
  for (++at; line.at(at) != '"'; ++at) {
    out += line[at] == '\\' ? escape(line, at) : line[at];
  }
  ++at;
  return out;
}

Words split(std::string_view line) {
  Words out;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
    } else if (line[at] == '#') {
      break;
    } else if (line[at] == '"') {
      out.words.push_back(quoted_word(line, at));
      out.quoted.push_back(true);
    } else if (line[at] == '\'') {
      const auto end = line.find('\'', at + 1);
      out.words.emplace_back(line.substr(at + 1, end - at - 1));
      out.quoted.push_back(true);
      at = end == std::string_view::npos ? throw std::runtime_error("a quote without its end") : end + 1;
    } else {
      const auto end = std::min(line.find(' ', at), line.size());
      out.words.emplace_back(line.substr(at, end - at));
      out.quoted.push_back(false);
      at = end;
    }
  }
  return out;
}

std::string hex_words(const Words& words, std::size_t from) {
  std::string out;
  for (auto i = from; i < words.words.size(); ++i) {
    out += static_cast<char>(number(words.words[i], 16));
  }
  return out;
}

Opcode opcode_of(const std::string& word) {
  for (unsigned value = 0; value < 16; ++value) {
    if (word == wire::name(static_cast<Opcode>(value))) {
      return static_cast<Opcode>(value);
    }
  }
  throw std::runtime_error("not a frame: " + word);
}

/// One raw deflate block stream as RFC 7692 section 7.2.1 wants it (without its 00 00 ff ff), no context takeover.
std::string deflated(std::string_view text) {
  wire::Deflater deflater({false, 15});
  return deflater.compress(text);
}

struct FrameParts {
  FrameHeader header;
  std::string payload;
  std::optional<std::uint64_t> declared;
};

void apply_option(FrameParts& parts, const std::string& word) {
  if (word == "nofin") {
    parts.header.fin = false;
  } else if (word.rfind("rsv=", 0) == 0) {
    parts.header.rsv = static_cast<std::uint8_t>(number(word.substr(4)));
  } else if (word == "mask" || word == "nomask") {
    parts.header.masked = word == "mask";
  } else if (word.rfind("form=", 0) == 0) {
    parts.header.length_form = static_cast<wire::LengthForm>(number(word.substr(5)));
  } else if (word.rfind("length=", 0) == 0) {
    parts.declared = number(word.substr(7));
  } else if (parts.header.opcode == Opcode::close) {
    const auto code = number(word);
    parts.payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  } else {
    throw std::runtime_error("not understood: " + word);
  }
}

std::string frame_bytes(Side from, const Words& words) {
  FrameParts parts;
  parts.header.opcode = opcode_of(words.words.at(1));
  parts.header.masked = from == Side::client;
  parts.header.masking_key = kMaskingKey;
  bool form_given = false, deflate = false;
  for (std::size_t i = 2; i < words.words.size(); ++i) {
    const auto& word = words.words[i];
    if (words.quoted[i]) {
      parts.payload += word;
    } else if (word == "deflate") {
      deflate = true;
      parts.header.rsv |= wire::kRsv1;
    } else if (word.rfind("repeat=", 0) == 0) {
      const std::string once = parts.payload;
      for (unsigned n = number(word.substr(7)); n > 1; --n) {
        parts.payload += once;
      }
    } else {
      form_given |= word.rfind("form=", 0) == 0;
      apply_option(parts, word);
    }
  }
  if (deflate) {
    parts.payload = deflated(parts.payload);
  }
  parts.header.length = parts.declared.value_or(parts.payload.size());
  if (!form_given) {
    parts.header.length_form = parts.header.length < 126       ? wire::LengthForm::bits_7
                               : parts.header.length < 0x10000 ? wire::LengthForm::bits_16
                                                               : wire::LengthForm::bits_64;
  }
  std::string out;
  wire::append_frame(out, parts.header, parts.payload);
  return out;
}

std::string request_head(const std::string& extra) {
  return "GET /chat HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Key: " +
         std::string(kSampleKey) + "\r\nSec-WebSocket-Version: 13\r\n" + extra + "\r\n";
}

std::string response_head(const std::string& extra) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         handshake::accept_key(kSampleKey) + "\r\n" + extra + "\r\n";
}

std::string bytes_of(Side from, const Words& words) {
  if (words.quoted.at(0)) {
    std::string out;
    for (const auto& word : words.words) {
      out += word;
    }
    return out;
  }
  if (words.words[0] == "hex") {
    return hex_words(words, 1);
  }
  if (words.words[0] == "upgrade") {
    const auto extra = words.words.size() > 1 ? words.words[1] : std::string();
    return from == Side::client ? request_head(extra) : response_head(extra);
  }
  Words frame = words;
  frame.words.insert(frame.words.begin(), "frame");
  frame.quoted.insert(frame.quoted.begin(), false);
  return frame_bytes(from, frame);
}

EndStep end_step(const Words& words) {
  EndStep out;
  const auto how = session::parse<session::EndingHow>(words.words.at(0));
  if (!how) {
    throw std::runtime_error("not an ending: " + words.words[0]);
  }
  out.ending.how = *how;
  if (words.words.size() > 1) {
    out.ending.by = session::parse<session::EndedBy>(words.words[1]).value();
  }
  if (words.words.size() > 2) {
    out.ending.read_error = words.words[2];
  }
  return out;
}

std::int64_t wait_ns(std::string_view text) {
  const bool millis = text.size() > 2 && text.substr(text.size() - 2) == "ms";
  const std::int64_t value = number(text.substr(0, text.size() - (millis ? 2 : 1)));
  return value * (millis ? 1'000'000 : 1'000'000'000);
}

void add_line(Script& script, std::string_view line) {
  const Words all = split(line);
  if (all.words.empty()) {
    return;
  }
  const auto& first = all.words[0];
  Words rest;
  rest.words.assign(all.words.begin() + 1, all.words.end());
  rest.quoted.assign(all.quoted.begin() + 1, all.quoted.end());
  if (first == "C>" || first == "S>") {
    const Side from = first == "C>" ? Side::client : Side::server;
    script.steps.push_back(BytesStep{from, bytes_of(from, rest)});
  } else if (first == "upgraded") {
    script.steps.push_back(BytesStep{Side::client, request_head(rest.words.empty() ? "" : rest.words[0])});
    script.steps.push_back(BytesStep{Side::server, response_head(rest.words.size() < 2 ? "" : rest.words[1])});
  } else if (first == "end") {
    script.steps.push_back(end_step(rest));
  } else if (first == "url") {
    script.url = rest.words.at(0);
  } else if (first == "observer") {
    script.observer = session::parse<session::Observer>(rest.words.at(0)).value();
  } else if (first == "shutdown") {
    script.steps.emplace_back(ShutdownStep{wire::parse<Side>(rest.words.at(0)).value()});
  } else if (first == "profile") {
    script.profile = rest.words.at(0);
  } else if (first[0] == '+') {
    script.steps.push_back(WaitStep{wait_ns(std::string_view(first).substr(1))});
  } else {
    throw std::runtime_error("not understood: " + first);
  }
}

}  // namespace

std::uint64_t Script::bytes(Side from) const {
  std::uint64_t sum = 0;
  for (const auto& step : steps) {
    const auto* sent = std::get_if<BytesStep>(&step);
    sum += sent && sent->from == from ? sent->bytes.size() : 0;
  }
  return sum;
}

Script parse_script(const std::string& name, std::string_view text) {
  Script script;
  script.name = name;
  for (unsigned number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    try {
      add_line(script, text.substr(0, end));
    } catch (const std::exception& error) {
      throw std::runtime_error(name + ":" + std::to_string(number) + ": " + error.what());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return script;
}

}  // namespace whydrop::golden
