#include "os/background_sink.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::os {
namespace {

constexpr std::size_t kLarge = 100'000;

/// Writes when it may; remembers by which threads.
class SlowDisk final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    if (bytes.size() + text_.size() > room_) {
      return fail(ErrorKind::local, "the disk is full");
    }
    text_.append(bytes);
    on_caller_ = on_caller_ || std::this_thread::get_id() == caller_;
    return {};
  }
  void open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  void limit(std::size_t room) { room_ = room; }
  const std::string& text() const { return text_; }
  bool on_caller() const { return on_caller_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true, on_caller_ = false;
  std::size_t room_ = std::string::npos;
  std::string text_;
  std::thread::id caller_ = std::this_thread::get_id();
};

TEST(BackgroundSink, KeepsTheOrder) {
  SlowDisk disk;
  BackgroundSink sink(disk);
  std::string wanted;
  std::vector<std::string> lent(2);
  for (int i = 0; i < 200; ++i) {
    std::string& piece = lent[static_cast<std::size_t>(i) % 2];
    piece.assign(i % 3 == 0 ? 10 : kLarge, static_cast<char>('a' + i % 26));
    wanted += piece;
    ASSERT_TRUE(sink.write_lent(piece));
  }
  ASSERT_TRUE(sink.write("the end"));
  EXPECT_EQ(disk.text(), wanted + "the end");
  EXPECT_TRUE(sink.settle());
}

TEST(BackgroundSink, DoesNotWaitForWhatIsLent) {
  SlowDisk disk;
  disk.open(false);
  BackgroundSink sink(disk);
  const std::string piece(kLarge, 'x');
  EXPECT_TRUE(sink.write_lent(piece));  // would not return
  disk.open(true);
  EXPECT_TRUE(sink.settle());
  EXPECT_EQ(disk.text(), piece);
  EXPECT_FALSE(disk.on_caller());
}

TEST(BackgroundSink, WritesLittleAtOnce) {
  SlowDisk disk;
  BackgroundSink sink(disk);
  EXPECT_TRUE(sink.write_lent("little"));
  EXPECT_EQ(disk.text(), "little");
  EXPECT_TRUE(disk.on_caller());
}

TEST(BackgroundSink, TellsAnErrorFromThenOn) {
  SlowDisk disk;
  disk.limit(kLarge);
  BackgroundSink sink(disk);
  const std::string piece(kLarge, 'x');
  EXPECT_TRUE(sink.write_lent(piece));
  EXPECT_TRUE(sink.write_lent(piece));  // it is found out later
  const auto settled = sink.settle();
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().message, "the disk is full");
  EXPECT_FALSE(sink.write_lent(piece));
  EXPECT_FALSE(sink.write_lent(""));
  EXPECT_FALSE(sink.write("a"));
  EXPECT_FALSE(sink.write(""));
  EXPECT_EQ(disk.text(), piece);
}

TEST(BackgroundSink, WritesAllBeforeItEnds) {
  SlowDisk disk;
  const std::string piece(kLarge, 'x');
  {
    BackgroundSink sink(disk);
    EXPECT_TRUE(sink.write_lent(piece));
  }
  EXPECT_EQ(disk.text(), piece);
}

}  // namespace
}  // namespace whydrop::os
