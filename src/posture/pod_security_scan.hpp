#pragma once

// Findings of `--pod-security LEVEL@VERSION`: the Pod Security Standards on one object.

#include <memory>
#include <vector>

#include "kube/document.hpp"
#include "model/finding.hpp"
#include "model/resource.hpp"
#include "posture/pss/level.hpp"

namespace yagura::posture {

// Appends a fail for each violation, and with `report_passed` a pass for each check of the level
// that found nothing. False where the object makes no pods: then there is nothing to judge.
bool judge_pod_security(const kube::Document& document,
                        const std::shared_ptr<const model::Resource>& resource,
                        const pss::LevelVersion& policy, bool report_passed,
                        std::vector<model::Finding>& findings);

}  // namespace yagura::posture
