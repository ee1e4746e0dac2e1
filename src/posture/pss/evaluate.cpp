#include <algorithm>

#include "posture/pss/check.hpp"

namespace yagura::posture::pss {

namespace {

// The row that counts at this version; null where the check came later.
const CheckVersion* version_at(const Check& check, std::uint16_t minor) {
  const CheckVersion* found = nullptr;
  for (const CheckVersion& version : check.versions) {
    if (version.since <= minor) found = &version;
  }
  return found;
}

bool is_overridden(const Check& check, std::uint16_t minor) {
  return std::ranges::any_of(restricted_checks(), [&](const Check& restricted) {
    return restricted.overrides == check.id && version_at(restricted, minor) != nullptr;
  });
}

// Calls visit(check, row) for what counts at this level and version.
template <typename Visit>
void for_each_active(const LevelVersion& policy, const Visit& visit) {
  if (policy.level == Level::kPrivileged) return;
  const std::uint16_t minor = policy.version.minor;
  const bool restricted = policy.level == Level::kRestricted;
  for (const Check& check : baseline_checks()) {
    const CheckVersion* row = version_at(check, minor);
    if (row != nullptr && !(restricted && is_overridden(check, minor))) visit(check, *row);
  }
  if (!restricted) return;
  for (const Check& check : restricted_checks()) {
    if (const CheckVersion* row = version_at(check, minor)) visit(check, *row);
  }
}

}  // namespace

std::vector<Violation> evaluate(const kube::Node* metadata, const kube::Node& pod_spec,
                                const LevelVersion& policy) {
  const Pod pod{.metadata = metadata, .spec = &pod_spec};
  std::vector<Violation> violations;
  for_each_active(policy, [&](const Check& check, const CheckVersion& row) {
    Reporter reporter(check.id, violations);
    row.run(pod, reporter);
  });
  return violations;
}

std::vector<Violation> evaluate(const kube::Workload& workload, const LevelVersion& policy) {
  if (workload.pod_spec() == nullptr) return {};
  auto violations = evaluate(workload.pod_metadata(), *workload.pod_spec(), policy);
  for (Violation& violation : violations) {
    violation.path = workload.path_of(violation.path);
    for (model::PatchOperation& step : violation.fix.operations) {
      step.path = workload.pointer_of(step.path);
    }
  }
  return violations;
}

std::vector<std::string_view> active_checks(const LevelVersion& policy) {
  std::vector<std::string_view> ids;
  for_each_active(policy,
                  [&](const Check& check, const CheckVersion&) { ids.push_back(check.id); });
  return ids;
}

}  // namespace yagura::posture::pss
