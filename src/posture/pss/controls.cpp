#include <fmt/format.h>

#include "posture/pss/pss.hpp"

namespace yagura::posture::pss {

namespace {

struct Row {
  std::string_view check;
  std::string_view level;
  model::Severity severity;
  std::string_view title;
  std::string_view rationale;
  std::string_view remedy;
  std::string_view reference;  // more than the standards themselves; may be empty
  std::string_view tags;       // separated by blanks
  std::string_view aliases;    // separated by blanks
};

using enum model::Severity;

constexpr std::string_view kStandards =
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
constexpr std::string_view kDocs = "https://kubernetes.io/docs/";

constexpr Row kRows[] = {
    {"hostNamespaces", "baseline", kHigh, "The pod shares namespaces with its node",
     "With the node's network, processes or IPC a pod sees and reaches what belongs to the node "
     "and to "
     "other pods, past network policies and process isolation.",
     "Set hostNetwork, hostPID and hostIPC to false, or leave them out.",
     "concepts/security/linux-kernel-security-constraints/",
     "cis-1.12:5.2.3 cis-1.12:5.2.4 "
     "cis-1.12:5.2.5 nsa mitre",
     "C-0038 C-0041 C-0194 C-0195 C-0196 C-0214 C-0215 C-0216 C-0275 C-0276 KSV-0008 KSV-0009 "
     "KSV-0010 host-ipc host-network host-pid hostIPCSet hostNetworkSet hostPIDSet 5.2.3 5.2.4 "
     "5.2.5"},
    {"privileged", "baseline", kCritical, "A container is privileged",
     "A privileged container has all capabilities and devices of the node and next to no "
     "confinement: "
     "who takes it over has the node.",
     "Set securityContext.privileged to false and add only the capabilities that are needed.",
     "concepts/security/linux-kernel-security-constraints/#privileged-containers",
     "cis-1.12:5.2.2 nsa mitre",
     "C-0057 C-0193 C-0213 KSV-0017 privileged-container "
     "container-security-context-privileged runAsPrivileged 5.2.2"},
    {"capabilities_baseline", "baseline", kHigh,
     "A container adds capabilities beyond the runtime's default",
     "Capabilities beyond the default set, NET_RAW among them, let a process change the node's "
     "network "
     "or kernel settings, trace other processes, or read what it should not.",
     "Remove the capabilities from securityContext.capabilities.add.",
     "tasks/configure-pod-container/security-context/#set-capabilities-for-a-container", "nsa",
     "C-0046 KSV-0005 KSV-0022 KSV-0120 dangerousCapabilities"},
    {"hostPathVolumes", "baseline", kHigh, "A volume mounts a path of the node",
     "A hostPath volume opens the node's files to the pod: credentials, sockets of the runtime, "
     "logs "
     "of other pods; what it writes there outlives it.",
     "Use a persistentVolumeClaim, an emptyDir, a configMap or a projected volume.",
     "concepts/storage/volumes/#hostpath", "cis-1.12:5.2.11 mitre",
     "C-0048 C-0203 KSV-0023 hostPathSet 5.2.11"},
    {"hostPorts", "baseline", kMedium, "A container listens on a port of the node",
     "A hostPort is reachable at the node's address, past Services, Ingress and most network "
     "policies, and can take the place of a service of the node.",
     "Remove hostPort and publish the port with a Service.",
     "concepts/configuration/overview/#services", "cis-1.12:5.2.12 nsa",
     "C-0044 C-0204 KSV-0024 hostPortSet 5.2.12"},
    {"hostProbesAndHostLifecycle", "baseline", kMedium,
     "A probe or lifecycle hook calls another host than the pod",
     "The kubelet makes these calls from the node's network: who may write a pod can have it call "
     "addresses that the pod itself could not reach.",
     "Remove host from httpGet and tcpSocket: the call then goes to the pod.",
     "tasks/configure-pod-container/configure-liveness-readiness-startup-probes/", "", ""},
    {"appArmorProfile", "baseline", kMedium, "An AppArmor profile is switched off or unknown",
     "Without the runtime's AppArmor profile a container may write where no container needs to, "
     "such "
     "as parts of /proc and /sys.",
     "Use the profile RuntimeDefault, or Localhost with one of your own.",
     "tutorials/security/apparmor/", "", "KSV-0002"},
    {"seLinuxOptions", "baseline", kMedium, "SELinux options of the runtime are overridden",
     "Another SELinux type, user or role than the container runtime's own can take the confinement "
     "of containers away.",
     "Leave type, user and role out; of the types only container_t, container_init_t, "
     "container_kvm_t "
     "and (v1.31 on) container_engine_t are allowed.",
     "tasks/configure-pod-container/security-context/#assign-selinux-labels-to-a-container", "",
     "KSV-0025"},
    {"procMount", "baseline", kMedium, "A container sees an unmasked /proc",
     "An unmasked /proc shows and lets change what the runtime hides of the kernel's settings. "
     "(From "
     "v1.35 on it is allowed in a pod with hostUsers: false.)",
     "Remove securityContext.procMount.", "concepts/security/pod-security-standards/", "",
     "KSV-0027 unsafe-proc-mount procMount"},
    {"seccompProfile_baseline", "baseline", kMedium, "A seccomp profile is switched off",
     "An unconfined container may make every system call, also those that most holes of the kernel "
     "were reached by.",
     "Use the profile RuntimeDefault, or Localhost with one of your own.",
     "tutorials/security/seccomp/", "", "KSV-0104"},
    {"sysctls", "baseline", kMedium, "The pod sets a sysctl that is not known to be safe",
     "A sysctl that does not belong to the pod's own namespaces changes the node for all pods, or "
     "can "
     "starve it.",
     "Remove the sysctl, or keep to the safe ones.", "tasks/administer-cluster/sysctl-cluster/", "",
     "KSV-0026 unsafe-sysctls"},
    {"windowsHostProcess", "baseline", kHigh, "A container is a Windows HostProcess container",
     "A HostProcess container runs as a process of the Windows node, without isolation.",
     "Set windowsOptions.hostProcess to false.",
     "tasks/configure-pod-container/create-hostprocess-pod/", "cis-1.12:5.2.10",
     "C-0202 KSV-0103 hostProcess 5.2.10"},
    {"restrictedVolumes", "restricted", kMedium,
     "A volume is of a type that only claims should reach",
     "Volumes that name a node's path or a storage system directly go past the cluster's control "
     "of "
     "storage.",
     "Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, "
     "projected or "
     "secret volumes.",
     "concepts/storage/volumes/", "", "KSV-0028"},
    {"allowPrivilegeEscalation", "restricted", kMedium,
     "A process may gain more privileges than its parent",
     "Unless it is forbidden, a process can become root through a setuid file or get capabilities "
     "from a file.",
     "Set securityContext.allowPrivilegeEscalation to false in each container.",
     "tasks/configure-pod-container/security-context/", "cis-1.12:5.2.6 nsa",
     "C-0016 C-0197 C-0217 KSV-0001 privilege-escalation-container privilegeEscalationAllowed "
     "5.2.6"},
    {"runAsNonRoot", "restricted", kMedium, "A container may run as root",
     "Root in a container is root for the kernel: a hole in the runtime or a mounted file gives it "
     "the node. (From v1.35 on pods with hostUsers: false are exempt.)",
     "Set securityContext.runAsNonRoot to true for the pod and give the image a user.",
     "tasks/configure-pod-container/security-context/", "cis-1.12:5.2.7 nsa",
     "C-0013 C-0198 C-0218 KSV-0012 run-as-non-root runAsRootAllowed 5.2.7"},
    {"runAsUser", "restricted", kMedium, "A container is told to run as root",
     "runAsUser 0 makes the container's processes root, whatever the image says.",
     "Remove runAsUser, or set the number of another user.",
     "tasks/configure-pod-container/security-context/", "cis-1.12:5.2.7", "KSV-0105"},
    {"seccompProfile_restricted", "restricted", kMedium, "No seccomp profile is set",
     "Without a profile (the kubelet's default is none) a container may make every system call, "
     "also "
     "those that most holes of the kernel were reached by.",
     "Set securityContext.seccompProfile.type to RuntimeDefault for the pod.",
     "tutorials/security/seccomp/", "cis-1.12:5.6.2",
     "C-0210 KSV-0030 container-seccomp-profile 5.6.2"},
    {"capabilities_restricted", "restricted", kMedium, "A container does not drop all capabilities",
     "Hardly any program needs the capabilities that the runtime gives by default; each is a help "
     "to "
     "who breaks in.",
     "Drop ALL in each container; only NET_BIND_SERVICE may be added.",
     "tasks/configure-pod-container/security-context/#set-capabilities-for-a-container",
     "cis-1.12:5.2.8 cis-1.12:5.2.9",
     "C-0199 C-0200 C-0201 C-0219 C-0220 KSV-0003 KSV-0106 KSV-0119 drop-net-raw-capability "
     "insecureCapabilities 5.2.8 5.2.9"},
    {"procMount_restricted", "restricted", kMedium, "A container sees an unmasked /proc",
     "An unmasked /proc shows and lets change what the runtime hides of the kernel's settings; at "
     "this "
     "level it is forbidden in a user namespace too.",
     "Remove securityContext.procMount.", "concepts/security/pod-security-standards/", "",
     "KSV-0027 unsafe-proc-mount procMount"},
};

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> list;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) list.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

std::shared_ptr<const model::Control> control_from(const Row& row) {
  auto control = std::make_shared<model::Control>();
  control->id = fmt::format("pss/{}", row.check);
  control->title = row.title;
  control->severity = row.severity;
  control->category = "workload";
  control->rationale = row.rationale;
  control->fix_text = row.remedy;
  control->references.emplace_back(kStandards);
  const std::string reference = fmt::format("{}{}", kDocs, row.reference);
  if (reference != kStandards) control->references.push_back(reference);
  control->tags = words(row.tags);
  control->tags.insert(control->tags.begin(), fmt::format("pss:{}", row.level));
  control->aliases = words(row.aliases);
  control->in_default_set = false;
  return control;
}

}  // namespace

std::span<const std::shared_ptr<const model::Control>> controls() {
  static const auto kAll = [] {
    std::vector<std::shared_ptr<const model::Control>> all;
    for (const Row& row : kRows) all.push_back(control_from(row));
    return all;
  }();
  return kAll;
}

std::shared_ptr<const model::Control> control_of(std::string_view check) {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].check == check) return controls()[i];
  }
  return nullptr;
}

}  // namespace yagura::posture::pss
