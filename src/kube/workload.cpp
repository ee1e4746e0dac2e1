#include "kube/workload.hpp"

#include <array>

#include "core/check.hpp"

namespace yagura::kube {

namespace {

struct KindRow {
  WorkloadKind kind;
  std::string_view name;
  std::string_view group;
  bool also_extensions;  // where the kind lived before Kubernetes 1.16
  std::string_view template_path;
  std::string_view template_pointer;
};

constexpr std::string_view kTemplate = "spec.template";
constexpr std::string_view kTemplatePointer = "/spec/template";

// In the order of WorkloadKind.
constexpr std::array<KindRow, 11> kKinds = {{
    {WorkloadKind::kPod, "Pod", "", false, "", ""},
    {WorkloadKind::kDeployment, "Deployment", "apps", true, kTemplate, kTemplatePointer},
    {WorkloadKind::kStatefulSet, "StatefulSet", "apps", false, kTemplate, kTemplatePointer},
    {WorkloadKind::kDaemonSet, "DaemonSet", "apps", true, kTemplate, kTemplatePointer},
    {WorkloadKind::kReplicaSet, "ReplicaSet", "apps", true, kTemplate, kTemplatePointer},
    {WorkloadKind::kReplicationController, "ReplicationController", "", false, kTemplate,
     kTemplatePointer},
    {WorkloadKind::kJob, "Job", "batch", false, kTemplate, kTemplatePointer},
    {WorkloadKind::kCronJob, "CronJob", "batch", false, "spec.jobTemplate.spec.template",
     "/spec/jobTemplate/spec/template"},
    {WorkloadKind::kPodTemplate, "PodTemplate", "", false, "template", "/template"},
    {WorkloadKind::kDeploymentConfig, "DeploymentConfig", "apps.openshift.io", false, kTemplate,
     kTemplatePointer},
    {WorkloadKind::kRollout, "Rollout", "argoproj.io", false, kTemplate, kTemplatePointer},
}};

const KindRow& row_of(WorkloadKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

const Node* template_of(WorkloadKind kind, const Node& object) {
  switch (kind) {
    case WorkloadKind::kPod:
      return &object;
    case WorkloadKind::kCronJob:
      return object.get({"spec", "jobTemplate", "spec", "template"});
    case WorkloadKind::kPodTemplate:
      return object.get({"template"});
    default:
      return object.get({"spec", "template"});
  }
}

constexpr std::array<std::string_view, 3> kContainerLists = {"initContainers", "containers",
                                                             "ephemeralContainers"};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (upper(a[i]) != upper(b[i])) return false;
  }
  return true;
}

std::string_view without_cap_prefix(std::string_view name) {
  constexpr std::string_view kPrefix = "CAP_";
  const bool has_prefix = equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
  return has_prefix ? name.substr(kPrefix.size()) : name;
}

bool lists_capability(std::span<const Node> list, std::string_view capability) {
  for (const Node& item : list) {
    if (same_capability(item.string_or(), capability)) return true;
  }
  return false;
}

EffectiveBool as_bool(EffectiveNode found, bool other) {
  if (found.node == nullptr || !found.node->is_bool()) return {.value = other};
  return {.value = found.node->as_bool(), .node = found.node, .origin = found.origin};
}

EffectiveInt as_int(EffectiveNode found) {
  if (found.node == nullptr || !found.node->is_int()) return {};
  return {.value = found.node->as_int(), .node = found.node, .origin = found.origin};
}

EffectiveText as_text(EffectiveNode found, std::string_view other) {
  if (found.node == nullptr || !found.node->is_string()) return {.value = other};
  return {.value = found.node->as_string(), .node = found.node, .origin = found.origin};
}

// The `type` of a profile. Where the profile is there but its type is not, the origin is still the
// profile's: a broken profile is not the same as none.
EffectiveText type_of(EffectiveNode profile) {
  const Node* type = find_set(profile.node, "type");
  if (type == nullptr) return {.value = {}, .node = profile.node, .origin = profile.origin};
  return {.value = type->string_or(), .node = type, .origin = profile.origin};
}

}  // namespace

