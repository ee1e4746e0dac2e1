#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "posture/pss/check.hpp"

namespace yagura::posture::pss {

namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// ---- hostNamespaces ----

void host_namespaces(const Pod& pod, Reporter& report) {
  for (const std::string_view name : {"hostNetwork", "hostPID", "hostIPC"}) {
    const Field field = Field::spec(pod) / name;
    if (!field.is_true()) continue;
    Violation& violation = report.add(field, fmt::format("host namespaces ({}=true)", name));
    violation.fix.description = fmt::format("set {} to false", name);
    fix_set(violation, field, "false");
  }
}

// ---- privileged ----

void privileged(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field field = Field::of(pod, container) / "securityContext" / "privileged";
    if (!field.is_true()) continue;
    Violation& violation =
        report.add(field,
                   fmt::format("privileged ({} must not set securityContext.privileged=true)",
                               describe(container)),
                   container.name);
    violation.fix.description = "set privileged to false";
    fix_set(violation, field, "false");
  }
}

// ---- capabilities_baseline ----

// What container runtimes give by default, without NET_RAW.
constexpr std::array<std::string_view, 13> kDefaultCapabilities = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};

void capabilities_baseline(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    forbid_added_capabilities(pod, container, kDefaultCapabilities, "non-default capabilities",
                              report);
  }
}

// ---- hostPathVolumes ----

std::string describe_host_path(const Field& host_path) {
  const std::string_view path = (host_path / "path").text();
  return path.empty() ? std::string("a path") : fmt::format("\"{}\"", path);
}

void host_path_volumes(const Pod& pod, Reporter& report) {
  const Field volumes = Field::spec(pod) / "volumes";
  for (std::size_t i = 0; i < volumes.items().size(); ++i) {
    const Field field = volumes / i / "hostPath";
    if (field.node() == nullptr) continue;
    const std::string_view name = (volumes / i / "name").text();
    Violation& violation =
        report.add(field,
                   fmt::format("hostPath volumes (volume \"{}\" mounts {} of the node)", name,
                               describe_host_path(field)),
                   name);
    violation.fix.description =
        "use a persistentVolumeClaim, an emptyDir or a configMap in place of the hostPath";
  }
}

// ---- hostPorts ----

void host_ports(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field ports = Field::of(pod, container) / "ports";
    std::vector<Field> bad;
    std::string numbers;
    for (std::size_t i = 0; i < ports.items().size(); ++i) {
      const Field field = ports / i / "hostPort";
      if (field.node() == nullptr || !field.node()->is_int() || field.node()->as_int() == 0)
        continue;
      numbers += fmt::format("{}{}", bad.empty() ? "" : ", ", field.node()->as_int());
      bad.push_back(field);
    }
    if (bad.empty()) continue;
    Violation& violation =
        report.add(bad.front(),
                   fmt::format("hostPort ({} uses {} {} of the node)", describe(container),
                               bad.size() == 1 ? "port" : "ports", numbers),
                   container.name);
    violation.fix.description = "remove hostPort; publish the port with a Service";
    for (const Field& field : bad) fix_remove(violation, field);
  }
}

// ---- appArmorProfile ----

constexpr std::string_view kAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";

bool is_good_app_armor_annotation(std::string_view value) {
  return value.empty() || value == "runtime/default" || value.starts_with("localhost/");
}

void check_profile(const Field& profile, std::string_view kind, const Setter& setter,
                   Reporter& report) {
  if (profile.node() == nullptr) return;
  const Field type = profile / "type";
  if (is_good_profile_type(type.text())) return;
  const std::string_view name = kind == "AppArmor" ? "appArmorProfile" : "seccompProfile";
  Violation& violation = report.add(
      type,
      type.node() == nullptr ? fmt::format("{} ({} sets securityContext.{} without a type)", name,
                                           setter.describe(), name)
                             : fmt::format("{} ({} must not set securityContext.{}.type to \"{}\")",
                                           name, setter.describe(), name, type.text()),
      setter.subject());
  violation.fix.description = fmt::format("set the {} profile to RuntimeDefault", kind);
  fix_set(violation, type, "\"RuntimeDefault\"");
}

