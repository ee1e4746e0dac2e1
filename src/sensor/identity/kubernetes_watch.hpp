#pragma once

// The pods of this node as the API server knows them: list, then watch, again and again
// (Kubernetes API concepts, "Efficient detection of changes"). A thread of its own.
//
// A watch goes on from the last version that was seen; when the server has forgotten that version
// (410 Gone), everything is listed anew. Failures are tried again, later each time. Annotations
// that hold whole objects (kubectl's last-applied-configuration) are left out.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/identity/container_table.hpp"
#include "sensor/identity/https_client.hpp"

namespace yagura::kube {
class Node;
}

namespace yagura::sensor {

// What the API server says of a pod of this node.
struct ListedPod {
  Pod pod;
  std::vector<ContainerProbes> probes;
  std::string cgroup_uid;  // of a static pod the hash that its cgroups bear; else the pod's uid
};

// From a Pod object (v1). Nothing where it has no uid.
[[nodiscard]] std::optional<ListedPod> read_listed_pod(const kube::Node& object);

// Called on the watch's thread.
struct PodSink {
  std::function<void(const ListedPod&)> put;
  std::function<void(const std::string& cgroup_uid)> remove;
  std::function<void(const std::vector<std::string>& cgroup_uids)> keep;  // after a list: all
};

struct KubernetesOptions {
  HttpsEndpoint endpoint;
  std::string node;  // spec.nodeName
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds last_retry{30'000};
  std::chrono::seconds watch_timeout{300};       // then the watch is asked for again
  std::size_t max_list = std::size_t{64} << 20;  // bytes of one answer; more fails
  std::size_t max_event = std::size_t{4} << 20;  // bytes of one event; more ends the watch
};

struct KubernetesCounts {
  std::uint64_t lists = 0;
  std::uint64_t watches = 0;
  std::uint64_t events = 0;
  std::uint64_t versions_gone = 0;  // 410
  std::uint64_t failures = 0;
  std::string problem;  // of the last attempt; "" when it went well
};

class KubernetesWatch {
 public:
  KubernetesWatch(KubernetesOptions options, PodSink sink);
  ~KubernetesWatch();  // within about a second
  KubernetesWatch(const KubernetesWatch&) = delete;
  KubernetesWatch& operator=(const KubernetesWatch&) = delete;

  [[nodiscard]] KubernetesCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
