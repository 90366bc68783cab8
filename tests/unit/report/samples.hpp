#pragma once

#include "report/report.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::report::samples {

class StringSink final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    ++writes;
    return {};
  }
  std::string text;
  int writes = 0;
};

inline Style plain(unsigned width = 80) {
  Style style;
  style.width = width;
  return style;
}

inline session::Event event(std::uint64_t seq, std::int64_t ms, session::Body body, std::uint32_t conn = 1) {
  session::Event out;
  out.seq = seq;
  out.t_ns = ms * 1'000'000;
  out.conn = conn;
  out.body = std::move(body);
  return out;
}

/// A lawful frame; the payload must outlive it.
inline session::Frame frame(session::Side from, wire::Opcode opcode, std::string_view payload) {
  session::Frame out;
  out.from = from;
  out.header.opcode = opcode;
  out.header.masked = from == session::Side::client;
  out.header.masking_key = {0x37, 0xfa, 0x21, 0x3d};
  out.header.length = payload.size();
  out.header.length_form = payload.size() > 65535 ? wire::LengthForm::bits_64
                           : payload.size() > 125 ? wire::LengthForm::bits_16
                                                  : wire::LengthForm::bits_7;
  out.payload = payload;
  return out;
}

inline std::string rendered(Output output, const Style& style, const std::vector<session::Event>& events) {
  StringSink data, talk;
  auto renderer = make_renderer(output, style, data, talk);
  for (const session::Event& it : events) {
    EXPECT_TRUE(renderer->on_event(it));
  }
  EXPECT_TRUE(renderer->flush());
  return talk.text.empty() ? data.text : data.text + "--talk--\n" + talk.text;
}

}  // namespace whydrop::report::samples
