#pragma once

// The environment of admission policies: Kubernetes' functions, and the variables object,
// oldObject, request, namespaceObject, and where they are declared params, authorizer and
// authorizer.requestResource.

#include <cstdint>
#include <memory>

#include "policy/check/environment.hpp"

namespace yagura::policy {

struct AdmissionVariables {
  bool params = false;
  bool authorizer = false;
};

// Made once for each combination; shared.
[[nodiscard]] std::shared_ptr<const Environment> admission_environment(
    AdmissionVariables variables);

// The type that a composed variable with this result has for the expressions behind it: what the
// API server knows of it. Abstract and object types become dyn.
[[nodiscard]] const Type* composed_type(const Type& type, TypeTable& types);

}  // namespace yagura::policy
