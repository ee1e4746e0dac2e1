#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "posture/pss/check.hpp"

namespace yagura::posture::pss {

namespace {

using kube::Node;

bool is_windows(const Pod& pod) { return kube::pod_os(*pod.spec) == kube::PodOs::kWindows; }

// A check that speaks of Linux alone: from v1.25 on a pod that says it is for Windows is exempt.
template <CheckFunction kRun>
void unless_windows(const Pod& pod, Reporter& report) {
  if (!is_windows(pod)) kRun(pod, report);
}

// From v1.35 on: root in a user namespace is nobody on the node.
template <CheckFunction kRun>
void unless_user_namespace(const Pod& pod, Reporter& report) {
  if (!kube::has_user_namespace(*pod.spec)) kRun(pod, report);
}

// ---- restrictedVolumes ----

constexpr std::array<std::string_view, 9> kAllowedVolumes = {
    "configMap", "csi",   "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
    "projected", "secret"};

// The member that says what the volume is: one that is not allowed, if there is no allowed one. A
// volume without a source is an emptyDir (the API server's default).
const kube::Member* forbidden_source(const Node& volume) {
  if (!volume.is_map()) return nullptr;
  const kube::Member* forbidden = nullptr;
  for (const kube::Member& member : volume.members()) {
    if (member.key == "name" || member.value.is_null()) continue;
    if (std::ranges::find(kAllowedVolumes, member.key) != kAllowedVolumes.end()) return nullptr;
    if (forbidden == nullptr) forbidden = &member;
  }
  return forbidden;
}

void restricted_volumes(const Pod& pod, Reporter& report) {
  const Field volumes = Field::spec(pod) / "volumes";
  const auto items = volumes.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const kube::Member* source = forbidden_source(items[i]);
    if (source == nullptr) continue;
    const std::string_view subject = (volumes / i / "name").text();
    Violation& violation = report.add(
        volumes / i / source->key,
        fmt::format("restricted volume types (volume \"{}\" uses \"{}\")", subject, source->key),
        subject);
    violation.fix.description = "reach the storage through a persistentVolumeClaim";
  }
}

// ---- allowPrivilegeEscalation ----

void allow_privilege_escalation(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field context = Field::of(pod, container) / "securityContext";
    const Field field = context / "allowPrivilegeEscalation";
    if (field.is_false()) continue;
    Violation& violation = report.add(field,
                                      fmt::format("allowPrivilegeEscalation != false ({} must set "
                                                  "securityContext.allowPrivilegeEscalation=false)",
                                                  describe(container)),
                                      container.name);
    violation.fix.description = "set allowPrivilegeEscalation to false";
    fix_set(violation, field, "false");
    // The API server refuses the two together.
    const Field privileged = context / "privileged";
    if (privileged.is_true()) {
      violation.fix.description += " and privileged with it";
      fix_set(violation, privileged, "false");
    }
  }
}

// ---- runAsNonRoot ----

void report_root_allowed(const Field& field, const Setter& setter, Reporter& report) {
  Violation& violation = report.add(
      field,
      fmt::format("runAsNonRoot != true ({} must not set securityContext.runAsNonRoot=false)",
                  setter.describe()),
      setter.subject());
  violation.fix.description =
      "set runAsNonRoot to true; the image must have a user other than root";
  fix_set(violation, field, "true");
}

void report_root_not_forbidden(const Field& field, const Field& pods,
                               const kube::Container& container, Reporter& report) {
  Violation& violation = report.add(field,
                                    fmt::format("runAsNonRoot != true (the pod or {} must set "
                                                "securityContext.runAsNonRoot=true)",
                                                describe(container)),
                                    container.name);
  violation.fix.description =
      "set runAsNonRoot to true for the pod, whose containers inherit it; the image must have a "
      "user "
      "other than root";
  fix_set(violation, pods, "true");
}

void run_as_non_root(const Pod& pod, Reporter& report) {
  const Field pods = Field::spec(pod) / "securityContext" / "runAsNonRoot";
  if (pods.is_false()) report_root_allowed(pods, Setter(), report);
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field field = Field::of(pod, container) / "securityContext" / "runAsNonRoot";
    if (field.is_false()) {
      report_root_allowed(field, Setter(container), report);
    } else if (field.node() == nullptr && pods.node() == nullptr) {
      report_root_not_forbidden(field, pods, container, report);
    }
  }
}

