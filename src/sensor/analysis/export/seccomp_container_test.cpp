// A container that starts under an exported profile: runc, a root file system of busybox alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/file.hpp"
#include "core/json_text.hpp"
#include "sensor/analysis/export/seccomp.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SeccompContainer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "skipped: not root";
    if (std::system("command -v runc >/dev/null 2>&1") != 0) GTEST_SKIP() << "skipped: no runc";
    busybox_ = fs::exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox";
    if (!fs::exists(busybox_)) GTEST_SKIP() << "skipped: no busybox";
    std::string name = (fs::temp_directory_path() / "yagura_seccomp_XXXXXX").string();
    directory_ = mkdtemp(name.data());
    fs::create_directories(directory_ / "rootfs/bin");
    fs::create_directories(directory_ / "rootfs/proc");
    fs::copy_file(busybox_, directory_ / "rootfs/bin/busybox");
  }
  void TearDown() override {
    if (!directory_.empty()) fs::remove_all(directory_);
  }

  // What a shell says that runs the script in a container under the seccomp profile ("null": none).
  std::string run(std::string_view script, std::string_view seccomp, int& status) {
    std::string quoted;
    core::append_json_string(quoted, script);
    std::ofstream(directory_ / "config.json")
        << R"({"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},)"
        << R"("args":["/bin/busybox","sh","-c",)" << quoted << R"(],"env":["PATH=/bin"],"cwd":"/",)"
        << R"("capabilities":{"bounding":["CAP_SYS_ADMIN","CAP_CHOWN"],"effective":["CAP_SYS_ADMIN","CAP_CHOWN"],"permitted":["CAP_SYS_ADMIN","CAP_CHOWN"]}},)"
        << R"("root":{"path":"rootfs"},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],)"
        << R"("linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"}],)"
        << R"("seccomp":)" << seccomp << "}}";
    const std::string id = "yagura-seccomp-" + std::to_string(getpid());
    const std::string command = "cd " + directory_.string() + " && timeout 60 runc --root " +
                                (directory_ / "state").string() + " run " + id +
                                " > output 2>&1 < /dev/null";
    status = std::system(command.c_str());
    const auto output = core::read_file(directory_ / "output");
    return output ? *output : "";
  }

  fs::path directory_;
  fs::path busybox_;
};

constexpr std::string_view kScript =
    "cat /proc/self/status | grep -c Seccomp; echo started; "
    "busybox unshare -u true && echo unshared || echo refused";

TEST_F(SeccompContainer, StartsAndRefusesWhatWasNeverDone) {
  int status = 0;
  const std::string without = run(kScript, "null", status);
  if (status != 0 || without.find("unshared") == std::string::npos) {
    GTEST_SKIP() << "skipped: runc starts no container here: " << without;
  }
  Profile profile("image:busybox");
  for (const char* call : {"openat", "dup2", "sendfile", "vfork"}) {
    std::ignore = profile.add(FeatureKind::kCall, call, FeatureState::kLearned, 1);
  }
  const std::string with = run(kScript, seccomp_profile(profile), status);
  EXPECT_EQ(status, 0) << with;
  EXPECT_THAT(with, HasSubstr("started"));
  EXPECT_THAT(with, HasSubstr("refused"));

  std::ignore = profile.add(FeatureKind::kCall, "unshare", FeatureState::kLearned, 1);
  EXPECT_THAT(run(kScript, seccomp_profile(profile), status), HasSubstr("unshared"));

  // With every call observed nothing but the runtime's calls comes on top.
  profile.has_all_calls = true;
  std::ignore = profile.add(FeatureKind::kCall, "ioctl", FeatureState::kLearned, 1);
  EXPECT_THAT(run("echo started", seccomp_profile(profile), status), HasSubstr("started"));
}

}  // namespace
}  // namespace yagura::sensor
