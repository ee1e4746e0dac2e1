#include "rules/field.hpp"

namespace yagura::rules {

std::string_view to_string(Source source) {
  return source == Source::kSyscall ? "syscall" : "k8s_audit";
}

std::optional<Source> find_source(std::string_view name) {
  if (name == "syscall") return Source::kSyscall;
  if (name == "k8s_audit") return Source::kK8sAudit;
  return std::nullopt;
}

}  // namespace yagura::rules
