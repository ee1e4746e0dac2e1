#pragma once

// What a policy or binding is about: matchConstraints and matchResources
// (admissionregistration.k8s.io MatchResources), and whether a request is of it.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/vap/admission_request.hpp"
#include "policy/vap/label_selector.hpp"

namespace yagura::policy {

struct ResourceRule {
  enum class Scope : std::uint8_t { kAll, kNamespaced, kCluster };

  std::uint8_t operations = 0;  // bit 1 << Operation
  std::vector<std::string_view> groups;
  std::vector<std::string_view> versions;
  std::vector<std::string_view> resources;  // "pods", "pods/log", "*", "*/*", "pods/*", "*/scale"
  std::vector<std::string_view> names;      // empty: any
  Scope scope = Scope::kAll;
};

enum class MatchPolicy : std::uint8_t { kExact, kEquivalent };

struct MatchResources {
  std::vector<ResourceRule> rules;
  std::vector<ResourceRule> exclude_rules;
  LabelSelector namespace_selector;
  LabelSelector object_selector;
  MatchPolicy match_policy = MatchPolicy::kEquivalent;  // the API's default
};

// What does not depend on the object itself: the same for all requests of one kind.
struct RuleMatch {
  bool excluded = false;            // by a rule without names
  bool has_named_excludes = false;  // an exclude rule matches, for some names
  bool matched = false;             // by a rule without names
  bool has_named_rules = false;     // a rule matches, for some names
  // Under which kind: another one than the request's where matchPolicy Equivalent found it.
  RequestedKind kind;
};

// `equivalents`: the other kinds under which the resource is served (kube::equivalent_kinds).
[[nodiscard]] RuleMatch match_rules(const MatchResources& resources,
                                    const AdmissionRequest& request,
                                    const std::vector<RequestedKind>& equivalents);

// The whole: rules with their names, and the selectors. kUnknown: the namespace's labels decide,
// and nobody knows them.
[[nodiscard]] SelectorMatch matches_request(const MatchResources& resources,
                                            const AdmissionRequest& request,
                                            const RuleMatch& rules);

// As above, from nothing.
[[nodiscard]] SelectorMatch matches_request(const MatchResources& resources,
                                            const AdmissionRequest& request);

// The other kinds under which the request's resource is served.
[[nodiscard]] std::vector<RequestedKind> equivalent_kinds_of(const AdmissionRequest& request);

}  // namespace yagura::policy
