// Invariant: any two sessions are compared without a crash. One that is held against itself does not differ; which is
// named first changes neither whether they differ nor what is known of their ends; what does not differ strictly does
// not differ at all. Each difference is a sentence, and each view of them is text without control characters, or JSON.
// The two are captures, parted by the first form feed. The first byte chooses what is compared (bits 0 to 5), whether a
// profile names the messages (bit 6) and whether a header line is put in front of each (bit 7).
#include "capture/reader.hpp"
#include "capture/writer.hpp"
#include "compare/render.hpp"
#include "fuzz/require.hpp"
#include "json/json.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using namespace whydrop::compare;
using fuzz::require;

const profile::Profile* named_by(std::uint8_t chosen) {
  static const auto tutorial = *profile::load(*profile::find_built_in("guest-tutorial"));
  return (chosen & 64U) != 0 ? tutorial.get() : nullptr;
}

Options options_of(std::uint8_t chosen) {
  Options options;
  options.strict = (chosen & 1U) != 0;
  options.all = (chosen & 2U) != 0;
  options.timing = (chosen & 4U) == 0;
  options.other_server = (chosen & 8U) != 0;
  options.rows = (chosen & 16U) != 0;
  if ((chosen & 32U) != 0) {
    options.ignore = {"/id", "/items/*/at"};
  }
  return options;
}

std::unique_ptr<Recorder> record(std::string_view lines, std::uint8_t chosen) {
  auto recorder = std::make_unique<Recorder>(named_by(chosen));
  recorder->set_started(1'700'000'000'000'000'000);
  std::string text;
  if ((chosen & 128U) != 0) {
    capture::append_header(text, capture::CaptureHeader());
  }
  text += lines;
  capture::Reader reader("fuzz");
  reader.feed(text);
  reader.end();
  while (true) {
    const auto item = reader.next();
    if (!item || !*item) {
      return recorder;
    }
    if (const auto* event = std::get_if<session::Event>(&**item)) {
      require(recorder->on_event(*event).has_value(), "every event is taken");
    }
  }
}

void hold(const Comparison& comparison, const Options& options) {
  require(comparison.matched <= std::min(comparison.messages_a, comparison.messages_b), "a message has one partner");
  require(comparison.differences.size() <= kMostDifferences, "differences are bounded");
  for (const Difference& difference : comparison.differences) {
    require(!difference.says.empty(), "a difference is told");
  }
  require(!comparison.first || *comparison.first < comparison.differences.size(), "what is first is there");
  require(!comparison.leading || comparison.differences[*comparison.leading].explains, "what leads could explain");
  require(options.rows || comparison.rows.empty(), "rows are made where they are asked for");
}

void hold_views(const Comparison& comparison, const Options& options) {
  report::Style style;
  for (const unsigned width : {0U, 50U}) {
    style.width = width;
    for (const View view : {View::text, View::side_by_side}) {
      const std::string text = render(comparison, options, view, style);
      require(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n'; }),
              "a view holds no control characters");
      require(!text.empty() && text.back() == '\n', "a view ends its last line");
    }
  }
  const std::string ndjson = render(comparison, options, View::ndjson, style);
  std::size_t count = 0;
  for (std::string_view rest = ndjson; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1), ++count) {
    json::Json line;
    require(!line.parse(rest.substr(0, rest.find('\n'))), "a line is JSON");
  }
  require(count == comparison.differences.size() + 1, "a line for each difference, and one for all");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t at = input.find('\f');
  const auto a = record(input.substr(0, at), data[0]);
  const auto b = record(at == std::string_view::npos ? std::string_view() : input.substr(at + 1), data[0]);
  Options options = options_of(data[0]);
  const Comparison there = compare::compare(*a, *b, options), back = compare::compare(*b, *a, options);
  hold(there, options);
  hold(back, options);
  hold_views(there, options);
  require(there.same() == back.same(), "either order differs");
  require(there.ends_differ == back.ends_differ && there.ends_known() == back.ends_known(), "either order ends alike");
  require(compare::compare(*a, *a, options).same(), "a session does not differ from itself");
  if (options.strict && there.same()) {
    options.strict = false;
    require(compare::compare(*a, *b, options).same(), "what is the same strictly is the same");
  }
  return 0;
}
