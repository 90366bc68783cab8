#include "report/report.hpp"

#include "report/renderers.hpp"

namespace whydrop::report {

const std::vector<OutputRow>& outputs() {
  static const std::vector<OutputRow> rows = {
      {Output::log,
       "log",
       "a line a frame (default)",
       true,
       [](const Style& style, ByteSink& data, ByteSink&) { return make_log_renderer(style, data); }},
      {Output::messages,
       "messages",
       "payloads only",
       true,
       [](const Style& style, ByteSink& data, ByteSink& talk) { return make_messages_renderer(style, data, talk); }},
      {Output::ndjson,
       "ndjson",
       "capture lines",
       true,
       [](const Style& style, ByteSink& data, ByteSink&) { return make_ndjson_renderer(style, data); }},
      {Output::summary,
       "summary",
       "counts and the verdict",
       false,
       [](const Style& style, ByteSink& data, ByteSink&) { return make_summary_renderer(style, data); }},
      {Output::drops,
       "drops",
       "a line each time a session ends, and at last their causes",
       true,
       [](const Style& style, ByteSink& data, ByteSink&) { return make_drops_renderer(style, data); }},
      {Output::sessions,
       "sessions",
       "each session's URL, ending and verdict",
       true,
       [](const Style& style, ByteSink& data, ByteSink&) { return make_sessions_renderer(style, data); }},
  };
  return rows;
}

const OutputRow& row_of(Output output) {
  return outputs()[static_cast<std::size_t>(output)];
}

std::unique_ptr<session::EventSink> make_renderer(Output output, const Style& style, ByteSink& data, ByteSink& talk) {
  return row_of(output).make(style, data, talk);
}

}  // namespace whydrop::report
