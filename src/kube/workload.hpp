#pragma once

// The one place that knows which objects make pods, where their pod template is, what containers it
// has, and which security settings a container really ends up with. Everything here only looks: no
// call allocates except those that return a std::string.
//
// Follows the Kubernetes API reference (core/v1 PodSpec, Container, SecurityContext; apps/v1,
// batch/v1) and the kubelet's rules for what a container inherits from its pod.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kube/node.hpp"

namespace yagura::kube {

enum class WorkloadKind : std::uint8_t {
  kPod,
  kDeployment,
  kStatefulSet,
  kDaemonSet,
  kReplicaSet,
  kReplicationController,
  kJob,
  kCronJob,
  kPodTemplate,
  kDeploymentConfig,  // OpenShift
  kRollout,           // Argo Rollouts
};

// "Pod", "CronJob", …
[[nodiscard]] std::string_view to_string(WorkloadKind kind);

// By API group and kind, any version of the group: a `Job` of another group is no match, and
// neither is an object without apiVersion. `apps` kinds are also known by their old group
// `extensions`.
[[nodiscard]] std::optional<WorkloadKind> workload_kind(std::string_view api_version,
                                                        std::string_view kind);

// "apps/v1" -> "apps", "v1" -> "".
[[nodiscard]] std::string_view api_group(std::string_view api_version);

// A view of an object that makes pods. Valid as long as the object's document. Cheap to copy.
class Workload {
 public:
  // Nothing where the object makes no pods.
  [[nodiscard]] static std::optional<Workload> of(const Node& object);

  [[nodiscard]] WorkloadKind kind() const { return kind_; }
  [[nodiscard]] const Node& object() const { return *object_; }

  // The map that has `metadata` and `spec` of the pod: the object itself for a Pod. Null where the
  // manifest has none (then nothing else is there either).
  [[nodiscard]] const Node* pod_template() const { return template_; }
  [[nodiscard]] const Node* pod_metadata() const { return metadata_; }
  [[nodiscard]] const Node* pod_spec() const { return spec_; }

  // Where the template is in the object: "" for a Pod, "spec.template",
  // "spec.jobTemplate.spec.template" (CronJob), "template" (PodTemplate); the pointer form is
  // "/spec/template".
  [[nodiscard]] std::string_view template_path() const;
  [[nodiscard]] std::string_view template_pointer() const;
  // `field` is below the template: template_path() + "." + "spec.hostPID".
  [[nodiscard]] std::string path_of(std::string_view field) const;
  // `pointer` is below the template: template_pointer() + "/spec/hostPID".
  [[nodiscard]] std::string pointer_of(std::string_view pointer) const;

  // Of the pods, not of the object; null where there are none.
  [[nodiscard]] const Node* pod_labels() const;
  [[nodiscard]] const Node* pod_annotations() const;

  // spec.serviceAccountName, else the older spec.serviceAccount, else "default", as the API server
  // has it. `node` is null for the default.
  struct ServiceAccount {
    std::string_view name;
    const Node* node = nullptr;
  };
  [[nodiscard]] ServiceAccount service_account() const;

 private:
  Workload(WorkloadKind kind, const Node& object);

  WorkloadKind kind_;
  const Node* object_;
  const Node* template_ = nullptr;
  const Node* metadata_ = nullptr;
  const Node* spec_ = nullptr;
};

// What spec.os.name says: the pod runs on that system alone. `kAny`: not said.
enum class PodOs : std::uint8_t { kAny, kLinux, kWindows, kOther };
[[nodiscard]] PodOs pod_os(const Node& pod_spec);

// True where spec.hostUsers is false: root in the pod is nobody on the node.
[[nodiscard]] bool has_user_namespace(const Node& pod_spec);

// ---- Containers ----

enum class ContainerType : std::uint8_t {
  kInit,     // runs to its end before the others start
  kSidecar,  // an init container with restartPolicy Always: starts early, keeps running
  kRegular,
  kEphemeral,  // put into a running pod for debugging
};

// "init container", "sidecar container", "container", "ephemeral container".
[[nodiscard]] std::string_view to_string(ContainerType type);

struct Container {
  ContainerType type = ContainerType::kRegular;
  std::string_view list;       // "initContainers", "containers", "ephemeralContainers"
  std::uint32_t index = 0;     // in its list
  const Node* node = nullptr;  // never null; may be no map in a broken manifest
  std::string_view name;       // may be empty in a broken manifest

