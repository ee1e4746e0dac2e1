#include "sensor/process/pipeline.hpp"

#include <gtest/gtest.h>

#include "sensor/process/process_table.hpp"
#include "sensor/process/testing/record_maker.hpp"

namespace yagura::sensor {
namespace {

using testing::RecordMaker;
using testing::ScriptedResolver;

// What the last event was, copied out of it.
class LastEvent : public EventConsumer {
 public:
  void on_event(const SensorEvent& event) override {
    process = *event.process;
    comm = event.thread_comm;
    created_by = event.created_by != nullptr ? event.created_by->pid : 0;
    lost = event.lost_before;
    wall_ns = event.wall_ns;
    ++count;
  }
  Process process;
  std::string comm;
  std::uint32_t created_by = 0;
  std::uint64_t lost = 0;
  std::int64_t wall_ns = 0;
  int count = 0;
};

class PipelineTest : public ::testing::Test {
 protected:
  explicit PipelineTest(std::size_t max_processes = 200'000)
      : pipeline(resolver, {.boot_offset_ns = 1'000, .max_processes = max_processes}) {
    pipeline.add_consumer(last);
  }
  void feed(RecordMaker record, unsigned ring = 0) { pipeline.feed(record.view(), ring); }
  void fork(std::uint32_t parent, std::uint32_t child, std::uint64_t time = 0) {
    feed(RecordMaker(YGR_FORK, "clone", child).time(time).task(parent, time));
  }
  void exit(std::uint32_t pid, std::uint64_t time = 0) {
    feed(RecordMaker(YGR_EXIT, "procexit", pid).time(time));
  }

  ScriptedResolver resolver;
  LastEvent last;
  Pipeline pipeline;
};

TEST_F(PipelineTest, ForkInheritsAndExecReplacesTheImage) {
  feed(RecordMaker(YGR_EXEC, "execve", 10)
           .task(1, 5)
           .credentials(33, 33)
           .program("/bin/bash", {"bash", "-i"})
           .text(YGR_S_CWD, "/srv"));
  fork(10, 11, 6);
  EXPECT_EQ(last.process.image->exe_path, "/bin/bash");
  EXPECT_EQ(last.process.cwd, "/srv");
  EXPECT_EQ(last.process.credentials.euid, 33U);
  EXPECT_EQ(last.created_by, 10U);
  ASSERT_NE(last.process.parent, nullptr);
  EXPECT_EQ(last.process.parent->pid, 10U);
  EXPECT_EQ(last.process.image, pipeline.processes().get(10)->image);

  feed(RecordMaker(YGR_EXEC, "execve", 11)
           .time(7)
           .task(10, 6)
           .program("/usr/bin/cat", {"cat", "x"}));
  EXPECT_EQ(last.process.name, "cat");
  EXPECT_EQ(last.process.image->argv, testing::zero_ended({"cat", "x"}));
  EXPECT_EQ(last.process.image->exec_ns, 7U);
  EXPECT_EQ(last.process.start_ns, 6U);
  EXPECT_EQ(last.process.parent->image->exe_path, "/bin/bash");
  EXPECT_EQ(last.wall_ns, 1'007);
}

TEST_F(PipelineTest, ANameThatPrctlGaveIsNotTheNameThatRulesSee) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/tmp/evil", {"evil"}));
  const std::uint64_t generation = last.process.generation;
  feed(RecordMaker(YGR_CALL, "prctl", 10).args({15}).text(YGR_S_PATH0, "sshd"));
  EXPECT_EQ(last.process.comm, "sshd");
  EXPECT_EQ(last.comm, "sshd");
  EXPECT_EQ(last.process.name, "evil");
  EXPECT_EQ(last.process.generation, generation);
}

TEST_F(PipelineTest, ThreadsAreTheirProcessAndKeepTheirNames) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/bin/java", {"java"}));
  feed(RecordMaker(YGR_FORK, "clone", 10).tid(12).task(1).text(YGR_S_COMM, "GC"));
  EXPECT_EQ(last.process.threads, 2U);
  feed(RecordMaker(YGR_CALL, "openat", 10).tid(12));
  EXPECT_EQ(last.process.pid, 10U);
  EXPECT_EQ(last.comm, "GC");
  EXPECT_EQ(pipeline.processes().size(), 1U);
}

TEST_F(PipelineTest, AProcessIsOverWhenItsLastThreadIs) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/bin/java", {"java"}));
  feed(RecordMaker(YGR_FORK, "clone", 10).tid(12).task(1));
  exit(10);
  EXPECT_FALSE(last.process.has_exited);
  feed(RecordMaker(YGR_EXIT, "procexit", 10).tid(12));
  EXPECT_TRUE(last.process.has_exited);
}

// Threads that were there before us are not counted; the kernel knows.
TEST_F(PipelineTest, WhatTheKernelSaysOfTheLastThreadCounts) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/bin/java", {"java"}));
  feed(RecordMaker(YGR_EXIT, "procexit", 10).task(1));
  EXPECT_FALSE(last.process.has_exited);
  RecordMaker gone(YGR_EXIT, "procexit", 10);
  gone.tid(12).task(1).change_task([](ygr_task& task) { task.flags |= YGR_TASK_GROUP_GONE; });
  feed(std::move(gone));
  EXPECT_TRUE(last.process.has_exited);
}

TEST_F(PipelineTest, ExitedProcessesGoWhenTheirTimeIsThrough) {
  fork(1, 10, 1);
  exit(10, 2);
  EXPECT_NE(pipeline.processes().find(10), nullptr);
  feed(RecordMaker(YGR_CALL, "openat", 99).time(3'000'000'000));
  EXPECT_EQ(pipeline.processes().find(10), nullptr);
}

TEST_F(PipelineTest, AncestryOutlivesParents) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/sbin/nginx", {"nginx"}));
  fork(10, 11, 1);
  fork(11, 12, 2);
  exit(11, 3);
  feed(RecordMaker(YGR_CALL, "openat", 12).time(9'000'000'000));
  EXPECT_EQ(pipeline.processes().find(11), nullptr);
  ASSERT_NE(last.process.parent, nullptr);
  EXPECT_EQ(last.process.parent->pid, 11U);
  EXPECT_EQ(last.process.parent->parent->pid, 10U);
  EXPECT_EQ(pipeline.processes().objects(), 3U);
}

// The kernel calls whoever takes an orphan in its parent.
TEST_F(PipelineTest, AnOrphanThatExecutesStaysItsCreatorsChild) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/sbin/nginx", {"nginx"}));
  fork(10, 11, 1);
  fork(11, 12, 2);
  exit(11, 3);
  feed(RecordMaker(YGR_EXEC, "execve", 12).time(4).task(1, 2).program("/bin/sh", {"sh"}));
  ASSERT_NE(last.process.parent, nullptr);
  EXPECT_EQ(last.process.parent->pid, 11U);
  EXPECT_EQ(last.process.parent_pid, 1U);
}

TEST_F(PipelineTest, WhoMakesASiblingIsItsParent) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/usr/sbin/nginx", {"nginx"}));
  feed(RecordMaker(YGR_FORK, "clone", 12).time(2).task(1, 2).change_task([](ygr_task& task) {
    task.creator_tid = 10;
  }));
  ASSERT_NE(last.process.parent, nullptr);
  EXPECT_EQ(last.process.parent->pid, 10U);
}

TEST_F(PipelineTest, AnotherProcessOfTheSameNumberHasAnotherParent) {
  fork(10, 12, 2);
  fork(1, 20, 3);
  feed(RecordMaker(YGR_EXEC, "execve", 12).time(9).task(20, 8).program("/bin/sh", {"sh"}));
  ASSERT_NE(last.process.parent, nullptr);
  EXPECT_EQ(last.process.parent->pid, 20U);
}

TEST_F(PipelineTest, EndlessForkAndExitKeepsTheChainAtItsLimit) {
  fork(1, 10, 1);
  for (std::uint32_t pid = 11; pid < 5'000; ++pid) {
    fork(pid - 1, pid, pid);
    exit(pid - 1, pid);
  }
  std::size_t length = 0;
  for (const Process* at = last.process.parent.get(); at != nullptr; at = at->parent.get())
    ++length;
  feed(RecordMaker(YGR_CALL, "openat", 4'999).time(9'000'000'000));
  EXPECT_LE(length, 128U);
  EXPECT_GT(length, 100U);
  EXPECT_LE(pipeline.processes().objects(), 200U);
}

TEST_F(PipelineTest, AChainOfLivingProcessesIsCutToo) {
  fork(1, 10, 1);
  for (std::uint32_t pid = 11; pid < 1'000; ++pid) fork(pid - 1, pid, pid);
  std::size_t length = 0;
  for (const Process* at = last.process.parent.get(); at != nullptr; at = at->parent.get())
    ++length;
  EXPECT_EQ(length, 128U);
}

TEST_F(PipelineTest, ParentsThatWouldCloseACircleAreRefused) {
  feed(RecordMaker(YGR_TASK, "", 10).task(11).program("/a", {"a"}));
  feed(RecordMaker(YGR_TASK, "", 11).task(10).program("/b", {"b"}));
  feed(RecordMaker(YGR_CALL, "openat", 10));
  feed(RecordMaker(YGR_CALL, "openat", 11));
  std::size_t length = 0;
  for (const Process* at = last.process.parent.get(); at != nullptr && length < 9;
       at = at->parent.get()) {
    ++length;
  }
  EXPECT_LE(length, 1U);
}

TEST_F(PipelineTest, UnknownProcessesAreMadeOfWhatTheRecordSays) {
  feed(RecordMaker(YGR_CALL, "openat", 77).uid(1000).text(YGR_S_CWD, "/home/x"));
  EXPECT_EQ(last.process.pid, 77U);
  EXPECT_EQ(last.process.credentials.uid, 1000U);
  EXPECT_EQ(last.process.cwd, "/home/x");
  EXPECT_NE(last.process.image, nullptr);
  EXPECT_TRUE(last.process.is_from_start_up);
  EXPECT_EQ(pipeline.counts().unknown_processes, 1U);
}

TEST_F(PipelineTest, ContainersComeFromTheCgroupAndAreAskedAgain) {
  feed(RecordMaker(YGR_CALL, "openat", 10).cgroup(500));
  EXPECT_EQ(last.process.container, nullptr);
  const std::uint64_t generation = last.process.generation;
  auto container = std::make_shared<Container>();
  container->id = std::string(64, 'a');
  resolver.set(500, container);
  feed(RecordMaker(YGR_CALL, "openat", 10).cgroup(500));
  EXPECT_EQ(last.process.container, container);
  EXPECT_NE(last.process.generation, generation);
  feed(RecordMaker(YGR_CGROUP_MOVED, "", 10).cgroup(501));
  EXPECT_EQ(last.process.container, nullptr);
  EXPECT_EQ(last.process.cgroup_id, 501U);
}

TEST_F(PipelineTest, AContainerThatIsForgottenStaysThatOfItsProcesses) {
  auto container = std::make_shared<Container>();
  resolver.set(500, container);
  feed(RecordMaker(YGR_CALL, "openat", 10).cgroup(500));
  resolver.set(500, nullptr);
  feed(RecordMaker(YGR_EXIT, "procexit", 10).cgroup(500));
  EXPECT_EQ(last.process.container, container);
}

TEST_F(PipelineTest, AnExecAsksForTheProcessWhereItsCgroupDoesNotTell) {
  feed(RecordMaker(YGR_CALL, "openat", 10).cgroup(1));
  EXPECT_EQ(last.process.container, nullptr);
  resolver.of_process = std::make_shared<Container>();
  feed(RecordMaker(YGR_CALL, "openat", 10).cgroup(1));
  EXPECT_EQ(last.process.container, nullptr);
  feed(RecordMaker(YGR_EXEC, "execve", 10).cgroup(1).program("/bin/sh", {"sh"}));
  EXPECT_EQ(last.process.container, resolver.of_process);
}

TEST_F(PipelineTest, CgroupsAreToldToTheResolver) {
  feed(RecordMaker(YGR_CGROUP_MADE, "", 10).cgroup(500).text(YGR_S_PATH0, "/kubepods/x"));
  feed(RecordMaker(YGR_CGROUP_GONE, "", 10).cgroup(500));
  ASSERT_EQ(resolver.made.size(), 1U);
  EXPECT_EQ(resolver.made[0].second, "/kubepods/x");
  EXPECT_EQ(resolver.gone, std::vector<std::uint64_t>{500});
}

TEST_F(PipelineTest, CallsChangeWhatTheyChange) {
  feed(RecordMaker(YGR_EXEC, "execve", 10)
           .task(1)
           .credentials(0, 0)
           .program("/bin/sh", {"sh"})
           .text(YGR_S_CWD, "/srv/a"));
  feed(RecordMaker(YGR_CALL, "chdir", 10).text(YGR_S_PATH0, "../b//c/."));
  EXPECT_EQ(last.process.cwd, "/srv/b/c");
  feed(RecordMaker(YGR_CALL, "chdir", 10).result(-2).text(YGR_S_PATH0, "/no"));
  EXPECT_EQ(last.process.cwd, "/srv/b/c");
  feed(RecordMaker(YGR_CALL, "setuid", 10).credentials(33, 33));
  EXPECT_EQ(last.process.credentials.euid, 33U);
  feed(RecordMaker(YGR_CALL, "setpgid", 10).args({0, 7}));
  EXPECT_EQ(last.process.vpgid, 7U);
  feed(RecordMaker(YGR_CALL, "setsid", 10));
  EXPECT_EQ(last.process.sid, 10U);
  feed(RecordMaker(YGR_CALL, "dup2", 10).result(0).socket(0, "10.0.0.1", 1, "10.0.0.2", 2));
  ASSERT_EQ(last.process.image->streams.size(), 1U);
  EXPECT_TRUE(last.process.image->streams[0].is_socket);
}

TEST_F(PipelineTest, AChangeOfAnAncestorChangesTheGenerationOfItsDescendants) {
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/bin/bash", {"bash"}));
  fork(10, 11, 1);
  fork(11, 12, 2);
  feed(RecordMaker(YGR_CALL, "openat", 12));
  const std::uint64_t generation = last.process.generation;
  feed(RecordMaker(YGR_CALL, "openat", 12));
  EXPECT_EQ(last.process.generation, generation);
  feed(RecordMaker(YGR_EXEC, "execve", 10).program("/bin/zsh", {"zsh"}));
  feed(RecordMaker(YGR_CALL, "openat", 12));
  EXPECT_NE(last.process.generation, generation);
}

TEST_F(PipelineTest, GapsInSequencesAreCountedPerRingAndCpu) {
  feed(RecordMaker(YGR_CALL, "openat", 10).cpu(3, 7), 1);
  feed(RecordMaker(YGR_CALL, "openat", 10).cpu(3, 11), 1);
  EXPECT_EQ(last.lost, 3U);
  feed(RecordMaker(YGR_CALL, "openat", 10).cpu(3, 1), 0);
  feed(RecordMaker(YGR_CALL, "openat", 10).cpu(4, 50), 1);
  EXPECT_EQ(last.lost, 0U);
  // Verdicts of policies have numbers of their own.
  feed(RecordMaker(YGR_VERDICT, "", 10).cpu(3, 2), 2);
  feed(RecordMaker(YGR_CALL, "openat", 10).cpu(3, 12), 1);
  EXPECT_EQ(last.lost, 0U);
  EXPECT_EQ(pipeline.counts().lost, 3U);
}

TEST_F(PipelineTest, AVerdictWithoutAProcessIsToldOfItsCgroupsContainer) {
  auto container = std::make_shared<Container>();
  container->id = "c1";
  resolver.set(77, container);
  feed(RecordMaker(YGR_VERDICT, "", 0).cgroup(77));
  EXPECT_EQ(last.process.container, container);
  EXPECT_EQ(last.process.pid, 0U);
  EXPECT_EQ(pipeline.processes().find(0), nullptr);
  EXPECT_EQ(pipeline.counts().unknown_processes, 0U);
  feed(RecordMaker(YGR_VERDICT, "", 0).cgroup(78));
  EXPECT_EQ(last.process.container, nullptr);
}

class SmallPipelineTest : public PipelineTest {
 protected:
  SmallPipelineTest() : PipelineTest(100) {}
};

TEST_F(SmallPipelineTest, TheTableForgetsWhoWasHeardOfLeastRecently) {
  for (std::uint32_t pid = 1; pid <= 500; ++pid) {
    feed(RecordMaker(YGR_CALL, "openat", pid));
    feed(RecordMaker(YGR_CALL, "openat", 1));
  }
  EXPECT_LE(pipeline.processes().objects(), 100U);
  EXPECT_NE(pipeline.processes().find(1), nullptr);
  EXPECT_EQ(pipeline.processes().find(2), nullptr);
  EXPECT_EQ(pipeline.counts().forgotten_processes, 400U);
}

TEST_F(SmallPipelineTest, DeadAncestorsCountTowardsTheLimit) {
  // Living leaves, each at the end of a chain of its own dead.
  std::uint32_t pid = 1;
  for (int leaf = 0; leaf < 50; ++leaf) {
    ++pid;
    fork(1, pid, pid);
    for (int i = 0; i < 30; ++i) {
      fork(pid, pid + 1, pid);
      exit(pid, pid);
      ++pid;
    }
  }
  feed(RecordMaker(YGR_CALL, "openat", pid).time(90'000'000'000));
  EXPECT_LE(pipeline.processes().objects(), 101U);
}

}  // namespace
}  // namespace yagura::sensor
