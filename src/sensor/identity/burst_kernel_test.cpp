// With the real kernel: containers that come and go faster than anybody could ask about them, each
// known at the record of its first exec.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>

#include "sensor/identity/resolver.hpp"
#include "sensor/identity/testing.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {
namespace {

using testing::container_id;

constexpr unsigned kContainers = 200;

std::string uid_of(unsigned number) {
  return fmt::format("00000000-0000-0000-0000-{:012x}", number);
}

// What was known of a process when its exec was told.
class FirstExecs final : public EventConsumer {
 public:
  void on_event(const SensorEvent& event) override {
    if (event.record->kind() != YGR_EXEC) {
      return;
    }
    ++execs_;
    const Container* container = event.container();
    if (container == nullptr || container->metadata < Metadata::kBundle || !container->pod) {
      ++unknown_;
      return;
    }
    pods_.try_emplace(container->id, container->pod->name + "/" + container->name);
  }
  [[nodiscard]] unsigned execs() const { return execs_; }
  [[nodiscard]] unsigned unknown() const { return unknown_; }
  [[nodiscard]] const std::map<std::string, std::string>& pods() const { return pods_; }

 private:
  unsigned execs_ = 0;
  unsigned unknown_ = 0;
  std::map<std::string, std::string> pods_;
};

// As a runtime does: bundles, the cgroup, a process that moves into it and then executes; the
// cgroup is gone as soon as the process is.
void run_container(const testing::ScratchDirectory& node, testing::OwnCgroups& cgroups,
                   unsigned number) {
  const std::string sandbox = container_id(2 * number);
  const std::string id = container_id(2 * number + 1);
  const testing::BundleText text{
      .pod = fmt::format("pod-{}", number), .uid = uid_of(number), .sandbox = sandbox};
  node.write(testing::containerd_path(sandbox), testing::containerd_config(text));
  testing::BundleText of_container = text;
  of_container.container = "main";
  node.write(testing::containerd_path(id), testing::containerd_config(of_container));
  const auto made = cgroups.make(fmt::format("/kubepods/pod{}/{}", uid_of(number), id));
  const std::string members = cgroups.mount() + made.path + "/cgroup.procs";
  const pid_t child = ::fork();
  if (child == 0) {
    const int fd = ::open(members.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && ::write(fd, "0", 1) == 1) {
      ::execl("/bin/true", "true", nullptr);
    }
    ::_exit(127);
  }
  ::waitpid(child, nullptr, 0);
  cgroups.remove_last();
  cgroups.remove_last();
}

TEST(IdentityBurst, KnowsEachContainerAtItsFirstExec) {
  const testing::ScratchDirectory node;
  testing::OwnCgroups cgroups;
  if (!cgroups.is_usable()) {
    GTEST_SKIP() << "skipped: no cgroups can be made here";
  }
  cgroups.make("/kubepods");
  struct stat top{};
  ASSERT_EQ(::stat((cgroups.mount() + cgroups.top()).c_str(), &top), 0);
  const auto probe = Probe::open({.scope_cgroups = {top.st_ino}});
  if (!probe) {
    GTEST_SKIP() << "skipped: " << probe.error().message;
  }
  ResolverOptions options;
  options.runtimes.root = node.path();
  options.scan_below = cgroups.top();
  options.gone_grace = std::chrono::milliseconds(0);
  auto resolver = Resolver::open(options);
  ASSERT_TRUE(resolver) << resolver.error().message;
  Pipeline pipeline(**resolver, {});
  FirstExecs execs;
  pipeline.add_consumer(execs);

  std::thread runtime([&] {
    for (unsigned number = 0; number < kContainers; ++number) {
      run_container(node, cgroups, number);
    }
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto poll = [&] {
    const auto count = (*probe)->poll(
        std::chrono::milliseconds(10),
        [&](const RecordView& record, unsigned ring) { pipeline.feed(record, ring); });
    ASSERT_TRUE(count) << count.error().message;
  };
  while (execs.execs() < kContainers && std::chrono::steady_clock::now() < end) {
    poll();
  }
  runtime.join();
  EXPECT_EQ(execs.execs(), kContainers);
  EXPECT_EQ(execs.unknown(), 0U);
  EXPECT_EQ(execs.pods().size(), kContainers);
  for (unsigned number = 0; number < kContainers; ++number) {
    const auto found = execs.pods().find(container_id(2 * number + 1));
    ASSERT_NE(found, execs.pods().end()) << number;
    EXPECT_EQ(found->second, fmt::format("pod-{}/main", number));
  }
  // The last end may still be on its way.
  while (!(*resolver)->containers().empty() && std::chrono::steady_clock::now() < end) {
    poll();
  }
  EXPECT_TRUE((*resolver)->containers().empty());
  EXPECT_TRUE((*resolver)->pods().empty());
}

}  // namespace
}  // namespace yagura::sensor
