// The order is upstream's (apiserver policy/matching): the namespace selector, the object selector,
// exclude rules, rules; each rule first on the request's own resource, then, under matchPolicy
// Equivalent, on the others that serve the same objects.

#include "policy/vap/match_resources.hpp"

#include <algorithm>

namespace yagura::policy {

namespace {

bool has_or_wildcard(const std::vector<std::string_view>& list, std::string_view wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view item) { return item == "*" || item == wanted; });
}

bool resource_matches(const ResourceRule& rule, std::string_view resource,
                      std::string_view subresource) {
  return std::any_of(rule.resources.begin(), rule.resources.end(), [&](std::string_view entry) {
    const std::size_t slash = entry.find('/');
    const std::string_view name = entry.substr(0, slash);
    const std::string_view part =
        slash == std::string_view::npos ? std::string_view() : entry.substr(slash + 1);
    return (name == "*" || name == resource) && (part == "*" || part == subresource);
  });
}

bool is_namespace(const RequestedKind& kind) {
  return kind.group.empty() && kind.version == "v1" && kind.resource == "namespaces";
}

bool scope_matches(const ResourceRule& rule, const AdmissionRequest& request) {
  if (rule.scope == ResourceRule::Scope::kAll) return true;
  const bool is_cluster =
      request.scope == kube::ResourceScope::kCluster || is_namespace(request.kind);
  return (rule.scope == ResourceRule::Scope::kCluster) == is_cluster;
}

bool rule_matches(const ResourceRule& rule, const AdmissionRequest& request,
                  const RequestedKind& kind) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(request.operation));
  return (rule.operations & bit) != 0 && scope_matches(rule, request) &&
         has_or_wildcard(rule.groups, kind.group) && has_or_wildcard(rule.versions, kind.version) &&
         resource_matches(rule, kind.resource, request.subresource);
}

struct Outcome {
  bool any = false;    // a rule without names
  bool named = false;  // a rule with names
};

Outcome match_all(const std::vector<ResourceRule>& rules, const AdmissionRequest& request,
                  const RequestedKind& kind) {
  Outcome outcome;
  for (const ResourceRule& rule : rules) {
    if (!rule_matches(rule, request, kind)) continue;
    (rule.names.empty() ? outcome.any : outcome.named) = true;
  }
  return outcome;
}

bool name_matches(const std::vector<ResourceRule>& rules, const AdmissionRequest& request,
                  const RequestedKind& kind) {
  return std::any_of(rules.begin(), rules.end(), [&](const ResourceRule& rule) {
    return std::find(rule.names.begin(), rule.names.end(), request.name) != rule.names.end() &&
           rule_matches(rule, request, kind);
  });
}

SelectorMatch namespace_matches(const LabelSelector& selector, const AdmissionRequest& request) {
  if (selector.empty()) return SelectorMatch::kYes;
  const bool is_namespaces = request.kind.resource == "namespaces";
  if (request.namespace_.empty() && !is_namespaces) return SelectorMatch::kYes;
  const bool writes =
      request.operation == Operation::kCreate || request.operation == Operation::kUpdate;
  if (is_namespaces && request.subresource.empty() && writes && request.object != nullptr) {
    return selector.matches_namespace(request.name, request.object);
  }
  return selector.matches_namespace(request.namespace_, request.namespace_object);
}

bool object_matches(const LabelSelector& selector, const AdmissionRequest& request) {
  if (selector.empty()) return true;
  return (request.object != nullptr && selector.matches(labels_of(request.object))) ||
         (request.old_object != nullptr && selector.matches(labels_of(request.old_object)));
}

}  // namespace

std::vector<RequestedKind> equivalent_kinds_of(const AdmissionRequest& request) {
  std::vector<RequestedKind> equivalents;
  const kube::ResourceKind* kind =
      kube::find_builtin_resource(request.kind.group, request.kind.version, request.kind.resource);
  if (kind == nullptr) return equivalents;
  for (const kube::ResourceKind* other : kube::equivalent_kinds(*kind)) {
    equivalents.push_back({.group = other->group,
                           .version = other->version,
                           .kind = other->kind,
                           .resource = other->resource});
  }
  return equivalents;
}

RuleMatch match_rules(const MatchResources& resources, const AdmissionRequest& request,
                      const std::vector<RequestedKind>& equivalents) {
  RuleMatch match;
  match.kind = request.kind;
  const bool equivalent = resources.match_policy == MatchPolicy::kEquivalent;

  Outcome excluded = match_all(resources.exclude_rules, request, request.kind);
  if (equivalent) {
    for (const RequestedKind& other : equivalents) {
      const Outcome found = match_all(resources.exclude_rules, request, other);
      excluded.any = excluded.any || found.any;
      excluded.named = excluded.named || found.named;
    }
  }
  match.excluded = excluded.any;
  match.has_named_excludes = excluded.named;

  if (resources.rules.empty()) {
    match.matched = true;
    return match;
  }
  const Outcome found = match_all(resources.rules, request, request.kind);
  match.matched = found.any;
  match.has_named_rules = found.named;
  if (match.matched || match.has_named_rules || !equivalent) return match;
  for (const RequestedKind& other : equivalents) {
    const Outcome outcome = match_all(resources.rules, request, other);
    if (!outcome.any && !outcome.named) continue;
    match.matched = outcome.any;
    match.has_named_rules = outcome.named;
    match.kind = other;
    return match;
  }
  return match;
}

SelectorMatch matches_request(const MatchResources& resources, const AdmissionRequest& request,
                              const RuleMatch& rules) {
  if (rules.excluded) return SelectorMatch::kNo;
  if (!rules.matched && !rules.has_named_rules) return SelectorMatch::kNo;
  const SelectorMatch in_namespace = namespace_matches(resources.namespace_selector, request);
  if (in_namespace == SelectorMatch::kNo) return SelectorMatch::kNo;
  if (!object_matches(resources.object_selector, request)) return SelectorMatch::kNo;
  if (rules.has_named_excludes && (name_matches(resources.exclude_rules, request, request.kind) ||
                                   name_matches(resources.exclude_rules, request, rules.kind))) {
    return SelectorMatch::kNo;
  }
  if (!rules.matched && !name_matches(resources.rules, request, rules.kind))
    return SelectorMatch::kNo;
  return in_namespace;
}

SelectorMatch matches_request(const MatchResources& resources, const AdmissionRequest& request) {
  return matches_request(resources, request,
                         match_rules(resources, request, equivalent_kinds_of(request)));
}

}  // namespace yagura::policy
