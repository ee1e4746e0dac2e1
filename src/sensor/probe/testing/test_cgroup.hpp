#pragma once

// A cgroup of a test's or a benchmark's own: sensors and policies under test see nothing else.

#include <cstdint>
#include <filesystem>

namespace yagura::sensor {

// A cgroup2 directory, removed at the end.
class TestCgroup {
 public:
  TestCgroup();
  ~TestCgroup();
  TestCgroup(const TestCgroup&) = delete;
  TestCgroup& operator=(const TestCgroup&) = delete;
  [[nodiscard]] bool is_there() const { return id_ != 0; }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void add(int pid) const;

 private:
  std::filesystem::path path_;
  std::uint64_t id_ = 0;
};

}  // namespace yagura::sensor
