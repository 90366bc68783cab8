#include "base/text.hpp"
#include "base/units.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"
#include "session/endings.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include <fmt/format.h>

namespace whydrop::report {
namespace {

/// Each session of a record that holds many: its number, when it began, its URL, how it ended, and its verdict in a
/// sentence.
class SessionsRenderer final : public session::EventSink {
 public:
  SessionsRenderer(const Style& style, ByteSink& data) : style_(style), buffer_(data) {}

  Result<void> on_event(const session::Event& event) override {
    if (const auto* open = std::get_if<session::Open>(&event.body)) {
      if (open->role == session::Role::websocket) {
        open_.emplace(event.conn, Begun{open->url, event.t_ns});
      }
    } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
      event.conn == 0 ? conclude(*verdict) : tell(event, *verdict);
    }
    return {};
  }
  bool wants_frames() const override { return false; }
  bool wants_messages() const override { return false; }
  Result<void> flush() override { return buffer_.flush(); }

 private:
  struct Begun {
    std::string url;
    std::int64_t t_ns = 0;
  };

  void tell(const session::Event& event, const session::Verdict& verdict) {
    const auto begun = open_.find(event.conn);
    if (begun == open_.end()) {
      return;
    }
    ++count_;
    if (!style_.quiet) {
      const std::string how(verdict.how ? session::name(*verdict.how) : std::string_view("open"));
      buffer_.text() += fmt::format("{:>4}  at {}  {}\n      {}{}: {}\n",
                                    fmt::format("c{}", event.conn),
                                    format_duration(begun->second.t_ns),
                                    escape_for_terminal(begun->second.url),
                                    verdict.code ? fmt::format("{} ", *verdict.code) : "",
                                    how,
                                    escape_for_terminal(verdict.headline));
    }
    open_.erase(begun);
  }
  void conclude(const session::Verdict& verdict) {
    if (count_ < 2) {
      buffer_.text() += "\n" + verdict_block(verdict, style_);
      return;
    }
    buffer_.text() += fmt::format("\n{}. --conn N shows one with its verdict, --url GLOB those of an address.\n",
                                  counted(count_, "session"));
  }

  const Style style_;
  OutBuffer buffer_;
  std::map<std::uint32_t, Begun> open_;  ///< not concluded yet
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<session::EventSink> make_sessions_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<SessionsRenderer>(style, data);
}

}  // namespace whydrop::report
