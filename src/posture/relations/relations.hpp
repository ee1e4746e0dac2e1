#pragma once

// Checks that join several objects of one scan: a Service without a workload, a pod that no
// NetworkPolicy selects, a workload that the internet reaches. What single-object policies cannot
// say. "Dangling" means: not among the scanned objects; messages say so.
//
// Metadata is data (rules/relations/<id>/control.yaml); the logic of each id is in this folder.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/document.hpp"
#include "model/control.hpp"
#include "model/finding.hpp"
#include "model/resource.hpp"

namespace yagura::posture {

// The ids that have logic here, sorted.
[[nodiscard]] std::vector<std::string_view> relation_ids();

struct RelationOptions {
  bool report_passed =
      false;  // also a kPass finding for each object that a relation looked at and found right
};

// One object of the scan. `resource` is shared by the findings about it; never null.
struct ScannedObject {
  const kube::Document* document = nullptr;
  std::shared_ptr<const model::Resource> resource;
};

// Resource of a document: apiVersion, kind, namespace as written, name (or generateName), file and
// line.
[[nodiscard]] std::shared_ptr<const model::Resource> resource_of(const kube::Document& document);

// Evaluates the given controls (those whose ids are in relation_ids(); others are passed over) over
// all objects of a scan. Findings come in the order of `controls`, then of the objects;
// deterministic. Status kNotEvaluated says why something could not be judged. About O(n log n) in
// objects and selectors. Documents must outlive the call; findings don't point into them.
[[nodiscard]] std::vector<model::Finding> evaluate_relations(
    std::span<const ScannedObject> objects,
    std::span<const std::shared_ptr<const model::Control>> controls,
    const RelationOptions& options = {});

}  // namespace yagura::posture
