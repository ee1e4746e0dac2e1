#include "sensor/capture/scap/containers.hpp"

#include <algorithm>

#include "core/diagnostics.hpp"
#include "kube/reader.hpp"
#include "sensor/capture/format.hpp"

namespace yagura::sensor::scap {

namespace {

using kube::Node;

constexpr std::size_t kIdLength = 64;
constexpr std::size_t kShortId = 12;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Where a run of exactly 64 hex digits begins, or npos.
std::size_t find_id(std::string_view text) {
  std::size_t run = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && is_hex(text[i])) {
      ++run;
      continue;
    }
    if (run == kIdLength) return i - run;
    run = 0;
  }
  return std::string_view::npos;
}

Runtime runtime_of_path(std::string_view path) {
  const auto has = [path](std::string_view word) { return path.find(word) != path.npos; };
  if (has("crio")) return Runtime::kCrio;
  if (has("libpod")) return Runtime::kPodman;
  if (has("docker")) return Runtime::kDocker;
  if (has("containerd") || has("kubepods")) return Runtime::kContainerd;
  return Runtime::kUnknown;
}

Runtime runtime_of_type(std::int64_t type) {
  switch (type) {
    case 0:
      return Runtime::kDocker;
    case 6:
    case 7:
      return Runtime::kContainerd;
    case 8:
      return Runtime::kCrio;
    case 11:
      return Runtime::kPodman;
    default:
      return Runtime::kUnknown;
  }
}

std::string text_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node == nullptr ? std::string() : std::string(node->string_or());
}

bool truth_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node != nullptr && node->bool_or(false);
}

std::string label(const Labels& labels, std::string_view key) {
  const auto found = std::ranges::lower_bound(labels, key, {}, &Labels::value_type::first);
  return found != labels.end() && found->first == key ? found->second : std::string();
}

// The kubelet's labels say which pod it is.
std::shared_ptr<const Pod> pod_of(const Node& map, const Labels& labels) {
  auto pod = std::make_shared<Pod>();
  pod->name = label(labels, "io.kubernetes.pod.name");
  if (pod->name.empty()) return nullptr;
  pod->name_space = label(labels, "io.kubernetes.pod.namespace");
  pod->uid = label(labels, "io.kubernetes.pod.uid");
  pod->sandbox_id = text_of(map, "pod_sandbox_id");
  if (const Node* const own = map.find("pod_sandbox_labels"); own != nullptr && own->is_map()) {
    for (const kube::Member& member : own->members()) {
      pod->labels.emplace_back(std::string(member.key), std::string(member.value.string_or()));
    }
    std::sort(pod->labels.begin(), pod->labels.end());
  }
  return pod;
}

void read_mounts(const Node& map, std::vector<Mount>& mounts) {
  for (const Node& node : map.list("Mounts")) {
    mounts.push_back({.source = text_of(node, "Source"),
                      .destination = text_of(node, "Destination"),
                      .mode = text_of(node, "Mode"),
                      .propagation = text_of(node, "Propagation"),
                      .is_writable = truth_of(node, "RW")});
  }
}

std::shared_ptr<Container> read_container(const Node& map) {
  auto container = std::make_shared<Container>();
  container->id = text_of(map, "full_id");
  if (container->id.empty()) container->id = text_of(map, "id");
  if (container->id.empty()) return nullptr;
  container->cgroup_id = cgroup_of_container(container->id);
  container->name = text_of(map, "name");
  container->image = text_of(map, "image");
  container->image_id = text_of(map, "imageid");
  container->image_repository = text_of(map, "imagerepo");
  container->image_tag = text_of(map, "imagetag");
  container->image_digest = text_of(map, "imagedigest");
  container->is_privileged = truth_of(map, "privileged");
  container->is_sandbox = truth_of(map, "is_pod_sandbox");
  container->user = text_of(map, "User");
  container->cni_json = text_of(map, "cni_json");
  container->metadata = Metadata::kComplete;
  if (const Node* const type = map.find("type"); type != nullptr && type->is_int()) {
    container->runtime = runtime_of_type(type->as_int());
  }
  if (const Node* const created = map.find("created_time");
      created != nullptr && created->is_int() && created->as_int() < INT32_MAX) {
    container->created_ns = created->as_int() * 1'000'000'000;
  }
  if (const Node* const labels = map.find("labels"); labels != nullptr && labels->is_map()) {
    for (const kube::Member& member : labels->members()) {
      container->labels.emplace_back(std::string(member.key),
                                     std::string(member.value.string_or()));
    }
    std::sort(container->labels.begin(), container->labels.end());
  }
  read_mounts(map, container->mounts);
  container->pod = pod_of(map, container->labels);
  return container;
}

}  // namespace

std::uint64_t cgroup_of_container(std::string_view id) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : id.substr(0, kShortId)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash | (std::uint64_t{1} << 63);
}

std::shared_ptr<Container> container_of_cgroups(std::string_view cgroups) {
  const std::size_t at = find_id(cgroups);
  if (at == std::string_view::npos) return nullptr;
  auto container = std::make_shared<Container>();
  container->id = cgroups.substr(at, kIdLength);
  container->cgroup_id = cgroup_of_container(container->id);
  const std::size_t before = cgroups.rfind('\0', at);
  std::string_view entry = cgroups.substr(before == std::string_view::npos ? 0 : before + 1);
  entry = entry.substr(0, entry.find('\0'));
  container->cgroup_path = entry.substr(std::min(entry.find('/'), entry.size()));
  container->runtime = runtime_of_path(container->cgroup_path);
  return container;
}

std::shared_ptr<Container> container_of_json(std::string_view json) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const kube::Source>("container", std::string(json),
                                                           kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, diagnostics,
                                              {.max_document_size = kMaxBlockSize,
                                               .max_depth = 30,
                                               .max_nodes = 100'000,
                                               .max_alias_nodes = 0});
  if (documents.size() != 1 || !documents[0].root().is_map()) return nullptr;
  const Node* const map = documents[0].root().find("container");
  return map == nullptr || !map->is_map() ? nullptr : read_container(*map);
}

}  // namespace yagura::sensor::scap