void app_armor_annotations(const Pod& pod, Reporter& report) {
  const Field annotations = Field::metadata(pod) / "annotations";
  if (annotations.node() == nullptr || !annotations.node()->is_map()) return;
  for (const kube::Member& member : annotations.node()->members()) {
    if (!member.key.starts_with(kAppArmorPrefix)) continue;
    const std::string_view value = member.value.string_or();
    if (is_good_app_armor_annotation(value)) continue;
    const Field field = annotations / member.key;
    Violation& violation =
        report.add(field, fmt::format("appArmorProfile (annotation {}=\"{}\")", member.key, value),
                   member.key.substr(kAppArmorPrefix.size()));
    violation.fix.description = "set the AppArmor profile to runtime/default";
    fix_set(violation, field, "\"runtime/default\"");
  }
}

void app_armor_profile(const Pod& pod, Reporter& report) {
  for_each_security_context(pod, [&](const Field& context, const Setter& setter) {
    check_profile(context / "appArmorProfile", "AppArmor", setter, report);
  });
  app_armor_annotations(pod, report);
}

// ---- seLinuxOptions ----

constexpr std::array<std::string_view, 4> kSelinuxTypes = {"", "container_t", "container_init_t",
                                                           "container_kvm_t"};

bool is_good_selinux_type(std::string_view type, std::uint16_t minor) {
  return contains(kSelinuxTypes, type) || (minor >= 31 && type == "container_engine_t");
}

void check_selinux(const Field& options, std::uint16_t minor, const Setter& setter,
                   Reporter& report) {
  if (options.node() == nullptr) return;
  std::vector<Field> bad;
  std::string what;
  for (const std::string_view name : {"type", "user", "role"}) {
    const Field field = options / name;
    const std::string_view value = field.text();
    if (name == "type" ? is_good_selinux_type(value, minor) : value.empty()) continue;
    what += fmt::format("{}{} \"{}\"", bad.empty() ? "" : ", ", name, value);
    bad.push_back(field);
  }
  if (bad.empty()) return;
  Violation& violation =
      report.add(bad.front(),
                 fmt::format("seLinuxOptions ({} must not set securityContext.seLinuxOptions {})",
                             setter.describe(), what),
                 setter.subject());
  violation.fix.description = "leave SELinux type, user and role to the container runtime";
  for (const Field& field : bad) fix_remove(violation, field);
}

template <std::uint16_t kMinor>
void se_linux_options(const Pod& pod, Reporter& report) {
  for_each_security_context(pod, [&](const Field& context, const Setter& setter) {
    check_selinux(context / "seLinuxOptions", kMinor, setter, report);
  });
}

// ---- procMount ----

void proc_mount_unless_user_namespace(const Pod& pod, Reporter& report) {
  if (!kube::has_user_namespace(*pod.spec)) forbid_unmasked_proc(pod, report);
}

// ---- seccompProfile_baseline ----

constexpr std::string_view kSeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";

bool is_good_seccomp_annotation(std::string_view value) {
  return value == "runtime/default" || value == "docker/default" || value.starts_with("localhost/");
}

void check_seccomp_annotation(const Field& annotations, std::string_view key,
                              std::string_view subject, Reporter& report) {
  const Field field = annotations / key;
  if (field.node() == nullptr || is_good_seccomp_annotation(field.text())) return;
  Violation& violation = report.add(
      field, fmt::format("seccompProfile (annotation {}=\"{}\")", key, field.text()), subject);
  violation.fix.description = "set the seccomp profile to runtime/default";
  fix_set(violation, field, "\"runtime/default\"");
}

// Before v1.19 seccomp was said in annotations, of the pod and of containers that are there.
void seccomp_annotations(const Pod& pod, Reporter& report) {
  const Field annotations = Field::metadata(pod) / "annotations";
  if (annotations.node() == nullptr) return;
  check_seccomp_annotation(annotations, kSeccompPod, {}, report);
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    check_seccomp_annotation(annotations, std::string(kSeccompContainer).append(container.name),
                             container.name, report);
  }
}

