#include "terminal/prompt.hpp"

#include "unit/terminal/screen.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

namespace whydrop::terminal {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr unsigned short kColumns = 20;

/// A prompt on a pseudo-terminal; the test is the person and the screen.
class PromptTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TERM", "xterm", 1);
    winsize size{};
    size.ws_col = kColumns;
    size.ws_row = 24;
    ASSERT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    ASSERT_EQ(::tcgetattr(slave_, &before_), 0);
    std::string pattern = (fs::temp_directory_path() / "whydrop-prompt-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    open();
  }
  void TearDown() override {
    prompt_.reset();
    ::close(master_);
    ::close(slave_);
    fs::remove_all(dir_);
  }

  void open() {
    PromptOptions options;
    options.in = options.out = slave_;
    options.history_path = dir_ / "history";
    options.holds_secret = [](std::string_view line) { return line.find("hunter2") != std::string_view::npos; };
    prompt_.emplace(std::move(options), [this](Input input) {
      const std::lock_guard<std::mutex> guard(mutex_);
      inputs_.push_back(input.kind == Input::Kind::line        ? "line " + input.text
                        : input.kind == Input::Kind::interrupt ? "interrupt"
                                                               : "end");
      changed_.notify_all();
    });
  }
  void type(std::string_view keys) {
    ASSERT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// Waits for as many inputs, and gives them all.
  Lines inputs(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return inputs_.size() >= count; });
    return inputs_;
  }
  std::size_t received() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return inputs_.size();
  }
  /// Reads the terminal's output until the screen is as expected, and gives what is on it.
  Lines screen(const Lines& expected) {
    pollfd ready{master_, POLLIN, 0};
    while (screen_.lines() != expected && ::poll(&ready, 1, 20'000) > 0) {
      char buffer[4096];
      const ssize_t got = ::read(master_, buffer, sizeof buffer);
      if (got <= 0) {
        break;
      }
      screen_.feed({buffer, static_cast<std::size_t>(got)});
    }
    return screen_.lines();
  }
  void expect_screen(const Lines& expected) { EXPECT_EQ(screen(expected), expected); }
  bool restored() const {
    termios now;
    return ::tcgetattr(slave_, &now) == 0 && now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_oflag == before_.c_oflag;
  }
  std::string history() const {
    std::ifstream file(dir_ / "history");
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }

  int master_ = -1, slave_ = -1;
  termios before_{};
  fs::path dir_;
  Screen screen_{kColumns};
  std::mutex mutex_;
  std::condition_variable changed_;
  Lines inputs_;
  std::optional<Prompt> prompt_;
};

TEST_F(PromptTest, GivesTheTypedLine) {
  type("hello\r");
  EXPECT_EQ(inputs(1), Lines{"line hello"});
  expect_screen({"> hello", ">"});
}

TEST_F(PromptTest, GivesLinesThatCameAtOnce) {
  type("one\rtwo\r\rthree");
  EXPECT_EQ(inputs(3), (Lines{"line one", "line two", "line "}));
  expect_screen({"> one", "> two", ">", "> three"});
}

TEST_F(PromptTest, KeepsUnicode) {
  type("gr\xc3\xbc\xc3\x9f \xf0\x9f\x99\x82\r");
  EXPECT_EQ(inputs(1), Lines{"line gr\xc3\xbc\xc3\x9f \xf0\x9f\x99\x82"});
}

TEST_F(PromptTest, PrintsAboveAHalfTypedLine) {
  type("half");
  expect_screen({"> half"});
  prompt_->print_above("incoming 1\nincoming 2\n");
  expect_screen({"incoming 1", "incoming 2", "> half"});
  type(" done\r");
  EXPECT_EQ(inputs(1), Lines{"line half done"});
  expect_screen({"incoming 1", "incoming 2", "> half done", ">"});
}

TEST_F(PromptTest, PrintsAboveALineOfSeveralRows) {
  type("a line that is longer than the screen is wide");
  expect_screen({"> a line that is lon", "ger than the screen", "is wide"});
  prompt_->print_above("incoming");
  expect_screen({"incoming", "> a line that is lon", "ger than the screen", "is wide"});
}

