#include "sensor/identity/cgroup_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yagura::sensor {
namespace {

const std::string kA(64, 'a');
const std::string kB = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kUid = "72f7f152-440c-66ac-9084-e0fc1d8a910c";
const std::string kFlatUid = "72f7f152_440c_66ac_9084_e0fc1d8a910c";
const std::string kStatic = "a3e4f1b2c5d60798a3e4f1b2c5d60798";

struct Case {
  std::string path;
  std::string id;  // "": no container
  std::string uid = {};
  Runtime runtime = Runtime::kUnknown;
  Qos qos = Qos::kUnknown;
  std::string nested = {};  // what stands behind the container's own cgroup
};

std::vector<Case> cases() {
  const std::string burstable_slice =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod";
  return {
      // cgroupfs
      {"/kubepods/pod" + kUid + "/" + kA, kA, kUid, Runtime::kUnknown, Qos::kGuaranteed},
      {"/kubepods/burstable/pod" + kUid + "/" + kA, kA, kUid, Runtime::kUnknown, Qos::kBurstable},
      {"/kubepods/besteffort/pod" + kUid + "/" + kA, kA, kUid, Runtime::kUnknown, Qos::kBestEffort},
      {"/kubepods/burstable/pod" + kStatic + "/" + kB, kB, kStatic, Runtime::kUnknown,
       Qos::kBurstable},
      {"/kubepods/burstable/pod" + kUid + "/crio-" + kA, kA, kUid, Runtime::kCrio, Qos::kBurstable},
      {"/kubepods/burstable/pod" + kUid + "/crio-conmon-" + kA, ""},
      {"/kubepods/burstable/pod" + kUid, ""},
      {"/kubepods/burstable", ""},
      {"/kubepods/pod" + kUid + "/" + kA + "/init.scope", kA, kUid, Runtime::kUnknown,
       Qos::kGuaranteed, "/init.scope"},
      {"/kubepods/pod" + kUid + "/" + kA + "/system.slice/docker-" + kB + ".scope", kA, kUid,
       Runtime::kUnknown, Qos::kGuaranteed, "/system.slice/docker-" + kB + ".scope"},
      {"/kubepods/pod" + kUid + "/" + kA + "/kubepods/podother/" + kB, kA, kUid, Runtime::kUnknown,
       Qos::kGuaranteed, "/kubepods/podother/" + kB},
      // systemd
      {burstable_slice + kFlatUid + ".slice/cri-containerd-" + kA + ".scope", kA, kUid,
       Runtime::kContainerd, Qos::kBurstable},
      {"/kubepods.slice/kubepods-pod" + kFlatUid + ".slice/cri-containerd-" + kA + ".scope", kA,
       kUid, Runtime::kContainerd, Qos::kGuaranteed},
      {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + kFlatUid +
           ".slice/crio-" + kA + ".scope",
       kA, kUid, Runtime::kCrio, Qos::kBestEffort},
      {burstable_slice + kFlatUid + ".slice/crio-" + kA + ".scope/container", kA, kUid,
       Runtime::kCrio, Qos::kBurstable, "/container"},
      {burstable_slice + kFlatUid + ".slice/crio-conmon-" + kA + ".scope", ""},
      {burstable_slice + kFlatUid + ".slice/docker-" + kA + ".scope", kA, kUid, Runtime::kDocker,
       Qos::kBurstable},
      {burstable_slice + kStatic + ".slice/cri-containerd-" + kA + ".scope", kA, kStatic,
       Runtime::kContainerd, Qos::kBurstable},
      {burstable_slice + kFlatUid + ".slice", ""},
      // A systemd name taken for a path.
      {"/system.slice/containerd.service/kubepods-burstable-pod" + kFlatUid +
           ".slice:cri-containerd:" + kA,
       kA, kUid, Runtime::kContainerd, Qos::kBurstable},
      {"/kubepods-pod" + kFlatUid + ".slice:crio:" + kA, kA, kUid, Runtime::kCrio,
       Qos::kGuaranteed},
      {"/kubepods-pod" + kFlatUid + ".slice:cri-containerd:short", ""},
      {"/kubepods-pod" + kFlatUid + ".slice:somebody:" + kA, ""},
      // A node that is a container: kind, k3d, with systemd and without.
      {"/docker/" + kB +
           "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
           "kubelet-kubepods-burstable-pod" +
           kFlatUid + ".slice/cri-containerd-" + kA + ".scope",
       kA, kUid, Runtime::kContainerd, Qos::kBurstable},
      {"/system.slice/docker-" + kB + ".scope/kubelet/kubepods/besteffort/pod" + kUid + "/" + kA,
       kA, kUid, Runtime::kUnknown, Qos::kBestEffort},
      {"/docker/" + kB + "/kubelet.slice/kubelet.service", kB, "", Runtime::kDocker, Qos::kUnknown,
       "/kubelet.slice/kubelet.service"},
      {"/k3s/kubepods/burstable/pod" + kUid + "/" + kA, kA, kUid, Runtime::kUnknown,
       Qos::kBurstable},
      {"/../../kubepods/burstable/pod" + kUid + "/" + kA, kA, kUid, Runtime::kUnknown,
       Qos::kBurstable},
      // Outside pods.
      {"/docker/" + kA, kA, "", Runtime::kDocker},
      {"/docker/" + kA + "/docker/" + kB, kA, "", Runtime::kDocker, Qos::kUnknown, "/docker/" + kB},
      {"/system.slice/docker-" + kA + ".scope", kA, "", Runtime::kDocker},
      {"/system.slice/docker-" + kA + ".scope/init.scope", kA, "", Runtime::kDocker, Qos::kUnknown,
       "/init.scope"},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" + kA + ".scope", kA, "",
       Runtime::kDocker},
      {"/machine.slice/libpod-" + kA + ".scope", kA, "", Runtime::kPodman},
      {"/machine.slice/libpod-" + kA + ".scope/container", kA, "", Runtime::kPodman, Qos::kUnknown,
       "/container"},
      {"/machine.slice/libpod-conmon-" + kA + ".scope", ""},
      {"/libpod_parent/libpod-" + kA, kA, "", Runtime::kPodman},
      {"/machine.slice/machine-libpod_pod_" + kB + ".slice/libpod-" + kA + ".scope", kA, "",
       Runtime::kPodman},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kA + ".scope/container",
       kA, "", Runtime::kPodman, Qos::kUnknown, "/container"},
      {"/system.slice/nerdctl-" + kA + ".scope", kA, "", Runtime::kContainerd},
      {"/k8s.io/" + kA, kA},
      {"/ecs/0123456789abcdef0123456789abcdef/" + kA, kA},
      {"/kata_overhead/" + kA, ""},
      // No containers.
      {"/", ""},
      {"", ""},
      {"/system.slice/containerd.service", ""},
      {"/user.slice/user-0.slice/session-1.scope", ""},
      {"/process_api/c67b4aee45b0a830476a6d4817d51c76", ""},
      {"/docker/" + kA.substr(1), ""},
      {"/docker/" + kA + "a", ""},
      {"/docker/" + std::string(64, 'A'), ""},
      {"/system.slice/docker.service", ""},
      {"/xkubepods-pod" + kFlatUid + ".slice/cri-containerd-" + kA + ".scope", kA, "",
       Runtime::kContainerd},
  };
}

