#include "kube/resource_kinds.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace yagura::kube {

namespace {

constexpr ResourceScope kNamespaced = ResourceScope::kNamespaced;
constexpr ResourceScope kCluster = ResourceScope::kCluster;

// clang-format off
constexpr ResourceKind kKinds[] = {
#include "kube/resource_kinds_table.inc"
};

constexpr Subresource kSubresources[] = {
    {"", "namespaces", "finalize", "", "v1", ""},
    {"", "namespaces", "status", "", "v1", ""},
    {"", "nodes", "proxy", "", "v1", "NodeProxyOptions"},
    {"", "nodes", "status", "", "v1", ""},
    {"", "persistentvolumeclaims", "status", "", "v1", ""},
    {"", "persistentvolumes", "status", "", "v1", ""},
    {"", "pods", "attach", "", "v1", "PodAttachOptions"},
    {"", "pods", "binding", "", "v1", "Binding"},
    {"", "pods", "ephemeralcontainers", "", "v1", ""},
    {"", "pods", "eviction", "policy", "v1", "Eviction"},
    {"", "pods", "exec", "", "v1", "PodExecOptions"},
    {"", "pods", "log", "", "v1", ""},
    {"", "pods", "portforward", "", "v1", "PodPortForwardOptions"},
    {"", "pods", "proxy", "", "v1", "PodProxyOptions"},
    {"", "pods", "resize", "", "v1", ""},
    {"", "pods", "status", "", "v1", ""},
    {"", "replicationcontrollers", "scale", "autoscaling", "v1", "Scale"},
    {"", "replicationcontrollers", "status", "", "v1", ""},
    {"", "resourcequotas", "status", "", "v1", ""},
    {"", "serviceaccounts", "token", "authentication.k8s.io", "v1", "TokenRequest"},
    {"", "services", "proxy", "", "v1", "ServiceProxyOptions"},
    {"", "services", "status", "", "v1", ""},
    {"apps", "daemonsets", "status", "apps", "v1", ""},
    {"apps", "deployments", "scale", "autoscaling", "v1", "Scale"},
    {"apps", "deployments", "status", "apps", "v1", ""},
    {"apps", "replicasets", "scale", "autoscaling", "v1", "Scale"},
    {"apps", "replicasets", "status", "apps", "v1", ""},
    {"apps", "statefulsets", "scale", "autoscaling", "v1", "Scale"},
    {"apps", "statefulsets", "status", "apps", "v1", ""},
    {"batch", "cronjobs", "status", "batch", "v1", ""},
    {"batch", "jobs", "status", "batch", "v1", ""},
    {"certificates.k8s.io", "certificatesigningrequests", "approval", "certificates.k8s.io", "v1", ""},
    {"certificates.k8s.io", "certificatesigningrequests", "status", "certificates.k8s.io", "v1", ""},
    {"networking.k8s.io", "ingresses", "status", "networking.k8s.io", "v1", ""},
};
// clang-format on

// Resources that moved between groups: the same objects, served by both.
struct Moved {
  std::string_view resource;
  std::string_view from;
  std::string_view to;
};
constexpr Moved kMoved[] = {
    {"daemonsets", "extensions", "apps"},
    {"deployments", "extensions", "apps"},
    {"events", "", "events.k8s.io"},
    {"ingresses", "extensions", "networking.k8s.io"},
    {"networkpolicies", "extensions", "networking.k8s.io"},
    {"podsecuritypolicies", "extensions", "policy"},
    {"replicasets", "extensions", "apps"},
};

struct Key {
  std::string_view group;
  std::string_view version;
  std::string_view name;
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    const std::hash<std::string_view> hash;
    return hash(key.name) * 31 + hash(key.group) * 17 + hash(key.version);
  }
};

using Index = std::unordered_map<Key, const ResourceKind*, KeyHash>;

const Index& index_by_kind() {
  static const Index index = [] {
    Index made;
    for (const ResourceKind& kind : kKinds)
      made.emplace(Key{kind.group, kind.version, kind.kind}, &kind);
    return made;
  }();
  return index;
}

const Index& index_by_resource() {
  static const Index index = [] {
    Index made;
    for (const ResourceKind& kind : kKinds) {
      made.emplace(Key{kind.group, kind.version, kind.resource}, &kind);
    }
    return made;
  }();
  return index;
}

