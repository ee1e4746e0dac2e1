#pragma once

// Checks that join several objects of one scan: a Service without a workload, a pod that no
// NetworkPolicy selects, a workload that the internet reaches. What single-object policies cannot
// say. "Dangling" means: not among the scanned objects; messages say so.
//
// Metadata is data (rules/relations/<id>/control.yaml, read by control_metadata.hpp); the logic of
// each id is in this folder.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kube/document.hpp"
#include "model/control.hpp"
#include "model/finding.hpp"
#include "model/resource.hpp"

namespace yagura::posture {

// The ids that have logic here, sorted.
[[nodiscard]] std::span<const std::string_view> relation_ids();

struct RelationOptions {
  // Also a kPass finding for each object that a relation looked at and found right, and
  // kNotEvaluated ones where what is needed is not in the scan (a Secret that an Ingress names).
  bool report_passed = false;
};

// One object of the scan. `resource` (resource_of() of finding_builder.hpp) is shared by the
// findings about it; never null.
struct ScannedObject {
  const kube::Document* document = nullptr;
  std::shared_ptr<const model::Resource> resource;
};

// Evaluates the given controls (those whose ids are in relation_ids(); others are passed over) over
// all objects of a scan. Findings come in the order of `controls`, then of the objects;
// deterministic. An object without a namespace is taken to be in "default" where names and labels
// are joined. About O(n log n) in the size of the objects. Documents must outlive the call;
// findings do not point into them.
[[nodiscard]] std::vector<model::Finding> evaluate_relations(
    std::span<const ScannedObject> objects,
    std::span<const std::shared_ptr<const model::Control>> controls,
    const RelationOptions& options = {});

}  // namespace yagura::posture
