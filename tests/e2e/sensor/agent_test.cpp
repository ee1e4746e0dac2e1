// `yagura sensor run` with real pods: what leaves it, and what it survives.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <simdjson.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <fstream>

#include "core/file.hpp"
#include "runner/agent_process.hpp"
#include "runner/published_rules.hpp"

namespace yagura::sensor::e2e {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

constexpr std::string_view kRead = "Read sensitive file untrusted";

// Whole lines of a file; none where it is not there yet.
std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  const std::string text = core::read_file(file).value_or("");
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

std::size_t count(const fs::path& file, std::string_view needle) {
  std::size_t found = 0;
  for (const std::string& line : lines_of(file)) found += line.find(needle) != std::string::npos;
  return found;
}

// The kernel, or somebody above us, lets nobody watch.
bool is_refused(const Error& error) {
  return error.message.find("the kernel programs") != std::string::npos;
}

// An agent that watches, in `name`; or the test is skipped, or fails.
#define YAGURA_START(name, options)                                      \
  auto name = AgentProcess::start(*pods_, options);                      \
  if (!name && is_refused(name.error())) {                               \
    GTEST_SKIP() << "skipped: no sensor here: " << name.error().message; \
  }                                                                      \
  ASSERT_TRUE(name) << name.error().message

class Agent : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (published_rules().empty()) {
      missing_ = "skipped: no corpora";
      return;
    }
    auto pods = Pods::start({.actor = YAGURA_ACTOR, .busybox = "/bin/busybox"});
    if (!pods) {
      missing_ = "skipped: no containers here: " + pods.error().message;
      ASSERT_EQ(pods.error().code, ErrorCode::kNotFound) << missing_;
      return;
    }
    pods_ = std::move(*pods);
    const auto started = pods_->start_pods();
    ASSERT_TRUE(started) << started.error().message;
  }
  static void TearDownTestSuite() { pods_.reset(); }

  void SetUp() override {
    if (!missing_.empty()) GTEST_SKIP() << missing_;
    ASSERT_NE(pods_, nullptr);
    file_ = pods_->directory() / (name() + ".jsonl");
  }

  static std::string name() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] AgentOptions options() const {
    return {.rules = published_rules(), .file = file_, .program = {}, .name = name()};
  }
  // In the workload's container, so often, one after the other.
  static void run_in_workload(const std::vector<std::string>& words, int times = 1) {
    std::vector<std::string> command{"/opt/bin/actor", "script"};
    for (int i = 0; i < times; ++i) {
      command.insert(command.end(), words.begin(), words.end());
      command.emplace_back(";;");
    }
    const auto result = pods_->containerd().cri().exec_sync(pods_->workload().container_id, command,
                                                            std::chrono::seconds(60));
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->exit_code, 0) << result->err;
  }

  static inline std::unique_ptr<Pods> pods_;
  static inline std::string missing_;
  fs::path file_;
};

// What falcosidekick reads of a line, by its documentation.
void expect_falcosidekick_reads(const std::string& line) {
  simdjson::dom::parser parser;
  simdjson::dom::object alert;
  ASSERT_EQ(parser.parse(line).get(alert), simdjson::SUCCESS) << line;
  for (const char* key : {"output", "priority", "rule", "time", "source", "hostname"}) {
    std::string_view text;
    EXPECT_EQ(alert[key].get(text), simdjson::SUCCESS) << key << " of " << line;
    EXPECT_FALSE(text.empty()) << key;
  }
  simdjson::dom::object fields;
  EXPECT_EQ(alert["output_fields"].get(fields), simdjson::SUCCESS);
  simdjson::dom::array tags;
  EXPECT_EQ(alert["tags"].get(tags), simdjson::SUCCESS);
  const std::string_view time = alert["time"];
  EXPECT_TRUE(time.size() > 20 && time[10] == 'T' && time.ends_with('Z')) << time;
}

TEST_F(Agent, WritesLinesThatFalcosReadersRead) {
  YAGURA_START(agent, options());
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/shadow"}));
  ASSERT_TRUE(comes_true([&] { return count(file_, kRead) == 1; })) << agent->said();
  for (const std::string& line : lines_of(file_)) expect_falcosidekick_reads(line);
  EXPECT_GE(count(file_, R"("k8s.pod.name":"workload")"), 1U);
  EXPECT_EQ(agent->end_by(SIGTERM), 0);
}

