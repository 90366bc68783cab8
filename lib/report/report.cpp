#include "report/report.hpp"

#include "report/renderers.hpp"

namespace whydrop::report {

std::optional<Output> parse_output(std::string_view text) {
  struct Row {
    std::string_view name;
    Output output;
  };
  static constexpr Row kRows[] = {
      {"log", Output::log}, {"messages", Output::messages}, {"ndjson", Output::ndjson}, {"summary", Output::summary}};
  for (const Row& row : kRows) {
    if (row.name == text) {
      return row.output;
    }
  }
  return std::nullopt;
}

std::unique_ptr<session::EventSink> make_renderer(Output output, const Style& style, ByteSink& data, ByteSink& talk) {
  switch (output) {
  case Output::log:
    return make_log_renderer(style, data);
  case Output::messages:
    return make_messages_renderer(style, data, talk);
  case Output::ndjson:
    return make_ndjson_renderer(style, data);
  case Output::summary:
    return make_summary_renderer(style, data);
  }
  return nullptr;
}

}  // namespace whydrop::report
