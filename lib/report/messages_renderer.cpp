#include "base/base64.hpp"
#include "base/text.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace whydrop::report {
namespace {

/// Payloads of the server's data messages, one a line: text as it came, bytes as base64.
class MessagesRenderer final : public session::EventSink {
 public:
  MessagesRenderer(const Style& style, ByteSink& data, ByteSink& talk) : style_(style), data_(data), talk_(talk) {}

  Result<void> on_event(const session::Event& event) override {
    if (const auto* message = std::get_if<session::Message>(&event.body)) {
      on_message(*message);
      return data_.drain();
    }
    if (const auto* verdict = std::get_if<session::Verdict>(&event.body); verdict != nullptr && event.conn == 0) {
      talk_.text() += verdict_block(*verdict, style_);
    }
    return {};
  }
  bool wants_frames() const override { return false; }
  bool wants_messages() const override { return !style_.quiet; }
  Result<void> flush() override {
    Result<void> written = data_.flush();
    return written ? talk_.flush() : written;
  }

 private:
  void on_message(const session::Message& message) {
    if (message.from != session::Side::server || style_.quiet) {
      return;
    }
    if (!message.text) {
      append_base64(data_.text(), message.payload);
    } else if (style_.escape) {
      data_.text() += escape_for_terminal(message.payload);
    } else {
      data_.text() += message.payload;
    }
    data_.text() += '\n';
  }

  const Style style_;
  OutBuffer data_;
  OutBuffer talk_;
};

}  // namespace

std::unique_ptr<session::EventSink> make_messages_renderer(const Style& style, ByteSink& data, ByteSink& talk) {
  return std::make_unique<MessagesRenderer>(style, data, talk);
}

}  // namespace whydrop::report
