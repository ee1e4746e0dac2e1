#pragma once

// The CEL values of a request: `request`, `namespaceObject`.

#include "policy/program/context.hpp"
#include "policy/vap/admission_request.hpp"

namespace yagura::policy {

// `matched`: the kind under which the policy matched; the request's own stands in requestKind. What
// is not known (the user, in a scan) is an unknown value.
[[nodiscard]] Value make_request_value(EvalContext& context, const AdmissionRequest& request,
                                       const RequestedKind& matched);

// null for cluster-scoped requests; unknown where the namespace is not known, but for its name.
[[nodiscard]] Value make_namespace_value(EvalContext& context, const AdmissionRequest& request);

[[nodiscard]] Value unknown_value();

}  // namespace yagura::policy