// ---- runAsUser ----

void check_user(const Field& field, const Setter& setter, Reporter& report) {
  if (field.node() == nullptr || !field.node()->is_int() || field.node()->as_int() != 0) return;
  Violation& violation = report.add(
      field,
      fmt::format("runAsUser=0 ({} must not set securityContext.runAsUser=0)", setter.describe()),
      setter.subject());
  violation.fix.description =
      "remove runAsUser, so that the image's user counts (or set another number)";
  fix_remove(violation, field);
}

void run_as_user(const Pod& pod, Reporter& report) {
  for_each_security_context(pod, [&](const Field& context, const Setter& setter) {
    check_user(context / "runAsUser", setter, report);
  });
}

// ---- seccompProfile_restricted ----

void seccomp_restricted(const Pod& pod, Reporter& report) {
  forbid_bad_seccomp_types(pod, report);
  const Field pods = Field::spec(pod) / "securityContext" / "seccompProfile";
  if (pods.node() != nullptr) return;  // good, or reported as bad: containers inherit it
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field profile = Field::of(pod, container) / "securityContext" / "seccompProfile";
    if (profile.node() != nullptr) continue;
    Violation& violation =
        report.add(profile / "type",
                   fmt::format("seccompProfile (the pod or {} must set "
                               "securityContext.seccompProfile.type to \"RuntimeDefault\" or "
                               "\"Localhost\")",
                               describe(container)),
                   container.name);
    violation.fix.description =
        "set the seccomp profile RuntimeDefault for the pod, whose containers inherit it";
    fix_set(violation, pods / "type", "\"RuntimeDefault\"");
  }
}

// ---- capabilities_restricted ----

constexpr std::array<std::string_view, 1> kOnlyNetBind = {"NET_BIND_SERVICE"};

void require_drop_all(const Pod& pod, const kube::Container& container, Reporter& report) {
  const Field drop = Field::of(pod, container) / "securityContext" / "capabilities" / "drop";
  for (const Node& item : drop.items()) {
    if (item.string_or() == "ALL") return;
  }
  Violation& violation = report.add(drop,
                                    fmt::format("unrestricted capabilities ({} must set "
                                                "securityContext.capabilities.drop=[\"ALL\"])",
                                                describe(container)),
                                    container.name);
  violation.fix.description = "drop ALL capabilities";
  fix_append(violation, drop, "\"ALL\"");
}

void capabilities_restricted(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    require_drop_all(pod, container, report);
    forbid_added_capabilities(pod, container, kOnlyNetBind, "unrestricted capabilities", report);
  }
}

// ---- The table ----

constexpr CheckVersion kVolumes[] = {{0, restricted_volumes}};
constexpr CheckVersion kEscalation[] = {{8, allow_privilege_escalation},
                                        {25, unless_windows<allow_privilege_escalation>}};
constexpr CheckVersion kNonRoot[] = {{0, run_as_non_root},
                                     {35, unless_user_namespace<run_as_non_root>}};
constexpr CheckVersion kUser[] = {{23, run_as_user}, {35, unless_user_namespace<run_as_user>}};
constexpr CheckVersion kSeccomp[] = {{19, seccomp_restricted},
                                     {25, unless_windows<seccomp_restricted>}};
constexpr CheckVersion kCapabilities[] = {{22, capabilities_restricted},
                                          {25, unless_windows<capabilities_restricted>}};
constexpr CheckVersion kProcMount[] = {{35, forbid_unmasked_proc}};

constexpr Check kChecks[] = {
    {"restrictedVolumes", Level::kRestricted, "hostPathVolumes", kVolumes},
    {"allowPrivilegeEscalation", Level::kRestricted, "", kEscalation},
    {"runAsNonRoot", Level::kRestricted, "", kNonRoot},
    {"runAsUser", Level::kRestricted, "", kUser},
    {"seccompProfile_restricted", Level::kRestricted, "seccompProfile_baseline", kSeccomp},
    {"capabilities_restricted", Level::kRestricted, "capabilities_baseline", kCapabilities},
    {"procMount_restricted", Level::kRestricted, "procMount", kProcMount},
};

}  // namespace

std::span<const Check> restricted_checks() { return kChecks; }

}  // namespace yagura::posture::pss
