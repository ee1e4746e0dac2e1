#include "sensor/identity/resolver.hpp"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "cri.grpc.pb.h"
#include "sensor/identity/testing.hpp"

namespace yagura::sensor {
namespace {

namespace api = runtime::v1;
using testing::container_id;
using testing::OwnCgroups;

std::string pod_uid(unsigned number) {
  return fmt::format("00000000-0000-0000-0000-{:012x}", number);
}

class ResolverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cgroups_.is_usable()) {
      GTEST_SKIP() << "skipped: no cgroups can be made here";
    }
  }

  [[nodiscard]] ResolverOptions options() const {
    ResolverOptions options;
    options.runtimes.root = node_.path();
    options.scan_below = cgroups_.top();
    options.gone_grace = std::chrono::milliseconds(0);
    return options;
  }
  std::unique_ptr<Resolver> open() { return open(options()); }
  static std::unique_ptr<Resolver> open(ResolverOptions options) {
    auto resolver = Resolver::open(std::move(options));
    EXPECT_TRUE(resolver) << resolver.error().message;
    return *std::move(resolver);
  }

  // What a runtime does first: sandbox 2n, container 2n+1, of pod n.
  void write_bundles(unsigned number) const {
    const std::string sandbox = container_id(2 * number);
    const std::string pod = fmt::format("pod-{}", number);
    node_.write(testing::containerd_path(sandbox),
                testing::containerd_config({.pod = pod,
                                            .uid = pod_uid(number),
                                            .sandbox = sandbox,
                                            .namespaces = R"({"type":"pid"},{"type":"ipc"})"}));
    node_.write(testing::containerd_path(container_id(2 * number + 1)),
                testing::containerd_config(
                    {.pod = pod, .uid = pod_uid(number), .sandbox = sandbox, .container = "main"}));
  }
  OwnCgroups::Made make_cgroup(unsigned number) {
    return cgroups_.make(
        fmt::format("/kubepods/burstable/pod{}/{}", pod_uid(number), container_id(2 * number + 1)));
  }

  testing::ScratchDirectory node_;
  OwnCgroups cgroups_;
};

TEST_F(ResolverTest, KnowsEachOfTwoHundredContainersAtItsFirstExec) {
  const auto resolver = open();
  for (unsigned i = 0; i < 200; ++i) {
    write_bundles(i);
    const auto made = make_cgroup(i);
    resolver->on_cgroup_made(made.id, made.path);
    // The first exec in it asks at once.
    const auto container = resolver->find(made.id);
    ASSERT_NE(container, nullptr);
    EXPECT_EQ(container->name, "main");
    EXPECT_GE(container->metadata, Metadata::kBundle);
    ASSERT_NE(container->pod, nullptr);
    EXPECT_EQ(container->pod->name, fmt::format("pod-{}", i));
    EXPECT_EQ(container->pod->uid, pod_uid(i));
    EXPECT_TRUE(container->pod->host_network) << "the sandbox's bundle tells";
    EXPECT_FALSE(container->pod->host_pid);
  }
  EXPECT_EQ(resolver->counts().containers_made, 200U);
  EXPECT_EQ(resolver->counts().bundles_not_found, 0U);
  EXPECT_EQ(resolver->counts().looked_up, 0U);
}

TEST_F(ResolverTest, FindsWhatWasThereBeforeAndWhatNobodyToldOf) {
  write_bundles(1);
  const auto before = make_cgroup(1);
  const auto nested = cgroups_.make(before.path.substr(cgroups_.top().size()) + "/init.scope");
  const auto resolver = open();
  ASSERT_NE(resolver->find(before.id), nullptr);
  EXPECT_EQ(resolver->find(nested.id), resolver->find(before.id));
  EXPECT_EQ(resolver->counts().looked_up, 0U) << "the scan saw them";

  write_bundles(2);
  const auto untold = make_cgroup(2);
  const auto host = cgroups_.make("/host.service");
  if (resolver->find(untold.id) == nullptr && ::geteuid() != 0) {
    GTEST_SKIP() << "skipped: opening by file handle is not allowed";
  }
  ASSERT_NE(resolver->find(untold.id), nullptr);
  EXPECT_EQ(resolver->find(untold.id)->pod->name, "pod-2");
  EXPECT_EQ(resolver->find(host.id), nullptr);
  const auto looked_up = resolver->counts().looked_up;
  EXPECT_EQ(resolver->find(host.id), nullptr);
  EXPECT_EQ(resolver->counts().looked_up, looked_up) << "the host's is remembered";
  EXPECT_EQ(resolver->find(1ULL << 60), nullptr);
}

TEST_F(ResolverTest, ForgetsContainersThatAreGone) {
  const auto resolver = open();
  write_bundles(1);
  const auto made = make_cgroup(1);
  resolver->on_cgroup_made(made.id, made.path);
  const auto held = resolver->find(made.id);
  ASSERT_NE(held, nullptr);
  const auto generation = resolver->generation();
  cgroups_.remove_last();
  resolver->on_cgroup_gone(made.id);
  EXPECT_EQ(resolver->find(made.id), nullptr);
  EXPECT_GT(resolver->generation(), generation);
  EXPECT_TRUE(resolver->containers().empty());
  EXPECT_TRUE(resolver->pods().empty());
  EXPECT_EQ(held->name, "main");
}

