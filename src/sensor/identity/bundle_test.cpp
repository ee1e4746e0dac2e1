#include "sensor/identity/bundle.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "sensor/identity/testing.hpp"

namespace yagura::sensor {
namespace {

using testing::container_id;

class BundleTest : public ::testing::Test {
 protected:
  [[nodiscard]] RuntimePaths paths() const { return {.root = node_.path()}; }
  testing::ScratchDirectory node_;
};

TEST_F(BundleTest, OfContainerdTellsPodContainerImageAndPrivileges) {
  node_.write(testing::containerd_path(container_id(1)),
              testing::containerd_config(
                  {.sandbox = container_id(2),
                   .container = "main",
                   .mounts = R"({"destination":"/data","type":"bind","source":"/srv/data",
                                "options":["rbind","rslave","ro"]},
                               {"destination":"/host","type":"","source":"/",
                                "options":["rbind","rw"]})"}));
  const auto bundle = read_bundle(paths(), container_id(1), Runtime::kUnknown);
  ASSERT_TRUE(bundle) << bundle.error().message;
  const Container& container = bundle->container;
  EXPECT_EQ(container.id, container_id(1));
  EXPECT_EQ(container.name, "main");
  EXPECT_EQ(container.runtime, Runtime::kContainerd);
  EXPECT_EQ(container.metadata, Metadata::kBundle);
  EXPECT_FALSE(container.is_sandbox);
  EXPECT_EQ(container.image_repository, "docker.io/library/nginx");
  EXPECT_EQ(container.image_tag, "1.25");
  EXPECT_EQ(container.user, "101");
  EXPECT_TRUE(container.has_read_only_root);
  EXPECT_FALSE(container.is_privileged);
  EXPECT_EQ(container.capabilities, std::vector<std::string>{"CAP_NET_RAW"});
  ASSERT_EQ(container.mounts.size(), 2U) << "neither /proc nor the runtime's own files";
  EXPECT_EQ(container.mounts[0].source, "/srv/data");
  EXPECT_EQ(container.mounts[0].destination, "/data");
  EXPECT_EQ(container.mounts[0].propagation, "rslave");
  EXPECT_FALSE(container.mounts[0].is_writable);
  EXPECT_TRUE(container.mounts[1].is_writable);
  ASSERT_TRUE(bundle->pod);
  EXPECT_EQ(bundle->pod->name, "web-5d8f-x7k2p");
  EXPECT_EQ(bundle->pod->name_space, "shop");
  EXPECT_EQ(bundle->pod->uid, "72f7f152-440c-66ac-9084-e0fc1d8a910c");
  EXPECT_EQ(bundle->pod->sandbox_id, container_id(2));
}

TEST_F(BundleTest, OfASandboxTellsWhatThePodSharesWithTheHost) {
  const auto bundle = parse_oci_config(
      "x", testing::containerd_config(
               {.sandbox = container_id(2), .namespaces = R"({"type":"ipc"},{"type":"mount"})"}));
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_TRUE(bundle->is_sandbox);
  EXPECT_EQ(bundle->container.name, "POD");
  EXPECT_TRUE(bundle->pod->host_network);
  EXPECT_TRUE(bundle->pod->host_pid);
  EXPECT_FALSE(bundle->pod->host_ipc);
}

TEST_F(BundleTest, IsPrivilegedWithTheAdminCapabilityAndAllDevices) {
  const std::string all = R"({"allow":true,"access":"rwm"})";
  const std::string one = R"({"allow":true,"type":"c","major":1,"minor":3,"access":"rwm"})";
  struct Case {
    std::string capabilities, devices;
    bool is_privileged;
  };
  for (const Case& c :
       {Case{R"("CAP_SYS_ADMIN","CAP_CHOWN")", all, true}, Case{R"("CAP_SYS_ADMIN")", one, false},
        Case{R"("CAP_CHOWN")", all, false}, Case{R"("CAP_SYS_ADMIN")", "", false}}) {
    const auto bundle = parse_oci_config(
        "x", testing::containerd_config(
                 {.container = "c", .capabilities = c.capabilities, .devices = c.devices}));
    ASSERT_TRUE(bundle);
    EXPECT_EQ(bundle->container.is_privileged, c.is_privileged) << c.capabilities << c.devices;
  }
}

TEST_F(BundleTest, OfCrioTellsLabelsToo) {
  node_.write(
      fmt::format("run/containers/storage/overlay-containers/{}/userdata/config.json",
                  container_id(3)),
      R"({"annotations":{"io.kubernetes.cri-o.ContainerType":"container",
      "io.kubernetes.container.name":"main","io.kubernetes.pod.name":"web","io.kubernetes.pod.namespace":"shop",
      "io.kubernetes.pod.uid":"u1","io.kubernetes.cri-o.SandboxID":"s1",
      "io.kubernetes.cri-o.ImageName":"quay.io/a/b:1","io.kubernetes.cri-o.ImageRef":")" +
          container_id(9) +
          R"(","io.kubernetes.cri-o.Labels":"{\"io.kubernetes.container.name\":\"main\",\"b\":\"2\"}",
      "io.kubernetes.cri-o.Created":"2024-01-02T03:04:05.5Z","other":"kept"},
      "process":{"user":{"uid":0,"username":"root"}},"linux":{"namespaces":[]}})");
  const auto bundle = read_bundle(paths(), container_id(3), Runtime::kUnknown);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->container.runtime, Runtime::kCrio);
  EXPECT_EQ(bundle->container.name, "main");
  EXPECT_EQ(bundle->container.image, "quay.io/a/b:1");
  EXPECT_EQ(bundle->container.image_id, container_id(9));
  EXPECT_EQ(bundle->container.user, "root");
  EXPECT_EQ(bundle->container.created_ns, 1704164645500000000);
  EXPECT_EQ(bundle->container.labels,
            (Labels{{"b", "2"}, {"io.kubernetes.container.name", "main"}}));
  EXPECT_EQ(bundle->pod->uid, "u1");
  EXPECT_EQ(bundle->pod->sandbox_id, "s1");
}

