#include "sensor/agent/output_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <semaphore>

#include "core/file.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "yagura-outputs-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::vector<std::unique_ptr<LineSink>> only(std::unique_ptr<LineSink> sink) {
  std::vector<std::unique_ptr<LineSink>> sinks;
  sinks.push_back(std::move(sink));
  return sinks;
}

// Waits in write() until it is let go.
class StuckSink final : public LineSink {
 public:
  explicit StuckSink(std::binary_semaphore& entered, std::counting_semaphore<>& go)
      : entered_(entered), go_(go) {}
  [[nodiscard]] std::string_view name() const override { return "stuck"; }
  Result<void> write(std::string_view) override {
    entered_.release();
    go_.acquire();
    return {};
  }

 private:
  std::binary_semaphore& entered_;
  std::counting_semaphore<>& go_;
};

TEST(OutputQueue, WritesAllLinesInOrder) {
  const Folder folder;
  {
    OutputQueue queue(only(make_file_sink({.path = folder / "alerts"})), 100, {});
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(queue.push("line " + std::to_string(i)));
  }
  const std::string text = *core::read_file(folder / "alerts");
  EXPECT_TRUE(text.starts_with("line 0\nline 1\n"));
  EXPECT_TRUE(text.ends_with("line 49\n"));
}

TEST(OutputQueue, AStuckSinkDropsAndCountsButNeverHoldsUp) {
  std::binary_semaphore entered(0);
  std::counting_semaphore<> go(0);
  OutputQueue queue(only(std::make_unique<StuckSink>(entered, go)), 2, {});
  EXPECT_TRUE(queue.push("a"));
  entered.acquire();  // the thread holds "a" now
  EXPECT_TRUE(queue.push("b"));
  EXPECT_TRUE(queue.push("c"));
  EXPECT_FALSE(queue.push("d"));
  EXPECT_EQ(queue.counts().dropped, 1U);
  go.release(10);
}

TEST(OutputQueue, AStuckSinkHoldsUpNoOther) {
  const Folder folder;
  std::binary_semaphore entered(0);
  std::counting_semaphore<> go(0);
  std::vector<std::unique_ptr<LineSink>> sinks;
  sinks.push_back(std::make_unique<StuckSink>(entered, go));
  sinks.push_back(make_file_sink({.path = folder / "alerts"}));
  OutputQueue queue(std::move(sinks), 2, {});
  queue.push("0");
  entered.acquire();  // the first sink's thread stays there until the end
  for (int i = 1; i < 10; ++i) {
    while (queue.counts().sinks[1].waiting > 0) std::this_thread::yield();
    EXPECT_EQ(queue.push(std::to_string(i)), i < 3) << i;
  }
  while (queue.counts().sinks[1].written < 10) std::this_thread::yield();
  EXPECT_EQ(*core::read_file(folder / "alerts"), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  EXPECT_EQ(queue.counts().sinks[0].dropped, 7U);
  EXPECT_EQ(queue.counts().sinks[0].written, 0U);
  EXPECT_EQ(queue.counts().sinks[1].dropped, 0U);
  EXPECT_EQ(queue.counts().queued, 10U);
  go.release(10);
}

TEST(OutputQueue, TellsOfAFailingSinkOnceAndGoesOn) {
  std::atomic<int> told = 0;
  {
    OutputQueue queue(only(make_file_sink({.path = "/nonexistent/alerts"})), 100,
                      [&](std::string_view sink, const Error& error) {
                        EXPECT_EQ(sink, "file");
                        EXPECT_THAT(error.message, testing::HasSubstr("/nonexistent/alerts"));
                        ++told;
                      });
    queue.push("a");
    queue.push("b");
  }
  EXPECT_EQ(told, 1);
}

TEST(OutputQueue, OpensARotatedFileAnew) {
  const Folder folder;
  OutputQueue queue(only(make_file_sink({.path = folder / "alerts"})), 100, {});
  queue.push("before");
  while (queue.counts().sinks[0].written < 1) std::this_thread::yield();
  fs::rename(folder / "alerts", folder / "alerts.1");
  queue.reopen();
  queue.push("after");
  while (queue.counts().sinks[0].written < 2) std::this_thread::yield();
  EXPECT_EQ(*core::read_file(folder / "alerts.1"), "before\n");
  EXPECT_EQ(*core::read_file(folder / "alerts"), "after\n");
}

TEST(ProgramOutput, ReadsAlertsFromItsInput) {
  const Folder folder;
  for (const bool keep : {true, false}) {
    const fs::path file = folder / (keep ? "kept" : "each");
    {
      OutputQueue queue(
          only(make_program_sink({.command = "cat >> " + file.string(), .keep_alive = keep})), 100,
          {});
      queue.push("one");
      queue.push("two");
    }
    EXPECT_EQ(*core::read_file(file), "one\ntwo\n");
  }
}

TEST(ProgramOutput, AProgramThatEndedIsStartedAgain) {
  const Folder folder;
  const fs::path file = folder / "heads";
  {
    OutputQueue queue(only(make_program_sink({.command = "head -n 1 >> " + file.string()})), 100,
                      {});
    // It reads one line and ends; some of these may be lost with it, later ones start it again.
    for (int i = 0; i < 2000; ++i) {
      queue.push("line");
      while (queue.counts().waiting > 0) std::this_thread::yield();
    }
  }
  const std::string text = *core::read_file(file);
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 1);
}

}  // namespace
}  // namespace yagura::sensor