TEST_F(ResolverTest, KnowsAContainerForTheLateRecordsOfItsProcesses) {
  ResolverOptions graceful = options();
  graceful.gone_grace = std::chrono::hours(1);
  const auto resolver = open(graceful);
  write_bundles(1);
  const auto made = make_cgroup(1);
  resolver->on_cgroup_made(made.id, made.path);
  resolver->on_cgroup_gone(made.id);
  ASSERT_NE(resolver->find(made.id), nullptr);
  EXPECT_EQ(resolver->find(made.id)->name, "main");
}

// Waits for a change of the resolver, which its listener tells.
class Changes {
 public:
  explicit Changes(Resolver& resolver) {
    resolver.set_listener([this](const ContainerChange& change) {
      const std::lock_guard lock(mutex_);
      last_ = change;
      ++number_;
      changed_.notify_all();
    });
  }
  template <typename Predicate>
  bool wait(Predicate is_right) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30),
                             [&] { return number_ > 0 && is_right(last_); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  ContainerChange last_;
  int number_ = 0;
};

TEST_F(ResolverTest, NoticesEndsThatNobodyToldOf) {
  ResolverOptions quick = options();
  quick.sweep_interval = std::chrono::milliseconds(20);
  const auto resolver = open(quick);
  Changes changes(*resolver);
  write_bundles(1);
  const auto made = make_cgroup(1);
  resolver->on_cgroup_made(made.id, made.path);
  cgroups_.remove_last();
  EXPECT_TRUE(changes.wait([](const auto& change) { return change.kind == ChangeKind::kGone; }));
  resolver->set_listener({});
}

TEST_F(ResolverTest, SaysWhatIsMissing) {
  ResolverOptions quick = options();
  quick.first_retry = std::chrono::milliseconds(1);
  quick.tries_until_missing = 3;
  const auto resolver = open(quick);
  Changes changes(*resolver);
  const auto made = make_cgroup(7);
  resolver->on_cgroup_made(made.id, made.path);
  const auto container = resolver->find(made.id);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(container->id, container_id(15));
  EXPECT_EQ(container->pod->uid, pod_uid(7));
  EXPECT_TRUE(changes.wait([](const auto& change) {
    return change.container->metadata == Metadata::kMissing && !change.container->problem.empty();
  }));
  EXPECT_EQ(resolver->counts().missing, 1U);
  EXPECT_GT(resolver->counts().bundles_not_found, 2U);
  // Late is better than never.
  write_bundles(7);
  EXPECT_TRUE(changes.wait([](const auto& change) { return change.container->name == "main"; }));
  resolver->set_listener({});
}

TEST_F(ResolverTest, TakesPodsFromTheApiServer) {
  const auto resolver = open();
  write_bundles(1);
  ListedPod listed;
  listed.cgroup_uid = pod_uid(1);
  listed.pod = {.name = "pod-1", .uid = pod_uid(1), .labels = {{"app", "web"}}};
  listed.probes = {{.container = "main", .liveness = "/live"}};
  resolver->put_pod(listed);
  const auto made = make_cgroup(1);
  resolver->on_cgroup_made(made.id, made.path);
  auto container = resolver->find(made.id);
  EXPECT_EQ(container->pod->labels, (Labels{{"app", "web"}}));
  EXPECT_EQ(container->pod->sandbox_id, container_id(2));
  EXPECT_EQ(container->liveness_probe, "/live");
  listed.pod.labels = {{"app", "other"}};
  resolver->put_pod(listed);
  EXPECT_EQ(resolver->find(made.id)->pod->labels, (Labels{{"app", "other"}}));
  resolver->keep_pods({});
  EXPECT_EQ(resolver->find(made.id)->pod->name, "pod-1") << "its container is still there";
  resolver->on_cgroup_gone(made.id);
  EXPECT_TRUE(resolver->pods().empty());
}

