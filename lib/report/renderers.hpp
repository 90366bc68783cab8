#pragma once

#include "base/byte_sink.hpp"
#include "report/report.hpp"

#include <memory>

namespace whydrop::report {

std::unique_ptr<session::EventSink> make_log_renderer(const Style& style, ByteSink& data);
std::unique_ptr<session::EventSink> make_messages_renderer(const Style& style, ByteSink& data, ByteSink& talk);
std::unique_ptr<session::EventSink> make_ndjson_renderer(const Style& style, ByteSink& data);
std::unique_ptr<session::EventSink> make_summary_renderer(const Style& style, ByteSink& data);
std::unique_ptr<session::EventSink> make_sessions_renderer(const Style& style, ByteSink& data);
std::unique_ptr<session::EventSink> make_drops_renderer(const Style& style, ByteSink& data);

}  // namespace whydrop::report
