#pragma once

// The Pod Security Standards, natively: what a kube-apiserver's PodSecurity admission would say of
// a pod at each level and version, field by field, with a fix.
//
// Follows the behaviour of kubernetes/pod-security-admission (policy package) up to v1.37,
// including what it changed for all versions at once (image volumes, AppArmor fields), the override
// rules (a restricted check takes the place of its baseline check), and the relaxations for Windows
// pods and for pods in a user namespace. Two things that the API server does before it asks the
// standards stand here too: a null counts as nothing written, and a volume without a source is an
// emptyDir. Values of a wrong type (`privileged: "yes"`) are no violation: the API server refuses
// such an object before any policy sees it.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kube/workload.hpp"
#include "model/control.hpp"
#include "model/finding.hpp"
#include "posture/pss/level.hpp"

namespace yagura::posture::pss {

// One field of one container (or volume, sysctl, the pod itself) that breaks one check. Where a
// check objects to several items of one list (two capabilities of a container), there is one
// violation for the list: it stands at the first of them, its message names all, and its fix mends
// all.
struct Violation {
  std::string_view
      check;            // as upstream names it: "hostNamespaces", "capabilities_baseline"; static
  std::string message;  // "host namespaces (hostNetwork=true)"
  std::string subject;  // name of the container, volume or sysctl; empty for the pod itself
  std::string path;     // "spec.containers[0].securityContext.privileged"
  // The field; where it is missing the nearest ancestor that is there. Never null.
  const kube::Node* node = nullptr;
  bool missing = false;
  // Pointers begin where paths do. No operations: nothing that could be done mechanically.
  model::Fix fix;
};

// Paths and pointers are below the pod template: "spec.hostPID", "metadata.annotations[…]". In the
// order of checks, then of containers. `metadata` may be null. Nothing at level privileged. Linear.
[[nodiscard]] std::vector<Violation> evaluate(const kube::Node* metadata,
                                              const kube::Node& pod_spec,
                                              const LevelVersion& policy);

// The same for the pods that a workload makes; paths and pointers are of the workload's object:
// "spec.template.spec.hostPID". A workload without a pod spec has no violations.
[[nodiscard]] std::vector<Violation> evaluate(const kube::Workload& workload,
                                              const LevelVersion& policy);

// Ids of the checks that count at this level and version, overridden ones left out.
[[nodiscard]] std::vector<std::string_view> active_checks(const LevelVersion& policy);

// The checks as controls with the ids `pss/<check>`, in upstream's order; made once, shared. None
// is in the default set: they are asked for with --pod-security.
[[nodiscard]] std::span<const std::shared_ptr<const model::Control>> controls();

// By the check's id ("hostNamespaces"); null where there is none.
[[nodiscard]] std::shared_ptr<const model::Control> control_of(std::string_view check);

}  // namespace yagura::posture::pss