TEST_F(Agent, GivesUpWhatItDoesNotNeed) {
  YAGURA_START(agent, options());
  std::ifstream status("/proc/" + std::to_string(agent->pid()) + "/status");
  std::string effective;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("CapEff:")) effective = line.substr(7);
  }
  // DAC_READ_SEARCH 2, KILL 5, SYS_PTRACE 19, PERFMON 38, BPF 39.
  constexpr std::uint64_t kNeeded = 1ULL << 2 | 1ULL << 5 | 1ULL << 19 | 1ULL << 38 | 1ULL << 39;
  EXPECT_EQ(std::stoull(effective, nullptr, 16) & ~kNeeded, 0U) << effective;
}

// Nothing of it is left in the kernel, and the next one knows the pods and processes that it finds.
TEST_F(Agent, IsKilledAndStartedAgain) {
  YAGURA_START(first, options());
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/shadow"}));
  ASSERT_TRUE(comes_true([&] { return count(file_, kRead) == 1; }));
  EXPECT_TRUE(WIFSIGNALED(first->end_by(SIGKILL)));
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/shadow"}));  // nobody sees it
  YAGURA_START(second, options());
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/sudoers"}));
  ASSERT_TRUE(comes_true([&] { return count(file_, "/etc/sudoers") == 1; })) << second->said();
  EXPECT_EQ(count(file_, kRead), 2U);
  EXPECT_THAT(lines_of(file_), Contains(AllOf(HasSubstr("/etc/sudoers"),
                                              HasSubstr(R"("k8s.pod.name":"workload")"))));
}

TEST_F(Agent, LosesLinesOfAFullDiskAndNothingElse) {
  const fs::path disk = pods_->directory() / "full";
  const fs::path copy = pods_->directory() / "copy.jsonl";
  fs::create_directories(disk);
  ASSERT_EQ(mount("none", disk.c_str(), "tmpfs", 0, "size=64k"), 0);
  AgentOptions with_copy = options();
  with_copy.file = disk / "alerts.jsonl";
  with_copy.program = "cat >> " + copy.string();
  YAGURA_START(agent, with_copy);
  constexpr int kAlerts = 150;  // of more than a kilobyte each
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/shadow"}, kAlerts));
  ASSERT_TRUE(comes_true([&] { return count(copy, kRead) == kAlerts; })) << count(copy, kRead);
  EXPECT_LE(fs::file_size(with_copy.file), 65536U);
  EXPECT_THAT(agent->said(), HasSubstr("No space left on device"));
  // Somebody makes room: the next line is a whole one.
  ASSERT_EQ(mount("none", disk.c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/sudoers"}));
  ASSERT_TRUE(comes_true([&] { return count(with_copy.file, "/etc/sudoers") == 1; }));
  expect_falcosidekick_reads(lines_of(with_copy.file).back());
  EXPECT_TRUE(agent->is_running());
}

TEST_F(Agent, IsNotHeldUpByAConsumerThatNeverReads) {
  AgentOptions stuck = options();
  stuck.program = "exec sleep 600";
  YAGURA_START(agent, stuck);
  constexpr int kAlerts = 80;  // more than a pipe holds
  ASSERT_NO_FATAL_FAILURE(run_in_workload({"cat", "/etc/shadow"}, kAlerts));
  EXPECT_TRUE(comes_true([&] { return count(file_, kRead) == kAlerts; })) << count(file_, kRead);
  EXPECT_TRUE(agent->is_running());
}

TEST_F(Agent, TakesTenThousandRules) {
  const fs::path rules = pods_->directory() / "many.yaml";
  {
    std::ofstream out(rules);
    for (int i = 0; i < 10'000; ++i) {
      out << "- rule: Rule " << i << "\n  desc: one of many\n  condition: >\n"
          << "    evt.type in (open, openat) and fd.name = /srv/data/n" << i
          << " and not proc.name in (backup" << i % 7 << ", restore)\n"
          << "  output: read | file=%fd.name\n  priority: WARNING\n";
    }
  }
  AgentOptions many = options();
  many.rules = {rules};
  YAGURA_START(agent, many);
  ASSERT_NO_FATAL_FAILURE(run_in_workload(
      {"actor", "write", "/srv/data/n9999", ";;", "actor", "write", "/srv/data/n10000"}));
  ASSERT_TRUE(comes_true([&] { return !lines_of(file_).empty(); })) << agent->said();
  EXPECT_THAT(lines_of(file_), Contains(HasSubstr(R"("rule":"Rule 9999")")));
  EXPECT_EQ(lines_of(file_).size(), 1U);
}

}  // namespace
}  // namespace yagura::sensor::e2e
