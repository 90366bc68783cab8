#include "net/loop.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsTimersInTheOrderOfTheirTimes) {
  Loop loop;
  std::string order;
  loop.after(milliseconds(4), [&] {
    order += "c";
    loop.stop();
  });
  loop.after(milliseconds(2), [&] { order += "b"; });
  loop.after(milliseconds(0), [&] { order += "a"; });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(Loop, NeverRunsACancelledTimerEvenIfItsTimeHasCome) {
  Loop loop;
  bool ran = false;
  TimerId second = 0;
  loop.after(milliseconds(0), [&] { loop.cancel(second); });
  second = loop.after(milliseconds(0), [&] { ran = true; });
  loop.after(milliseconds(1), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

TEST(Loop, GivesEachTimerAnIdOfItsOwn) {
  Loop loop;
  const TimerId first = loop.after(milliseconds(0), [] {});
  loop.cancel(first);
  const TimerId second = loop.after(milliseconds(0), [] {});
  EXPECT_NE(first, 0U);
  EXPECT_NE(first, second);
}

TEST(Loop, LetsWorkThatNeverRanCancelATimer) {
  bool gone = false;
  {
    Loop loop;
    const TimerId timer = loop.after(std::chrono::hours(1), [] {});
    const std::shared_ptr<void> owner(nullptr, [&loop, &gone, timer](void*) {
      loop.cancel(timer);
      gone = true;
    });
    loop.post([owner] {});
  }
  EXPECT_TRUE(gone);
}

TEST(Loop, CallsTheHookOnlyWhenNothingIsReady) {
  Loop loop;
  std::string order;
  int left = 3;
  std::function<void()> again = [&] {
    order += "w";
    if (--left > 0) {
      loop.post(again);
    } else {
      loop.after(milliseconds(1), [&] { loop.stop(); });
    }
  };
  loop.before_wait([&] { order += "|"; });
  loop.post(again);
  loop.run();
  EXPECT_EQ(order, "www|");
}

TEST(Loop, RunsTimersWhileSomethingIsAlwaysReady) {
  Loop loop;
  bool stopped = false;
  std::function<void()> flood = [&] {
    if (!stopped) {
      loop.post(flood);
    }
  };
  loop.post(flood);
  loop.after(milliseconds(2), [&] {
    stopped = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(stopped);
}

TEST(Loop, TakesWorkFromAnotherThread) {
  Loop loop;
  std::thread::id ran_on;
  std::thread other([&] {
    loop.post([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(Loop, TellsEachSignal) {
  Loop loop;
  std::vector<int> seen;
  loop.on_signal([&](int number) {
    seen.push_back(number);
    if (seen.size() == 2) {
      loop.stop();
    } else {
      raise(SIGTERM);
    }
  });
  loop.post([] { raise(SIGINT); });
  loop.run();
  EXPECT_EQ(seen, (std::vector<int>{SIGINT, SIGTERM}));
}

TEST(Loop, KeepsMonotonicTimeFromItsStart) {
  const Loop loop;
  const std::int64_t first = loop.now_ns();
  EXPECT_GE(first, 0);
  EXPECT_GE(loop.now_ns(), first);
}

}  // namespace
}  // namespace whydrop::net
