#include "base/text.hpp"
#include "base/units.hpp"
#include "report/drop_statistics.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include <fmt/format.h>

namespace whydrop::report {
namespace {

/// A line each time a session ends, with its cause; at the end of the run a summary by cause, and its verdict. Attempts
/// that fail alike, one after the other, are counted instead.
class DropsRenderer final : public session::EventSink {
 public:
  DropsRenderer(const Style& style, ByteSink& data)
      : style_(style), started_ns_(parse_rfc3339(style.started).value_or(0)), buffer_(data) {}

  Result<void> on_event(const session::Event& event) override {
    last_ns_ = std::max(last_ns_, event.t_ns);
    const auto* verdict = std::get_if<session::Verdict>(&event.body);
    if (verdict != nullptr && event.conn == 0) {
      conclude(*verdict);
      return {};
    }
    statistics_.on_event(event);
    if (const auto& ended = statistics_.ended(); verdict != nullptr && ended && !style_.quiet) {
      tell(event, *verdict, *ended);
    }
    return {};
  }
  bool wants_frames() const override { return false; }
  Result<void> flush() override { return buffer_.flush(); }

 private:
  std::string at(std::int64_t t_ns) const {
    return started_ns_ == 0 ? format_duration(t_ns) : format_rfc3339(started_ns_ + t_ns);
  }
  void tell(const session::Event& event, const session::Verdict& verdict, const DropStatistics::Ended& ended) {
    const std::string& cause = ended.cause;
    if (!ended.age_ns && cause == failed_as_) {
      ++failed_again_;
      failed_last_ns_ = event.t_ns;
      return;
    }
    tell_repeated();
    told_ = true;
    failed_as_ = ended.age_ns ? "" : cause;
    const std::string traffic =
        ended.age_ns
            ? fmt::format("after {}, sent {}, received {}", format_duration(*ended.age_ns), ended.sent, ended.received)
            : "not opened";
    buffer_.text() += fmt::format("{}  session {}, {}: {} ({})\n",
                                  at(event.t_ns),
                                  ended.number,
                                  traffic,
                                  escape_for_terminal(verdict.headline),
                                  cause);
  }
  void tell_repeated() {
    if (failed_again_ > 0) {
      buffer_.text() += fmt::format("{}  {} failed the same way since ({})\n",
                                    at(failed_last_ns_),
                                    counted(failed_again_, "more attempt"),
                                    failed_as_);
      failed_again_ = 0;
    }
  }
  void conclude(const session::Verdict& verdict) {
    tell_repeated();
    if (!style_.quiet) {
      buffer_.text() += (told_ ? "\n" : "") + statistics_.summary(last_ns_) + "\n";
    }
    buffer_.text() += verdict_block(verdict, style_);
  }

  const Style style_;
  const std::int64_t started_ns_;  ///< since 1970; 0: not known
  OutBuffer buffer_;
  DropStatistics statistics_;
  std::int64_t last_ns_ = 0;
  bool told_ = false;      ///< a line was written
  std::string failed_as_;  ///< the cause of the last attempt, where it failed; empty: a session came since
  std::uint64_t failed_again_ = 0;
  std::int64_t failed_last_ns_ = 0;
};

}  // namespace

std::unique_ptr<session::EventSink> make_drops_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<DropsRenderer>(style, data);
}

}  // namespace whydrop::report
