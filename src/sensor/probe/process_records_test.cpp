// Exec, fork, exit and opens, as the kernel itself tells them.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {
namespace {

using ProcessRecords = ProbeFixture;

TEST_F(ProcessRecords, ExecTellsProgramArgumentsEnvironmentAndTask) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  in_child([] {
    const char* const arguments[] = {"hello", "a b", "", nullptr};
    const char* const environment[] = {"KEY=value", nullptr};
    execve("/bin/true", const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
  });
  const RecordView exec = record(YGR_EXEC, "execve");
  EXPECT_EQ(exec.header().result, 0);
  EXPECT_EQ(exec.header().flags, 0);
  EXPECT_EQ(exec.header().pid, static_cast<unsigned>(child_));
  EXPECT_EQ(exec.header().cgroup_id, cgroup_.id());
  EXPECT_EQ(exec.text(YGR_S_ARGV), std::string_view("hello\0a b\0\0", 11));
  EXPECT_EQ(exec.text(YGR_S_ENV), std::string_view("KEY=value\0", 10));
  EXPECT_EQ(exec.text(YGR_S_FILENAME), "/bin/true");
  EXPECT_EQ(exec.text(YGR_S_EXE_PATH), std::filesystem::canonical("/bin/true").string());
  EXPECT_EQ(exec.text(YGR_S_CWD), directory());
  EXPECT_EQ(exec.text(YGR_S_COMM), "true");
  const ygr_task task = exec.get<ygr_task>(YGR_S_TASK).value();
  EXPECT_EQ(task.pid, static_cast<unsigned>(child_));
  EXPECT_EQ(task.parent_pid, static_cast<unsigned>(getpid()));
  EXPECT_EQ(task.vpid, static_cast<unsigned>(child_));
  EXPECT_EQ(task.sid, static_cast<unsigned>(getsid(0)));
  EXPECT_EQ(task.pgid, static_cast<unsigned>(getpgrp()));
  EXPECT_NE(task.start_ns, 0U);
  EXPECT_GT(task.start_ns, task.parent_start_ns);
  EXPECT_NE(task.vm_size_kb, 0U);
  struct stat facts{};
  ASSERT_EQ(stat("/proc/self/ns/mnt", &facts), 0);
  EXPECT_EQ(task.mnt_ns, facts.st_ino);
  ASSERT_EQ(stat("/proc/self/ns/pid", &facts), 0);
  EXPECT_EQ(task.pid_ns, facts.st_ino);
  ASSERT_EQ(stat("/proc/self/ns/user", &facts), 0);
  EXPECT_EQ(task.user_ns, facts.st_ino);
  ASSERT_EQ(stat("/bin/true", &facts), 0);
  const ygr_file exe = exec.get<ygr_file>(YGR_S_EXE).value();
  EXPECT_EQ(exe.ino, facts.st_ino);
  EXPECT_EQ(exe.mode, facts.st_mode);
  EXPECT_EQ(exe.size, static_cast<unsigned long>(facts.st_size));
  EXPECT_EQ(exe.ctime_ns, static_cast<unsigned long>(facts.st_ctim.tv_sec) * 1000000000UL +
                              static_cast<unsigned long>(facts.st_ctim.tv_nsec));
  EXPECT_EQ(exe.mtime_ns, static_cast<unsigned long>(facts.st_mtim.tv_sec) * 1000000000UL +
                              static_cast<unsigned long>(facts.st_mtim.tv_nsec));
  EXPECT_EQ(exe.fd, -1);
  EXPECT_EQ(exec.count<ygr_file>(YGR_S_FDS), 3U);
  EXPECT_EQ(exec.get<ygr_credentials>(YGR_S_CREDENTIALS).value().euid, 0U);
}

TEST_F(ProcessRecords, ForkTellsTheChildAndItsMaker) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  in_child([] {
    const pid_t child = fork();
    if (child == 0) _exit(3);
    waitpid(child, nullptr, 0);
  });
  const RecordView fork = record(YGR_FORK, "clone");
  const ygr_task task = fork.get<ygr_task>(YGR_S_TASK).value();
  EXPECT_EQ(task.creator_tid, static_cast<unsigned>(child_));
  EXPECT_EQ(task.parent_pid, static_cast<unsigned>(child_));
  EXPECT_EQ(task.pid, fork.header().pid);
  EXPECT_NE(task.pid, static_cast<unsigned>(child_));
  EXPECT_EQ(task.clone_flags & 0xff, static_cast<unsigned>(SIGCHLD));
  EXPECT_EQ(fork.header().cgroup_id, cgroup_.id());
}

