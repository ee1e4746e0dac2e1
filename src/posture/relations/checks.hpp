#pragma once

// The logic of each relation, one function an id. Internal to relations.

#include "posture/relations/judge.hpp"

namespace yagura::posture::relations {

// dangling.cpp
void dangling_service(Judge& judge);
void dangling_ingress_backend(Judge& judge);
void dangling_hpa_target(Judge& judge);
void dangling_gateway_backend(Judge& judge);
void dangling_network_policy(Judge& judge);
void dangling_network_policy_peer(Judge& judge);
void dangling_service_monitor(Judge& judge);

// isolation.cpp
void pod_without_network_policy(Judge& judge);
void pod_traffic_open_one_way(Judge& judge);
void namespace_without_network_policy(Judge& judge);
void namespace_without_default_deny(Judge& judge);
void namespace_without_limit_range(Judge& judge);
void namespace_without_resource_quota(Judge& judge);

// disruption.cpp
void pdb_missing(Judge& judge);
void pdb_allows_no_disruption(Judge& judge);
void pdb_above_hpa_minimum(Judge& judge);
void hpa_target_fixed_replicas(Judge& judge);

// wiring.cpp
void service_account_missing(Judge& judge);
void env_source_missing(Judge& judge);
void env_key_missing(Judge& judge);
void statefulset_without_headless_service(Judge& judge);
void service_target_port_not_exposed(Judge& judge);
void ingress_tls_secret_invalid(Judge& judge);

// exposure.cpp
void workload_exposed(Judge& judge);
void workload_exposed_through_gateway(Judge& judge);
void sensitive_interface_exposed(Judge& judge);

// privileges.cpp
void workload_admin_role(Judge& judge);
void workload_cluster_takeover_role(Judge& judge);
void workload_can_read_secrets(Judge& judge);
void workload_can_use_api(Judge& judge);
void token_without_permissions(Judge& judge);

// definitions.cpp
void admission_policy_without_binding(Judge& judge);
void duplicate_object(Judge& judge);

// high_entropy.cpp
void high_entropy_value(Judge& judge);

// ---- What several of them need ----

// Steps to the pod template: spec, template. None for a Pod.
[[nodiscard]] kube::NodePath template_path(const kube::Workload& workload);
// Steps to the pod's spec.
[[nodiscard]] kube::NodePath pod_spec_path(const kube::Workload& workload);
// "Deployment "web""
[[nodiscard]] std::string display(const Object& object);
// Those of networking.k8s.io and of the old extensions group.
[[nodiscard]] std::vector<const Object*> ingresses(const ObjectIndex& index);
[[nodiscard]] std::vector<const Object*> network_policies(const ObjectIndex& index);

// A Service that an Ingress or a route names.
struct Backend {
  kube::NodePath path;  // to the name
  std::string_view service;
  std::string_view namespace_;
  const kube::Node* port = nullptr;  // number or name; may be null
  std::string_view host;
};
[[nodiscard]] std::vector<Backend> ingress_backends(const Object& ingress);
// Of HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute.
[[nodiscard]] std::vector<Backend> route_backends(const Object& route);
[[nodiscard]] std::vector<const Object*> gateway_routes(const ObjectIndex& index);
// Selector of a Service; selects nothing where it has none.
[[nodiscard]] Selector service_selector(const Object& service);

}  // namespace yagura::posture::relations
