#include "posture/relations/object_index.hpp"

#include <algorithm>

#include "kube/scope.hpp"

namespace yagura::posture::relations {

namespace {

std::string_view text_at(const kube::Node& root, std::initializer_list<std::string_view> path) {
  const kube::Node* node = root.get(path);
  return node == nullptr ? std::string_view() : node->string_or();
}

// Where kinds that we do not know keep a pod template.
const kube::Node* foreign_pod_labels(const kube::Node& root) {
  return root.get({"spec", "template", "metadata", "labels"});
}

}  // namespace

ObjectIndex::ObjectIndex(std::span<const ScannedObject> objects) {
  objects_.reserve(objects.size());
  for (const ScannedObject& scanned : objects) add(scanned);
  for (const Object& object : objects_) {
    by_kind_[{{object.group, object.kind}}].push_back(&object);
    if (!object.name.empty()) {
      by_name_.try_emplace({{object.group, object.kind, object.namespace_, object.name}}, &object);
    }
    if (!object.namespace_.empty()) namespaces_.push_back(object.namespace_);
    if (object.is("", "Namespace") && !object.name.empty()) namespaces_.push_back(object.name);
    add_pods(object);
  }
  for (Object& object : objects_) object.made_by_scanned = has_scanned_owner(object);
  std::ranges::sort(namespaces_);
  namespaces_.erase(std::ranges::unique(namespaces_).begin(), namespaces_.end());
}

void ObjectIndex::add(const ScannedObject& scanned) {
  const kube::Node& root = scanned.document->root();
  const std::string_view api_version = text_at(root, {"apiVersion"});
  Object object;
  object.document = scanned.document;
  object.root = &root;
  object.resource = scanned.resource;
  object.position = static_cast<std::uint32_t>(objects_.size());
  object.group = kube::api_group(api_version);
  object.kind = text_at(root, {"kind"});
  object.name = text_at(root, {"metadata", "name"});
  object.workload = kube::Workload::of(root);
  if (!kube::is_cluster_scoped(api_version, object.kind)) {
    object.namespace_ = text_at(root, {"metadata", "namespace"});
    object.namespace_written = !object.namespace_.empty();
    if (!object.namespace_written) object.namespace_ = kDefaultNamespace;
  }
  objects_.push_back(std::move(object));
}

bool ObjectIndex::has_scanned_owner(const Object& object) const {
  const kube::Node* metadata = object.root->find("metadata");
  if (metadata == nullptr) return false;
  return std::ranges::any_of(metadata->list("ownerReferences"), [&](const kube::Node& owner) {
    return find(kube::api_group(text_at(owner, {"apiVersion"})), text_at(owner, {"kind"}),
                object.namespace_, text_at(owner, {"name"})) != nullptr;
  });
}

void ObjectIndex::add_pods(const Object& object) {
  const kube::Node* labels = nullptr;
  if (object.workload) {
    if (object.workload->pod_spec() == nullptr ||
        object.workload->kind() == kube::WorkloadKind::kPodTemplate) {
      return;
    }
    labels = object.workload->pod_labels();
  } else {
    labels = foreign_pod_labels(*object.root);
    if (labels == nullptr) return;
  }
  Space& space = spaces_[object.namespace_];
  const auto position = static_cast<std::uint32_t>(space.pods.size());
  space.pods.push_back({.object = &object, .labels = labels});
  if (labels == nullptr || !labels->is_map()) return;
  for (const kube::Member& label : labels->members()) {
    space.by_label[{{label.key, label.value.string_or()}}].push_back(position);
  }
}

std::span<const Object* const> ObjectIndex::of_kind(std::string_view group,
                                                    std::string_view kind) const {
  const auto found = by_kind_.find({{group, kind}});
  if (found == by_kind_.end()) return {};
  return found->second;
}

const Object* ObjectIndex::find(std::string_view group, std::string_view kind,
                                std::string_view namespace_, std::string_view name) const {
  const auto found = by_name_.find({{group, kind, namespace_, name}});
  return found == by_name_.end() ? nullptr : found->second;
}

const Object* ObjectIndex::namespace_object(std::string_view name) const {
  return find("", "Namespace", "", name);
}

std::span<const PodSource> ObjectIndex::pods_in(std::string_view namespace_) const {
  const auto space = spaces_.find(namespace_);
  if (space == spaces_.end()) return {};
  return space->second.pods;
}

std::span<const std::uint32_t> ObjectIndex::select(std::string_view namespace_,
                                                   const Selector& selector) const {
  const auto found = spaces_.find(namespace_);
  if (found == spaces_.end() || selector.selects_nothing()) return {};
  const Space& space = found->second;
  const auto [kept, fresh] = space.selected.try_emplace(selector.cache_key());
  if (!fresh) return kept->second;
  // The rarest of the labels that must be there narrows the search.
  const std::vector<std::uint32_t>* candidates = nullptr;
  for (const auto& [key, value] : selector.equalities()) {
    const auto posting = space.by_label.find({{key, value}});
    if (posting == space.by_label.end()) return kept->second;
    if (candidates == nullptr || posting->second.size() < candidates->size()) {
      candidates = &posting->second;
    }
  }
  if (candidates != nullptr) {
    for (const std::uint32_t position : *candidates) {
      if (selector.matches(space.pods[position].labels)) kept->second.push_back(position);
    }
  } else {
    for (std::uint32_t position = 0; position < space.pods.size(); ++position) {
      if (selector.matches(space.pods[position].labels)) kept->second.push_back(position);
    }
  }
  return kept->second;
}

}  // namespace yagura::posture::relations
