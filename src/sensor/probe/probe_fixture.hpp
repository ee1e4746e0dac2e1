#pragma once

// For tests with the real kernel: a cgroup of their own, a probe that watches nothing else, and
// children that do things in it.

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/probe/probe.hpp"
#include "sensor/probe/testing/test_cgroup.hpp"

namespace yagura::sensor {

struct KeptRecord {
  std::vector<std::byte> bytes;
  unsigned ring = 0;
  [[nodiscard]] RecordView view() const { return RecordView::read(bytes).value(); }
};

class ProbeFixture : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Opens the probe for these events in the test's cgroup.
  void watch(std::vector<std::string_view> types, ProbeOptions options = {});
  // Does it in a child in the cgroup, waits for its end and collects every record up to then. The
  // child's directory is directory(). Returns the child's status as wait() tells it.
  int in_child(const std::function<void()>& what);
  // A record of that kind and event type since watch(), counted from 0; fails the test if there is
  // none.
  RecordView record(ygr_kind kind, std::string_view type, std::size_t index = 0);
  RecordView call(std::string_view type, std::size_t index = 0) {
    return record(YGR_CALL, type, index);
  }
  [[nodiscard]] std::size_t count(ygr_kind kind, std::string_view type) const;
  [[nodiscard]] std::string directory() const { return directory_.string(); }
  void collect();

  TestCgroup cgroup_;
  std::unique_ptr<Probe> probe_;
  std::vector<KeptRecord> records_;
  int child_ = 0;

 private:
  std::filesystem::path directory_;
};

}  // namespace yagura::sensor
