// Docker's own files of a container, as its daemon (moby) writes them: names, image, labels, mounts
// as they were asked for. Where Kubernetes runs on Docker (cri-dockerd), labels tell the pod.

#include <algorithm>

#include "rules/output/timestamp.hpp"
#include "sensor/identity/bundle.hpp"
#include "sensor/identity/image_reference.hpp"
#include "sensor/identity/json_text.hpp"

namespace yagura::sensor {
namespace {

constexpr std::size_t kMaxMounts = 1024;

std::vector<Mount> mounts_of(const kube::Node& config) {
  std::vector<Mount> mounts;
  const kube::Node* points = config.find("MountPoints");
  if (points == nullptr || !points->is_map()) {
    return mounts;
  }
  for (const kube::Member& point : points->members()) {
    if (mounts.size() == kMaxMounts) {
      break;
    }
    mounts.push_back({.source = std::string(text_at(point.value, {"Source"})),
                      .destination = std::string(text_at(point.value, {"Destination"})),
                      .mode = std::string(text_at(point.value, {"Relabel"})),
                      .propagation = std::string(text_at(point.value, {"Propagation"})),
                      .is_writable = truth_at(point.value, {"RW"})});
  }
  return mounts;
}

// ["CMD", program, …], ["CMD-SHELL", line], ["NONE"].
std::string health_check_of(const kube::Node& config) {
  const kube::Node* test = config.get({"Config", "Healthcheck", "Test"});
  if (test == nullptr || !test->is_list() || test->items().empty() ||
      test->items().front().string_or() == "NONE") {
    return {};
  }
  return joined(test, 1);
}

void read_pod(Bundle& bundle, const Labels& labels) {
  const std::string_view uid = label_of(labels, "io.kubernetes.pod.uid");
  if (uid.empty()) {
    return;
  }
  Pod pod;
  pod.uid = uid;
  pod.name = label_of(labels, "io.kubernetes.pod.name");
  pod.name_space = label_of(labels, "io.kubernetes.pod.namespace");
  pod.sandbox_id = label_of(labels, "io.kubernetes.sandbox.id");
  bundle.is_sandbox = label_of(labels, "io.kubernetes.docker.type") == "podsandbox";
  if (bundle.is_sandbox) {
    pod.sandbox_id = bundle.container.id;
  }
  bundle.pod = std::move(pod);
}

void read_host_config(Bundle& bundle, const kube::Node& host) {
  Container& container = bundle.container;
  container.is_privileged = truth_at(host, {"Privileged"});
  container.has_read_only_root = truth_at(host, {"ReadonlyRootfs"});
  if (bundle.pod && bundle.is_sandbox) {
    bundle.pod->host_network = text_at(host, {"NetworkMode"}) == "host";
    bundle.pod->host_pid = text_at(host, {"PidMode"}) == "host";
    bundle.pod->host_ipc = text_at(host, {"IpcMode"}) == "host";
  }
}

}  // namespace

Result<void> add_docker_config(Bundle& bundle, std::string config_text, std::string host_text) {
  YAGURA_TRY(const JsonText json, JsonText::parse("config.v2.json", std::move(config_text)));
  YAGURA_TRY(const JsonText host, JsonText::parse("hostconfig.json", std::move(host_text)));
  const kube::Node& config = json.root();
  if (!config.is_map()) {
    return fail(ErrorCode::kInvalidInput, "Docker's configuration is a JSON object");
  }
  Container& container = bundle.container;
  container.metadata = Metadata::kComplete;
  container.runtime = Runtime::kDocker;
  std::string_view name = text_at(config, {"Name"});
  name.remove_prefix(name.starts_with('/') ? 1 : 0);
  container.labels = labels_of(config.get({"Config", "Labels"}));
  const std::string_view kubernetes_name =
      label_of(container.labels, "io.kubernetes.container.name");
  container.name = kubernetes_name.empty() ? name : kubernetes_name;
  container.image = text_at(config, {"Config", "Image"});
  const ImageReference parts = split_image_reference(container.image);
  container.image_repository = parts.repository;
  container.image_tag = parts.tag;
  container.image_digest = parts.repository.empty() ? std::string() : parts.digest;
  const std::string_view id = text_at(config, {"Image"});
  container.image_id = id.starts_with("sha256:") ? id.substr(7) : id;
  if (const auto user = text_at(config, {"Config", "User"}); !user.empty()) {
    container.user = user;
  }
  container.health_check = health_check_of(config);
  container.mounts = mounts_of(config);
  container.created_ns = rules::parse_rfc3339(text_at(config, {"Created"})).value_or(0);
  container.started_ns = rules::parse_rfc3339(text_at(config, {"State", "StartedAt"})).value_or(0);
  read_pod(bundle, container.labels);
  container.is_sandbox = bundle.is_sandbox;
  read_host_config(bundle, host.root());
  return {};
}

}  // namespace yagura::sensor
