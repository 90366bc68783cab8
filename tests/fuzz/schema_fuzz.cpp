// Invariant: any text as a schema, and any as a value, is compiled and judged or refused without a crash; valid() and
// check() agree; a fault has words, and its pointers are pointers. The first line of the input is the schema, the rest
// the value.
#include "fuzz/require.hpp"
#include "json/json.hpp"
#include "schema/schema.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

void judge(const schema::Schema& schema, json::Value value) {
  const bool valid = schema.valid(value);
  const auto faults = schema.check(value);
  require(valid == faults.empty(), "valid() and check() agree");
  for (const schema::Fault& fault : faults) {
    require(!fault.keyword.empty() && !fault.says().empty(), "a fault has words");
    require(fault.instance.empty() || fault.instance.front() == '/', "a fault's instance is a pointer");
    require(!fault.found.empty() || fault.instance.find('/') != std::string::npos, "what is missing has a name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(0, end), value = input.substr(std::min(end + 1, input.size()));
  json::Json document, instance;
  if (document.parse(text)) {
    return 0;
  }
  schema::Options options;
  options.check_formats = size % 2 == 0;
  options.fetch = [&](const std::string& uri) {
    return uri == "self" ? std::optional<std::string>(text) : std::nullopt;
  };
  const auto schema = schema::Schema::compile(document, text, "fuzz", options);
  require(schema || !schema.error().message.empty(), "an error has a message");
  if (schema && !instance.parse(value)) {
    judge(*schema, instance.root());
  }
  return 0;
}