const ResourceKind* find(const Index& index, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : found->second;
}

// The group that stands for all groups that serve the resource.
std::string_view home_group(std::string_view group, std::string_view resource) {
  for (const Moved& moved : kMoved) {
    if (moved.resource == resource && (moved.from == group)) return moved.to;
  }
  return group;
}

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

}  // namespace

GroupVersion split_api_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {.group = {}, .version = api_version};
  return {.group = api_version.substr(0, slash), .version = api_version.substr(slash + 1)};
}

std::span<const ResourceKind> builtin_kinds() { return kKinds; }

std::span<const Subresource> builtin_subresources() { return kSubresources; }

const ResourceKind* find_builtin_kind(std::string_view group, std::string_view version,
                                      std::string_view kind) {
  return find(index_by_kind(), {group, version, kind});
}

const ResourceKind* find_builtin_resource(std::string_view group, std::string_view version,
                                          std::string_view resource) {
  return find(index_by_resource(), {group, version, resource});
}

bool is_builtin_group(std::string_view group) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const ResourceKind& kind) { return kind.group == group; });
}

std::vector<const ResourceKind*> equivalent_kinds(const ResourceKind& kind) {
  std::vector<const ResourceKind*> equivalents;
  const std::string_view home = home_group(kind.group, kind.resource);
  for (const ResourceKind& other : kKinds) {
    const bool same =
        &other == &kind || (other.group == kind.group && other.version == kind.version);
    if (!same && other.resource == kind.resource &&
        home_group(other.group, other.resource) == home) {
      equivalents.push_back(&other);
    }
  }
  return equivalents;
}

std::string plural_by_rule(std::string_view kind) {
  std::string name(kind);
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (name.empty() || name.ends_with("endpoints")) return name;
  for (const std::string_view ending : {"s", "x", "z", "ch", "sh"}) {
    if (name.ends_with(ending)) return name + "es";
  }
  if (name.size() > 1 && name.back() == 'y' && !is_vowel(name[name.size() - 2])) {
    name.back() = 'i';
    return name + "es";
  }
  return name + "s";
}

void KindRegistry::add_definition(const Node& object) {
  const Node* kind = object.find("kind");
  const Node* api_version = object.find("apiVersion");
  if (kind == nullptr || kind->string_or() != "CustomResourceDefinition") return;
  if (api_version == nullptr || !api_version->string_or().starts_with("apiextensions.k8s.io/"))
    return;
  const Node* group = object.get({"spec", "group"});
  const Node* name = object.get({"spec", "names", "kind"});
  const Node* plural = object.get({"spec", "names", "plural"});
  const Node* scope = object.get({"spec", "scope"});
  if (group == nullptr || name == nullptr || plural == nullptr) return;
  Custom custom{.plural = std::string(plural->string_or()), .scope = std::nullopt};
  if (custom.plural.empty()) return;
  if (scope != nullptr && scope->string_or() == "Namespaced") custom.scope = kNamespaced;
  if (scope != nullptr && scope->string_or() == "Cluster") custom.scope = kCluster;
  custom_.insert_or_assign(std::string(group->string_or()) + "/" + std::string(name->string_or()),
                           std::move(custom));
}

KindRegistry::Resolved KindRegistry::resolve(std::string_view api_version, std::string_view kind) {
  const GroupVersion parts = split_api_version(api_version);
  if (const ResourceKind* builtin = find_builtin_kind(parts.group, parts.version, kind)) {
    return {.group = builtin->group,
            .version = builtin->version,
            .kind = builtin->kind,
            .resource = builtin->resource,
            .scope = builtin->scope,
            .builtin = builtin};
  }
  std::string key(parts.group);
  key.append("/").append(kind);
  auto found = custom_.find(key);
  if (found == custom_.end()) {
    Custom guess{.plural = plural_by_rule(kind), .scope = std::nullopt, .by_rule = true};
    found = custom_.emplace(std::move(key), std::move(guess)).first;
  }
  return {.group = parts.group,
          .version = parts.version,
          .kind = kind,
          .resource = found->second.plural,
          .scope = found->second.scope,
          .by_rule = found->second.by_rule};
}

}  // namespace yagura::kube
