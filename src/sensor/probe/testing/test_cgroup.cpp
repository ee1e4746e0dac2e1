#include "sensor/probe/testing/test_cgroup.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace yagura::sensor {

namespace fs = std::filesystem;

namespace {

constexpr long kCgroup2Magic = 0x63677270;

fs::path cgroup2_root() {
  for (const char* place : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
    struct statfs facts{};
    if (statfs(place, &facts) == 0 && facts.f_type == kCgroup2Magic) return place;
  }
  return {};
}

std::string unique_name() {
  static int number = 0;
  return "yagura-probe-" + std::to_string(getpid()) + "-" + std::to_string(++number);
}

}  // namespace

TestCgroup::TestCgroup() {
  const fs::path root = cgroup2_root();
  if (root.empty()) return;
  path_ = root / unique_name();
  struct stat facts{};
  if (mkdir(path_.c_str(), 0755) == 0 && stat(path_.c_str(), &facts) == 0) id_ = facts.st_ino;
}

TestCgroup::~TestCgroup() {
  if (id_ != 0) rmdir(path_.c_str());
}

void TestCgroup::add(int pid) const { std::ofstream(path_ / "cgroup.procs") << pid << std::flush; }

}  // namespace yagura::sensor