TEST_F(PromptTest, KeepsAStatusAboveThePrompt) {
  type("half");
  expect_screen({"> half"});
  prompt_->show_status("open 1 s");
  expect_screen({"open 1 s", "> half"});
  prompt_->print_above("incoming\n");
  expect_screen({"incoming", "open 1 s", "> half"});
  prompt_->show_status("open 2 s and more than fits");  // the screen knows no ellipsis
  expect_screen({"incoming", "open 2 s and more", "> half"});
  type(" and so much that it has rows\r");
  EXPECT_EQ(inputs(1), Lines{"line half and so much that it has rows"});
  expect_screen({"incoming", "> half and so much t", "hat it has rows", "open 2 s and more", ">"});
  prompt_->show_status("");
  expect_screen({"incoming", "> half and so much t", "hat it has rows", ">"});
  prompt_->show_status("over");
  expect_screen({"incoming", "> half and so much t", "hat it has rows", "over", ">"});
  prompt_->stop();
  expect_screen({"incoming", "> half and so much t", "hat it has rows"});
}

TEST_F(PromptTest, TakesWhatIsPastedForOneLine) {
  type("a \x1b[200~{\r\t\"b\": 1\r}\r\r\x1b[201~");
  EXPECT_EQ(received(), 0U);
  type(" c\r");
  EXPECT_EQ(inputs(1), Lines{"line a {\n \"b\": 1\n} c"});
  type("\x1b[200~one line\x1b[201~\r\x1b[A\r");
  EXPECT_EQ(inputs(3), (Lines{"line a {\n \"b\": 1\n} c", "line one line", "line one line"}));
  EXPECT_EQ(history().find('{'), history().rfind('{'));
}

TEST_F(PromptTest, LendsTheTerminalAndShowsAfterwardsWhatWasPrinted) {
  type("half");
  expect_screen({"> half"});
  std::promise<bool> began;
  std::promise<void> may_end;
  prompt_->lend([&] {
    began.set_value(restored());
    may_end.get_future().wait();
  });
  EXPECT_TRUE(began.get_future().get());
  prompt_->print_above("meanwhile\n");
  prompt_->show_status("open");
  expect_screen({});
  may_end.set_value();
  expect_screen({"meanwhile", "open", "> half"});
  EXPECT_FALSE(restored());
  type(" done\r");
  EXPECT_EQ(inputs(1), Lines{"line half done"});
}

TEST_F(PromptTest, RecallsHistory) {
  type("first\rsecond\r");
  ASSERT_EQ(inputs(2).size(), 2U);
  type("\x1b[A\x1b[A\r");
  EXPECT_EQ(inputs(3).back(), "line first");
  type("\x1b[A\r");
  EXPECT_EQ(inputs(4).back(), "line first");
}

TEST_F(PromptTest, RecallsTheHistoryOfAnEarlierRun) {
  type("/ping x\r");
  ASSERT_EQ(inputs(1).size(), 1U);
  prompt_.reset();
  open();
  type("\x1b[A\r");
  EXPECT_EQ(inputs(2).back(), "line /ping x");
}

TEST_F(PromptTest, KeepsNoSecretInTheHistory) {
  type("before\r{\"password\":\"hunter2\"}\r");
  ASSERT_EQ(inputs(2).back(), "line {\"password\":\"hunter2\"}");
  type("\x1b[A\r");
  EXPECT_EQ(inputs(3).back(), "line before");
  EXPECT_EQ(history().find("hunter2"), std::string::npos) << history();
}

TEST_F(PromptTest, ReportsInterruptAndEndOfInput) {
  type("half\x03");
  EXPECT_EQ(inputs(1), Lines{"interrupt"});
  type("\x04");
  type("\x15\x04");
  EXPECT_EQ(inputs(2), (Lines{"interrupt", "end"}));
}

TEST_F(PromptTest, RestoresTheTerminal) {
  type("half");
  expect_screen({"> half"});
  EXPECT_FALSE(restored());
  prompt_->stop();
  EXPECT_TRUE(restored());
  prompt_->print_above("after\n");
  expect_screen({"after"});
}

TEST_F(PromptTest, RestoresTheTerminalAfterTheEndOfInput) {
  type("\x04");
  EXPECT_EQ(inputs(1), Lines{"end"});
  prompt_.reset();
  EXPECT_TRUE(restored());
}

TEST_F(PromptTest, SurvivesAFloodWhileTyping) {
  constexpr std::size_t kLines = 50;
  std::thread typist([this] {
    for (std::size_t i = 0; i < kLines; ++i) {
      type("x\r");
    }
  });
  // The screen is read all the while: a full terminal would stop both sides.
  std::thread person([this] {
    pollfd ready{master_, POLLIN, 0};
    while (received() < kLines && ::poll(&ready, 1, 20'000) > 0) {
      char buffer[4096];
      if (::read(master_, buffer, sizeof buffer) <= 0) {
        break;
      }
    }
  });
  while (received() < kLines) {
    prompt_->print_above("incoming\n");
  }
  typist.join();
  person.join();
  EXPECT_EQ(inputs(kLines), Lines(kLines, "line x"));
}

}  // namespace
}  // namespace whydrop::terminal
