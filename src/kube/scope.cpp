#include "kube/scope.hpp"

#include <algorithm>

#include "kube/resource_kinds.hpp"

namespace yagura::kube {

namespace {

// cert-manager's ClusterIssuer, Kyverno's ClusterPolicy, Cilium's CiliumClusterwideNetworkPolicy, …
bool says_cluster(std::string_view group, std::string_view kind) {
  return (kind.starts_with("Cluster") && (group == "cert-manager.io" || group == "kyverno.io" ||
                                          group == "external-secrets.io")) ||
         (group == "cilium.io" && kind.starts_with("CiliumClusterwide")) ||
         (group == "gateway.networking.k8s.io" && kind == "GatewayClass");
}

}  // namespace

bool is_cluster_scoped(std::string_view api_version, std::string_view kind) {
  const GroupVersion version = split_api_version(api_version);
  if (const ResourceKind* known = find_builtin_kind(version.group, version.version, kind)) {
    return known->scope == ResourceScope::kCluster;
  }
  if (!is_builtin_group(version.group)) return says_cluster(version.group, kind);
  // A version that we do not know of a group that we do.
  return std::ranges::any_of(builtin_kinds(), [&](const ResourceKind& other) {
    return other.group == version.group && other.kind == kind &&
           other.scope == ResourceScope::kCluster;
  });
}

}  // namespace yagura::kube
