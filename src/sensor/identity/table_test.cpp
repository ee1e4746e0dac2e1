#include <gtest/gtest.h>

#include "sensor/identity/cgroup_tree.hpp"
#include "sensor/identity/container_table.hpp"
#include "sensor/identity/retry_queue.hpp"

namespace yagura::sensor {
namespace {

CgroupIdentity identity(const std::string& id, std::size_t own_length,
                        const std::string& uid = "u1") {
  return {.container_id = id, .pod_uid = uid, .own_length = own_length};
}

TEST(ContainerTable, GivesNestedCgroupsToTheirContainer) {
  ContainerTable table;
  EXPECT_FALSE(table.find(1).has_value());
  table.add_host(1);
  EXPECT_EQ(table.find(1).value(), nullptr);
  EXPECT_EQ(table.add(2, "/p/c", identity("c", 4)), ContainerTable::Added::kNew);
  EXPECT_EQ(table.add(3, "/p/c/init.scope", identity("c", 4)), ContainerTable::Added::kKnown);
  EXPECT_EQ(table.find(2).value(), table.find(3).value());
  EXPECT_EQ(table.find(2).value()->cgroup_id, 2U);
  EXPECT_EQ(table.find(2).value()->cgroup_path, "/p/c");
  EXPECT_EQ(table.find(2).value()->pod->uid, "u1");
  table.remove_cgroup(3);
  EXPECT_FALSE(table.find(3).has_value());
  EXPECT_NE(table.find(2).value(), nullptr);
  const auto held = table.find(2).value();
  table.remove_cgroup(2);
  EXPECT_TRUE(table.containers().empty());
  EXPECT_TRUE(table.pods().empty());
  EXPECT_EQ(held->id, "c") << "who holds one keeps it";
}

TEST(ContainerTable, LearnsOfTheContainersOwnCgroupAfterANestedOne) {
  ContainerTable table;
  table.add(3, "/p/c/init.scope", identity("c", 4));
  EXPECT_EQ(table.find(3).value()->cgroup_id, 0U);
  table.add(2, "/p/c", identity("c", 4));
  EXPECT_EQ(table.find(3).value()->cgroup_id, 2U);
  table.remove_cgroup(2);
  EXPECT_FALSE(table.find(3).has_value()) << "nested ones go along";
}

TEST(ContainerTable, PublishesWhatChangesAndOnlyThat) {
  ContainerTable table;
  table.add(2, "/p/c", identity("c", 4));
  const auto before = table.find(2).value();
  const auto generation = table.generation();
  EXPECT_TRUE(table.update("c", "u1", [](Container&) {}));
  EXPECT_TRUE(table.update_pod("u1", [](Pod&) {}));
  EXPECT_EQ(table.generation(), generation);
  EXPECT_TRUE(table.update("c", "", [](Container& c) { c.name = "web"; }));
  EXPECT_GT(table.generation(), generation);
  EXPECT_EQ(before->name, "");
  EXPECT_EQ(table.find(2).value()->name, "web");
  EXPECT_TRUE(table.update_pod(
      "u1", [](Pod& pod) { pod.name = "p"; }, std::nullopt,
      std::vector<ContainerProbes>{
          {.container = "web", .liveness = "/live", .readiness = "/ready"}}));
  EXPECT_EQ(table.find(2).value()->pod->name, "p");
  EXPECT_EQ(table.find(2).value()->liveness_probe, "/live");
  EXPECT_FALSE(table.update("other", "", [](Container&) {}));
}

TEST(ContainerTable, KeepsPodsThatAreListedOrInUse) {
  ContainerTable table;
  table.update_pod("u1", [](Pod& pod) { pod.name = "p"; }, true);
  EXPECT_EQ(table.listed_pods(), std::vector<std::string>{"u1"});
  table.add(2, "/p/c", identity("c", 4));
  EXPECT_EQ(table.find(2).value()->pod->name, "p") << "a pod may be known first";
  table.update_pod("u1", [](Pod&) {}, false);
  EXPECT_EQ(table.find(2).value()->pod->name, "p");
  table.remove_container("c");
  EXPECT_TRUE(table.pods().empty());
  table.update_pod("nobody", [](Pod& pod) { pod.name = "x"; });
  EXPECT_TRUE(table.pods().empty());
}

TEST(ContainerTable, MovesAContainerToThePodThatItsBundleTells) {
  ContainerTable table;
  table.add(2, "/c", identity("c", 2, ""));
  EXPECT_EQ(table.find(2).value()->pod, nullptr);
  table.update("c", "u2", [](Container&) {});
  EXPECT_EQ(table.find(2).value()->pod->uid, "u2");
}

TEST(ContainerTable, TellsChangesInOrder) {
  ContainerTable table;
  table.add(1, "/a", identity("a", 2));
  std::vector<std::pair<ChangeKind, std::string>> told;
  table.set_listener([&](const ContainerChange& change) {
    told.emplace_back(change.kind, change.container->id + change.container->name);
  });
  table.add(2, "/b", identity("b", 2));
  table.update("b", "", [](Container& c) { c.name = "1"; });
  table.remove_cgroup(2);
  using enum ChangeKind;
  EXPECT_EQ(told, (std::vector<std::pair<ChangeKind, std::string>>{
                      {kAdded, "a"}, {kAdded, "b"}, {kChanged, "b1"}, {kGone, "b1"}}));
}

TEST(ContainerTable, KeepsItsLimits) {
  ContainerTable table({.max_containers = 2, .max_cgroups = 10, .max_pods = 1});
  EXPECT_EQ(table.add(1, "/a", identity("a", 2)), ContainerTable::Added::kNew);
  EXPECT_EQ(table.add(2, "/b", identity("b", 2, "u2")), ContainerTable::Added::kNew);
  EXPECT_EQ(table.find(2).value()->pod, nullptr) << "no place for a second pod";
  EXPECT_EQ(table.add(3, "/c", identity("c", 2)), ContainerTable::Added::kFull);
  for (std::uint64_t cgroup = 10; cgroup < 1000; ++cgroup) {
    table.add_host(cgroup);
    ASSERT_LE(table.cgroups(), 10U);
  }
  EXPECT_NE(table.find(1).value(), nullptr) << "containers are not forgotten for the host's";
}

TEST(ContainerTable, IsEmptyAfterAThousandContainersCameAndWent) {
  ContainerTable table;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    table.add(i, "/c", identity(std::to_string(i), 2, "u" + std::to_string(i)));
    table.add(i + 100'000, "/c/x", identity(std::to_string(i), 2, "u" + std::to_string(i)));
  }
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    table.remove_cgroup(i);
  }
  EXPECT_EQ(table.cgroups(), 0U);
  EXPECT_TRUE(table.containers().empty());
  EXPECT_TRUE(table.pods().empty());
}

TEST(RetryQueue, GivesEachNameOnceAndLaterEachTime) {
  using namespace std::chrono_literals;
  RetryQueue queue(100ms, 350ms);
  const RetryQueue::Time start{};
  queue.add("a", start);
  queue.add("a", start);
  auto taken = queue.take(start);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(queue.take(start));
  RetryQueue::Time now = start;
  for (const auto delay : {100ms, 200ms, 350ms, 350ms}) {
    EXPECT_EQ(queue.again("a", taken->tries, now), taken->tries + 1);
    EXPECT_EQ(queue.next(), now + delay);
    EXPECT_FALSE(queue.take(now + delay - 1ms));
    taken = queue.take(now + delay);
    ASSERT_TRUE(taken);
    now += delay;
  }
  queue.add("b", now);
  queue.remove("b");
  EXPECT_FALSE(queue.next());
}

TEST(CgroupMounts, AreFoundInUnifiedHybridAndOldHierarchies) {
  const auto unified = find_cgroup_mounts(
      "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
      "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  EXPECT_EQ(unified.unified, "/sys/fs/cgroup");
  EXPECT_TRUE(unified.legacy.empty());
  const auto hybrid = find_cgroup_mounts(
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
      "40 31 0:38 /below /elsewhere rw - cgroup2 cgroup2 rw\n"
      "41 31 0:38 / /sys/fs/cgroup/unified\\040x rw shared:1 master:2 - cgroup2 cgroup2 rw\n"
      "42 31 0:38 / /again rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(hybrid.unified, "/sys/fs/cgroup/unified x");
  EXPECT_EQ(hybrid.legacy, std::vector<std::string>{"/sys/fs/cgroup/cpu,cpuacct"});
  EXPECT_EQ(find_cgroup_mounts("- - -\n\n1 2\nx x x / - cgroup2 y").unified, "");
}

}  // namespace
}  // namespace yagura::sensor
