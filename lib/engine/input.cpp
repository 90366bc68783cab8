#include "engine/input.hpp"

#include "base/base64.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <rapidjson/document.h>

namespace whydrop::engine {
namespace {

constexpr const char* kJsonHint =
    R"(a line is a JSON string, or one of {"text":…} {"base64":…} {"ping":…} {"pong":…} {"close":{"code":…,"reason":…}})";

constexpr std::size_t kMostOfValue = std::size_t{64} << 20;

std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view view(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

constexpr std::array<std::pair<std::string_view, Outgoing::Kind>, 3> kStringKeys = {
    {{"text", Outgoing::Kind::text}, {"ping", Outgoing::Kind::ping}, {"pong", Outgoing::Kind::pong}}};

/// {"code":1000,"reason":"bye"}; both may be left out.
bool read_close(const rapidjson::Value& value, Outgoing& out) {
  if (!value.IsObject()) {
    return false;
  }
  out.kind = Outgoing::Kind::close;
  for (const auto& member : value.GetObject()) {
    if (view(member.name) == "code" && member.value.IsUint() && member.value.GetUint() <= 0xFFFF) {
      out.close_code = static_cast<std::uint16_t>(member.value.GetUint());
    } else if (view(member.name) == "reason" && member.value.IsString()) {
      out.payload = view(member.value);
    } else {
      return false;
    }
  }
  return true;
}

/// The one member of the object. `scratch` holds what has to be decoded.
bool read_object(const rapidjson::Value& object, Outgoing& out, std::string& scratch) {
  if (object.MemberCount() != 1) {
    return false;
  }
  const auto& member = *object.MemberBegin();
  const std::string_view key = view(member.name);
  if (key == "close") {
    return read_close(member.value, out);
  }
  if (!member.value.IsString()) {
    return false;
  }
  out.payload = view(member.value);
  if (key == "base64") {
    auto bytes = base64_decode(out.payload);
    out.kind = Outgoing::Kind::binary;
    scratch = bytes.value_or("");
    out.payload = scratch;
    return bytes.has_value();
  }
  for (const auto& [name, kind] : kStringKeys) {
    if (name == key) {
      out.kind = kind;
      return true;
    }
  }
  return false;
}

}  // namespace

/// False where `c` is no part of the value any more.
bool JsonSplitter::take(char c) {
  if (in_string_) {
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
    done_ = !in_string_ && depth_ == 0;
    return true;
  }
  const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
  const bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
  if (scalar_ && (blank || opens || c == '"')) {
    done_ = true;
    return false;
  }
  begun_ = begun_ || !blank;
  in_string_ = c == '"';
  depth_ += opens ? 1 : 0;
  depth_ -= closes && depth_ > 0 ? 1 : 0;
  scalar_ = begun_ && depth_ == 0 && !opens && !closes && !in_string_;
  done_ = closes && depth_ == 0;
  return true;
}

std::size_t JsonSplitter::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !done_ && take(bytes[taken])) {
    ++taken;
  }
  return taken;
}

InputReader::InputReader(InputFormat format, std::string name) : format_(format), name_(std::move(name)) {}

Result<void> InputReader::feed(std::string_view chunk, const Emit& emit) {
  if (format_ == InputFormat::json) {
    return feed_json(chunk, emit);
  }
  if (const std::size_t end = chunk.find('\n'); !rest_.empty() && end != std::string_view::npos) {
    rest_.append(chunk.substr(0, end));
    chunk.remove_prefix(end + 1);
    const std::string whole = std::exchange(rest_, {});
    if (const auto done = line(whole, emit); !done) {
      return done;
    }
  }
  for (std::size_t end = 0; (end = chunk.find('\n')) != std::string_view::npos; chunk.remove_prefix(end + 1)) {
    if (const auto done = line(chunk.substr(0, end), emit); !done) {
      return done;
    }
  }
  rest_.append(chunk);
  return {};
}

Result<void> InputReader::feed_json(std::string_view chunk, const Emit& emit) {
  while (!chunk.empty()) {
    const std::size_t taken = splitter_.feed(chunk);
    rest_.append(chunk.substr(0, taken));
    chunk.remove_prefix(taken);
    if (rest_.size() > kMostOfValue) {
      return wrong("a JSON value is larger than 64 MiB");
    }
    if (splitter_.done()) {
      WHYDROP_TRY(json_value(emit));
    }
  }
  return {};
}

/// Sent as it stands, without the blanks around it.
Result<void> InputReader::json_value(const Emit& emit) {
  const std::string given = std::exchange(rest_, {});
  splitter_ = JsonSplitter();
  const std::string_view value = trim_blanks(given);
  const auto before = static_cast<std::size_t>(value.data() - given.data());
  const auto begin = given.begin() + static_cast<std::ptrdiff_t>(before);
  const auto lines = [](auto first, auto last) { return static_cast<std::uint64_t>(std::count(first, last, '\n')); };
  line_number_ = std::max<std::uint64_t>(line_number_, 1) + lines(given.begin(), begin);
  json::Json document;
  if (const auto fault = document.parse(value)) {
    return wrong("not JSON: " + fault->why, "each JSON value is a message; --in lines sends lines as they are");
  }
  emit({Outgoing::Kind::text, value, 0});
  line_number_ += lines(begin, given.end());
  return {};
}

Result<void> InputReader::finish(const Emit& emit) {
  if (format_ == InputFormat::json) {
    splitter_.finish();
    return splitter_.begun() ? json_value(emit) : Result<void>();
  }
  const std::string whole = std::exchange(rest_, {});
  return whole.empty() ? Result<void>{} : line(whole, emit);
}

Result<void> InputReader::line(std::string_view text, const Emit& emit) {
  ++line_number_;
  if (format_ == InputFormat::jsonl) {
    return json_line(text, emit);
  }
  if (format_ == InputFormat::lines && !is_utf8(text)) {
    return wrong("not valid UTF-8", "--binary sends lines as they are");
  }
  emit({format_ == InputFormat::lines ? Outgoing::Kind::text : Outgoing::Kind::binary, text, 0});
  return {};
}

Result<void> InputReader::json_line(std::string_view text, const Emit& emit) {
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
    return {};
  }
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    return wrong("not JSON", kJsonHint);
  }
  Outgoing out;
  std::string scratch;
  if (document.IsString()) {
    out.payload = view(document);
  } else if (!document.IsObject() || !read_object(document, out, scratch)) {
    return wrong("not a message", kJsonHint);
  }
  emit(out);
  return {};
}

tl::unexpected<Error> InputReader::wrong(const std::string& why, std::string hint) const {
  return fail(ErrorKind::local, name_ + ":" + std::to_string(line_number_) + ": " + why, std::move(hint));
}

}  // namespace whydrop::engine
