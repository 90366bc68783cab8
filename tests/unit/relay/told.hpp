#pragma once

#include "engine/tap.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace whydrop::test {

/// A tap that writes down what it is told, a line each; bytes of one direction that follow one another are one line.
class ToldTap final : public engine::Tap {
 public:
  std::uint32_t begin(session::Open open, std::int64_t, Observer) override {
    const std::string parent = open.parent ? fmt::format(" after {}", *open.parent) : "";
    say(fmt::format("{} begins: {} {}{}", ++last_, session::name(open.role), open.url, parent));
    return last_;
  }
  void unobserve(std::uint32_t) override {}
  void on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t) override {
    const std::string head = fmt::format("{} {} ", conn, from == session::Side::client ? '>' : '<');
    if (lines_.empty() || lines_.back().rfind(head, 0) != 0) {
      lines_.push_back(head);
    }
    for (const char c : bytes) {
      lines_.back() += c == '\r' ? "" : c == '\n' ? "|" : std::string(1, c);
    }
  }
  void on_fact(std::uint32_t conn, session::Body fact, std::int64_t) override {
    say(fmt::format("{} {}", conn, session::kKindNames.at(fact.index())));
  }
  session::Verdict end(std::uint32_t conn, session::Ending ending, std::int64_t) override {
    const std::string detail = ending.detail.empty() ? "" : ", " + ending.detail;
    say(fmt::format("{} ends: {} by {}{}", conn, session::name(ending.how), session::name(ending.by), detail));
    return {};
  }
  bool in_frame(std::uint32_t, session::Side) const override { return false; }
  std::optional<std::uint64_t> frame_under_way(std::uint32_t, session::Side) const override { return std::nullopt; }
  std::uint16_t early_fail_code(std::uint32_t, session::Side) const override { return 0; }
  bool upgraded(std::uint32_t) const override { return good_101; }
  void flush() override {}

  const std::vector<std::string>& lines() const { return lines_; }

  bool good_101 = true;

 private:
  void say(std::string line) { lines_.push_back(std::move(line)); }

  std::vector<std::string> lines_;
  std::uint32_t last_ = 0;
};

}  // namespace whydrop::test
