#pragma once

// The fields of the syscall source by name, for those who answer them: a view switches over these.

#include "rules/field.hpp"

namespace yagura::rules {

// Positions in fields_of(Source::kSyscall). The first ones are those of every source.
enum class SyscallField : FieldId {
#define YAGURA_FIELD(id, ...) id,
#include "rules/fields/common_fields.inc"
#include "rules/fields/syscall_fields.inc"
#undef YAGURA_FIELD
  kCount,
};

}  // namespace yagura::rules
