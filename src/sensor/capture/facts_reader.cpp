// The other direction of facts.cpp, through the reader that manifests are read with: depth and
// number of nodes are bounded there, the size by the block's.

#include <algorithm>

#include "core/diagnostics.hpp"
#include "kube/reader.hpp"
#include "sensor/capture/facts.hpp"
#include "sensor/capture/format.hpp"

namespace yagura::sensor {

namespace {

using kube::Node;
using kube::NodeKind;

std::uint64_t unsigned_of(const Node* node) {
  if (node == nullptr) return 0;
  if (node->kind() == NodeKind::kUint) return node->as_uint();
  if (node->kind() == NodeKind::kInt && node->as_int() > 0) {
    return static_cast<std::uint64_t>(node->as_int());
  }
  return 0;
}

std::int64_t signed_of(const Node* node) {
  return node != nullptr && node->is_int() ? node->as_int() : 0;
}

std::string text_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node == nullptr ? std::string() : std::string(node->string_or());
}

bool truth_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node != nullptr && node->bool_or(false);
}

Labels labels_of(const Node& map, std::string_view key) {
  Labels labels;
  const Node* const node = map.find(key);
  if (node == nullptr || !node->is_map()) return labels;
  for (const kube::Member& member : node->members()) {
    labels.emplace_back(std::string(member.key), std::string(member.value.string_or()));
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

template <typename Enum>
Enum enum_of(const Node& map, std::string_view key, Enum last) {
  const std::uint64_t number = unsigned_of(map.find(key));
  return number <= static_cast<std::uint64_t>(last) ? static_cast<Enum>(number) : Enum{};
}

std::shared_ptr<const Pod> pod_of(const Node* node) {
  if (node == nullptr || !node->is_map()) return nullptr;
  auto pod = std::make_shared<Pod>();
  pod->name = text_of(*node, "name");
  pod->name_space = text_of(*node, "namespace");
  pod->uid = text_of(*node, "uid");
  pod->sandbox_id = text_of(*node, "sandbox_id");
  pod->ip = text_of(*node, "ip");
  pod->service_account = text_of(*node, "service_account");
  pod->node = text_of(*node, "node");
  pod->labels = labels_of(*node, "labels");
  pod->annotations = labels_of(*node, "annotations");
  pod->workload_kind = text_of(*node, "workload_kind");
  pod->workload_name = text_of(*node, "workload_name");
  pod->host_network = truth_of(*node, "host_network");
  pod->host_pid = truth_of(*node, "host_pid");
  pod->host_ipc = truth_of(*node, "host_ipc");
  return pod;
}

void read_mounts(const Node& map, std::vector<Mount>& mounts) {
  for (const Node& node : map.list("mounts")) {
    mounts.push_back({.source = text_of(node, "source"),
                      .destination = text_of(node, "destination"),
                      .mode = text_of(node, "mode"),
                      .propagation = text_of(node, "propagation"),
                      .is_writable = truth_of(node, "writable")});
  }
}

std::shared_ptr<const Container> container_of(const Node* node) {
  if (node == nullptr || !node->is_map()) return nullptr;
  auto container = std::make_shared<Container>();
  container->cgroup_id = unsigned_of(node->find("cgroup"));
  container->cgroup_path = text_of(*node, "cgroup_path");
  container->id = text_of(*node, "id");
  container->name = text_of(*node, "name");
  container->is_sandbox = truth_of(*node, "sandbox");
  container->runtime = enum_of(*node, "runtime", Runtime::kPodman);
  container->metadata = enum_of(*node, "metadata", Metadata::kMissing);
  container->problem = text_of(*node, "problem");
  container->image = text_of(*node, "image");
  container->image_repository = text_of(*node, "image_repository");
  container->image_tag = text_of(*node, "image_tag");
  container->image_id = text_of(*node, "image_id");
  container->image_digest = text_of(*node, "image_digest");
  container->labels = labels_of(*node, "labels");
  container->annotations = labels_of(*node, "annotations");
  read_mounts(*node, container->mounts);
  for (const Node& name : node->list("capabilities")) {
    container->capabilities.emplace_back(name.string_or());
  }
  container->is_privileged = truth_of(*node, "privileged");
  container->has_read_only_root = truth_of(*node, "read_only_root");
  container->user = text_of(*node, "user");
  container->health_check = text_of(*node, "health_check");
  container->liveness_probe = text_of(*node, "liveness_probe");
  container->readiness_probe = text_of(*node, "readiness_probe");
  container->cni_json = text_of(*node, "cni_json");
  container->created_ns = signed_of(node->find("created_ns"));
  container->started_ns = signed_of(node->find("started_ns"));
  container->pod = pod_of(node->find("pod"));
  // The host has no Container: one without an id means nothing.
  return container->id.empty() ? nullptr : container;
}

void read_machine(const Node* node, Facts& facts) {
  if (node == nullptr || !node->is_map()) return;
  facts.has_machine = true;
  facts.machine = {.boot_offset_ns = signed_of(node->find("boot_offset_ns")),
                   .hostname = text_of(*node, "hostname"),
                   .kernel = text_of(*node, "kernel"),
                   .architecture = text_of(*node, "architecture"),
                   .program = text_of(*node, "program")};
}

void read_users(const Node& root, Facts& facts) {
  for (const Node& node : root.list("users")) {
    facts.users.push_back({.id = static_cast<std::uint32_t>(unsigned_of(node.find("id"))),
                           .group = static_cast<std::uint32_t>(unsigned_of(node.find("group"))),
                           .name = text_of(node, "name"),
                           .home = text_of(node, "home"),
                           .shell = text_of(node, "shell")});
  }
  for (const Node& node : root.list("groups")) {
    facts.groups.push_back({.id = static_cast<std::uint32_t>(unsigned_of(node.find("id"))),
                            .name = text_of(node, "name")});
  }
}

}  // namespace

bool read_facts(std::string_view json, Facts& facts) {
  Diagnostics diagnostics;
  const auto source =
      std::make_shared<const kube::Source>("capture", std::string(json), kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, diagnostics,
                                              {.max_document_size = kMaxBlockSize,
                                               .max_depth = 20,
                                               .max_nodes = 1'000'000,
                                               .max_alias_nodes = 0});
  if (diagnostics.has_errors() || documents.size() != 1 || !documents[0].root().is_map()) {
    return false;
  }
  const Node& root = documents[0].root();
  read_machine(root.find("machine"), facts);
  for (const Node& name : root.list("event_types"))
    facts.event_types.emplace_back(name.string_or());
  for (const Node& node : root.list("containers")) {
    facts.containers.push_back({.cgroup_id = unsigned_of(node.find("of")),
                                .container = container_of(node.find("container"))});
  }
  read_users(root, facts);
  facts.dropped = unsigned_of(root.find("dropped"));
  return true;
}

}  // namespace yagura::sensor
