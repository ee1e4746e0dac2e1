#include "sensor/identity/cri_metadata.hpp"

#include <algorithm>

#include "sensor/identity/image_reference.hpp"
#include "sensor/identity/json_text.hpp"
#include "sensor/identity/workload_owner.hpp"

namespace yagura::sensor {
namespace {

// The image's digest is that of the repository that was asked for, where it has several.
std::string digest_of(const CriImage& image, const std::string& repository) {
  std::string first;
  for (const std::string& digest : image.digests) {
    ImageReference parts = split_image_reference(digest);
    if (parts.repository == repository) {
      return std::move(parts.digest);
    }
    if (first.empty()) {
      first = std::move(parts.digest);
    }
  }
  return first;
}

void apply_image(const RuntimeAnswer& answer, Container& container) {
  const CriContainer& from = *answer.container;
  std::string image = from.image;
  // Asked for by id: a tag says more.
  if (split_image_reference(image).repository.empty() && answer.image &&
      !answer.image->tags.empty()) {
    image = answer.image->tags.front();
  }
  if (!image.empty()) {
    const ImageReference parts = split_image_reference(image);
    container.image = image;
    container.image_repository = parts.repository;
    container.image_tag = parts.tag;
    if (!parts.repository.empty() && !parts.digest.empty()) {
      container.image_digest = parts.digest;
    }
  }
  const ImageReference ref = split_image_reference(from.image_ref);
  if (!ref.repository.empty() && !ref.digest.empty()) {
    container.image_digest = ref.digest;
  }
  if (answer.image) {
    const std::string_view id = answer.image->id;
    container.image_id = id.starts_with("sha256:") ? id.substr(7) : id;
    if (container.image_digest.empty()) {
      container.image_digest = digest_of(*answer.image, container.image_repository);
    }
  }
}

// The runtime's verbose answer says what was asked for; the bundle, what came of it. containerd
// keeps the request ("config"), where false is left out; CRI-O says "privileged" itself.
void apply_info(const std::string& info, Container& container) {
  if (info.empty()) {
    return;
  }
  const auto json = JsonText::parse("the runtime's answer", info);
  if (!json) {
    return;
  }
  if (const kube::Node* truth = json->root().find("privileged")) {
    container.is_privileged = truth->bool_or(container.is_privileged);
  } else if (json->root().get({"config", "linux"}) != nullptr) {
    container.is_privileged =
        truth_at(json->root(), {"config", "linux", "security_context", "privileged"});
  }
}

void apply_cni(const std::string& info, Container& container) {
  if (info.empty()) {
    return;
  }
  const auto json = JsonText::parse("the runtime's answer", info);
  const kube::Node* cni = json ? json->root().find("cniResult") : nullptr;
  if (cni != nullptr && cni->is_map()) {
    container.cni_json = info.substr(cni->begin(), cni->end() - cni->begin());
  }
}

}  // namespace

Result<RuntimeAnswer> ask_runtime(CriClient& client, const std::string& id) {
  RuntimeAnswer answer;
  YAGURA_TRY(const auto listed, client.list_containers(id));
  std::string sandbox = id;
  if (!listed.empty()) {
    sandbox = listed.front().sandbox_id;
    YAGURA_TRY(answer.container, client.container_status(id));
    if (auto image = client.image_status(answer.container->image_ref)) {
      answer.image = *std::move(image);
    }
  }
  auto pod = client.pod_status(sandbox);
  if (pod) {
    answer.pod = *std::move(pod);
  } else if (!answer.container) {
    return std::unexpected(std::move(pod).error());
  }
  return answer;
}

void apply(const RuntimeAnswer& answer, Container& container) {
  container.metadata = Metadata::kComplete;
  container.problem.clear();
  if (answer.pod) {
    apply_cni(answer.pod->info, container);
  }
  if (!answer.container) {
    container.is_sandbox = true;
    container.name = "POD";
    return;
  }
  const CriContainer& from = *answer.container;
  container.name = from.name;
  container.labels = from.labels;
  container.annotations = from.annotations;
  container.created_ns = from.created_ns;
  container.started_ns = from.started_ns;
  apply_image(answer, container);
  apply_info(from.info, container);
  if (container.mounts.empty()) {
    for (const CriMount& mount : from.mounts) {
      container.mounts.push_back(
          {.source = mount.host_path,
           .destination = mount.container_path,
           .mode = "",
           .propagation = mount.propagation.empty() ? "private" : mount.propagation,
           .is_writable = !mount.is_read_only});
    }
  }
  if (answer.pod) {
    const Labels& annotations = answer.pod->annotations;
    if (auto probe = probe_in_last_applied(annotations, from.name, "livenessProbe");
        !probe.empty()) {
      container.liveness_probe = std::move(probe);
    }
    if (auto probe = probe_in_last_applied(annotations, from.name, "readinessProbe");
        !probe.empty()) {
      container.readiness_probe = std::move(probe);
    }
  }
}

void apply(const CriPod& from, Pod& pod) {
  pod.sandbox_id = from.id;
  pod.name = from.name;
  pod.name_space = from.name_space;
  pod.host_network = from.host_network;
  pod.host_pid = from.host_pid;
  pod.host_ipc = from.host_ipc;
  if (!from.ips.empty()) {
    pod.ip = from.ips.front();
  }
  // The API server's, where it has spoken, are newer: a sandbox keeps those of its making.
  if (pod.labels.empty()) {
    pod.labels = from.labels;
    std::erase_if(pod.labels,
                  [](const auto& label) { return label.first.starts_with("io.kubernetes."); });
  }
  if (pod.annotations.empty()) {
    pod.annotations = from.annotations;
  }
  if (pod.workload_kind.empty()) {
    const Workload workload = guess_workload(pod);
    pod.workload_kind = workload.kind;
    pod.workload_name = workload.name;
  }
}

std::string probe_in_last_applied(const Labels& annotations, const std::string& container,
                                  std::string_view probe) {
  const std::string_view applied =
      label_of(annotations, "kubectl.kubernetes.io/last-applied-configuration");
  if (applied.empty()) {
    return {};
  }
  const auto json = JsonText::parse("the pod as it was applied", std::string(applied));
  const kube::Node* spec = json ? json->root().find("spec") : nullptr;
  if (spec == nullptr) {
    return {};
  }
  for (const kube::Node& item : spec->list("containers")) {
    if (text_at(item, {"name"}) == container) {
      return joined(item.get({probe, "exec", "command"}));
    }
  }
  return {};
}

}  // namespace yagura::sensor
