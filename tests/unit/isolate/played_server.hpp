// Servers with a cause that a test chose: which session drops, and how often.
#pragma once

#include "isolate/search.hpp"
#include "isolate/trial.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace whydrop::isolate::test {

inline bool has(const Model& model, const Trial& session, std::size_t part) {
  std::vector<std::size_t> left_out;
  for (const Change& change : session) {
    if (change.kind == Change::Kind::without) {
      left_out.push_back(change.part);
    }
  }
  return !goes_with(model.parts, left_out, part);
}

inline const Change* find(const Trial& session, Change::Kind kind, std::size_t part = 0) {
  const auto found = std::find_if(
      session.begin(), session.end(), [&](const Change& change) { return change.kind == kind && change.part == part; });
  return found != session.end() ? &*found : nullptr;
}

/// Messages, each with members.
inline Model model_of(std::size_t messages, std::size_t members) {
  Model model;
  for (std::size_t i = 0; i < messages; ++i) {
    model.parts.push_back({Part::Kind::message, {}, "message " + std::to_string(i)});
  }
  for (std::size_t i = 0; i < messages * members; ++i) {
    model.parts.push_back({Part::Kind::member, i / members, "member " + std::to_string(i)});
  }
  return model;
}

/// A server: `drops` tells how likely a session drops.
class PlayedServer final : public Trials {
 public:
  using Drops = std::function<double(const Trial&)>;

  PlayedServer(Drops drops, std::uint64_t budget, std::uint32_t seed, std::size_t width = 1)
      : drops_(std::move(drops)), left_(budget), random_(seed), width_(width) {}

  std::vector<Outcome> run(const std::vector<Trial>& sessions) override {
    std::vector<Outcome> outcomes;
    for (const Trial& session : sessions) {
      if (left_ == 0) {
        break;
      }
      --left_;
      const bool drop = std::uniform_real_distribution<double>()(random_) < drops_(session);
      outcomes.push_back(drop ? Outcome::drop : Outcome::alive);
    }
    return outcomes;
  }
  std::size_t width() const override { return width_; }

 private:
  Drops drops_;
  std::uint64_t left_;
  std::mt19937 random_;
  std::size_t width_;
};

}  // namespace whydrop::isolate::test