TEST_F(BundleTest, OfACrioSandboxTellsThePodsLabelsAndWorkload) {
  const auto bundle = parse_oci_config("x", R"({"annotations":{
      "io.kubernetes.cri-o.ContainerType":"sandbox","io.kubernetes.pod.name":"web-5d8f-x7k2p",
      "io.kubernetes.pod.uid":"u1","io.kubernetes.cri-o.IP.0":"10.0.0.7",
      "io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.uid\":\"u1\",\"pod-template-hash\":\"5d8f\"}",
      "io.kubernetes.cri-o.Annotations":"{\"a\":\"b\"}","io.kubernetes.cri-o.CNIResult":"{\"ips\":[]}"},
      "linux":{"namespaces":[{"type":"network"},{"type":"pid"},{"type":"ipc"}]}})");
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->pod->ip, "10.0.0.7");
  EXPECT_EQ(bundle->pod->labels, (Labels{{"pod-template-hash", "5d8f"}}));
  EXPECT_EQ(bundle->pod->annotations, (Labels{{"a", "b"}}));
  EXPECT_EQ(bundle->pod->workload_kind, "Deployment");
  EXPECT_EQ(bundle->pod->workload_name, "web");
  EXPECT_EQ(bundle->container.cni_json, R"({"ips":[]})");
  EXPECT_FALSE(bundle->pod->host_network);
}

TEST_F(BundleTest, OfDockerJoinsItsOwnFilesWithTheOciBundle) {
  const std::string id = container_id(4);
  node_.write(fmt::format("run/containerd/io.containerd.runtime.v2.task/moby/{}/config.json", id),
              R"({"process":{"capabilities":{"effective":["CAP_KILL"]}},"linux":{}})");
  node_.write("var/lib/docker/containers/" + id + "/config.v2.json",
              R"({"Name":"/db","Image":"sha256:abc","Created":"2024-01-02T03:04:05Z",
      "State":{"StartedAt":"0001-01-01T00:00:00Z"},
      "Config":{"Image":"localhost:5000/db:2","User":"postgres","Labels":{"x":"y"},
                "Healthcheck":{"Test":["CMD-SHELL","pg_isready -q"]}},
      "MountPoints":{"/data":{"Source":"/srv","Destination":"/data","RW":true,"Relabel":"z",
                              "Propagation":"rprivate"}}})");
  node_.write("var/lib/docker/containers/" + id + "/hostconfig.json",
              R"({"Privileged":true,"ReadonlyRootfs":true})");
  const auto bundle = read_bundle(paths(), id, Runtime::kDocker);
  ASSERT_TRUE(bundle) << bundle.error().message;
  const Container& container = bundle->container;
  EXPECT_EQ(container.metadata, Metadata::kComplete);
  EXPECT_EQ(container.name, "db");
  EXPECT_EQ(container.image_repository, "localhost:5000/db");
  EXPECT_EQ(container.image_id, "abc");
  EXPECT_EQ(container.user, "postgres");
  EXPECT_EQ(container.health_check, "pg_isready -q");
  EXPECT_EQ(container.capabilities, std::vector<std::string>{"CAP_KILL"});
  EXPECT_EQ(container.started_ns, 0);
  ASSERT_EQ(container.mounts.size(), 1U);
  EXPECT_EQ(container.mounts[0].mode, "z");
  EXPECT_TRUE(container.is_privileged);
  EXPECT_TRUE(container.has_read_only_root);
  EXPECT_FALSE(bundle->pod);
}

