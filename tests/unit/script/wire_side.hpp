#pragma once

#include "engine/ports.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::script::test {

/// An open connection that notes what is done to it, a line each.
class NotingChannel final : public engine::Channel {
 public:
  void send(engine::Payload kind, std::string_view payload) override {
    acts.push_back(fmt::format("{} {}", kind == engine::Payload::text ? "text" : "binary", payload));
  }
  void ping(std::string_view payload) override { acts.push_back(fmt::format("ping {}", payload)); }
  void pong(std::string_view payload) override { acts.push_back(fmt::format("pong {}", payload)); }
  void close(std::uint16_t code, std::string_view reason) override {
    acts.push_back(fmt::format("close {}{}{}", code, reason.empty() ? "" : " ", reason));
  }
  void send_raw(std::string_view bytes) override { raw += bytes; }
  void reset() override { acts.emplace_back("reset"); }
  std::size_t backlog() const override { return queued; }
  bool open() const override { return true; }

  /// What was done since it was asked last.
  std::vector<std::string> take() { return std::exchange(acts, {}); }

  std::vector<std::string> acts;
  std::string raw;
  std::size_t queued = 0;
};

}  // namespace whydrop::script::test
