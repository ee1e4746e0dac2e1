// Who real containers are: from containerd's bundles at once, from its CRI soon after.

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "fixture/pods.hpp"
#include "sensor/identity/cgroup_tree.hpp"
#include "sensor/identity/resolver.hpp"

namespace yagura::sensor::e2e {
namespace {

class Identity : public testing::Test {
 protected:
  void SetUp() override {
    auto pods = Pods::start({.actor = YAGURA_ACTOR, .busybox = "/bin/busybox"});
    if (!pods && pods.error().code == ErrorCode::kNotFound) GTEST_SKIP() << pods.error().message;
    ASSERT_TRUE(pods) << pods.error().message;
    pods_ = *std::move(pods);
    ResolverOptions options;
    options.scan_below = pods_->cgroup().path_in_hierarchy();
    options.runtimes.containerd_states = {pods_->containerd().state()};
    options.gone_grace = std::chrono::milliseconds(0);
    options.cri_sockets = {pods_->containerd().socket()};
    auto resolver = Resolver::open(options);
    ASSERT_TRUE(resolver) << resolver.error().message;
    resolver_ = *std::move(resolver);
    resolver_->set_listener([this](const ContainerChange&) {
      const std::lock_guard lock(mutex_);
      ++changes_;
      changed_.notify_all();
    });
  }

  // What the kernel's events tell, told after the fact.
  void tell_cgroups() {
    const auto tree = CgroupTree::open(find_cgroup2());
    ASSERT_TRUE(tree);
    ASSERT_TRUE(tree->walk(pods_->cgroup().path_in_hierarchy(),
                           [this](std::uint64_t id, const std::string& path) {
                             resolver_->on_cgroup_made(id, path);
                             ids_.push_back(id);
                           }));
  }

  [[nodiscard]] std::shared_ptr<const Container> container(const std::string& id) const {
    const auto all = resolver_->containers();
    const auto found =
        std::ranges::find_if(all, [&](const auto& container) { return container->id == id; });
    return found == all.end() ? nullptr : *found;
  }

  bool wait_until_complete(const std::string& id) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] {
      const auto known = container(id);
      return known != nullptr && known->metadata == Metadata::kComplete;
    });
  }

  std::unique_ptr<Pods> pods_;
  std::unique_ptr<Resolver> resolver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int changes_ = 0;
  std::vector<std::uint64_t> ids_;
};

TEST_F(Identity, IsKnownFromTheBundleAtOnceAndFromTheRuntimeSoon) {
  const auto started = pods_->start_pods();
  ASSERT_TRUE(started) << started.error().message;
  tell_cgroups();
  for (const RunningPod* pod : {&pods_->workload(), &pods_->privileged()}) {
    const CriPodSpec& asked = pod->specification;
    const auto early = container(pod->container_id);
    ASSERT_NE(early, nullptr);
    EXPECT_GE(early->metadata, Metadata::kBundle);
    EXPECT_EQ(early->runtime, Runtime::kContainerd);
    ASSERT_NE(early->pod, nullptr);
    EXPECT_EQ(early->pod->name, asked.name);
    EXPECT_EQ(early->pod->name_space, asked.name_space);
    EXPECT_EQ(early->pod->uid, asked.uid);
    EXPECT_EQ(early->pod->sandbox_id, pod->sandbox_id);
    EXPECT_EQ(early->pod->host_network, asked.host_network);
    EXPECT_EQ(early->pod->host_pid, asked.host_pid);
    EXPECT_EQ(early->is_privileged, asked.is_privileged);
    EXPECT_FALSE(early->capabilities.empty());
    EXPECT_EQ(resolver_->find(early->cgroup_id)->id, pod->container_id);

    ASSERT_TRUE(wait_until_complete(pod->container_id));
    const auto known = container(pod->container_id);
    EXPECT_EQ(known->problem, "");
    EXPECT_EQ(known->name, early->name);
    EXPECT_EQ(known->mounts, early->mounts);
    EXPECT_EQ(known->is_privileged, early->is_privileged) << "bundle and runtime agree";
    EXPECT_EQ(known->image_id.size(), 64U);
    EXPECT_GT(known->created_ns, 0);
    EXPECT_GT(known->started_ns, 0);
    ASSERT_TRUE(wait_until_complete(pod->sandbox_id));
    EXPECT_TRUE(container(pod->sandbox_id)->is_sandbox);
    EXPECT_EQ(container(pod->sandbox_id)->pod, container(pod->container_id)->pod);
  }
  EXPECT_EQ(resolver_->counts().complete, 4U);
  EXPECT_EQ(resolver_->counts().bundles_not_found, 0U);
  for (const std::uint64_t id : ids_) {
    resolver_->on_cgroup_gone(id);
  }
  EXPECT_TRUE(resolver_->containers().empty());
  EXPECT_TRUE(resolver_->pods().empty());
  resolver_->set_listener({});
}

// Containers that come and go while the resolver runs, each known before its first program asks.
TEST_F(Identity, IsKnownForEachOfABurstOfContainers) {
  ASSERT_TRUE(pods_->start_pods());
  const RunningPod& pod = pods_->workload();
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    auto id = pods_->containerd().run_container(pod.sandbox_id, pod.specification,
                                                {.name = "burst-" + std::to_string(i),
                                                 .image = std::string(kImage),
                                                 .command = {"/bin/sleep", "1000"}});
    ASSERT_TRUE(id) << id.error().message;
    ids.push_back(*id);
    // Nobody told of its cgroup: it is found by its id, as for a lost record.
    const auto tree = CgroupTree::open(find_cgroup2());
    ASSERT_TRUE(tree);
    const std::uint64_t cgroup = tree->id_of(pod.specification.cgroup_parent + "/" + ids.back());
    ASSERT_NE(cgroup, 0U);
    const auto known = resolver_->find(cgroup);
    ASSERT_NE(known, nullptr);
    EXPECT_EQ(known->id, ids.back());
    EXPECT_EQ(known->name, "burst-" + std::to_string(i));
    EXPECT_EQ(known->pod->name, pod.specification.name);
    // containerd names an image that has several tags by any of them.
    EXPECT_TRUE(kImage.starts_with(known->image_repository) ||
                kOtherImage.starts_with(known->image_repository))
        << known->image_repository;
    EXPECT_EQ(known->image_tag, "1");
  }
  for (const std::string& id : ids) {
    EXPECT_TRUE(wait_until_complete(id));
  }
  resolver_->set_listener({});
}

}  // namespace
}  // namespace yagura::sensor::e2e
