#include "validate/validation.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "os/file_names.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::validate {
namespace {

/// True where the first line is a whole JSON value and more come behind it.
bool is_line_by_line(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  const bool more = text.find_first_not_of(" \t\r\n", end) != std::string_view::npos;
  json::Json first;
  return more && !first.parse(text.substr(begin, end - begin));
}

std::string_view parent_of(std::string_view pointer) {
  return pointer.substr(0, pointer.rfind('/'));
}

/// Where a fault is seen: a member that is missing, in the object that lacks it.
json::Place place_of(std::string_view text, const schema::Fault& fault) {
  const bool missing = fault.found.empty();
  const bool key = fault.keyword == "additionalProperties" || fault.keyword == "propertyNames";
  const auto place = json::locate(text, missing ? parent_of(fault.instance) : fault.instance, key);
  return place.value_or(json::Place());
}

std::string where(const std::string& name, std::uint64_t line, json::Place place) {
  return fmt::format("{}:{}:{}", escape_for_terminal(name), line == 0 ? place.line : line, place.column);
}

std::string member(std::string_view key, std::string_view value) {
  return "," + json::quote(key) + ":" + json::quote(value);
}

std::string as_json(const schema::Fault& fault, json::Place place, std::uint64_t line) {
  std::string out = fmt::format("{{\"line\":{},\"column\":{}", line == 0 ? place.line : line, place.column);
  out += member("instance", fault.instance) + member("schema", fault.schema) + member("keyword", fault.keyword) +
         member("expected", fault.expected) + member("found", fault.found);
  return out + (fault.hint.empty() ? "" : member("hint", fault.hint)) + "}";
}

constexpr std::size_t kBlock = 64U << 10;

}  // namespace

void Validation::print(const std::string& text) {
  unwritten_ += text;
  if (unwritten_.size() >= kBlock && written_) {
    written_ = out_.write(unwritten_);
    unwritten_.clear();
  }
}

void Validation::tell_fault(const Instance& instance, const schema::Fault& fault) {
  print(where(instance.name, instance.line, place_of(instance.text, fault)) + ": " + fault.says() + "\n");
  if (!fault.hint.empty()) {
    print("  hint: " + fault.hint + "\n");
  }
}

void Validation::tell_ndjson(const Instance& instance, const Judged& judged, const json::Fault* broken) {
  std::string out = "{\"name\":" + json::quote(instance.name);
  out += instance.line == 0 ? "" : ",\"line\":" + std::to_string(instance.line);
  out += judged.type.empty() ? "" : member("type", judged.type);
  out += judged.faults.empty() && !broken ? ",\"valid\":true,\"errors\":[" : ",\"valid\":false,\"errors\":[";
  if (broken) {
    schema::Fault fault;
    fault.keyword = "json";
    fault.expected = "JSON";
    fault.found = broken->why;
    out += as_json(fault, json::place_of(instance.text, broken->offset), instance.line);
  }
  for (const schema::Fault& fault : judged.faults) {
    out += &fault == judged.faults.data() ? "" : ",";
    out += as_json(fault, place_of(instance.text, fault), instance.line);
  }
  out += ']';
  for (const json::Fault& loss : json_.losses()) {
    const json::Place place = json::place_of(instance.text, loss.offset);
    out += &loss == json_.losses().data() ? ",\"warnings\":[" : ",";
    out += fmt::format("{{\"line\":{},\"column\":{}", instance.line == 0 ? place.line : instance.line, place.column);
    out += member("says", loss.why) + "}";
  }
  print(out + (json_.losses().empty() ? "}\n" : "]}\n"));
}

/// What JSON allows, and readers take for different things.
void Validation::tell_losses(const Instance& instance) {
  for (const json::Fault& loss : json_.losses()) {
    const json::Place place = json::place_of(instance.text, loss.offset);
    print(where(instance.name, instance.line, place) + ": warning: " + loss.why + "\n");
  }
}

bool Validation::take_one(const Instance& instance, bool quiet) {
  const auto broken = json_.parse(instance.text);
  const Judged judged = broken ? Judged() : judge_.judge(json_.root());
  const bool valid = !broken && judged.faults.empty();
  all_valid_ = all_valid_ && valid;
  if (!ndjson_) {
    tell_losses(instance);
  }
  if (ndjson_) {
    tell_ndjson(instance, judged, broken ? &*broken : nullptr);
  } else if (broken) {
    const json::Place place = json::place_of(instance.text, broken->offset);
    print(where(instance.name, instance.line, place) + ": not JSON: " + broken->why + "\n");
  } else if (valid && !quiet) {
    const std::string type = judged.type.empty() ? "" : " (" + judged.type + ")";
    print(escape_for_terminal(instance.name) + ": ok" + type + "\n");
  }
  if (!ndjson_) {
    for (const schema::Fault& fault : judged.faults) {
      tell_fault(instance, fault);
    }
  }
  return valid;
}

Result<void> Validation::take(const std::string& name, std::string_view text) {
  if (is_line_by_line(text)) {
    take_lines(name, text);
  } else {
    take_one({name, text}, false);
  }
  WHYDROP_TRY(written_);
  const auto written = out_.write(unwritten_);
  unwritten_.clear();
  return written;
}

void Validation::take_lines(const std::string& name, std::string_view text) {
  std::uint64_t line = 0, values = 0, invalid = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (one.find_first_not_of(" \t\r") != std::string_view::npos) {
      ++values;
      invalid += take_one({name, one, line}, true) ? 0 : 1;
    }
  }
  if (!ndjson_) {
    print(escape_for_terminal(name) + (invalid == 0
                                           ? fmt::format(": ok, {} lines\n", values)
                                           : fmt::format(": {} of {} lines are not valid\n", invalid, values)));
  }
}

namespace {

Result<std::unique_ptr<Judge>> make_judge(const ValidateRequest& request, const os::FileReader& read) {
  auto references = make_references(request.schema, request.references, request.allowed_paths);
  WHYDROP_TRY(references);
  schema::Options options;
  options.draft = request.draft;
  options.check_formats = request.check_formats;
  options.fetch = [references = std::move(*references)](const std::string& uri) { return references.read(uri); };
  return request.schema.empty() ? judge_by_profile(request.profile, request.as, request.side, options)
                                : judge_by_schema(request.schema, options, read);
}

}  // namespace

Result<std::unique_ptr<Judge>> make_schema_judge(const std::string& given, const os::FileReader& read) {
  ValidateRequest request;
  request.schema = given;
  return make_judge(request, read);
}

Result<int> validate(const ValidateRequest& request,
                     const os::FileReader& read,
                     ByteSink& out,
                     const Listener& listener) {
  const auto judge = make_judge(request, read);
  WHYDROP_TRY(judge);
  for (const std::string& what : (*judge)->unchecked()) {
    listener.warning(escape_for_terminal(what) + " is not checked");
  }
  Validation validation(**judge, request.ndjson, out);
  bool unread = false;
  for (const std::string& given : request.files) {
    for (const std::string& name : os::expanded(given)) {
      const auto text = read(name);
      if (!text) {
        listener.error(text.error());
        unread = true;
        continue;
      }
      WHYDROP_TRY(validation.take(name == "-" ? "standard input" : name, *text));
    }
  }
  return unread ? 3 : validation.all_valid() ? 0 : 1;
}

}  // namespace whydrop::validate