TEST_F(ProcessRecords, ExitTellsTheStatusAndThatNobodyIsLeft) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  in_child([] { _exit(7); });
  EXPECT_EQ(record(YGR_EXIT, "procexit").header().result, 7 << 8);
  // Of all its threads: ThreadSanitizer gives it one more.
  unsigned flags = 0;
  for (const KeptRecord& kept : records_) {
    if (kept.view().kind() != YGR_EXIT) continue;
    flags |= kept.view().get<ygr_task>(YGR_S_TASK).value().flags;
  }
  EXPECT_NE(flags & YGR_TASK_GROUP_GONE, 0U);
  EXPECT_NE(flags & YGR_TASK_MAIN_THREAD, 0U);
}

TEST_F(ProcessRecords, KilledProcessesTellTheSignal) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  in_child([] { kill(getpid(), SIGKILL); });
  EXPECT_EQ(record(YGR_EXIT, "procexit").header().result, SIGKILL);
}

TEST_F(ProcessRecords, FailedExecIsACallWithItsName) {
  ASSERT_NO_FATAL_FAILURE(watch({"execve"}));
  in_child([] {
    char* const none[] = {nullptr};
    execve("no/such", none, none);
  });
  const RecordView exec = call("execve");
  EXPECT_EQ(exec.header().result, -ENOENT);
  EXPECT_EQ(exec.text(YGR_S_PATH0), "no/such");
  EXPECT_EQ(exec.text(YGR_S_DIR0), directory());
}

TEST_F(ProcessRecords, OpenTellsTheNameTheDirectoryAndTheFile) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] { open("new", O_CREAT | O_RDWR | O_CLOEXEC, 0640); });
  const RecordView opened = call("openat");
  EXPECT_GE(opened.header().result, 0);
  EXPECT_EQ(opened.text(YGR_S_PATH0), "new");
  EXPECT_EQ(opened.text(YGR_S_DIR0), directory());
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), directory() + "/new");
  const ygr_args arguments = opened.get<ygr_args>(YGR_S_ARGS).value();
  EXPECT_EQ(static_cast<int>(arguments.value[0]), AT_FDCWD);
  EXPECT_EQ(arguments.value[2], static_cast<unsigned>(O_CREAT | O_RDWR | O_CLOEXEC));
  EXPECT_EQ(arguments.value[3], 0640U);
  struct stat facts{};
  ASSERT_EQ(stat((directory() + "/new").c_str(), &facts), 0);
  const ygr_file file = opened.get<ygr_file>(YGR_S_FD).value();
  EXPECT_EQ(file.ino, facts.st_ino);
  EXPECT_EQ(file.links, 1U);
  EXPECT_EQ(file.fd, opened.header().result);
  EXPECT_EQ(file.open_flags & O_ACCMODE, static_cast<unsigned>(O_RDWR));
  EXPECT_EQ(file.dev >> 20, major(facts.st_dev));
  EXPECT_EQ(file.dev & 0xfffff, minor(facts.st_dev));
}

TEST_F(ProcessRecords, OtherCallsCanBeWantedLater) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  ASSERT_TRUE(probe_->watch({rules::find_event_type("openat").value()}).has_value());
  in_child([] { open("/dev/null", O_RDONLY); });
  EXPECT_EQ(count(YGR_CALL, "openat"), 1U);
  ASSERT_TRUE(probe_->watch({rules::find_event_type("mkdirat").value()}).has_value());
  in_child([] { open("/dev/null", O_RDONLY); });
  EXPECT_EQ(count(YGR_CALL, "openat"), 1U);
}

TEST_F(ProcessRecords, WhatHappensOutsideOfTheScopeIsNotTold) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  const pid_t outside = fork();
  if (outside == 0) {
    open("/dev/null", O_RDONLY);
    _exit(0);
  }
  waitpid(outside, nullptr, 0);
  collect();
  EXPECT_EQ(records_.size(), 0U);
}

TEST_F(ProcessRecords, CgroupsAreToldAsTheyComeAndGo) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  const std::filesystem::path below = cgroup_.path() / "below";
  ASSERT_EQ(mkdir(below.c_str(), 0755), 0);
  struct stat facts{};
  ASSERT_EQ(stat(below.c_str(), &facts), 0);
  ASSERT_EQ(rmdir(below.c_str()), 0);
  collect();
  const RecordView made = record(YGR_CGROUP_MADE, "");
  EXPECT_EQ(made.header().cgroup_id, facts.st_ino);
  EXPECT_EQ(made.text(YGR_S_PATH0), "/" + cgroup_.path().filename().string() + "/below");
  EXPECT_EQ(record(YGR_CGROUP_GONE, "").header().cgroup_id, facts.st_ino);
}

}  // namespace
}  // namespace yagura::sensor
