#include "capture/value_matcher.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "capture/json_text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace whydrop::capture {
namespace {

constexpr std::size_t kMaxWindow = 32;
constexpr std::uint32_t kShown = 3;  ///< bytes of a split value that may be shown

/// So many bytes are looked at together: fewer are common in any text.
constexpr std::size_t kProbe = 4;
constexpr unsigned kProbeBits = 16;

/// Which of 2^kProbeBits the kProbe bytes from `at` on are.
std::size_t probe_of(std::string_view bytes, std::size_t at) {
  std::uint32_t four = 0;
  std::memcpy(&four, bytes.data() + at, kProbe);
  return (four * 0x9E3779B1U) >> (32 - kProbeBits);  // Fibonacci hashing: 2^32 by the golden ratio
}

/// The value inside a JSON string; empty if it is not UTF-8.
std::string json_form(const std::string& value) {
  std::string quoted;
  return append_json_text(quoted, value) ? quoted.substr(1, quoted.size() - 2) : std::string();
}

std::string replaced(const std::string& text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) {
    c == from ? out.append(to) : out.append(1, c);
  }
  return out;
}

/// As encoders that stay within ASCII write it: \u00fc, and surrogates beyond the basic plane.
std::string ascii_form(const std::string& json) {
  std::string out;
  const auto unit = [&out](std::uint32_t value) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) {
      out += kHex[value >> shift & 15];
    }
  };
  for (std::size_t at = 0; at < json.size();) {
    const CodePoint point = decode_code_point(std::string_view(json).substr(at));
    if (point.value < 0x80) {
      out += json[at];
    } else if (point.value < 0x10000) {
      unit(point.value);
    } else {
      unit(0xD800 + ((point.value - 0x10000) >> 10));
      unit(0xDC00 + ((point.value - 0x10000) & 0x3FF));
    }
    at += point.size;
  }
  return out;
}

/// A way to percent-encode: what stays besides letters and digits, and whether a space becomes a plus.
struct Encoding {
  std::string_view plain;
  bool plus;
};
/// RFC 3986 section 2.3 (unreserved); encodeURIComponent of ECMA-262; forms, of the URL standard and without its plus.
constexpr Encoding kEncodings[] = {{"-._~", false}, {"-._~!*'()", false}, {"-._*", true}, {"-._*", false}};

std::string query_form(const std::string& value, const Encoding& encoding, const char* digits) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       encoding.plain.find(c) != std::string_view::npos;
    if (plain || (c == ' ' && encoding.plus)) {
      out += plain ? c : '+';
    } else {
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return out;
}

/// So short, what is left of it in base64 may be anything.
constexpr std::size_t kShortestInOthers = 6;
/// A longer one is looked for as it is and as JSON and queries have it.
constexpr std::size_t kLongestInOthers = 4U << 10;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The digits that the value alone decides, where `before` bytes (0 to 2) of a group stand before it. RFC 4648
/// section 4.
std::string base64_form(std::string_view value, std::size_t before, std::string_view alphabet) {
  std::string out;
  const std::size_t bits = 8 * (before + value.size());
  for (std::size_t at = (8 * before + 5) / 6 * 6; at + 6 <= bits; at += 6) {
    unsigned digit = 0;
    for (std::size_t bit = at; bit < at + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(value[bit / 8 - before]);
      digit = digit << 1U | (byte >> (7 - bit % 8) & 1U);
    }
    out += alphabet[digit];
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

bool is_number(const std::string& bytes) {
  return bytes.find_first_not_of("0123456789") == std::string::npos;
}

/// True if what follows `before` would be a value of a JSON object or array, outside of strings.
bool is_json_value_place(std::string_view before) {
  const auto drop_space = [&before] { before = before.substr(0, before.find_last_not_of(" \t\r\n") + 1); };
  drop_space();
  if (before.empty() || before.back() != ':') {
    return !before.empty() && (before.back() == ',' || before.back() == '[');
  }
  before.remove_suffix(1);
  drop_space();
  return !before.empty() && before.back() == '"';
}

}  // namespace

void ValueMatcher::add(const std::string& variable, const std::string& value) {
  if (value.empty()) {
    return;
  }
  const std::size_t known = patterns_.size();
  add_form(variable, value);
  const std::string json = json_form(value);
  add_form(variable, json);
  add_form(variable, replaced(json, '/', "\\/"));
  add_form(variable, replaced(json, '/', "\\u002f"));
  add_form(variable, replaced(json, '/', "\\u002F"));
  add_form(variable, ascii_form(json));
  for (const Encoding& encoding : kEncodings) {
    add_form(variable, query_form(value, encoding, "0123456789ABCDEF"));
    add_form(variable, query_form(value, encoding, "0123456789abcdef"));
  }
  if (value.size() >= kShortestInOthers && value.size() <= kLongestInOthers) {
    for (const std::string_view alphabet : {kBase64, kBase64Url}) {
      for (std::size_t before = 0; before < 3; ++before) {
        add_form(variable, base64_form(value, before, alphabet));
      }
    }
    add_form(variable, hex_encode(value));
    add_form(variable, upper(hex_encode(value)));
  }
  if (patterns_.size() > known) {
    build();
  }
}

void ValueMatcher::add_form(const std::string& variable, std::string bytes) {
  const bool known =
      std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& p) { return p.bytes == bytes; });
  if (!bytes.empty() && !known) {
    patterns_.push_back({variable, std::move(bytes)});
  }
}

