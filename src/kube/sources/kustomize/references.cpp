// Which fields are references is Kubernetes' API; Kustomize documents its own list as the
// nameReference configuration.

#include "kube/sources/kustomize/references.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "kube/scope.hpp"

namespace yagura::kube::kustomize {

namespace {

using Path = std::vector<std::string_view>;

struct Reference {
  std::string_view target;  // kind
  std::string_view path;    // with slashes
};

// Below the pod spec.
constexpr std::array kPodReferences = {
    Reference{"ConfigMap", "volumes/configMap/name"},
    Reference{"ConfigMap", "volumes/projected/sources/configMap/name"},
    Reference{"ConfigMap", "containers/env/valueFrom/configMapKeyRef/name"},
    Reference{"ConfigMap", "initContainers/env/valueFrom/configMapKeyRef/name"},
    Reference{"ConfigMap", "containers/envFrom/configMapRef/name"},
    Reference{"ConfigMap", "initContainers/envFrom/configMapRef/name"},
    Reference{"Secret", "volumes/secret/secretName"},
    Reference{"Secret", "volumes/projected/sources/secret/name"},
    Reference{"Secret", "containers/env/valueFrom/secretKeyRef/name"},
    Reference{"Secret", "initContainers/env/valueFrom/secretKeyRef/name"},
    Reference{"Secret", "containers/envFrom/secretRef/name"},
    Reference{"Secret", "initContainers/envFrom/secretRef/name"},
    Reference{"Secret", "imagePullSecrets/name"},
    Reference{"ServiceAccount", "serviceAccountName"},
    Reference{"PersistentVolumeClaim", "volumes/persistentVolumeClaim/claimName"},
    Reference{"PriorityClass", "priorityClassName"},
};

struct KindReference {
  std::string_view kind;
  Reference reference;
};

constexpr std::array kKindReferences = {
    KindReference{"StatefulSet", {"Service", "spec/serviceName"}},
    KindReference{"StatefulSet",
                  {"StorageClass", "spec/volumeClaimTemplates/spec/storageClassName"}},
    KindReference{"Ingress", {"Service", "spec/rules/http/paths/backend/serviceName"}},
    KindReference{"Ingress", {"Service", "spec/backend/serviceName"}},
    KindReference{"Ingress", {"Service", "spec/rules/http/paths/backend/service/name"}},
    KindReference{"Ingress", {"Service", "spec/defaultBackend/service/name"}},
    KindReference{"Ingress", {"Secret", "spec/tls/secretName"}},
    KindReference{"Ingress", {"IngressClass", "spec/ingressClassName"}},
    KindReference{"HTTPRoute", {"Service", "spec/rules/backendRefs/name"}},
    KindReference{"APIService", {"Service", "spec/service/name"}},
    KindReference{"ServiceAccount", {"Secret", "imagePullSecrets/name"}},
    KindReference{"PersistentVolumeClaim", {"PersistentVolume", "spec/volumeName"}},
    KindReference{"PersistentVolumeClaim", {"StorageClass", "spec/storageClassName"}},
    KindReference{"PersistentVolume", {"StorageClass", "spec/storageClassName"}},
    KindReference{"PersistentVolume", {"Secret", "spec/azureFile/secretName"}},
    KindReference{"Role", {"ConfigMap", "rules/resourceNames"}},
    KindReference{"Role", {"Secret", "rules/resourceNames"}},
    KindReference{"ClusterRole", {"ConfigMap", "rules/resourceNames"}},
    KindReference{"ClusterRole", {"Secret", "rules/resourceNames"}},
};

constexpr std::array<std::string_view, 4> kScaleTargets = {"Deployment", "ReplicationController",
                                                           "ReplicaSet", "StatefulSet"};

std::string_view pod_spec_path(std::string_view kind) {
  if (kind == "Pod") return "spec";
  if (kind == "PodTemplate") return "template/spec";
  if (kind == "CronJob") return "spec/jobTemplate/spec/template/spec";
  constexpr std::array<std::string_view, 6> kTemplates = {
      "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"};
  return std::ranges::find(kTemplates, kind) == kTemplates.end() ? std::string_view()
                                                                 : "spec/template/spec";
}

std::string_view text_of(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

class Mender {
 public:
  Mender(BuildState& state, std::span<Object> objects)
      : state_(state), arena_(state.arena()), objects_(objects) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      add(i, objects[i].identity().name);
      for (const Identity& id : objects[i].former) add(i, id.name);
    }
  }