  // "spec.containers[0]" and "/spec/containers/0", below the pod template.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string pointer() const;
};

// All containers of a pod spec, in the order in which they start: init and sidecar, regular,
// ephemeral.
//   for (const Container& container : containers(*workload.pod_spec())) …
class Containers {
 public:
  class Iterator {
   public:
    using value_type = Container;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    Iterator() = default;
    Iterator(const Containers* owner, std::size_t list) : owner_(owner), list_(list) { settle(); }
    Container operator*() const;
    Iterator& operator++() {
      ++index_;
      settle();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.list_ == b.list_ && a.index_ == b.index_;
    }

   private:
    void settle();  // to the next list that has an item left
    const Containers* owner_ = nullptr;
    std::size_t list_ = kLists;
    std::size_t index_ = 0;
  };

  explicit Containers(const Node& pod_spec);
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, kLists}; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  static constexpr std::size_t kLists = 3;
  std::span<const Node> lists_[kLists];
};

[[nodiscard]] inline Containers containers(const Node& pod_spec) { return Containers(pod_spec); }

// ---- What a container ends up with ----

enum class Origin : std::uint8_t {
  kContainer,  // the container's own securityContext
  kPod,        // inherited from the pod's
  kDefault,    // written nowhere: what Kubernetes does then
};

// "container", "pod", "default".
[[nodiscard]] std::string_view to_string(Origin origin);

struct EffectiveNode {
  const Node* node = nullptr;  // null where `origin` is kDefault
  Origin origin = Origin::kDefault;
};
struct EffectiveBool {
  bool value = false;
  const Node* node = nullptr;
  Origin origin = Origin::kDefault;
};
struct EffectiveInt {
  std::optional<std::int64_t> value;  // nothing: the image decides
  const Node* node = nullptr;
  Origin origin = Origin::kDefault;
};
struct EffectiveText {
  std::string_view value;  // empty where nothing says
  const Node* node = nullptr;
  Origin origin = Origin::kDefault;
};

// The settings that count for one container, each with where it came from. A null written in the
// manifest counts as nothing written, as it does for the API server.
class SecurityContext {
 public:
  // `container` may be no map (broken manifest): then only the pod's settings and defaults are
  // seen.
  SecurityContext(const Node& pod_spec, const Node& container);

  // The two `securityContext` maps as written; null where there is none.
  [[nodiscard]] const Node* own() const { return container_; }
  [[nodiscard]] const Node* pod() const { return pod_; }

  // Of the container alone: the pod cannot set these.
  [[nodiscard]] EffectiveBool privileged() const;                 // default false
  [[nodiscard]] EffectiveBool read_only_root_filesystem() const;  // default false
  // Default true. (A privileged container, or one with SYS_ADMIN, always has it.)
  [[nodiscard]] EffectiveBool allow_privilege_escalation() const;
  [[nodiscard]] EffectiveText proc_mount() const;  // default "Default"
  [[nodiscard]] std::span<const Node> added_capabilities() const;
  [[nodiscard]] std::span<const Node> dropped_capabilities() const;
  // Case and the prefix CAP_ do not matter to the runtime; "ALL" drops each.
  [[nodiscard]] bool drops(std::string_view capability) const;
  [[nodiscard]] bool adds(std::string_view capability) const;

  // The container's, else the pod's.
  [[nodiscard]] EffectiveBool run_as_non_root() const;  // default false
  [[nodiscard]] EffectiveInt run_as_user() const;       // default: the image's
  [[nodiscard]] EffectiveInt run_as_group() const;      // default: the image's
  // As a whole, never merged field by field.
  [[nodiscard]] EffectiveNode se_linux_options() const;
  [[nodiscard]] EffectiveNode seccomp_profile() const;
  [[nodiscard]] EffectiveNode app_armor_profile() const;
  // `.type` of the two: "RuntimeDefault", "Localhost", "Unconfined", or empty.
  [[nodiscard]] EffectiveText seccomp_type() const;
  [[nodiscard]] EffectiveText app_armor_type() const;
  // windowsOptions, which are merged field by field.
  [[nodiscard]] EffectiveBool host_process() const;  // default false

 private:
  [[nodiscard]] EffectiveNode own_field(std::string_view name) const;
  [[nodiscard]] EffectiveNode inherited_field(std::string_view name) const;

  const Node* container_ = nullptr;
  const Node* pod_ = nullptr;
};

// The member's value, or null where it is missing or written as null.
[[nodiscard]] inline const Node* find_set(const Node* map, std::string_view key) {
  if (map == nullptr) return nullptr;
  const Node* node = map->find(key);
  return node == nullptr || node->is_null() ? nullptr : node;
}

// "SYS_ADMIN" for "CAP_SYS_ADMIN", "sys_admin": are the two the same capability?
[[nodiscard]] bool same_capability(std::string_view a, std::string_view b);

}  // namespace yagura::kube