// ---- sysctls ----

struct SafeSysctl {
  std::string_view name;
  std::uint16_t since;
};
constexpr std::array<SafeSysctl, 14> kSafeSysctls = {{
    {"kernel.shm_rmid_forced", 0},
    {"net.ipv4.ip_local_port_range", 0},
    {"net.ipv4.tcp_syncookies", 0},
    {"net.ipv4.ping_group_range", 0},
    {"net.ipv4.ip_unprivileged_port_start", 0},
    {"net.ipv4.ip_local_reserved_ports", 27},
    {"net.ipv4.tcp_keepalive_time", 29},
    {"net.ipv4.tcp_fin_timeout", 29},
    {"net.ipv4.tcp_keepalive_intvl", 29},
    {"net.ipv4.tcp_keepalive_probes", 29},
    {"net.ipv4.tcp_rmem", 32},
    {"net.ipv4.tcp_wmem", 32},
    {"net.ipv4.tcp_slow_start_after_idle", 37},
    {"net.ipv4.tcp_notsent_lowat", 37},
}};

bool is_safe_sysctl(std::string_view name, std::uint16_t minor) {
  return std::ranges::any_of(kSafeSysctls, [&](const SafeSysctl& safe) {
    return safe.name == name && safe.since <= minor;
  });
}

template <std::uint16_t kMinor>
void sysctls(const Pod& pod, Reporter& report) {
  const Field list = Field::spec(pod) / "securityContext" / "sysctls";
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const Field field = list / i / "name";
    const std::string_view name = field.text();
    if (is_safe_sysctl(name, kMinor)) continue;
    Violation& violation =
        report.add(field, fmt::format("forbidden sysctls (the pod must not set {})", name), name);
    violation.fix.description = fmt::format("remove the sysctl {}", name);
    fix_remove(violation, list / i);
  }
}

// ---- windowsHostProcess ----

void check_host_process(const Field& security_context, const Setter& setter, Reporter& report) {
  const Field field = security_context / "windowsOptions" / "hostProcess";
  if (!field.is_true()) return;
  Violation& violation = report.add(
      field,
      fmt::format("hostProcess ({} must not set securityContext.windowsOptions.hostProcess=true)",
                  setter.describe()),
      setter.subject());
  violation.fix.description = "set hostProcess to false";
  fix_set(violation, field, "false");
}

void windows_host_process(const Pod& pod, Reporter& report) {
  for_each_security_context(pod, [&](const Field& context, const Setter& setter) {
    check_host_process(context, setter, report);
  });
}

// ---- hostProbesAndHostLifecycle ----

void collect_hosts(const Field& handler, std::vector<Field>& bad) {
  for (const std::string_view action : {"httpGet", "tcpSocket"}) {
    const Field host = handler / action / "host";
    if (!host.text().empty()) bad.push_back(host);
  }
}

void host_probes(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field field = Field::of(pod, container);
    std::vector<Field> bad;
    for (const std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
      collect_hosts(field / probe, bad);
    }
    for (const std::string_view hook : {"postStart", "preStop"}) {
      collect_hosts(field / "lifecycle" / hook, bad);
    }
    if (bad.empty()) continue;
    std::vector<std::string_view> hosts;
    hosts.reserve(bad.size());
    for (const Field& host : bad) hosts.push_back(host.text());
    Violation& violation = report.add(
        bad.front(),
        fmt::format("probe or lifecycle host ({} makes the kubelet call {} {})",
                    describe(container), hosts.size() == 1 ? "host" : "hosts", quoted(hosts)),
        container.name);
    violation.fix.description = "remove host, so that probes and hooks go to the pod itself";
    for (const Field& host : bad) fix_remove(violation, host);
  }
}

// ---- The table ----