  void mend_all() {
    for (Object& object : objects_) {
      mend_pod(object);
      for (const KindReference& entry : kKindReferences) {
        if (entry.kind == object.kind())
          mend(object, split_path(entry.reference.path), entry.reference.target);
      }
      mend_scale_target(object);
      mend_role_reference(object);
      mend_subjects(object);
      mend_webhooks(object);
      mend_annotations(object);
    }
  }

 private:
  static std::string key(std::string_view kind, std::string_view name) {
    return std::string(kind) + '/' + std::string(name);
  }

  void add(std::size_t index, std::string_view name) {
    std::vector<std::size_t>& list = index_[key(objects_[index].kind(), name)];
    if (list.empty() || list.back() != index) list.push_back(index);
  }

  // How many of the outermost kustomizations both came through.
  static std::size_t common_layers(const Object& a, const Object& b) {
    std::size_t count = 0;
    while (count < a.layers.size() && count < b.layers.size() &&
           a.layers[a.layers.size() - 1 - count] == b.layers[b.layers.size() - 1 - count]) {
      ++count;
    }
    return count;
  }

  static bool may_meet(const Object& referrer, const Object& target) {
    if (is_cluster_scoped(target.api_version(), target.kind()) ||
        is_cluster_scoped(referrer.api_version(), referrer.kind())) {
      return true;
    }
    return referrer.identity().namespace_ == target.identity().namespace_;
  }

  template <typename Accept>
  const Object* find(const Object& referrer, std::string_view kind, std::string_view name,
                     const Accept& accept) const {
    const auto found = index_.find(key(kind, name));
    if (found == index_.end() || !state_.spend(found->second.size())) return nullptr;
    const Object* best = nullptr;
    std::size_t best_layers = 0;
    for (const std::size_t i : found->second) {
      const Object& candidate = objects_[i];
      if (!accept(candidate)) continue;
      const std::size_t layers = common_layers(referrer, candidate);
      if (best == nullptr || layers > best_layers) {
        best = &candidate;
        best_layers = layers;
      }
    }
    return best;
  }

  const Object* find(const Object& referrer, std::string_view kind, std::string_view name) const {
    return find(referrer, kind, name,
                [&](const Object& candidate) { return may_meet(referrer, candidate); });
  }

  std::optional<Node> renamed(const Object& referrer, std::string_view kind, const Node& node) {
    if (!node.is_string() || node.as_string().empty()) return std::nullopt;
    const Object* target = find(referrer, kind, node.as_string());
    if (target == nullptr || target->identity().name == node.as_string()) return std::nullopt;
    return make_string(arena_, target->identity().name, extent_of(node));
  }

  void change(Object& object, const Path& path, const Change& how) {
    const auto changed = change_at(arena_, object.root, path, Missing::kLeave, {}, how);
    if (changed) object.root = *changed;
  }

  void mend(Object& object, const Path& path, std::string_view target) {
    change(object, path, [&](const Node* node) -> std::optional<Node> {
      if (!node->is_list()) return renamed(object, target, *node);
      std::vector<Node> items(node->items().begin(), node->items().end());
      bool changed = false;
      for (Node& item : items) {
        if (const auto made = renamed(object, target, item)) {
          item = *made;
          changed = true;
        }
      }
      if (!changed) return std::nullopt;
      return with_items(arena_, *node, items);
    });
  }

