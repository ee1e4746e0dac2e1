// Refusing programs by fanotify, on a file system and in a control group of the test's own.

#include "sensor/enforce/exec_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "sensor/enforce/kernel/cgroup_files.hpp"
#include "sensor/enforce/kernel/ladder.hpp"
#include "sensor/enforce/testing.hpp"

namespace yagura::sensor::enforce {
namespace {

using testing::attempt;
using testing::Outcome;
using testing::OwnCgroup;

class Guarded : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!policed_.is_there()) GTEST_SKIP() << "skipped: no cgroup2, or not root";
    if (const std::string problem = probe_ladder().fanotify; !problem.empty()) {
      GTEST_SKIP() << "skipped: no fanotify: " << problem;
    }
    char name[] = "/tmp/yagura-guard-XXXXXX";
    folder_ = mkdtemp(name);
    if (mount("none", folder_.c_str(), "tmpfs", 0, nullptr) != 0)
      GTEST_SKIP() << "skipped: no tmpfs";
    auto started = ExecGuard::start({.cgroup_root = find_cgroup_root(), .exempt_pids = {}});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    guard_ = std::move(*started);
    ASSERT_TRUE(guard_->watch(folder_).has_value());
  }
  void TearDown() override {
    guard_.reset();
    if (folder_.empty()) return;
    umount2(folder_.c_str(), MNT_DETACH);
    std::filesystem::remove(folder_);
  }

  void police(const std::vector<std::string>& specs) {
    policies_ = testing::policies_of(specs);
    std::vector<const Policy*> pointers;
    for (const Policy& policy : policies_) pointers.push_back(&policy);
    auto policing = std::make_shared<ExecGuard::Policing>();
    policing->seed = 7;
    policing->groups[policed_.id()] = std::make_shared<Group>(compile_group(pointers, 7));
    guard_->set_policing(policing);
  }

  std::string program(std::string_view name) {
    const auto path = folder_ / name;
    std::filesystem::copy_file("/bin/true", path);
    return path;
  }
  static int run(const std::string& path) {
    execl(path.c_str(), path.c_str(), static_cast<char*>(nullptr));
    return errno;
  }
  Outcome inside(const std::string& path) {
    return attempt(&policed_, [&] { return run(path); });
  }
  static Outcome outside(const std::string& path) {
    return attempt(nullptr, [&] { return run(path); });
  }

  OwnCgroup policed_{"guard"};
  std::filesystem::path folder_;
  std::vector<Policy> policies_;
  std::unique_ptr<ExecGuard> guard_;
};

TEST_F(Guarded, RefusesByPathBeforeAnythingRuns) {
  const std::string denied = program("denied");
  const std::string allowed = program("allowed");
  police({"mode: block, executables: {deny: [" + denied + "]}"});
  EXPECT_EQ(inside(denied), (Outcome{.error = EPERM}));
  EXPECT_EQ(inside(allowed), Outcome{});
  EXPECT_EQ(outside(denied), Outcome{});
  std::vector<std::string> paths;
  guard_->take_verdicts([&](const RecordView& record) {
    const auto verdict = *record.get<ygr_verdict>(YGR_S_VERDICT);
    EXPECT_EQ(verdict.action, YGR_BLOCKED);
    EXPECT_EQ(verdict.tier, 'B');
    EXPECT_EQ(record.header().cgroup_id, policed_.id());
    paths.emplace_back(record.text(YGR_S_FD_PATH));
  });
  EXPECT_THAT(paths, ::testing::ElementsAre(denied));
}

TEST_F(Guarded, JudgesScriptsAsWellAsTheirInterpreters) {
  const std::string script = folder_ / "script";
  std::ofstream(script) << "#!/bin/sh\nexit 0\n";
  chmod(script.c_str(), 0755);
  police({"mode: block, executables: {deny: [" + script + "]}"});
  EXPECT_EQ(inside(script), (Outcome{.error = EPERM}));
  EXPECT_EQ(outside(script), Outcome{});
}

TEST_F(Guarded, KnowsProgramsByTheirHashTheFirstTimeAlready) {
  const std::string known = program("known");
  const std::string other = folder_ / "other";
  std::filesystem::copy_file("/bin/false", other);
  const auto text = [&] {
    FILE* pipe = popen(("sha256sum " + known).c_str(), "r");
    char digits[65] = {};
    const bool read = pipe != nullptr && fscanf(pipe, "%64s", digits) == 1;
    if (pipe != nullptr) pclose(pipe);
    return read ? std::string(digits) : std::string();
  }();
  ASSERT_EQ(text.size(), 64U);
  police({"mode: block, executables: {allow: [{sha256: " + text +
          "}, /lib/**, /usr/lib/**, /lib64/**]}"});
  EXPECT_EQ(inside(known), Outcome{});
  EXPECT_EQ(inside(other), (Outcome{.error = EPERM}));
}

TEST_F(Guarded, RefusesNothingInModeAlert) {
  const std::string denied = program("denied");
  police({"mode: alert, executables: {deny: [" + denied + "]}"});
  EXPECT_EQ(inside(denied), Outcome{});
}

TEST_F(Guarded, LetsEverythingThroughWhenItIsGone) {
  const std::string denied = program("denied");
  police({"mode: block, executables: {deny: [" + denied + "]}"});
  guard_.reset();
  EXPECT_EQ(inside(denied), Outcome{});
}

}  // namespace
}  // namespace yagura::sensor::enforce
