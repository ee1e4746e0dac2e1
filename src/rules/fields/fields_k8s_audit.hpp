#pragma once

// The fields of the k8s_audit source by name, for those who answer them: a view switches over
// these.

#include "rules/field.hpp"

namespace yagura::rules {

// Positions in fields_of(Source::kK8sAudit). The first ones are those of every source.
enum class K8sAuditField : FieldId {
#define YAGURA_FIELD(id, ...) id,
#include "rules/fields/common_fields.inc"
#include "rules/fields/k8s_audit_fields.inc"
#undef YAGURA_FIELD
  kCount,
};

}  // namespace yagura::rules
