#include "posture/relations/relations.hpp"

#include <algorithm>
#include <array>

#include "posture/relations/checks.hpp"

namespace yagura::posture {

namespace {

namespace checks = relations;

struct Relation {
  std::string_view id;
  checks::Check check;
};

// Sorted by id.
constexpr std::array kRelations = {
    Relation{"admission-policy-without-binding", checks::admission_policy_without_binding},
    Relation{"dangling-gateway-backend", checks::dangling_gateway_backend},
    Relation{"dangling-hpa-target", checks::dangling_hpa_target},
    Relation{"dangling-ingress-backend", checks::dangling_ingress_backend},
    Relation{"dangling-network-policy", checks::dangling_network_policy},
    Relation{"dangling-network-policy-peer", checks::dangling_network_policy_peer},
    Relation{"dangling-service", checks::dangling_service},
    Relation{"dangling-service-monitor", checks::dangling_service_monitor},
    Relation{"duplicate-object", checks::duplicate_object},
    Relation{"env-key-missing", checks::env_key_missing},
    Relation{"env-source-missing", checks::env_source_missing},
    Relation{"high-entropy-value", checks::high_entropy_value},
    Relation{"hpa-target-fixed-replicas", checks::hpa_target_fixed_replicas},
    Relation{"ingress-tls-secret-invalid", checks::ingress_tls_secret_invalid},
    Relation{"namespace-without-default-deny", checks::namespace_without_default_deny},
    Relation{"namespace-without-limit-range", checks::namespace_without_limit_range},
    Relation{"namespace-without-network-policy", checks::namespace_without_network_policy},
    Relation{"namespace-without-resource-quota", checks::namespace_without_resource_quota},
    Relation{"pdb-above-hpa-minimum", checks::pdb_above_hpa_minimum},
    Relation{"pdb-allows-no-disruption", checks::pdb_allows_no_disruption},
    Relation{"pdb-missing", checks::pdb_missing},
    Relation{"pod-traffic-open-one-way", checks::pod_traffic_open_one_way},
    Relation{"pod-without-network-policy", checks::pod_without_network_policy},
    Relation{"sensitive-interface-exposed", checks::sensitive_interface_exposed},
    Relation{"service-account-missing", checks::service_account_missing},
    Relation{"service-target-port-not-exposed", checks::service_target_port_not_exposed},
    Relation{"statefulset-without-headless-service", checks::statefulset_without_headless_service},
    Relation{"token-without-permissions", checks::token_without_permissions},
    Relation{"workload-admin-role", checks::workload_admin_role},
    Relation{"workload-can-read-secrets", checks::workload_can_read_secrets},
    Relation{"workload-can-use-api", checks::workload_can_use_api},
    Relation{"workload-cluster-takeover-role", checks::workload_cluster_takeover_role},
    Relation{"workload-exposed", checks::workload_exposed},
    Relation{"workload-exposed-through-gateway", checks::workload_exposed_through_gateway},
};
static_assert(std::ranges::is_sorted(kRelations, {}, &Relation::id));

constexpr auto kIds = [] {
  std::array<std::string_view, kRelations.size()> ids;
  std::ranges::transform(kRelations, ids.begin(), &Relation::id);
  return ids;
}();

checks::Check find_check(std::string_view id) {
  const auto found = std::ranges::lower_bound(kRelations, id, {}, &Relation::id);
  return found != kRelations.end() && found->id == id ? found->check : nullptr;
}

}  // namespace

std::span<const std::string_view> relation_ids() { return kIds; }

std::vector<model::Finding> evaluate_relations(
    std::span<const ScannedObject> objects,
    std::span<const std::shared_ptr<const model::Control>> controls,
    const RelationOptions& options) {
  const checks::ObjectIndex index(objects);
  std::vector<model::Finding> findings;
  for (const std::shared_ptr<const model::Control>& control : controls) {
    const checks::Check check = find_check(control->id);
    if (check == nullptr) continue;
    checks::Judge judge(index, control, options);
    check(judge);
    std::vector<model::Finding> found = judge.take();
    std::ranges::move(found, std::back_inserter(findings));
  }
  return findings;
}

}  // namespace yagura::posture
