#pragma once

// Kinds and resources of the Kubernetes API: "apps/v1 Deployment" is served as "deployments" in a
// namespace. The built-in ones are a table (every group and version that upstream served from 1.16
// to 1.34, the removed ones too, since manifests still name them); custom ones come from their
// CustomResourceDefinition, or by rule.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/node.hpp"

namespace yagura::kube {

struct GroupVersion {
  std::string_view group;  // empty: the core group
  std::string_view version;
  friend bool operator==(const GroupVersion&, const GroupVersion&) = default;
};

// "apps/v1" -> {apps, v1}, "v1" -> {"", v1}. What has more than one slash is taken at the first.
[[nodiscard]] GroupVersion split_api_version(std::string_view api_version);

enum class ResourceScope : std::uint8_t { kNamespaced, kCluster };

struct ResourceKind {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view resource;  // lower-case plural
  ResourceScope scope = ResourceScope::kNamespaced;
};

// Sorted by group, version, kind. Static; thread-safe, as all that is below.
[[nodiscard]] std::span<const ResourceKind> builtin_kinds();
// Null: none of ours. O(1).
[[nodiscard]] const ResourceKind* find_builtin_kind(std::string_view group,
                                                    std::string_view version,
                                                    std::string_view kind);
[[nodiscard]] const ResourceKind* find_builtin_resource(std::string_view group,
                                                        std::string_view version,
                                                        std::string_view resource);
// Of any group and version: whether the name is known at all.
[[nodiscard]] bool is_builtin_group(std::string_view group);

// The other groups and versions under which the same objects are served (extensions/v1beta1 and
// apps/v1 deployments), what matchPolicy Equivalent looks at. The one asked about is left out.
[[nodiscard]] std::vector<const ResourceKind*> equivalent_kinds(const ResourceKind& kind);

// A part of a resource with a path of its own: pods/exec.
struct Subresource {
  std::string_view group;     // of the resource
  std::string_view resource;  // "pods"
  std::string_view name;      // "exec"
  std::string_view body_group;
  std::string_view body_version;
  std::string_view body_kind;  // "PodExecOptions"; empty: the resource's own
};

// Those that matter to security: exec, attach, ephemeralcontainers, token, scale, …
[[nodiscard]] std::span<const Subresource> builtin_subresources();

// "NetworkPolicy" -> "networkpolicies", "Gateway" -> "gateways", "Ingress" -> "ingresses".
[[nodiscard]] std::string plural_by_rule(std::string_view kind);

// The built-in kinds and those of the CustomResourceDefinitions that it was told of. Not
// thread-safe while definitions are added.
class KindRegistry {
 public:
  // Takes what an apiextensions.k8s.io CustomResourceDefinition defines; anything else is ignored.
  void add_definition(const Node& object);

  struct Resolved {
    std::string_view group;
    std::string_view version;
    std::string_view kind;
    std::string_view resource;
    // Nothing: nobody said (a custom kind without definition).
    std::optional<ResourceScope> scope;
    bool by_rule = false;  // the plural is a guess
    const ResourceKind* builtin = nullptr;
  };
  // The texts live as long as the arguments and the registry. A guessed plural is kept.
  [[nodiscard]] Resolved resolve(std::string_view api_version, std::string_view kind);

 private:
  struct Custom {
    std::string plural;
    std::optional<ResourceScope> scope;
    bool by_rule = false;
  };
  std::unordered_map<std::string, Custom> custom_;  // "group/Kind"
};

}  // namespace yagura::kube
