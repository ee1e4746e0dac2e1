// The tables of both sources, and their names in a hash table that is made at the first question.

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "rules/field.hpp"
#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/fields/fields_syscall.hpp"

namespace yagura::rules {
namespace {

#define YAGURA_FIELD(id, field_name, field_type, field_shape, presence, kind, dotted, text) \
  FieldInfo{.name = field_name,                                                             \
            .type = FieldType::field_type,                                                  \
            .shape = FieldShape::field_shape,                                               \
            .argument = FieldArgument::presence,                                            \
            .argument_kind = ArgumentKind::kind,                                            \
            .dotted_argument = dotted,                                                      \
            .description = text},

constexpr auto kSyscallFields = std::to_array<FieldInfo>({
#include "rules/fields/common_fields.inc"
#include "rules/fields/syscall_fields.inc"
});

constexpr auto kK8sAuditFields = std::to_array<FieldInfo>({
#include "rules/fields/common_fields.inc"
#include "rules/fields/k8s_audit_fields.inc"
});

#undef YAGURA_FIELD

static_assert(kSyscallFields.size() == static_cast<std::size_t>(SyscallField::kCount));
static_assert(kK8sAuditFields.size() == static_cast<std::size_t>(K8sAuditField::kCount));

using Index = std::unordered_map<std::string_view, FieldId>;

Index index_of(std::span<const FieldInfo> fields) {
  Index index;
  index.reserve(fields.size());
  for (std::size_t id = 0; id < fields.size(); ++id) {
    index.emplace(fields[id].name, static_cast<FieldId>(id));
  }
  return index;
}

const Index& index_of(Source source) {
  static const Index syscall = index_of(kSyscallFields);
  static const Index k8s_audit = index_of(kK8sAuditFields);
  return source == Source::kSyscall ? syscall : k8s_audit;
}

}  // namespace

std::span<const FieldInfo> fields_of(Source source) {
  if (source == Source::kSyscall) return kSyscallFields;
  return kK8sAuditFields;
}

std::optional<FieldId> find_field(Source source, std::string_view name) {
  const Index& index = index_of(source);
  const auto found = index.find(name);
  if (found == index.end()) return std::nullopt;
  return found->second;
}

}  // namespace yagura::rules
