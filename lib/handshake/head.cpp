#include "handshake/head.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::handshake {
namespace {

constexpr std::string_view kHttp = "HTTP/";

/// "HTTP/1.1", and nothing shorter or longer.
bool is_version(std::string_view text) {
  return text.size() == 8 && text.substr(0, 5) == kHttp && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

/// The three digits after the version, or 0.
int status_of(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == line.npos) {
    return 0;
  }
  const auto code = line.substr(blank + 1, 3);
  const bool ends = line.size() == blank + 4 || (line.size() > blank + 4 && line[blank + 4] == ' ');
  if (code.size() != 3 || !ends || !std::all_of(code.begin(), code.end(), is_digit)) {
    return 0;
  }
  return (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
}

bool is_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  return first != line.npos && last > first + 1 && is_token(line.substr(0, first)) &&
         is_version(line.substr(last + 1)) && line.substr(first + 1, last - first - 1).find(' ') == line.npos;
}

/// Names are kept without the blanks at their ends: only the bytes show them.
bool blank_before_colon(std::string_view raw) {
  std::size_t at = raw.find('\n');
  while (at != raw.npos && at + 1 < raw.size()) {
    const std::size_t end = std::min(raw.find('\n', at + 1), raw.size());
    const std::string_view line = raw.substr(at + 1, end - at - 1);
    const std::size_t colon = line.find(':');
    const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!folded && colon != line.npos && colon > 0 && (line[colon - 1] == ' ' || line[colon - 1] == '\t')) {
      return true;
    }
    at = end;
  }
  return false;
}

bool has_control(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

std::string unacceptable(const Head& head) {
  const auto holds = [](std::string_view text, char c) { return text.find(c) != text.npos; };
  const auto fault_of = [&](std::string_view text) {
    return holds(text, '\0') ? "a NUL" : holds(text, '\r') ? "a CR that ends no line" : "";
  };
  std::string fault = fault_of(head.start_line);
  for (const auto& [name, value] : head.fields) {
    if (!fault.empty()) {
      break;
    }
    fault = *fault_of(name) != '\0' ? fault_of(name) : fault_of(value);
    if (fault.empty() && name.empty()) {
      fault = "a header without a name";
    } else if (fault.empty() && name.find_first_of(" \t") != name.npos) {
      fault = "a blank in a header's name";
    }
  }
  return fault.empty() && blank_before_colon(head.raw) ? "a blank between a header's name and its colon" : fault;
}

const std::string* Head::find(std::string_view name) const {
  for (const auto& field : fields) {
    if (same_token(field.name, name)) {
      return &field.value;
    }
  }
  return nullptr;
}

std::vector<std::string_view> Head::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : fields) {
    if (same_token(field.name, name)) {
      values.push_back(field.value);
    }
  }
  return values;
}

HeadParser::HeadParser(Kind kind, std::size_t max_bytes) : kind_(kind), max_bytes_(max_bytes) {}

std::size_t HeadParser::feed(std::string_view bytes) {
  std::size_t used = take_beginning(bytes);
  while (!done() && used < bytes.size()) {
    used += take_line(bytes.substr(used));
  }
  return used;
}

/// Byte by byte while it may still turn out that this is not HTTP.
std::size_t HeadParser::take_beginning(std::string_view bytes) {
  const std::size_t judged = kind_ == Kind::response ? kHttp.size() : 1;
  std::size_t used = 0;
  while (!done() && used < bytes.size() && head_.raw.size() < judged) {
    const char c = bytes[used++];
    const std::size_t at = head_.raw.size();
    head_.raw.push_back(c);
    if (kind_ == Kind::response ? c != kHttp[at] : !is_token({&c, 1})) {
      give_up("the first line is not HTTP");
    } else {
      check_size();
    }
  }
  return used;
}

std::size_t HeadParser::take_line(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  const auto wanted = newline == bytes.npos ? bytes.size() : newline + 1;
  const auto taken = std::min(wanted, max_bytes_ - head_.raw.size());
  head_.raw.append(bytes.substr(0, taken));
  if (newline != bytes.npos && taken == wanted) {
    end_line();
  }
  check_size();
  return taken;
}

void HeadParser::end_line() {
  ++lines_;
  std::string_view line = std::string_view(head_.raw).substr(line_start_);
  line_start_ = head_.raw.size();
  line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  } else {
    note_fault(fmt::format("line {} ends in LF without CR", lines_));
  }
  if (lines_ == 1) {
    read_start_line(line);
  } else if (line.empty()) {
    head_.complete = true;
  } else if (line.front() == ' ' || line.front() == '\t') {
    unfold(line);
  } else if (head_.fields.size() >= kMaxFields) {
    refuse_size(fmt::format("{} header fields", kMaxFields));
  } else {
    read_field(line);
  }
}

void HeadParser::read_start_line(std::string_view line) {
  head_.start_line = line;
  if (kind_ == Kind::request) {
    if (!is_request_line(line)) {
      note_fault("the first line is not a request line");
    }
    return;
  }
  head_.status = status_of(line);
  if (head_.status == 0 || !is_version(line.substr(0, line.find(' ')))) {
    note_fault("the first line is not a status line");
  }
}

void HeadParser::read_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos) {
    return note_fault(fmt::format("line {} has no colon", lines_));
  }
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  if (!is_token(name)) {
    note_fault(fmt::format("line {} has a header name that is not a token", lines_));
  }
  if (has_control(value)) {
    note_fault(fmt::format("line {} holds a control character", lines_));
  }
  head_.fields.push_back({std::string(trim(name)), std::string(value)});
}

/// A line that begins with a blank continues the field before it. RFC 9112 section 5.2.
void HeadParser::unfold(std::string_view line) {
  note_fault(fmt::format("line {} is folded", lines_));
  if (head_.fields.empty()) {
    return;
  }
  auto& value = head_.fields.back().value;
  const auto more = trim(line);
  if (!value.empty() && !more.empty()) {
    value.push_back(' ');
  }
  value.append(more);
}

void HeadParser::note_fault(std::string fault) {
  if (head_.fault.empty()) {
    head_.fault = std::move(fault);
  }
}

void HeadParser::check_size() {
  if (!done() && head_.raw.size() >= max_bytes_) {
    refuse_size(format_size(max_bytes_));
  }
}

void HeadParser::refuse_size(std::string limit) {
  head_.too_large = true;
  give_up("the head has more than " + limit + ", a limit of whydrop's own");
}

/// What ends the head is told before what was merely odd in it.
void HeadParser::give_up(std::string fault) {
  head_.over_limit = true;
  head_.fault = std::move(fault);
}

}  // namespace whydrop::handshake
