// With the real kernel: what fires live fires again from the capture, line for line.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "sensor/capture/capture_writer.hpp"
#include "sensor/capture/testing.hpp"
#include "sensor/detect/testing/scene.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/probe/testing/test_cgroup.hpp"
#include "sensor/replay/recording.hpp"
#include "sensor/replay/replay.hpp"

namespace yagura::sensor {
namespace {

constexpr std::string_view kRules = R"(
- rule: Password file
  desc: d
  condition: evt.type in (open, openat) and fd.name = /etc/passwd
  output: "%proc.name %proc.cmdline of %proc.pname/%proc.aname[2] user %user.name %fd.name %evt.args"
  priority: WARNING
- rule: Program
  desc: d
  condition: evt.type = execve
  output: "%proc.exepath %proc.cmdline %proc.cwd %proc.tty %proc.sid %proc.vpid %proc.pid %proc.ppid"
  priority: NOTICE
- rule: Gone
  desc: d
  condition: evt.type in (unlink, unlinkat)
  output: "%fs.path.name by %proc.cmdline"
  priority: NOTICE
)";

// Runs a shell in the cgroup; its number.
pid_t start_shell(const TestCgroup& cgroup, const char* script) {
  int gate[2];
  EXPECT_EQ(pipe(gate), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    close(gate[1]);
    if (read(gate[0], &byte, 1) == 1) execl("/bin/sh", "sh", "-c", script, nullptr);
    _exit(127);
  }
  close(gate[0]);
  cgroup.add(child);
  EXPECT_EQ(write(gate[1], "x", 1), 1);
  close(gate[1]);
  return child;
}

TEST(ReplayKernel, FiresAsItFiredLive) {
  const TestCgroup cgroup;
  if (!cgroup.is_there()) GTEST_SKIP() << "skipped: no cgroup2 to write in";
  ProbeOptions options;
  for (const std::string_view name : {"open", "openat", "unlink", "unlinkat", "dup2"}) {
    options.event_types.push_back(*rules::find_event_type(name));
  }
  options.scope_cgroups = {cgroup.id()};
  auto probe = Probe::open(options);
  if (!probe) GTEST_SKIP() << "skipped: no BPF: " << probe.error().message;

  const testing::TestFolder folder;
  testing::ScriptedResolver resolver;
  resolver.set(cgroup.id(), testing::make_container(cgroup.id(), "c0ffee"));
  const MachineFacts machine = this_machine();
  Pipeline pipeline(resolver, {.boot_offset_ns = machine.boot_offset_ns});
  UserNames users({.proc = ""});  // as in recordings: containers' own files are not asked
  const ViewSources sources{
      .processes = &pipeline.processes(), .users = &users, .hostname = machine.hostname};
  std::vector<std::string> live;
  AlertWriter writer({}, sources, [&live](std::string_view line) { live.emplace_back(line); });
  const auto rules = testing::rules_of(kRules);
  Detector detector(rules, {.matching = Matching::kAll}, sources, writer);
  CaptureWriterOptions capture_options{.output = {.path = folder.path() / "capture"}};
  capture_options.machine = machine;
  auto capture = CaptureWriter::open(std::move(capture_options));
  ASSERT_TRUE(capture.has_value());
  pipeline.add_consumer(**capture);
  pipeline.add_consumer(detector);

  const std::string script =
      "cd " + folder.path().string() +
      " && cat /etc/passwd > out; (exec head -1 /etc/passwd > /dev/null); rm out";
  const pid_t child = start_shell(cgroup, script.c_str());
  bool has_ended = false;
  while (!has_ended) {
    const auto polled =
        (*probe)->poll(std::chrono::milliseconds(10), [&](const RecordView& record, unsigned ring) {
          pipeline.feed(record, ring);
          has_ended |=
              record.kind() == YGR_EXIT && record.header().pid == static_cast<std::uint32_t>(child);
        });
    ASSERT_TRUE(polled.has_value());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  (*capture)->flush();
  // sh, cat, head, rm; cat and head read the file; rm takes one away.
  EXPECT_GE(live.size(), 7U);

  auto source = open_recording(folder.path() / "capture");
  ASSERT_TRUE(source.has_value());
  std::vector<std::string> again;
  const auto statistics =
      run_replay(**source, rules, {.detector = {.matching = Matching::kAll}},
                 {.on_line = [&again](std::string_view line) { again.emplace_back(line); }});
  ASSERT_TRUE(statistics.has_value());
  EXPECT_EQ(again, live);
  EXPECT_TRUE(statistics->remarks.empty());
}

}  // namespace
}  // namespace yagura::sensor
