// What comes out of a capture through the pipeline is what went in.

#include <gtest/gtest.h>

#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/capture_writer.hpp"
#include "sensor/capture/testing.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/process/testing/record_maker.hpp"

namespace yagura::sensor {
namespace {

using testing::kBootOffset;
using testing::RecordMaker;

// A line an event: whatever a rule could ask of the event's process and its ancestors.
class Lines final : public EventConsumer {
 public:
  void on_event(const SensorEvent& event) override {
    const ygr_header& header = event.record->header();
    if (header.kind == YGR_TASK) return;
    std::string line = std::to_string(header.kind) + " " + std::to_string(header.type) + " " +
                       std::to_string(header.result) + " t" + std::to_string(header.tid) + " v" +
                       std::to_string(event.vtid) + " " + std::string(event.thread_comm) + " @" +
                       std::to_string(event.wall_ns) + " -" + std::to_string(event.lost_before) +
                       " " + std::string(event.record->text(YGR_S_PATH0));
    for (const Process* at = event.process; at != nullptr; at = at->parent.get()) {
      line += " | " + std::to_string(at->pid) + " " + at->image->exe_path + " " + at->image->argv +
              " " + at->name + " " + at->cwd + " u" + std::to_string(at->credentials.euid) + " s" +
              std::to_string(at->start_ns) + " f" + std::to_string(at->image->streams.size());
    }
    line += " c:" + (event.container() != nullptr ? event.container()->id : std::string("host"));
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

class Replay : public ::testing::Test {
 protected:
  testing::TestFolder folder;
  std::filesystem::path path = folder.path() / "capture";
  testing::ScriptedResolver resolver;
  Pipeline live{resolver, {.boot_offset_ns = kBootOffset}};
  Lines seen;

  void feed(RecordMaker record) { live.feed(record.view()); }

  std::vector<std::string> replay() {
    auto reader = CaptureReader::open(path);
    EXPECT_TRUE(reader.has_value());
    Pipeline again((*reader)->containers(),
                   {.boot_offset_ns = (*reader)->machine().boot_offset_ns});
    Lines lines;
    again.add_consumer(lines);
    RecordView record;
    while ((*reader)->next(record).value_or(false)) again.feed(record);
    EXPECT_TRUE((*reader)->remarks().empty());
    EXPECT_EQ(again.counts().unknown_processes, 0U);
    return lines.lines;
  }
};

TEST_F(Replay, IsAsItWasAlsoWhenItBeganInTheMiddle) {
  resolver.set(7, testing::make_container(7, "c0ffee"));
  const auto task = [](std::uint32_t pid, std::uint32_t parent, std::string_view exe) {
    return RecordMaker(YGR_TASK, "", pid).task(parent, pid * 10).program(exe, {exe, "-x"}).time(1);
  };
  feed(task(1, 0, "/sbin/init"));
  feed(task(20, 1, "/usr/bin/containerd-shim"));
  feed(task(30, 20, "/bin/sh").cgroup(7).credentials(1000, 100).text(YGR_S_CWD, "/work"));

  CaptureWriterOptions options{.output = {.path = path}};
  options.machine = {.boot_offset_ns = kBootOffset};
  auto writer = std::move(*CaptureWriter::open(std::move(options)));
  live.add_consumer(*writer);
  live.add_consumer(seen);

  feed(RecordMaker(YGR_CALL, "openat", 30)
           .cgroup(7)
           .uid(1000)
           .time(100)
           .cpu(3, 1)
           .text(YGR_S_PATH0, "/etc/passwd"));
  feed(RecordMaker(YGR_FORK, "clone", 40).cgroup(7).time(200).task(30, 200).cpu(3, 2));
  feed(RecordMaker(YGR_EXEC, "execve", 40)
           .cgroup(7)
           .time(210)
           .task(30, 200)
           .credentials(0, 0)
           .program("/bin/nc", {"nc", "-l"})
           .cpu(3, 5));
  feed(RecordMaker(YGR_CALL, "connect", 40).cgroup(7).tid(41).time(220).cpu(2, 9));
  feed(RecordMaker(YGR_CALL, "dup2", 40).cgroup(7).time(230).result(1).file(1, "/tmp/out"));
  // The shell's death is seen, its child lives on with it as an ancestor.
  feed(RecordMaker(YGR_EXIT, "procexit", 30).cgroup(7).time(240));
  feed(RecordMaker(YGR_CALL, "unlink", 40).cgroup(7).time(250).text(YGR_S_PATH0, "/x"));
  writer->flush();
  ASSERT_EQ(seen.lines.size(), 7U);
  EXPECT_EQ(replay(), seen.lines);
}

// On nodes with hierarchies of version 1 all processes are in one cgroup of version 2.
TEST_F(Replay, TellsContainersApartThatShareACgroup) {
  class ByProcess final : public testing::ScriptedResolver {
   public:
    std::shared_ptr<const Container> find_process(std::uint32_t pid, std::uint64_t) override {
      return pid < 10 ? nullptr : (pid < 20 ? first : second);
    }
    std::shared_ptr<const Container> first = testing::make_container(1, "aaaa");
    std::shared_ptr<const Container> second = testing::make_container(1, "bbbb");
  } by_process;
  Pipeline node{by_process, {.boot_offset_ns = kBootOffset}};
  CaptureWriterOptions options{.output = {.path = path}};
  options.machine = {.boot_offset_ns = kBootOffset};
  auto writer = std::move(*CaptureWriter::open(std::move(options)));
  node.add_consumer(*writer);
  node.add_consumer(seen);
  std::uint64_t time = 100;
  for (const std::uint32_t pid : {11U, 5U, 21U}) {
    node.feed(RecordMaker(YGR_EXEC, "execve", pid)
                  .cgroup(1)
                  .time(++time)
                  .task(0, pid)
                  .program("/bin/a", {"a"})
                  .view());
  }
  for (int i = 0; i < 50; ++i) {
    for (const std::uint32_t pid : {11U, 5U, 21U}) {
      node.feed(RecordMaker(YGR_CALL, "openat", pid).cgroup(1).time(++time).view());
    }
  }
  writer->flush();
  EXPECT_LT(writer->counts().output.blocks, 10U);
  EXPECT_EQ(replay(), seen.lines);
}

TEST_F(Replay, KnowsEachContainerAtItsTime) {
  CaptureWriterOptions options{.output = {.path = path}};
  options.machine = {.boot_offset_ns = kBootOffset};
  auto writer = std::move(*CaptureWriter::open(std::move(options)));
  live.add_consumer(*writer);
  live.add_consumer(seen);
  resolver.set(7, testing::make_container(7, "aaaa"));
  feed(RecordMaker(YGR_EXEC, "execve", 5).cgroup(7).time(100).task(0, 90).program("/bin/a", {"a"}));
  resolver.set(7, testing::make_container(7, "bbbb"));
  feed(RecordMaker(YGR_CALL, "openat", 5).cgroup(7).time(110).text(YGR_S_PATH0, "/a"));
  feed(RecordMaker(YGR_CALL, "openat", 5).cgroup(9).time(120).text(YGR_S_PATH0, "/b"));
  writer->flush();
  EXPECT_EQ(replay(), seen.lines);
  EXPECT_NE(seen.lines[0], seen.lines[1]);
}

}  // namespace
}  // namespace yagura::sensor