  void mend_pod(Object& object) {
    const std::string_view spec = pod_spec_path(object.kind());
    if (spec.empty()) return;
    for (const Reference& reference : kPodReferences) {
      Path path = split_path(spec);
      for (const std::string_view step : split_path(reference.path)) path.push_back(step);
      mend(object, path, reference.target);
    }
  }

  void mend_scale_target(Object& object) {
    if (object.kind() != "HorizontalPodAutoscaler") return;
    const Node* target = object.root.get({"spec", "scaleTargetRef"});
    if (target == nullptr) return;
    const std::string_view kind = text_of(*target, "kind");
    if (std::ranges::find(kScaleTargets, kind) == kScaleTargets.end()) return;
    mend(object, {"spec", "scaleTargetRef", "name"}, kind);
  }

  void mend_role_reference(Object& object) {
    if (object.kind() != "RoleBinding" && object.kind() != "ClusterRoleBinding") return;
    const Node* role = object.root.find("roleRef");
    if (role == nullptr) return;
    const std::string_view kind = text_of(*role, "kind");
    if (kind == "Role" || kind == "ClusterRole") mend(object, {"roleRef", "name"}, kind);
  }

  // {name, namespace} pairs that may point into any namespace.
  std::optional<Node> mended_pair(const Object& referrer, std::string_view kind, const Node& pair) {
    const std::string_view name = text_of(pair, "name");
    const std::string_view namespace_ = text_of(pair, "namespace");
    const Object* target = find(referrer, kind, name, [&](const Object& candidate) {
      return namespace_.empty() || candidate.was_in_namespace(namespace_);
    });
    if (target == nullptr) return std::nullopt;
    const Identity id = target->identity();
    Node result = pair;
    if (id.name != name) {
      result = with_member(arena_, result, "name",
                           make_string(arena_, id.name, extent_of(*pair.find("name"))));
    }
    if (!id.namespace_.empty() && id.namespace_ != namespace_) {
      const Node* old = pair.find("namespace");
      result =
          with_member(arena_, result, "namespace",
                      make_string(arena_, id.namespace_, extent_of(old == nullptr ? pair : *old)));
    }
    return result;
  }

  void mend_subjects(Object& object) {
    if (object.kind() != "RoleBinding" && object.kind() != "ClusterRoleBinding") return;
    change(object, {"subjects"}, [&](const Node* list) -> std::optional<Node> {
      if (!list->is_list()) return std::nullopt;
      std::vector<Node> items(list->items().begin(), list->items().end());
      for (Node& subject : items) {
        if (text_of(subject, "kind") != "ServiceAccount") continue;
        if (const auto made = mended_pair(object, "ServiceAccount", subject)) subject = *made;
      }
      return with_items(arena_, *list, items);
    });
  }

  void mend_webhooks(Object& object) {
    if (object.kind() != "ValidatingWebhookConfiguration" &&
        object.kind() != "MutatingWebhookConfiguration") {
      return;
    }
    change(object, {"webhooks", "clientConfig", "service"},
           [&](const Node* service) { return mended_pair(object, "Service", *service); });
  }

  void mend_annotations(Object& object) {
    if (object.kind() != "Ingress") return;
    mend(object, {"metadata", "annotations", "ingress.kubernetes.io/auth-secret"}, "Secret");
    mend(object, {"metadata", "annotations", "nginx.ingress.kubernetes.io/auth-secret"}, "Secret");
    mend(object, {"metadata", "annotations", "nginx.ingress.kubernetes.io/auth-tls-secret"},
         "Secret");
    mend(object,
         {"metadata", "annotations", "nginx.ingress.kubernetes.io/fastcgi-params-configmap"},
         "ConfigMap");
  }

  BuildState& state_;
  core::Arena& arena_;
  std::span<Object> objects_;
  std::unordered_map<std::string, std::vector<std::size_t>> index_;
};

}  // namespace

void mend_references(BuildState& state, std::span<Object> objects) {
  Mender(state, objects).mend_all();
}

}  // namespace yagura::kube::kustomize