ValueMatcher::State ValueMatcher::below(State at, unsigned char byte) const {
  if (at == 0) {
    return first_[byte];
  }
  State child = nodes_[at].child;
  while (child != 0 && nodes_[child].byte != byte) {
    child = nodes_[child].sibling;
  }
  return child;
}

ValueMatcher::State ValueMatcher::step(State at, unsigned char byte) const {
  State child = below(at, byte);
  while (child == 0 && at != 0) {
    at = nodes_[at].fallback;
    child = below(at, byte);
  }
  return child;
}

void ValueMatcher::insert(std::int32_t index) {
  State at = 0;
  const std::string& bytes = patterns_[static_cast<std::size_t>(index)].bytes;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    State child = below(at, byte);
    if (child == 0) {
      child = static_cast<State>(nodes_.size());
      Node& node = nodes_.emplace_back();
      node.depth = nodes_[at].depth + 1;
      node.byte = byte;
      node.sibling = std::exchange(nodes_[at].child, child);
      first_[byte] = at == 0 ? child : first_[byte];
    }
    at = child;
    auto& shortest = nodes_[at].shortest;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    shortest = shortest == 0 ? size : std::min(shortest, size);
  }
  nodes_[at].match = index;
}

/// Breadth first: fallbacks of shorter prefixes are known before those of longer ones.
void ValueMatcher::link() {
  std::vector<State> queue{0};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const State at = queue[i];
    for (State child = nodes_[at].child; child != 0; child = nodes_[child].sibling) {
      Node& node = nodes_[child];
      node.fallback = at == 0 ? 0 : step(nodes_[at].fallback, node.byte);
      if (node.match < 0) {
        node.match = nodes_[node.fallback].match;
      }
      queue.push_back(child);
    }
  }
}

void ValueMatcher::build() {
  nodes_.assign(1, Node());
  first_ = {};
  window_ = kMaxWindow;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    insert(static_cast<std::int32_t>(i));
    window_ = std::min(window_, patterns_[i].bytes.size());
  }
  link();
  probes_.assign(std::size_t{1} << kProbeBits, false);
  for (const Pattern& pattern : patterns_) {
    for (std::size_t at = 0; at + kProbe <= window_; ++at) {
      probes_[probe_of(pattern.bytes, at)] = true;
    }
  }
}

/// False only if no pattern stands where it would cover the bytes at `probe` with its first window_ ones.
bool ValueMatcher::may_begin_near(std::string_view piece, std::size_t probe) const {
  return probes_[probe_of(piece, probe)];
}

void ValueMatcher::add_found(std::string_view piece,
                             std::size_t end,
                             std::size_t length,
                             std::int32_t pattern,
                             std::vector<Found>& found) const {
  const Pattern& of = patterns_[static_cast<std::size_t>(pattern)];
  const std::size_t at = end - std::min(end, length);
  const bool number = is_number(of.bytes) && is_json_value_place(piece.substr(0, at));
  found.push_back({at, end - at, of.variable, number ? '1' : 'x'});
}

void ValueMatcher::add_match(std::string_view piece, std::size_t end, State state, std::vector<Found>& found) const {
  if (const std::int32_t match = nodes_[state].match; match >= 0) {
    add_found(piece, end, patterns_[static_cast<std::size_t>(match)].bytes.size(), match, found);
  }
}

/// Of all starts of a pattern one in window_ - kProbe + 1 is looked at, and the automaton runs only around those that
/// may be one.
void ValueMatcher::scan_whole(std::string_view piece, std::vector<Found>& found) const {
  std::size_t done = 0;  // no pattern begins before it that was not found
  for (std::size_t probe = window_ - kProbe; probe + kProbe <= piece.size();) {
    if (!may_begin_near(piece, probe)) {
      done = probe + 1;
      probe += window_ - kProbe + 1;
      continue;
    }
    State state = 0;
    do {
      state = step(state, static_cast<unsigned char>(piece[done++]));
      add_match(piece, done, state, found);
    } while (done < piece.size() && (state != 0 || done <= probe));
    probe = done + window_ - kProbe;
  }
}

void ValueMatcher::scan(std::string_view piece, State& state, bool last, std::vector<Found>& found) const {
  if (patterns_.empty()) {
    return;
  }
  if (last && state == 0 && window_ >= kProbe) {
    scan_whole(piece, found);
    return;
  }
  for (std::size_t i = 0; i < piece.size(); ++i) {
    state = step(state, static_cast<unsigned char>(piece[i]));
    add_match(piece, i + 1, state, found);
  }
  const Node& node = nodes_[state];
  const std::uint32_t shown = std::min(kShown, std::max(node.shortest, 1U) - 1);
  if (last || node.depth <= shown) {
    return;
  }
  const std::size_t length = std::min<std::size_t>(piece.size(), node.depth - shown);
  found.push_back({piece.size() - length, length, variable_below(state)});
}

/// The variable of a value that begins with what `state` has matched.
std::string ValueMatcher::variable_below(State state) const {
  while (nodes_[state].match < 0 ||
         patterns_[static_cast<std::size_t>(nodes_[state].match)].bytes.size() < nodes_[state].depth) {
    state = nodes_[state].child;
  }
  return patterns_[static_cast<std::size_t>(nodes_[state].match)].variable;
}

}  // namespace whydrop::capture