std::string_view to_string(WorkloadKind kind) { return row_of(kind).name; }

std::string_view api_group(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

std::optional<WorkloadKind> workload_kind(std::string_view api_version, std::string_view kind) {
  if (api_version.empty()) return std::nullopt;
  const std::string_view group = api_group(api_version);
  for (const KindRow& row : kKinds) {
    if (row.name != kind) continue;
    if (row.group == group || (row.also_extensions && group == "extensions")) return row.kind;
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Workload> Workload::of(const Node& object) {
  if (!object.is_map()) return std::nullopt;
  const Node* api_version = object.find("apiVersion");
  const Node* kind = object.find("kind");
  if (api_version == nullptr || kind == nullptr) return std::nullopt;
  const auto known = workload_kind(api_version->string_or(), kind->string_or());
  if (!known) return std::nullopt;
  return Workload(*known, object);
}

Workload::Workload(WorkloadKind kind, const Node& object) : kind_(kind), object_(&object) {
  const Node* found = template_of(kind, object);
  if (found == nullptr || !found->is_map()) return;
  template_ = found;
  metadata_ = find_set(found, "metadata");
  const Node* spec = found->find("spec");
  if (spec != nullptr && spec->is_map()) spec_ = spec;
}

std::string_view Workload::template_path() const { return row_of(kind_).template_path; }
std::string_view Workload::template_pointer() const { return row_of(kind_).template_pointer; }

std::string Workload::path_of(std::string_view field) const {
  std::string path(template_path());
  if (!path.empty() && !field.empty()) path += '.';
  return path.append(field);
}

std::string Workload::pointer_of(std::string_view pointer) const {
  return std::string(template_pointer()).append(pointer);
}

const Node* Workload::pod_labels() const { return find_set(metadata_, "labels"); }
const Node* Workload::pod_annotations() const { return find_set(metadata_, "annotations"); }

Workload::ServiceAccount Workload::service_account() const {
  for (const std::string_view field : {"serviceAccountName", "serviceAccount"}) {
    const Node* node = find_set(spec_, field);
    if (node != nullptr && !node->string_or().empty()) return {node->as_string(), node};
  }
  return {"default", nullptr};
}

PodOs pod_os(const Node& pod_spec) {
  const Node* name = find_set(find_set(&pod_spec, "os"), "name");
  if (name == nullptr) return PodOs::kAny;
  if (name->string_or() == "linux") return PodOs::kLinux;
  return name->string_or() == "windows" ? PodOs::kWindows : PodOs::kOther;
}

bool has_user_namespace(const Node& pod_spec) {
  const Node* host_users = find_set(&pod_spec, "hostUsers");
  return host_users != nullptr && !host_users->bool_or(true);
}

// ---- Containers ----

std::string_view to_string(ContainerType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"init container", "sidecar container",
                                                             "container", "ephemeral container"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string Container::path() const {
  return std::string("spec.").append(list) + "[" + std::to_string(index) + "]";
}

std::string Container::pointer() const {
  return std::string("/spec/").append(list) + "/" + std::to_string(index);
}

Containers::Containers(const Node& pod_spec) {
  for (std::size_t i = 0; i < kLists; ++i) lists_[i] = pod_spec.list(kContainerLists[i]);
}

std::size_t Containers::size() const {
  return lists_[0].size() + lists_[1].size() + lists_[2].size();
}

void Containers::Iterator::settle() {
  while (list_ < kLists && index_ >= owner_->lists_[list_].size()) {
    ++list_;
    index_ = 0;
  }
}

Container Containers::Iterator::operator*() const {
  YAGURA_CHECK(list_ < kLists, "the end has no container");
  const Node& node = owner_->lists_[list_][index_];
  static constexpr std::array<ContainerType, kLists> kTypes = {
      ContainerType::kInit, ContainerType::kRegular, ContainerType::kEphemeral};
  ContainerType type = kTypes[list_];
  if (type == ContainerType::kInit) {
    const Node* restart = find_set(&node, "restartPolicy");
    if (restart != nullptr && restart->string_or() == "Always") type = ContainerType::kSidecar;
  }
  const Node* name = find_set(&node, "name");
  return {.type = type,
          .list = kContainerLists[list_],
          .index = static_cast<std::uint32_t>(index_),
          .node = &node,
          .name = name == nullptr ? std::string_view{} : name->string_or()};
}

// ---- What a container ends up with ----

std::string_view to_string(Origin origin) {
  static constexpr std::array<std::string_view, 3> kNames = {"container", "pod", "default"};
  return kNames[static_cast<std::size_t>(origin)];
}

SecurityContext::SecurityContext(const Node& pod_spec, const Node& container)
    : container_(find_set(&container, "securityContext")),
      pod_(find_set(&pod_spec, "securityContext")) {}

EffectiveNode SecurityContext::own_field(std::string_view name) const {
  const Node* node = find_set(container_, name);
  if (node == nullptr) return {};
  return {.node = node, .origin = Origin::kContainer};
}

EffectiveNode SecurityContext::inherited_field(std::string_view name) const {
  if (const EffectiveNode own = own_field(name); own.node != nullptr) return own;
  const Node* node = find_set(pod_, name);
  if (node == nullptr) return {};
  return {.node = node, .origin = Origin::kPod};
}

EffectiveBool SecurityContext::privileged() const {
  return as_bool(own_field("privileged"), false);
}

EffectiveBool SecurityContext::read_only_root_filesystem() const {
  return as_bool(own_field("readOnlyRootFilesystem"), false);
}

EffectiveBool SecurityContext::allow_privilege_escalation() const {
  return as_bool(own_field("allowPrivilegeEscalation"), true);
}

EffectiveText SecurityContext::proc_mount() const {
  return as_text(own_field("procMount"), "Default");
}

std::span<const Node> SecurityContext::added_capabilities() const {
  const Node* capabilities = find_set(container_, "capabilities");
  return capabilities == nullptr ? std::span<const Node>{} : capabilities->list("add");
}

std::span<const Node> SecurityContext::dropped_capabilities() const {
  const Node* capabilities = find_set(container_, "capabilities");
  return capabilities == nullptr ? std::span<const Node>{} : capabilities->list("drop");
}

bool SecurityContext::drops(std::string_view capability) const {
  const auto dropped = dropped_capabilities();
  return lists_capability(dropped, capability) || lists_capability(dropped, "ALL");
}

bool SecurityContext::adds(std::string_view capability) const {
  const auto added = added_capabilities();
  return lists_capability(added, capability) || lists_capability(added, "ALL");
}

EffectiveBool SecurityContext::run_as_non_root() const {
  return as_bool(inherited_field("runAsNonRoot"), false);
}
EffectiveInt SecurityContext::run_as_user() const { return as_int(inherited_field("runAsUser")); }
EffectiveInt SecurityContext::run_as_group() const { return as_int(inherited_field("runAsGroup")); }

EffectiveNode SecurityContext::se_linux_options() const {
  return inherited_field("seLinuxOptions");
}
EffectiveNode SecurityContext::seccomp_profile() const { return inherited_field("seccompProfile"); }
EffectiveNode SecurityContext::app_armor_profile() const {
  return inherited_field("appArmorProfile");
}
EffectiveText SecurityContext::seccomp_type() const { return type_of(seccomp_profile()); }
EffectiveText SecurityContext::app_armor_type() const { return type_of(app_armor_profile()); }

EffectiveBool SecurityContext::host_process() const {
  const Node* own = find_set(find_set(container_, "windowsOptions"), "hostProcess");
  if (own != nullptr) return as_bool({.node = own, .origin = Origin::kContainer}, false);
  const Node* pods = find_set(find_set(pod_, "windowsOptions"), "hostProcess");
  return as_bool({.node = pods, .origin = Origin::kPod}, false);
}

bool same_capability(std::string_view a, std::string_view b) {
  return equal_ignoring_case(without_cap_prefix(a), without_cap_prefix(b));
}

}  // namespace yagura::kube
