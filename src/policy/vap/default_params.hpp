#pragma once

// `yagura.dev/params`: the parameter object that a policy of ours brings with it.

#include <optional>

#include "core/diagnostics.hpp"
#include "policy/vap/policy_document.hpp"

namespace yagura::policy {

// Nothing where the policy has no such annotation, or where it is no single YAML object: then a
// diagnostic says so. The document's source is named after the policy's file.
[[nodiscard]] std::optional<kube::Document> read_default_params(const PolicyDocument& policy,
                                                                Diagnostics& diagnostics);

}  // namespace yagura::policy
