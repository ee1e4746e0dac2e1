#include "posture/relations/rights.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "posture/relations/judge.hpp"

namespace yagura::posture::relations {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";
constexpr std::string_view kAccountsOf = "system:serviceaccounts:";

bool lists(const kube::Node& rule, std::string_view field, std::string_view value) {
  return std::ranges::any_of(rule.list(field), [&](const kube::Node& item) {
    return item.string_or() == value || item.string_or() == "*";
  });
}

bool lists_any(const kube::Node& rule, std::string_view field,
               std::initializer_list<std::string_view> values) {
  return std::ranges::any_of(values,
                             [&](std::string_view value) { return lists(rule, field, value); });
}

bool has_star(const kube::Node& rule, std::string_view field) {
  return std::ranges::any_of(rule.list(field),
                             [](const kube::Node& item) { return item.string_or() == "*"; });
}

// A resource of a rule may be "pods", "pods/exec", "*/exec" or "*"; "*" covers subresources too.
bool names_resource(const kube::Node& rule, std::string_view resource) {
  return std::ranges::any_of(rule.list("resources"), [&](const kube::Node& item) {
    const std::string_view text = item.string_or();
    if (text == "*" || text == resource) return true;
    const std::size_t slash = resource.find('/');
    return slash != std::string_view::npos && text.starts_with("*/") &&
           text.substr(2) == resource.substr(slash + 1);
  });
}

// What leads from a right to all that the cluster (or the namespace) holds.
struct Takeover {
  std::string_view group;
  std::initializer_list<std::string_view> verbs;
  std::initializer_list<std::string_view> resources;
  std::string_view words;
};

const Takeover kTakeovers[] = {
    {"", {"impersonate"}, {"users", "groups", "serviceaccounts"}, "impersonate others"},
    {kGroup, {"escalate", "bind"}, {"roles", "clusterroles"}, "escalate or bind roles"},
    {kGroup,
     {"create", "update", "patch"},
     {"rolebindings", "clusterrolebindings"},
     "change role bindings"},
    {"", {"create"}, {"serviceaccounts/token"}, "make tokens of service accounts"},
    {"",
     {"create", "update", "patch"},
     {"pods", "replicationcontrollers"},
     "create or change pods"},
    {"apps",
     {"create", "update", "patch"},
     {"deployments", "daemonsets", "statefulsets", "replicasets"},
     "create or change workloads"},
    {"batch", {"create", "update", "patch"}, {"jobs", "cronjobs"}, "create or change jobs"},
    {"", {"create", "get"}, {"pods/exec", "pods/attach"}, "run commands in pods"},
    {"", {"patch", "update"}, {"pods/ephemeralcontainers"}, "put containers into pods"},
    {"", {"get", "create"}, {"nodes/proxy"}, "use the kubelets (nodes/proxy)"},
    {"", {"create"}, {"persistentvolumes"}, "create persistent volumes (hostPath)"},
    {"admissionregistration.k8s.io",
     {"create", "update", "patch"},
     {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"},
     "change admission webhooks"},
    {"certificates.k8s.io",
     {"update", "patch"},
     {"certificatesigningrequests/approval"},
     "approve certificates"},
};

std::string_view takeover_of(const kube::Node& rule) {
  for (const Takeover& takeover : kTakeovers) {
    if (!lists(rule, "apiGroups", takeover.group)) continue;
    if (!lists_any(rule, "verbs", takeover.verbs)) continue;
    for (const std::string_view resource : takeover.resources) {
      if (names_resource(rule, resource)) return takeover.words;
    }
  }
  return {};
}

// Roles that every cluster has.
std::optional<Powers> builtin_powers(std::string_view name) {
  if (name == "cluster-admin") {
    return Powers{
        .any = true, .everything = true, .reads_secrets = true, .takeover = "do everything"};
  }
  if (name == "admin" || name == "edit") {
    return Powers{.any = true, .reads_secrets = true, .takeover = "create or change workloads"};
  }
  if (name == "view") return Powers{.any = true};
  return std::nullopt;
}

}  // namespace

void Powers::add(const Powers& other) {
  any = any || other.any;
  everything = everything || other.everything;
  reads_secrets = reads_secrets || other.reads_secrets;
  if (takeover.empty()) takeover = other.takeover;
}

Powers Rights::powers_of_rules(std::span<const kube::Node> rules) const {
  Powers powers;
  for (const kube::Node& rule : rules) {
    if (rule.list("verbs").empty()) continue;
    powers.any = true;
    // Single objects, named: no way to all of them.
    if (!rule.list("resourceNames").empty()) continue;
    powers.everything =
        powers.everything ||
        (has_star(rule, "verbs") && has_star(rule, "resources") && has_star(rule, "apiGroups"));
    powers.reads_secrets =
        powers.reads_secrets || (lists(rule, "apiGroups", "") && names_resource(rule, "secrets") &&
                                 lists_any(rule, "verbs", {"get", "list", "watch"}));
    if (powers.takeover.empty()) powers.takeover = takeover_of(rule);
  }
  return powers;
}

// Aggregation is one step deep here: the controller writes the rules of an aggregated role out, so
// that a role that selects it gets them too, but nobody ships such chains.
Powers Rights::powers_of(const Object& role) const {
  Powers powers = powers_of_rules(role.root->list("rules"));
  const kube::Node* aggregation = role.root->find("aggregationRule");
  if (aggregation == nullptr) return powers;
  for (const kube::Node& node : aggregation->list("clusterRoleSelectors")) {
    const Selector selector = Selector::of_label_selector(&node);
    for (const Object* other : index_.of_kind(kGroup, "ClusterRole")) {
      if (other != &role && selector.matches(other->find({"metadata", "labels"}))) {
        powers.add(powers_of_rules(other->root->list("rules")));
      }
    }
  }
  return powers;
}

Rights::Rights(const ObjectIndex& index) : index_(index) {
  for (const std::string_view kind : {"RoleBinding", "ClusterRoleBinding"}) {
    for (const Object* binding : index.of_kind(kGroup, kind)) add_binding(*binding);
  }
}

void Rights::add_binding(const Object& binding) {
  const kube::Node* reference = binding.root->find("roleRef");
  Grant grant{.binding = &binding,
              .role_kind = text_of(reference, "kind"),
              .role_name = text_of(reference, "name"),
              .cluster_wide = binding.kind == "ClusterRoleBinding"};
  const bool cluster_role = grant.role_kind == "ClusterRole";
  const std::string_view space = cluster_role ? std::string_view() : binding.namespace_;
  if (const Object* role = index_.find(kGroup, grant.role_kind, space, grant.role_name)) {
    grant.powers = powers_of(*role);
    grant.known = true;
  } else if (const auto powers = cluster_role ? builtin_powers(grant.role_name) : std::nullopt) {
    grant.powers = *powers;
    grant.known = true;
  }
  const std::size_t position = grants_.size();
  grants_.push_back(grant);
  for (const kube::Node& subject : binding.root->list("subjects")) {
    const std::string_view kind = text_of(&subject, "kind");
    const std::string_view name = text_of(&subject, "name");
    if (kind == "ServiceAccount") {
      const std::string_view written = text_of(&subject, "namespace");
      by_account_[{written.empty() ? binding.namespace_ : written, name}].push_back(position);
    } else if (kind == "Group" && name.starts_with(kAccountsOf)) {
      by_namespace_[name.substr(kAccountsOf.size())].push_back(position);
    } else if (kind == "Group" &&
               (name == "system:serviceaccounts" || name == "system:authenticated")) {
      for_all_.push_back(position);
    }
  }
}

std::vector<const Grant*> Rights::of(std::string_view namespace_, std::string_view account) const {
  std::vector<const Grant*> grants;
  const auto append = [&](const std::vector<std::size_t>& positions) {
    for (const std::size_t position : positions) grants.push_back(&grants_[position]);
  };
  if (const auto found = by_account_.find({namespace_, account}); found != by_account_.end()) {
    append(found->second);
  }
  if (const auto found = by_namespace_.find(namespace_); found != by_namespace_.end()) {
    append(found->second);
  }
  append(for_all_);
  return grants;
}

bool mounts_token(const ObjectIndex& index, const Object& object) {
  if (!object.workload || object.workload->pod_spec() == nullptr) return false;
  const kube::Node& spec = *object.workload->pod_spec();
  for (const kube::Node& volume : spec.list("volumes")) {
    const kube::Node* projected = volume.find("projected");
    if (projected == nullptr) continue;
    for (const kube::Node& source : projected->list("sources")) {
      if (source.find("serviceAccountToken") != nullptr) return true;
    }
  }
  if (const kube::Node* own = spec.find("automountServiceAccountToken");
      own != nullptr && own->is_bool()) {
    return own->as_bool();
  }
  const Object* account =
      index.find("", "ServiceAccount", object.namespace_, object.workload->service_account().name);
  const kube::Node* of_account =
      account == nullptr ? nullptr : account->root->find("automountServiceAccountToken");
  return of_account == nullptr || of_account->bool_or(true);
}

}  // namespace yagura::posture::relations
