// 10,000 servers with causes by chance: what share of them the search finds, and with how many sessions.
#include "isolate/search.hpp"
#include "unit/isolate/played_server.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace whydrop::isolate {
namespace {

using test::find;
using test::has;
using test::model_of;
using test::PlayedServer;
using Kind = Change::Kind;

constexpr int kServers = 10'000;

/// A session, what drops it, and whether an answer names that.
struct Hidden {
  Model model;
  PlayedServer::Drops drops;
  std::function<bool(const Found&)> is_named;
};

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

 private:
  std::mt19937 random_;
};

const Change* cure_of(const Found& found) {
  return found.cures.empty() || found.cures.front().changes.size() != 1 ? nullptr
                                                                        : &found.cures.front().changes.front();
}

bool leaves_out(const Found& found, std::size_t part) {
  const Change* cure = cure_of(found);
  return cure != nullptr && cure->kind == Kind::without && cure->part == part;
}

Hidden single(Chance& chance) {
  Hidden made{model_of(1 + chance.below(20), chance.below(6)), {}, {}};
  const std::size_t cause = chance.below(made.model.parts.size());
  made.drops = [=](const Trial& session) { return has(made.model, session, cause) ? 1.0 : 0.0; };
  made.is_named = [=](const Found& found) { return leaves_out(found, cause); };
  return made;
}

Hidden pair(Chance& chance) {
  Hidden made{model_of(2 + chance.below(19), 0), {}, {}};
  const std::size_t one = chance.below(made.model.parts.size()), other = chance.below(made.model.parts.size());
  made.drops = [=](const Trial& session) {
    return has(made.model, session, one) && has(made.model, session, other) ? 1.0 : 0.0;
  };
  made.is_named = [=](const Found& found) { return leaves_out(found, one) || leaves_out(found, other); };
  return made;
}

Hidden threshold(Chance& chance) {
  Hidden made{model_of(1 + chance.below(10), 0), {}, {}};
  const std::size_t part = chance.below(made.model.parts.size());
  const std::int64_t recorded = 1000 + static_cast<std::int64_t>(chance.below(100'000));
  const std::int64_t limit = 20 + static_cast<std::int64_t>(chance.below(900));
  made.model.offers.push_back({Kind::size, part, 10, recorded, 1, true});
  made.drops = [=](const Trial& session) {
    const Change* size = find(session, Kind::size, part);
    return has(made.model, session, part) && (size != nullptr ? size->value : recorded) > limit ? 1.0 : 0.0;
  };
  made.is_named = [=](const Found& found) {
    const Change* cure = cure_of(found);
    return cure != nullptr && cure->kind == Kind::size && cure->value == limit;
  };
  return made;
}

Hidden timed(Chance& chance) {
  Hidden made{model_of(2 + chance.below(10), 0), {}, {}};
  const std::int64_t limit = 10 + static_cast<std::int64_t>(chance.below(400));
  made.model.offers.push_back({Kind::apart, 0, 500, 0, 5});
  made.drops = [=](const Trial& session) {
    const Change* apart = find(session, Kind::apart);
    return has(made.model, session, 0) && has(made.model, session, 1) && (apart == nullptr || apart->value < limit)
               ? 1.0
               : 0.0;
  };
  made.is_named = [=](const Found& found) {
    const Change* cure = cure_of(found);
    return cure != nullptr && cure->kind == Kind::apart && cure->value >= limit && cure->value < limit + 10;
  };
  return made;
}

Hidden flaky(Chance& chance) {
  Hidden made{model_of(2 + chance.below(8), chance.below(4)), {}, {}};
  const std::size_t cause = chance.below(made.model.parts.size());
  const double drops = 0.05 + 0.9 * static_cast<double>(chance.below(1000)) / 1000;
  made.drops = [=](const Trial& session) { return has(made.model, session, cause) ? drops : drops / 15; };
  made.is_named = [=](const Found& found) { return leaves_out(found, cause); };
  return made;
}

struct Family {
  const char* name;
  Hidden (*make)(Chance&);
  int of_hundred;       ///< how many of 100 servers are such
  double found, wrong;  ///< least share that is named, most that is named wrongly
  std::uint64_t budget;
};

TEST(HiddenCauses, AreFound) {
  const std::vector<Family> families = {
      {"single", single, 46, 0.99, 0.01, 200},
      {"pair", pair, 20, 0.99, 0.01, 300},
      {"threshold", threshold, 15, 0.99, 0.01, 200},
      {"timed", timed, 15, 0.99, 0.01, 200},
      {"flaky", flaky, 4, 0.75, 0.08, 400},
  };
  for (const Family& family : families) {
    const int servers = kServers * family.of_hundred / 100;
    int found = 0, wrong = 0;
    for (int i = 0; i < servers; ++i) {
      Chance chance(static_cast<std::uint32_t>(i));
      const Hidden hidden = family.make(chance);
      PlayedServer server(hidden.drops, family.budget, static_cast<std::uint32_t>(i));
      SearchSettings settings;
      settings.budget = family.budget;
      const Found answer = search(hidden.model, server, settings);
      const bool named = hidden.is_named(answer);
      found += named ? 1 : 0;
      wrong += !named && !answer.cures.empty() ? 1 : 0;
    }
    EXPECT_GE(found, servers * family.found) << family.name;
    EXPECT_LE(wrong, servers * family.wrong) << family.name;
  }
}

/// Delta debugging of n parts with one cause asks at most 2 log2 n questions (Zeller and Hildebrandt, section 4).
TEST(HiddenCauses, OneAmongManyTakesNoMoreSessionsThanTheTextbook) {
  constexpr double kBaseline = 3, kWithout = 1, kProof = 8, kOthers = 1;  // besides the questions themselves
  for (const std::size_t messages : {8U, 32U, 128U, 512U}) {
    const Model model = model_of(messages, 0);
    double all = 0;
    for (std::size_t cause = 0; cause < messages; cause += messages / 8) {
      PlayedServer server([&](const Trial& session) { return has(model, session, cause) ? 1.0 : 0.0; }, 200, 1);
      all += static_cast<double>(search(model, server, {}).runs);
    }
    const double questions = 2 * std::log2(static_cast<double>(messages));
    EXPECT_LE(all / 8, 1.2 * questions + kBaseline + kWithout + kProof + kOthers) << messages;
  }
}

}  // namespace
}  // namespace whydrop::isolate