TEST_F(BundleTest, OfDockerUnderKubernetesTellsThePod) {
  Bundle bundle;
  const auto added =
      add_docker_config(bundle,
                        R"({"Name":"/k8s_web_0","Config":{"Labels":{"io.kubernetes.pod.uid":"u1",
      "io.kubernetes.pod.name":"web-0","io.kubernetes.container.name":"web",
      "io.kubernetes.sandbox.id":"s1"}}})",
                        "{}");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(bundle.container.name, "web");
  EXPECT_EQ(bundle.pod->uid, "u1");
  EXPECT_EQ(bundle.pod->sandbox_id, "s1");
}

TEST_F(BundleTest, OfPodmanFindsTheNameInTheStoragesList) {
  const std::string id = container_id(5);
  node_.write("var/lib/containers/storage/overlay-containers/" + id + "/userdata/config.json",
              R"({"annotations":{"io.container.manager":"libpod"},"linux":{"namespaces":[]}})");
  node_.write(
      "var/lib/containers/storage/overlay-containers/containers.json",
      R"([{"id":"other"},{"id":")" + id +
          R"(","names":["db"],"image":"abc","metadata":"{\"image-name\":\"docker.io/a/db:1\"}"}])");
  const auto bundle = read_bundle(paths(), id, Runtime::kPodman);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->container.runtime, Runtime::kPodman);
  EXPECT_EQ(bundle->container.name, "db");
  EXPECT_EQ(bundle->container.image, "docker.io/a/db:1");
  EXPECT_EQ(bundle->container.metadata, Metadata::kComplete);
}

TEST_F(BundleTest, KeepsItsLimits) {
  const std::string id = container_id(6);
  EXPECT_EQ(read_bundle(paths(), id, Runtime::kUnknown).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_bundle(paths(), "../../etc", Runtime::kUnknown).error().code,
            ErrorCode::kInvalidInput);
  node_.write(testing::containerd_path(id), std::string((1 << 20) + 1, ' '));
  EXPECT_EQ(read_bundle(paths(), id, Runtime::kUnknown).error().code, ErrorCode::kLimitExceeded);
  node_.write(testing::containerd_path(id), "{\"annotations\":");
  EXPECT_EQ(read_bundle(paths(), id, Runtime::kUnknown).error().code, ErrorCode::kInvalidInput);
  node_.write(testing::containerd_path(id), std::string(100'000, '['));
  EXPECT_FALSE(read_bundle(paths(), id, Runtime::kUnknown));
  std::string mounts;
  for (int i = 0; i < 2000; ++i) {
    mounts += R"({"destination":"/d","type":"bind","source":"/s","options":["bind"]},)";
  }
  mounts.pop_back();
  const auto many =
      parse_oci_config("x", testing::containerd_config({.container = "c", .mounts = mounts}));
  ASSERT_TRUE(many);
  EXPECT_EQ(many->container.mounts.size(), 1024U);
  for (const char* text : {"[]", "5", "", "{} {}"}) {
    EXPECT_FALSE(parse_oci_config("x", text)) << text;
  }
  EXPECT_TRUE(parse_oci_config("x", R"({"annotations":7,"process":[],"linux":{"namespaces":{}}})"));
}

TEST_F(BundleTest, WaitsForNobodysPipe) {
  const std::string id = container_id(7);
  node_.write(testing::containerd_path(id) + ".x", "");
  ASSERT_EQ(::mkfifo((node_.path() / testing::containerd_path(id)).c_str(), 0600), 0);
  EXPECT_EQ(read_bundle(paths(), id, Runtime::kUnknown).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace yagura::sensor
