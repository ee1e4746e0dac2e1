#include "sensor/probe/calls_seen.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {
namespace {

class CallsSeenTest : public ProbeFixture {
 protected:
  std::set<std::string_view> taken(CallsSeen& calls) {
    std::set<std::string_view> names;
    calls.take([&](std::uint64_t cgroup, std::span<const rules::EventType> types) {
      EXPECT_EQ(cgroup, cgroup_.id());
      for (const rules::EventType type : types) names.insert(rules::event_type_name(type));
    });
    return names;
  }
};

TEST_F(CallsSeenTest, MarksEachCallOfTheCgroupOnce) {
  watch({});  // for in_child(), which waits for a record
  auto opened = CallsSeen::open();
  ASSERT_TRUE(opened) << opened.error().message;
  CallsSeen& calls = **opened;
  in_child([] { ::syscall(SYS_getppid); });
  EXPECT_TRUE(taken(calls).empty()) << "nobody asked for the cgroup";

  ASSERT_TRUE(calls.add(cgroup_.id()));
  in_child([] {
    ::syscall(SYS_getppid);
    ::syscall(SYS_sysinfo, nullptr);
  });
  const auto first = taken(calls);
  EXPECT_TRUE(first.contains("getppid"));
  EXPECT_TRUE(first.contains("sysinfo"));
  EXPECT_FALSE(first.contains("reboot"));

  in_child([] {
    ::syscall(SYS_getppid);
    ::syscall(SYS_times, nullptr);
  });
  const auto second = taken(calls);
  EXPECT_FALSE(second.contains("getppid")) << "told already";
  EXPECT_TRUE(second.contains("times"));

  calls.remove(cgroup_.id());
  in_child([] { ::syscall(SYS_getcpu, nullptr, nullptr, nullptr); });
  EXPECT_TRUE(taken(calls).empty());
}

}  // namespace
}  // namespace yagura::sensor
