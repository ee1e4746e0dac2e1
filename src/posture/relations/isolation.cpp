// Who may talk to whom, and what a namespace sets: NetworkPolicies, LimitRanges, ResourceQuotas.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

struct Directions {
  bool ingress = false;
  bool egress = false;
};

// policyTypes; without it Ingress, and Egress where the policy has egress rules
// (NetworkPolicySpec).
Directions directions_of(const kube::Node* spec) {
  Directions directions;
  if (spec == nullptr) return directions;
  const auto types = spec->list("policyTypes");
  if (types.empty()) return {.ingress = true, .egress = spec->find("egress") != nullptr};
  for (const kube::Node& type : types) {
    directions.ingress = directions.ingress || type.string_or() == "Ingress";
    directions.egress = directions.egress || type.string_or() == "Egress";
  }
  return directions;
}

// Which pods are selected by a policy, for each direction.
class Coverage {
 public:
  explicit Coverage(const ObjectIndex& index) : index_(index) {
    for (const Object* policy : network_policies(index)) {
      cover(*policy, Selector::of_label_selector(policy->find({"spec", "podSelector"})),
            directions_of(policy->root->find("spec")));
    }
    add_foreign();
  }

  [[nodiscard]] Directions of(const PodSource& pod, std::size_t position) const {
    if (everywhere_ || open_questions_.contains(pod.object->namespace_)) {
      return {.ingress = true, .egress = true};
    }
    const auto space = covered_.find(pod.object->namespace_);
    return space == covered_.end() ? Directions{} : space->second[position];
  }

 private:
  void cover(const Object& policy, const Selector& selector, Directions directions) {
    std::vector<Directions>& pods = covered_[policy.namespace_];
    pods.resize(index_.pods_in(policy.namespace_).size());
    for (const std::uint32_t position : index_.select(policy.namespace_, selector)) {
      pods[position].ingress = pods[position].ingress || directions.ingress;
      pods[position].egress = pods[position].egress || directions.egress;
    }
  }

  // Policies of network plugins. Where we don't read their selectors, nothing is said about the
  // pods.
  void add_foreign() {
    for (const Object* policy : index_.of_kind("cilium.io", "CiliumNetworkPolicy")) {
      const kube::Node* spec = policy->root->find("spec");
      if (spec == nullptr) {
        open_questions_.insert(policy->namespace_);
        continue;
      }
      cover(*policy, Selector::of_label_selector(spec->find("endpointSelector")),
            {.ingress = spec->find("ingress") != nullptr || spec->find("ingressDeny") != nullptr,
             .egress = spec->find("egress") != nullptr || spec->find("egressDeny") != nullptr});
    }
    for (const std::string_view group : {"crd.projectcalico.org", "projectcalico.org"}) {
      for (const Object* policy : index_.of_kind(group, "NetworkPolicy")) {
        open_questions_.insert(policy->namespace_);
      }
      everywhere_ = everywhere_ || !index_.of_kind(group, "GlobalNetworkPolicy").empty();
    }
    everywhere_ = everywhere_ ||
                  !index_.of_kind("cilium.io", "CiliumClusterwideNetworkPolicy").empty() ||
                  !index_.of_kind("policy.networking.k8s.io", "AdminNetworkPolicy").empty() ||
                  !index_.of_kind("policy.networking.k8s.io", "BaselineAdminNetworkPolicy").empty();
  }

  const ObjectIndex& index_;
  std::map<std::string_view, std::vector<Directions>> covered_;
  std::set<std::string_view> open_questions_;
  bool everywhere_ = false;
};

// Pods with the node's network are outside of NetworkPolicies.
bool uses_pod_network(const kube::Workload& workload) {
  const kube::Node* host = kube::find_set(workload.pod_spec(), "hostNetwork");
  return host == nullptr || !host->bool_or(false);
}

template <typename Action>
void for_each_isolatable(Judge& judge, const Action& action) {
  const ObjectIndex& index = judge.index();
  const Coverage coverage(index);
  for (const std::string_view space : index.namespaces()) {
    const auto pods = index.pods_in(space);
    for (std::size_t i = 0; i < pods.size(); ++i) {
      const Object& object = *pods[i].object;
      if (!object.workload || !uses_pod_network(*object.workload)) continue;
      if (object.made_by_scanned) continue;
      judge.looks_at(object);
      action(object, coverage.of(pods[i], i));
    }
  }
}

