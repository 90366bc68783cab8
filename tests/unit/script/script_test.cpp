#include "script/script.hpp"

#include "unit/script/playbook.hpp"

#include <gtest/gtest.h>

namespace whydrop::script::test {
namespace {

using namespace std::chrono_literals;

Move expect(const std::string& type, const std::string& within = {}) {
  check::Expect expect;
  expect.type = type;
  expect.within = within;
  return step(std::move(expect));
}

check::Predicate equals(std::string pointer, std::string value) {
  check::Predicate predicate;
  predicate.pointer = std::move(pointer);
  predicate.value = std::move(value);
  return predicate;
}

TEST(Script, MovesFollowOneAnother) {
  Playbook book;
  EXPECT_EQ((Acts{"send one", "send two", "played"}), book.start({send("one"), send("two")}));
}

TEST(Script, NothingIsPlayedToo) {
  Playbook book;
  EXPECT_EQ(Acts{"played"}, book.start({}));
}

TEST(Script, AMoveWaitsUntilTheOneBeforeItHasCrossed) {
  Playbook book;
  book.hold_deliveries();
  EXPECT_EQ(Acts{"send one"}, book.start({send("one"), send("two")}));
  EXPECT_EQ(Acts{}, book.hears("hello"));
  EXPECT_EQ(Acts{"send two"}, book.crossed());
  EXPECT_EQ(Acts{"played"}, book.crossed());
}

TEST(Script, AMessageIsSentAsOftenAsItSays) {
  Playbook book;
  Move move = send("tick");
  std::get<check::Send>(move.step.act).said.times = 3;
  EXPECT_EQ((Acts{"send tick", "send tick", "send tick", "played"}), book.start({move}));
}

TEST(Script, APayloadThatCannotBeMadeStopsIt) {
  Playbook book;
  EXPECT_EQ(Acts{"stuck at step 1 (send a message): variable x is not set"}, book.start({send("unset")}));
  EXPECT_FALSE(book.script().running());
}

TEST(Script, APatientMoveWaitsForItsTurn) {
  Playbook book({10s});
  Move move = send("late");
  move.patient = true;
  book.set_timely(false);
  EXPECT_EQ(Acts{}, book.start({move}));
  EXPECT_EQ(Acts{}, book.hears("something"));
  book.set_timely(true);
  EXPECT_EQ((Acts{"send late", "played"}), book.hears("more"));
}

TEST(Script, AnAwaitedMessageMayHaveComeBefore) {
  Playbook book;
  book.hold_deliveries();
  book.start({send("ask"), expect("answer")});
  EXPECT_EQ(Acts{}, book.hears("{}", "answer"));
  EXPECT_EQ(Acts{"played"}, book.crossed());
}

TEST(Script, OtherMessagesAreSkippedAndNamed) {
  Playbook book({10s});
  EXPECT_EQ(Acts{}, book.start({expect("answer")}));
  EXPECT_EQ("waited for answer: it did not come", book.script().missing());
  EXPECT_EQ(Acts{}, book.hears("{}", "typing"));
  EXPECT_EQ(Acts{}, book.hears("{}", "typing"));
  EXPECT_EQ(Acts{}, book.passes(9999ms));
  EXPECT_EQ(Acts{"stuck at step 1 (it): waited 10 s; 2 other messages came: typing (2 times)"}, book.passes(1ms));
}

TEST(Script, PatienceCountsFromWhenTheWaitBegan) {
  Playbook book({10s});
  book.start({expect("answer")});
  book.passes(6s);
  book.hears("{}", "typing");
  EXPECT_EQ(Acts{}, book.passes(3s));
  EXPECT_EQ(1U, book.passes(1s).size());
}

TEST(Script, WithoutPatienceItWaitsForEver) {
  Playbook book;
  book.start({expect("answer")});
  EXPECT_EQ(Acts{}, book.passes(std::chrono::hours(1000)));
  EXPECT_EQ(Acts{"played"}, book.hears("{}", "answer"));
}

TEST(Script, AStepsOwnLimitStandsForThePatience) {
  Playbook book({10s});
  book.start({expect("answer", "50ms")});
  EXPECT_EQ(Acts{"stuck at step 1 (it): waited 50 ms; no message came"}, book.passes(50ms));
}

TEST(Script, TheNearestMessageIsNamedWithWhatItLacks) {
  Playbook book({1s});
  Move move = expect("state");
  std::get<check::Expect>(move.step.act).where = {equals("/is", "\"open\"")};
  book.start({move});
  book.hears(R"({"is":"shut"})", "state");
  EXPECT_EQ(Acts{R"(stuck at step 1 (it): waited 1 s; state came, but /is is "shut"; expected "open")"},
            book.passes(1s));
}

TEST(Script, WhatMeetsAnExpectationIsTakenFrom) {
  Playbook book;
  Move move = expect("state");
  std::get<check::Expect>(move.step.act).where = {equals("/is", "\"open\"")};
  std::get<check::Expect>(move.step.act).takes.emplace_back();
  std::get<check::Expect>(move.step.act).takes.back().variable = "id";
  book.start({move});
  EXPECT_EQ((Acts{R"(take id from {"is":"open"})", "played"}), book.hears(R"({"is":"open"})", "state"));
}

TEST(Script, ABinaryMessageIsNoTextMessage) {
  Playbook book({1s});
  Move move = expect("");
  std::get<check::Expect>(move.step.act).binary = true;
  book.start({move});
  EXPECT_EQ(Acts{}, book.hears("text", "note"));
  EXPECT_EQ(Acts{"played"}, book.hears("binary", "", false));
}

TEST(Script, WhereOthersAreRefusedTheFirstOtherStopsIt) {
  Playbook book({1s, check::Unrelated::refuse});
  book.start({expect("answer")});
  EXPECT_EQ(Acts{"stuck at step 1 (it): typing came"}, book.hears("{}", "typing"));
}

TEST(Script, SilenceIsBrokenByWhatIsMeantOnly) {
  const Move silence = step(check::ExpectSilence{"alarm", {}, "1s"});
  Playbook kept;
  kept.start({silence});
  EXPECT_EQ(Acts{}, kept.hears("{}", "typing"));
  EXPECT_EQ(Acts{"played"}, kept.passes(1s));

  Playbook broken;
  broken.start({silence});
  broken.passes(400ms);
  EXPECT_EQ(Acts{"stuck at step 1 (it): alarm came after 400 ms"}, broken.hears("{}", "alarm"));
}

TEST(Script, WhatCameBeforeTheSilenceDoesNotBreakIt) {
  Playbook book;
  book.hold_deliveries();
  book.start({send("one"), step(check::ExpectSilence{"", {}, "1s"})});
  book.hears("early");
  book.crossed();
  EXPECT_EQ(Acts{"played"}, book.passes(1s));
}

TEST(Script, AWaitIsAsLongAsItSays) {
  Playbook book;
  EXPECT_EQ(Acts{}, book.start({step(check::Wait{"30s"}), send("then")}));
  EXPECT_EQ(Acts{}, book.passes(29999ms));
  EXPECT_EQ((Acts{"send then", "played"}), book.passes(1ms));
}

TEST(Script, APingWaitsForItsPong) {
  Playbook book({1s});
  const Move move = step(check::Ping{"are you there", ""});
  EXPECT_EQ(Acts{"ping are you there"}, book.start({move, move}));
  EXPECT_EQ(Acts{"ping are you there"}, book.ponged("are you there"));
  EXPECT_EQ(Acts{"stuck at step 1 (it): waited 1 s; no pong came"}, book.passes(1s));
}

TEST(Script, ACloseWaitsForTheEnd) {
  const Move close = step(check::Close{4001, "done", ""});
  Playbook answered;
  EXPECT_EQ(Acts{"close 4001 done"}, answered.start({close}));
  EXPECT_EQ(Acts{"played"}, answered.ended(4001));

  Playbook unanswered;
  unanswered.start({close});
  EXPECT_EQ(Acts{"stuck at step 1 (it): the Close was not answered: The connection was reset"}, unanswered.ended(0));
}

TEST(Script, AResetEndsTheSession) {
  Playbook book;
  EXPECT_EQ(Acts{"reset"}, book.start({step(check::Reset{})}));
  EXPECT_EQ(Acts{"played"}, book.ended(0));
  EXPECT_EQ(nullptr, book.script().unasked_end());
}

TEST(Script, AnExpectedEndIsJudged) {
  const auto end = [](const std::function<void(check::ExpectClose&)>& with) {
    Playbook book({10s});
    check::ExpectClose expect;
    with(expect);
    EXPECT_EQ(Acts{}, book.start({step(expect)}));
    return book.ended(4000);
  };
  EXPECT_EQ(Acts{"played"}, end([](check::ExpectClose&) {}));
  EXPECT_EQ(Acts{"played"}, end([](check::ExpectClose& it) { it.codes = {1000, 4000}; }));
  EXPECT_EQ(Acts{R"(stuck at step 1 (it): Close 4000 "bye" came; expected 1000 or 1001)"},
            end([](check::ExpectClose& it) {
              it.codes = {1000, 1001};
            }));
  EXPECT_EQ(Acts{"played"}, end([](check::ExpectClose& it) { it.by = wire::Side::server; }));
  EXPECT_EQ(Acts{"stuck at step 1 (it): the server ended it; expected the client to"},
            end([](check::ExpectClose& it) { it.by = wire::Side::client; }));
  EXPECT_EQ(Acts{R"(stuck at step 1 (it): Close 4000 "bye" came; expected the ending reset)"},
            end([](check::ExpectClose& it) { it.ending = session::EndingHow::reset; }));
}

TEST(Script, AnEndThatNoStepAskedForIsKept) {
  Playbook book;
  book.start({step(check::Wait{"1s"})});
  book.ended(1011);
  EXPECT_EQ(Acts{"played"}, book.passes(1s));
  ASSERT_NE(nullptr, book.script().unasked_end());
  EXPECT_EQ(1011, book.script().unasked_end()->received->code);
}

TEST(Script, AnEndWhileAMessageIsAwaitedStopsIt) {
  Playbook book;
  book.start({expect("answer")});
  EXPECT_EQ(Acts{"stuck at step 1 (it): the session ended: The server closed [ended]"}, book.ended(1001));
}

TEST(Script, TheFirstMoveThatNeedsASessionOpensOne) {
  Playbook book;
  EXPECT_EQ(Acts{"connect"}, book.start_alone({send("hello")}));
  EXPECT_EQ((Acts{"send opening", "send hello", "played"}), book.opened({send("opening")}));
}

TEST(Script, AnOpeningIsMadeBeforeTheMoveThatWaits) {
  Playbook book({1s});
  book.start_alone({step(check::Connect{}), send("hello")});
  EXPECT_EQ(Acts{"send first"}, book.opened({send("first"), expect("ready")}));
  EXPECT_EQ("step 1 (it), opening: it", book.script().at());
  EXPECT_EQ((Acts{"send hello", "played"}), book.hears("{}", "ready"));
}

TEST(Script, ARefusalIsJudgedWhereItIsExpected) {
  const auto refusal = [](std::vector<int> statuses) {
    Playbook book;
    EXPECT_EQ(Acts{"connect"},
              book.start_alone({step(check::Connect{}), step(check::ExpectRefused{std::move(statuses), {}, ""})}));
    return book.refused(401);
  };
  EXPECT_EQ(Acts{"played"}, refusal({}));
  EXPECT_EQ(Acts{"played"}, refusal({401, 403}));
  EXPECT_EQ(Acts{"stuck at step 1 (it): it was refused with status 401; expected 404"}, refusal({404}));
}

TEST(Script, ARefusalThatIsNotExpectedStopsIt) {
  Playbook book;
  book.start_alone({step(check::Connect{}), send("hello")});
  EXPECT_EQ(Acts{"stuck at step 1 (it): The upgrade was refused [ended]"}, book.refused(403));
}

TEST(Script, ACallIsAwaited) {
  Playbook book;
  EXPECT_EQ(Acts{"call token"}, book.start_alone({step(check::GetToken{}), step(check::BeginSession{})}));
  EXPECT_EQ(Acts{"call session"}, book.called({true, "", 200, ""}));
  EXPECT_EQ(Acts{"stuck at step 1 (it): it was answered with 500 [ended]"},
            book.called({false, "it was answered with 500", 500, ""}));
}

TEST(Script, WhatIsRepeatedKnowsItsTurn) {
  Playbook book;
  const Move repeat = step(check::Repeat{3, {send("tick").step}});
  EXPECT_EQ((Acts{"send tick", "send tick in turn 2", "send tick in turn 3", "send tock", "played"}),
            book.start({repeat, send("tock")}));
}

TEST(Script, AFailureInATurnSaysWhich) {
  Playbook book({1s});
  book.start({step(check::Repeat{2, {expect("tick").step}})});
  book.hears("{}", "tick");
  EXPECT_EQ(Acts{"stuck at step 1 in turn 2 (it): waited 1 s; no message came"}, book.passes(1s));
}

TEST(Script, WhatNoMoveTakesIsBounded) {
  Playbook book;
  book.hold_deliveries();
  book.start({send("ask"), expect("last")});
  book.hears("{}", "last");
  for (int i = 0; i < 10'000; ++i) {
    book.hears("{}", "noise");
  }
  EXPECT_EQ(Acts{}, book.crossed()) << "the oldest message was dropped";
}

TEST(Script, AStoppedScriptDoesNothingMore) {
  Playbook book({1s});
  book.start({expect("answer"), send("then")});
  book.script().stop();
  EXPECT_EQ(Acts{}, book.hears("{}", "answer"));
  EXPECT_EQ(Acts{}, book.passes(1min));
}

}  // namespace
}  // namespace whydrop::script::test
