// The whole search against servers that are played.
#include "isolate/search.hpp"

#include "unit/isolate/played_server.hpp"

#include <set>

#include <gtest/gtest.h>

namespace whydrop::isolate {
namespace {

using test::find;
using test::has;
using test::model_of;
using test::PlayedServer;
using Kind = Change::Kind;
using State = Found::State;

/// The parts that the first change leaves out.
std::set<std::size_t> cure_of(const Found& found) {
  std::set<std::size_t> parts;
  for (const Change& change : found.cures.empty() ? Trial() : found.cures.front().changes) {
    parts.insert(change.kind == Kind::without ? change.part : 1'000'000);
  }
  return parts;
}

Found find_cause(const Model& model,
                 const PlayedServer::Drops& drops,
                 std::uint64_t budget = 200,
                 std::uint32_t seed = 1) {
  PlayedServer server(drops, budget, seed);
  SearchSettings settings;
  settings.budget = budget;
  return search(model, server, settings);
}

PlayedServer::Drops needs(const Model& model, std::vector<std::size_t> parts) {
  return [&model, parts = std::move(parts)](const Trial& session) {
    return std::all_of(parts.begin(), parts.end(), [&](std::size_t part) { return has(model, session, part); }) ? 1.0
                                                                                                                : 0.0;
  };
}

TEST(Search, NamesTheMessageAndTheMember) {
  const Model model = model_of(10, 5);
  const Found found = find_cause(model, needs(model, {33}));
  EXPECT_EQ(found.state, State::cure);
  EXPECT_EQ(cure_of(found), std::set<std::size_t>{33});
  EXPECT_EQ(found.needed, (std::vector<std::size_t>{4, 33}));
  EXPECT_EQ(found.cures.front().cured.alive, 5U);
  EXPECT_GE(found.dropping.drops, 5U);
  EXPECT_LE(found.runs, 30U);
}

TEST(Search, OfTwoThatAreNeededEitherHelps) {
  const Model model = model_of(8, 0);
  const Found found = find_cause(model, needs(model, {1, 6}));
  EXPECT_EQ(cure_of(found).size(), 1U);
  EXPECT_EQ(found.needed, (std::vector<std::size_t>{1, 6}));
}

TEST(Search, OfTwoThatAreEachEnoughBothMustGo) {
  const Model model = model_of(8, 0);
  const Found found = find_cause(
      model, [&](const Trial& session) { return has(model, session, 1) || has(model, session, 6) ? 1.0 : 0.0; });
  EXPECT_EQ(found.state, State::cure);
  EXPECT_EQ(cure_of(found), (std::set<std::size_t>{1, 6}));
}

TEST(Search, ASizeIsFoundToTheByte) {
  Model model = model_of(4, 2);
  model.offers.push_back({Kind::size, 2, 20, 100'000, 1, true});
  const Found found = find_cause(model, [&](const Trial& session) {
    const Change* size = find(session, Kind::size, 2);
    const bool small = !has(model, session, 8) || (size != nullptr && size->value <= 65'536);
    return has(model, session, 2) && !small ? 1.0 : 0.0;
  });
  ASSERT_EQ(found.state, State::cure);
  EXPECT_EQ(found.cures.front().changes, (Trial{{Kind::size, 2, 65'536}}));
  EXPECT_EQ(found.cures.front().bound->drops, 65'537);
}

TEST(Search, ARateIsFound) {
  Model model = model_of(6, 0);
  model.offers.push_back({Kind::apart, 0, 500, 0, 10});
  const Found found = find_cause(model, [&](const Trial& session) {
    const Change* apart = find(session, Kind::apart);
    return has(model, session, 0) && has(model, session, 1) && (apart == nullptr || apart->value < 120) ? 1.0 : 0.0;
  });
  ASSERT_EQ(found.state, State::cure);
  ASSERT_EQ(found.cures.front().changes.front().kind, Kind::apart);
  EXPECT_NEAR(static_cast<double>(found.cures.front().bound->lives), 120, 10);
  EXPECT_GT(found.cures.front().changes.front().value, found.cures.front().bound->lives);
}

TEST(Search, WhatDropsInAnyCaseHasNoCure) {
  const Model model = model_of(6, 2);
  const Found found = find_cause(model, [](const Trial&) { return 1.0; });
  EXPECT_EQ(found.state, State::no_cure);
  EXPECT_TRUE(found.needed.empty());
  EXPECT_EQ(found.excluded.size(), 6U);
}

TEST(Search, ADropThatDoesNotComeAgainIsTold) {
  const Model model = model_of(6, 2);
  const Found found = find_cause(model, [](const Trial&) { return 0.0; });
  EXPECT_EQ(found.state, State::no_drop);
  EXPECT_EQ(found.runs, 50U);
}

TEST(Search, SaysWhereItsBudgetEnded) {
  const Model model = model_of(64, 2);
  EXPECT_EQ(find_cause(model, needs(model, {9}), 8).state, State::interrupted);
}

TEST(Search, AFlakyMemberIsFound) {
  const Model model = model_of(10, 4);
  int right = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::size_t cause = seed * 7 % model.parts.size();
    const Found found = find_cause(
        model, [&](const Trial& session) { return has(model, session, cause) ? 0.3 : 0.02; }, 200, seed);
    right += cure_of(found) == std::set<std::size_t>{cause} ? 1 : 0;
  }
  EXPECT_GE(right, 19);
}

}  // namespace
}  // namespace whydrop::isolate