TEST(CgroupPath, ReadsTheFormsOfRuntimes) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.path);
    const auto identity = parse_cgroup_path(c.path);
    ASSERT_EQ(identity.has_value(), !c.id.empty());
    if (!identity) {
      continue;
    }
    EXPECT_EQ(identity->container_id, c.id);
    EXPECT_EQ(identity->pod_uid, c.uid);
    EXPECT_EQ(to_string(identity->runtime), to_string(c.runtime));
    EXPECT_EQ(to_string(identity->qos), to_string(c.qos));
    EXPECT_EQ(c.path.substr(identity->own_length), c.nested);
  }
}

TEST(CgroupPath, ReadsNoFurtherThanItsLimit) {
  std::string path;
  while (path.size() < 4096) {
    path += "/x";
  }
  EXPECT_FALSE(parse_cgroup_path(path + "/docker/" + kA));
  EXPECT_TRUE(parse_cgroup_path(path.substr(0, 4000) + "/docker/" + kA));
  EXPECT_FALSE(parse_cgroup_path(std::string(1 << 20, '/')));
  // A uid that is too long is none.
  const auto identity = parse_cgroup_path("/kubepods/pod" + std::string(65, '1') + "/" + kA);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->pod_uid, "");
}

TEST(CgroupPath, ReadsProcessFilesOfAllVersions) {
  const auto unified = parse_process_cgroups("0::/kubepods/pod1/" + kA + "\n");
  EXPECT_EQ(unified.unified, "/kubepods/pod1/" + kA);
  EXPECT_EQ(unified.legacy, "");

  const auto hybrid = parse_process_cgroups("9:name=systemd:/\n8:pids:/docker/" + kA +
                                            "\n1:cpu,cpuacct:/docker/" + kB + "\n0::/\n");
  EXPECT_EQ(hybrid.unified, "/");
  EXPECT_EQ(hybrid.legacy, "/docker/" + kA);

  const auto colons =
      parse_process_cgroups("3:cpu:/kubepods-pod" + kFlatUid + ".slice:cri-containerd:" + kA);
  EXPECT_EQ(colons.unified, "");
  EXPECT_EQ(colons.legacy, "/kubepods-pod" + kFlatUid + ".slice:cri-containerd:" + kA);

  std::string many;
  for (int i = 0; i < 64; ++i) {
    many += "1:x:/\n";
  }
  EXPECT_EQ(parse_process_cgroups(many + "0::/docker/" + kA).unified, "");
  EXPECT_EQ(parse_process_cgroups("nonsense\n\n0:\n").legacy, "");
}

}  // namespace
}  // namespace yagura::sensor