// A runtime that knows container 3 of sandbox 2, but only from its second question on.
class LateRuntime final : public api::RuntimeService::Service, public api::ImageService::Service {
 public:
  grpc::Status ListContainers(grpc::ServerContext*, const api::ListContainersRequest* request,
                              api::ListContainersResponse* answer) override {
    if (++asked_ > 1 && request->filter().id() == container_id(3)) {
      answer->add_containers()->set_pod_sandbox_id(container_id(2));
    }
    return grpc::Status::OK;
  }
  grpc::Status ContainerStatus(grpc::ServerContext*, const api::ContainerStatusRequest*,
                               api::ContainerStatusResponse* answer) override {
    auto& status = *answer->mutable_status();
    status.mutable_metadata()->set_name("main");
    status.mutable_image()->set_image("docker.io/library/nginx:1.25");
    status.set_image_ref("sha256:" + container_id(9));
    status.set_state(1);
    status.set_started_at(77);
    (*status.mutable_labels())["l"] = "v";
    (*answer->mutable_info())["info"] =
        R"({"config":{"linux":{"security_context":{"privileged":true}}}})";
    return grpc::Status::OK;
  }
  grpc::Status PodSandboxStatus(grpc::ServerContext*, const api::PodSandboxStatusRequest* request,
                                api::PodSandboxStatusResponse* answer) override {
    if (request->pod_sandbox_id() != container_id(2)) {
      return {grpc::StatusCode::NOT_FOUND, "no such sandbox"};
    }
    auto& status = *answer->mutable_status();
    status.set_id(container_id(2));
    status.mutable_metadata()->set_name("web-5d8f-x7k2p");
    status.mutable_metadata()->set_uid(pod_uid(1));
    status.mutable_network()->set_ip("10.0.0.9");
    (*status.mutable_labels())["pod-template-hash"] = "5d8f";
    (*status.mutable_labels())["io.kubernetes.pod.uid"] = "x";
    (*status.mutable_annotations())["kubectl.kubernetes.io/last-applied-configuration"] =
        R"({"spec":{"containers":[{"name":"main","livenessProbe":{"exec":{"command":["cat","/ok"]}}}]}})";
    (*answer->mutable_info())["info"] = R"({"cniResult": {"Interfaces":{}} })";
    return grpc::Status::OK;
  }
  grpc::Status ImageStatus(grpc::ServerContext*, const api::ImageStatusRequest* request,
                           api::ImageStatusResponse* answer) override {
    answer->mutable_image()->set_id(request->image().image());
    answer->mutable_image()->add_repo_digests("other/nginx@sha256:x");
    answer->mutable_image()->add_repo_digests("docker.io/library/nginx@sha256:y");
    return grpc::Status::OK;
  }

 private:
  std::atomic<int> asked_ = 0;
};

TEST_F(ResolverTest, AsksTheRuntimeUntilItKnows) {
  LateRuntime runtime;
  const std::string socket = node_.path().string() + "/cri.sock";
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(static_cast<api::RuntimeService::Service*>(&runtime));
  builder.RegisterService(static_cast<api::ImageService::Service*>(&runtime));
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  ResolverOptions quick = options();
  quick.cri_sockets = {"/not-there.sock", "/cri.sock"};
  quick.first_retry = std::chrono::milliseconds(1);
  const auto resolver = open(quick);
  Changes changes(*resolver);
  write_bundles(1);
  const auto made = make_cgroup(1);
  resolver->on_cgroup_made(made.id, made.path);
  ASSERT_TRUE(changes.wait(
      [](const auto& change) { return change.container->metadata == Metadata::kComplete; }));
  resolver->set_listener({});
  const auto container = resolver->find(made.id);
  EXPECT_EQ(container->problem, "");
  EXPECT_EQ(container->started_ns, 77);
  EXPECT_EQ(container->labels, (Labels{{"l", "v"}}));
  EXPECT_EQ(container->image_id, container_id(9));
  EXPECT_EQ(container->image_digest, "sha256:y");
  EXPECT_TRUE(container->is_privileged);
  EXPECT_EQ(container->liveness_probe, "cat /ok");
  EXPECT_EQ(container->cni_json, R"({"Interfaces":{}})");
  EXPECT_EQ(container->capabilities, std::vector<std::string>{"CAP_NET_RAW"}) << "the bundle's";
  EXPECT_EQ(container->pod->ip, "10.0.0.9");
  EXPECT_EQ(container->pod->labels, (Labels{{"pod-template-hash", "5d8f"}}));
  EXPECT_EQ(container->pod->workload_name, "web");
  EXPECT_GE(resolver->counts().runtime_knows_not, 1U);
  server->Shutdown();
}

TEST_F(ResolverTest, ResolvesProcessesWhoseContainerHasNoCgroup2) {
  // A node of old: its processes are at the root of cgroup2, their container in version 1 alone.
  node_.write("proc/4711/cgroup",
              fmt::format("5:pids:/kubepods/pod{}/{}\n0::/\n", pod_uid(1), container_id(3)));
  node_.write("proc/4712/cgroup", "5:pids:/\n0::/\n");
  write_bundles(1);
  ResolverOptions all = options();
  all.cgroup_mount = node_.path().string() + "/cgroup2";
  std::filesystem::create_directories(all.cgroup_mount);
  all.scan_below = "/";
  const auto resolver = open(all);
  if (resolver->containers().empty()) {
    GTEST_SKIP() << "skipped: this machine has no cgroups of version 1";
  }
  EXPECT_EQ(resolver->find(1), nullptr);
  const auto container = resolver->find_process(4711, 1);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(container->pod->name, "pod-1");
  EXPECT_EQ(resolver->find_process(4712, 1), nullptr);
  EXPECT_EQ(resolver->find_process(1, 1), nullptr);
}

}  // namespace
}  // namespace yagura::sensor