constexpr CheckVersion kHostNamespaces[] = {{0, host_namespaces}};
constexpr CheckVersion kPrivileged[] = {{0, privileged}};
constexpr CheckVersion kCapabilities[] = {{0, capabilities_baseline}};
constexpr CheckVersion kHostPathVolumes[] = {{0, host_path_volumes}};
constexpr CheckVersion kHostPorts[] = {{0, host_ports}};
constexpr CheckVersion kAppArmor[] = {{0, app_armor_profile}};
constexpr CheckVersion kSelinux[] = {{0, se_linux_options<0>}, {31, se_linux_options<31>}};
constexpr CheckVersion kProcMount[] = {{0, forbid_unmasked_proc},
                                       {35, proc_mount_unless_user_namespace}};
constexpr CheckVersion kSeccomp[] = {{0, seccomp_annotations}, {19, forbid_bad_seccomp_types}};
constexpr CheckVersion kSysctls[] = {
    {0, sysctls<0>}, {27, sysctls<27>}, {29, sysctls<29>}, {32, sysctls<32>}, {37, sysctls<37>}};
constexpr CheckVersion kHostProcess[] = {{0, windows_host_process}};
constexpr CheckVersion kHostProbes[] = {{34, host_probes}};

constexpr Check kChecks[] = {
    {"hostNamespaces", Level::kBaseline, "", kHostNamespaces},
    {"privileged", Level::kBaseline, "", kPrivileged},
    {"capabilities_baseline", Level::kBaseline, "", kCapabilities},
    {"hostPathVolumes", Level::kBaseline, "", kHostPathVolumes},
    {"hostPorts", Level::kBaseline, "", kHostPorts},
    {"hostProbesAndHostLifecycle", Level::kBaseline, "", kHostProbes},
    {"appArmorProfile", Level::kBaseline, "", kAppArmor},
    {"seLinuxOptions", Level::kBaseline, "", kSelinux},
    {"procMount", Level::kBaseline, "", kProcMount},
    {"seccompProfile_baseline", Level::kBaseline, "", kSeccomp},
    {"sysctls", Level::kBaseline, "", kSysctls},
    {"windowsHostProcess", Level::kBaseline, "", kHostProcess},
};

}  // namespace

std::span<const Check> baseline_checks() { return kChecks; }

bool is_good_profile_type(std::string_view type) {
  return type == "RuntimeDefault" || type == "Localhost";
}

void forbid_added_capabilities(const Pod& pod, const kube::Container& container,
                               std::span<const std::string_view> allowed, std::string_view reason,
                               Reporter& report) {
  const Field add = Field::of(pod, container) / "securityContext" / "capabilities" / "add";
  std::vector<std::string_view> names;
  std::vector<Field> bad;
  for (std::size_t i = 0; i < add.items().size(); ++i) {
    const std::string_view name = add.items()[i].string_or();
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    names.push_back(name);
    bad.push_back(add / i);
  }
  if (bad.empty()) return;
  Violation& violation =
      report.add(bad.front(),
                 fmt::format("{} ({} must not include {} in securityContext.capabilities.add)",
                             reason, describe(container), quoted(names)),
                 container.name);
  violation.fix.description = fmt::format("no longer add {}", quoted(names));
  for (std::size_t i = bad.size(); i-- > 0;) fix_remove(violation, bad[i]);
}

void forbid_unmasked_proc(const Pod& pod, Reporter& report) {
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    const Field field = Field::of(pod, container) / "securityContext" / "procMount";
    if (field.node() == nullptr || field.text() == "Default") continue;
    Violation& violation =
        report.add(field,
                   fmt::format("procMount ({} must not set securityContext.procMount to \"{}\")",
                               describe(container), field.text()),
                   container.name);
    violation.fix.description = "remove procMount: the default masks /proc";
    fix_remove(violation, field);
  }
}

void forbid_bad_seccomp_types(const Pod& pod, Reporter& report) {
  for_each_security_context(pod, [&](const Field& context, const Setter& setter) {
    check_profile(context / "seccompProfile", "seccomp", setter, report);
  });
}

}  // namespace yagura::posture::pss