// Namespaces that the cluster itself owns.
bool is_system_namespace(std::string_view name) {
  constexpr std::array<std::string_view, 3> kSystem = {"kube-system", "kube-public",
                                                       "kube-node-lease"};
  return std::ranges::find(kSystem, name) != kSystem.end();
}

template <typename Action>
void for_each_namespace(Judge& judge, const Action& action) {
  for (const Object* space : judge.index().of_kind("", "Namespace")) {
    if (space->name.empty() || is_system_namespace(space->name)) continue;
    judge.looks_at(*space);
    action(*space);
  }
}

std::set<std::string_view> namespaces_of(std::span<const Object* const> objects) {
  std::set<std::string_view> names;
  for (const Object* object : objects) names.insert(object->namespace_);
  return names;
}

void require_kind(Judge& judge, std::string_view kind) {
  const auto present = namespaces_of(judge.index().of_kind("", kind));
  for_each_namespace(judge, [&](const Object& space) {
    if (present.contains(space.name)) return;
    judge.fail(space, at("metadata", "name"),
               "no " + std::string(kind) + " in the scanned objects is for namespace " +
                   quoted(space.name));
  });
}

bool has_no_rules(const kube::Node* spec, std::string_view direction) {
  return spec->list(direction).empty();
}

}  // namespace

void pod_without_network_policy(Judge& judge) {
  for_each_isolatable(judge, [&](const Object& object, Directions covered) {
    if (covered.ingress || covered.egress) return;
    judge.fail(object, below(template_path(*object.workload), "metadata", "labels"),
               "no NetworkPolicy in the scanned objects of " + in_namespace(object) +
                   " selects these pods: everything may talk to them, and they to everything");
  });
}

void pod_traffic_open_one_way(Judge& judge) {
  for_each_isolatable(judge, [&](const Object& object, Directions covered) {
    if (covered.ingress == covered.egress) return;
    judge.fail(
        object, below(template_path(*object.workload), "metadata", "labels"),
        std::string("NetworkPolicies in the scanned objects limit only ") +
            (covered.ingress ? "what comes in (ingress): the pods may connect to anywhere"
                             : "what goes out (egress): everything may connect to the pods"));
  });
}

void namespace_without_network_policy(Judge& judge) {
  std::set<std::string_view> present = namespaces_of(network_policies(judge.index()));
  for (const std::string_view group : {"cilium.io", "crd.projectcalico.org", "projectcalico.org"}) {
    for (const std::string_view kind : {"CiliumNetworkPolicy", "NetworkPolicy"}) {
      present.merge(namespaces_of(judge.index().of_kind(group, kind)));
    }
  }
  for_each_namespace(judge, [&](const Object& space) {
    if (present.contains(space.name)) return;
    judge.fail(space, at("metadata", "name"),
               "no NetworkPolicy in the scanned objects is in namespace " + quoted(space.name));
  });
}

void namespace_without_default_deny(Judge& judge) {
  std::map<std::string_view, Directions> denied;
  for (const Object* policy : network_policies(judge.index())) {
    const kube::Node* spec = policy->root->find("spec");
    if (spec == nullptr) continue;
    if (!Selector::of_label_selector(spec->find("podSelector")).selects_everything()) continue;
    const Directions directions = directions_of(spec);
    Directions& space = denied[policy->namespace_];
    space.ingress = space.ingress || (directions.ingress && has_no_rules(spec, "ingress"));
    space.egress = space.egress || (directions.egress && has_no_rules(spec, "egress"));
  }
  for_each_namespace(judge, [&](const Object& space) {
    const Directions directions = denied[space.name];
    if (directions.ingress && directions.egress) return;
    std::string missing = directions.ingress ? "egress" : "ingress";
    if (!directions.ingress && !directions.egress) missing = "ingress and egress";
    judge.fail(space, at("metadata", "name"),
               "no NetworkPolicy in the scanned objects denies all " + missing +
                   " of the pods of namespace " + quoted(space.name) + " by default");
  });
}

void namespace_without_limit_range(Judge& judge) { require_kind(judge, "LimitRange"); }

void namespace_without_resource_quota(Judge& judge) { require_kind(judge, "ResourceQuota"); }

}  // namespace yagura::posture::relations
