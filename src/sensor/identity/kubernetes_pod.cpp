#include <algorithm>

#include "sensor/identity/json_text.hpp"
#include "sensor/identity/kubernetes_watch.hpp"
#include "sensor/identity/workload_owner.hpp"

namespace yagura::sensor {
namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kConfigHash = "kubernetes.io/config.hash";

Owner controller_of(const kube::Node& metadata) {
  for (const kube::Node& owner : metadata.list("ownerReferences")) {
    if (truth_at(owner, {"controller"})) {
      return {.kind = std::string(text_at(owner, {"kind"})),
              .name = std::string(text_at(owner, {"name"}))};
    }
  }
  return {};
}

std::vector<ContainerProbes> probes_of(const kube::Node& spec) {
  std::vector<ContainerProbes> all;
  for (const std::string_view list : {"containers", "initContainers"}) {
    for (const kube::Node& container : spec.list(list)) {
      ContainerProbes probes{
          .container = std::string(text_at(container, {"name"})),
          .liveness = joined(container.get({"livenessProbe", "exec", "command"})),
          .readiness = joined(container.get({"readinessProbe", "exec", "command"}))};
      if (!probes.liveness.empty() || !probes.readiness.empty()) {
        all.push_back(std::move(probes));
      }
    }
  }
  return all;
}

}  // namespace

std::optional<ListedPod> read_listed_pod(const kube::Node& object) {
  const kube::Node* metadata = object.find("metadata");
  if (metadata == nullptr || text_at(*metadata, {"uid"}).empty()) {
    return std::nullopt;
  }
  ListedPod listed;
  Pod& pod = listed.pod;
  pod.name = text_at(*metadata, {"name"});
  pod.name_space = text_at(*metadata, {"namespace"});
  pod.uid = text_at(*metadata, {"uid"});
  pod.labels = labels_of(metadata->find("labels"));
  pod.annotations = labels_of(metadata->find("annotations"));
  const std::string_view hash = label_of(pod.annotations, kConfigHash);
  listed.cgroup_uid = hash.empty() ? pod.uid : std::string(hash);
  std::erase_if(pod.annotations, [](const auto& item) { return item.first == kLastApplied; });
  pod.ip = text_at(object, {"status", "podIP"});
  const Workload workload = workload_of(controller_of(*metadata), pod);
  pod.workload_kind = workload.kind;
  pod.workload_name = workload.name;
  if (const kube::Node* spec = object.find("spec")) {
    pod.service_account = text_at(*spec, {"serviceAccountName"});
    pod.node = text_at(*spec, {"nodeName"});
    pod.host_network = truth_at(*spec, {"hostNetwork"});
    pod.host_pid = truth_at(*spec, {"hostPID"});
    pod.host_ipc = truth_at(*spec, {"hostIPC"});
    listed.probes = probes_of(*spec);
  }
  return listed;
}

}  // namespace yagura::sensor
