// Which fields each transformer changes in which kinds follows the default configuration that
// Kustomize documents
// (https://github.com/kubernetes-sigs/kustomize/tree/master/examples/transformerconfigs).

#include "kube/sources/kustomize/transformers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/scope.hpp"

namespace yagura::kube::kustomize {

namespace {

struct FieldSpec {
  std::string_view kind;  // empty: every kind
  std::string_view path;
  Missing missing = Missing::kCreate;
};

void set_members(BuildState& state, Object& object, const FieldSpec& spec, const Node& pairs) {
  if (!spec.kind.empty() && spec.kind != object.kind()) return;
  core::Arena& arena = state.arena();
  const auto changed = change_at(arena, object.root, split_path(spec.path), spec.missing,
                                 extent_of(pairs), [&](const Node* old) -> std::optional<Node> {
                                   const bool is_map = old != nullptr && old->is_map();
                                   return united(arena, is_map ? *old : pairs, pairs);
                                 });
  if (changed) object.root = *changed;
}

constexpr std::array kTemplateLabels = {
    FieldSpec{"ReplicationController", "spec/template/metadata/labels"},
    FieldSpec{"Deployment", "spec/template/metadata/labels"},
    FieldSpec{"ReplicaSet", "spec/template/metadata/labels"},
    FieldSpec{"DaemonSet", "spec/template/metadata/labels"},
    FieldSpec{"StatefulSet", "spec/template/metadata/labels"},
    FieldSpec{"Job", "spec/template/metadata/labels"},
    FieldSpec{"CronJob", "spec/jobTemplate/metadata/labels"},
    FieldSpec{"CronJob", "spec/jobTemplate/spec/template/metadata/labels"},
};

constexpr std::string_view kPreferredTerm =
    "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels";
constexpr std::string_view kRequiredTerm =
    "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels";

constexpr std::array kSelectorFields = {
    FieldSpec{"Service", "spec/selector"},
    FieldSpec{"ReplicationController", "spec/selector"},
    FieldSpec{"Deployment", "spec/selector/matchLabels"},
    FieldSpec{"ReplicaSet", "spec/selector/matchLabels"},
    FieldSpec{"DaemonSet", "spec/selector/matchLabels"},
    FieldSpec{"StatefulSet", "spec/selector/matchLabels"},
    FieldSpec{"StatefulSet", "spec/volumeClaimTemplates/metadata/labels"},
    FieldSpec{"Deployment",
              "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
              Missing::kLeave},
    FieldSpec{"StatefulSet",
              "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
              Missing::kLeave},
    FieldSpec{"Job", "spec/selector/matchLabels", Missing::kLeave},
    FieldSpec{"CronJob", "spec/jobTemplate/spec/selector/matchLabels", Missing::kLeave},
    FieldSpec{"PodDisruptionBudget", "spec/selector/matchLabels", Missing::kLeave},
    FieldSpec{"NetworkPolicy", "spec/podSelector/matchLabels", Missing::kLeave},
    FieldSpec{"NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", Missing::kLeave},
    FieldSpec{"NetworkPolicy", "spec/egress/to/podSelector/matchLabels", Missing::kLeave},
};

constexpr std::array kTemplateAnnotations = {
    FieldSpec{"ReplicationController", "spec/template/metadata/annotations"},
    FieldSpec{"Deployment", "spec/template/metadata/annotations"},
    FieldSpec{"ReplicaSet", "spec/template/metadata/annotations"},
    FieldSpec{"DaemonSet", "spec/template/metadata/annotations"},
    FieldSpec{"StatefulSet", "spec/template/metadata/annotations"},
    FieldSpec{"Job", "spec/template/metadata/annotations"},
    FieldSpec{"CronJob", "spec/jobTemplate/metadata/annotations"},
    FieldSpec{"CronJob", "spec/jobTemplate/spec/template/metadata/annotations"},
};

void set_selector_labels(BuildState& state, Object& object, const Node& pairs) {
  for (const FieldSpec& spec : kSelectorFields) set_members(state, object, spec, pairs);
  for (const std::string_view kind : {"Deployment", "StatefulSet"}) {
    for (const std::string_view affinity : {"podAffinity", "podAntiAffinity"}) {
      for (const std::string_view term : {kPreferredTerm, kRequiredTerm}) {
        const std::string path =
            "spec/template/spec/affinity/" + std::string(affinity) + "/" + std::string(term);
        set_members(state, object, {kind, path, Missing::kLeave}, pairs);
      }
    }
  }
}

enum class LabelScope : std::uint8_t { kMetadata, kTemplates, kSelectors };

void set_labels(BuildState& state, std::span<Object> objects, const Node& pairs, LabelScope scope) {
  for (Object& object : objects) {
    set_members(state, object, {"", "metadata/labels"}, pairs);
    if (scope == LabelScope::kMetadata) continue;
    for (const FieldSpec& spec : kTemplateLabels) set_members(state, object, spec, pairs);
    if (scope == LabelScope::kSelectors) set_selector_labels(state, object, pairs);
  }
}

// `fields` of a labels entry: path, kind, group, create.
void set_custom_labels(BuildState& state, std::span<Object> objects, const Node& entry,
                       const Node& pairs) {
  for (const Node& field : entry.list("fields")) {
    const Node* path = field.find("path");
    const Node* kind = field.find("kind");
    const Node* create = field.find("create");
    if (path == nullptr || path->string_or().empty()) continue;
    const FieldSpec spec = {.kind = kind == nullptr ? std::string_view() : kind->string_or(),
                            .path = path->as_string(),
                            .missing = create != nullptr && create->bool_or(false)
                                           ? Missing::kCreate
                                           : Missing::kLeave};
    for (Object& object : objects) set_members(state, object, spec, pairs);
  }
}

// Labels and annotations; a value that is no string is reported.
bool is_pairs(BuildState& state, const Node* node) {
  if (node == nullptr || !node->is_map()) return false;
  for (const Member& pair : node->members()) {
    if (pair.value.is_string()) continue;
    state.error(pair.value, "the value of " + std::string(pair.key) + " must be a string",
                "put it in quotes");
  }
  return true;
}

bool keeps_its_name(const Object& object) {
  return object.kind() == "CustomResourceDefinition" || object.kind() == "APIService" ||
         object.kind() == "Namespace";
}

// `default` alone: other service accounts get theirs when references are mended.
void set_default_subjects(BuildState& state, Object& object, const Node& namespace_) {
  if (object.kind() != "RoleBinding" && object.kind() != "ClusterRoleBinding") return;
  constexpr std::array<std::string_view, 1> kSubjects = {"subjects"};
  core::Arena& arena = state.arena();
  const Node* subjects = object.root.find("subjects");
  if (subjects == nullptr || !subjects->is_list()) return;
  const auto changed =
      change_at(arena, object.root, kSubjects, Missing::kLeave, {},
                [&](const Node* list) -> std::optional<Node> {
                  std::vector<Node> items(list->items().begin(), list->items().end());
                  for (Node& subject : items) {
                    const Node* kind = subject.find("kind");
                    const Node* name = subject.find("name");
                    if (kind == nullptr || kind->string_or() != "ServiceAccount") continue;
                    if (name == nullptr || name->string_or() != "default") continue;
                    subject = with_member(arena, subject, "namespace", namespace_);
                  }
                  return with_items(arena, *list, items);
                });
  if (changed) object.root = *changed;
}

void set_at(BuildState& state, Object& object, std::string_view path, const Node& value) {
  const auto changed = change_at(state.arena(), object.root, split_path(path), Missing::kLeave, {},
                                 [&](const Node*) -> std::optional<Node> { return value; });
  if (changed) object.root = *changed;
}

struct ImageName {
  std::string_view name;
  std::string_view tag;     // without the colon
  std::string_view digest;  // without the at sign
};

ImageName split_image(std::string_view image) {
  ImageName parts{.name = image, .tag = {}, .digest = {}};
  if (const std::size_t at = image.find('@'); at != std::string_view::npos) {
    parts.digest = image.substr(at + 1);
    parts.name = image.substr(0, at);
  }
  const std::size_t colon = parts.name.rfind(':');
  const std::size_t slash = parts.name.rfind('/');
  // A colon before the last slash is that of a port.
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    parts.tag = parts.name.substr(colon + 1);
    parts.name = parts.name.substr(0, colon);
  }
  return parts;
}

std::string_view text_of(const Node& entry, std::string_view key) {
  const Node* node = entry.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

// All entries of `images` at once. A later entry sees the name that an earlier one gave.
class ImageChanger {
 public:
  ImageChanger(BuildState& state, std::span<const Node> entries) : arena_(state.arena()) {
    entries_.reserve(entries.size());
    for (const Node& entry : entries) {
      by_name_[text_of(entry, "name")].push_back(entries_.size());
      entries_.push_back({.name = text_of(entry, "newName"),
                          .tag = text_of(entry, "newTag"),
                          .digest = text_of(entry, "digest"),
                          .at = extent_of(entry)});
      for (const std::string_view key : {"newName", "newTag", "digest"}) {
        const Node* value = entry.find(key);
        if (value == nullptr) continue;
        entries_.back().at = extent_of(*value);
        if (!value->is_string() && !value->is_null()) {
          state.error(*value, std::string(key) + " must be a string", "put it in quotes");
        }
      }
    }
  }

  // Every `containers` and `initContainers` list, wherever it is.
  std::optional<Node> change(const Node& node) const {
    if (node.is_list()) return change_list(node);
    if (!node.is_map()) return std::nullopt;
    std::optional<Node> result;
    for (const Member& member : node.members()) {
      const bool containers = member.key == "containers" || member.key == "initContainers";
      std::optional<Node> made = containers && member.value.is_list()
                                     ? change_containers(member.value)
                                     : change(member.value);
      if (!made) continue;
      result = with_member(arena_, result ? *result : node, member.key, *made);
    }
    return result;
  }

 private:
  std::optional<Node> change_list(const Node& list) const {
    std::vector<Node> items(list.items().begin(), list.items().end());
    bool changed = false;
    for (Node& item : items) {
      if (const auto made = change(item)) {
        item = *made;
        changed = true;
      }
    }
    if (!changed) return std::nullopt;
    return with_items(arena_, list, items);
  }

  std::optional<Node> change_containers(const Node& list) const {
    std::vector<Node> items(list.items().begin(), list.items().end());
    bool changed = false;
    for (Node& container : items) {
      const Node* image = container.find("image");
      if (image == nullptr || !image->is_string()) continue;
      const auto made = changed_image(image->as_string());
      if (!made) continue;
      container =
          with_member(arena_, container, "image", make_string(arena_, made->image, made->at));
      changed = true;
    }
    if (!changed) return std::nullopt;
    return with_items(arena_, list, items);
  }

  struct Entry {
    std::string_view name;
    std::string_view tag;
    std::string_view digest;
    Extent at;
  };
  struct Changed {
    std::string image;
    Extent at;
  };

  // The first entry for `name` from `from` on.
  const Entry* find(std::string_view name, std::size_t& from) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    const auto next = std::ranges::lower_bound(found->second, from);
    if (next == found->second.end()) return nullptr;
    from = *next + 1;
    return &entries_[*next];
  }

  static std::string applied(const Entry& entry, std::string_view image) {
    const ImageName parts = split_image(image);
    std::string result(entry.name.empty() ? parts.name : entry.name);
    const bool given = !entry.tag.empty() || !entry.digest.empty();
    const std::string_view tag = given ? entry.tag : parts.tag;
    const std::string_view digest = given ? entry.digest : parts.digest;
    if (!tag.empty()) result += ":" + std::string(tag);
    if (!digest.empty()) result += "@" + std::string(digest);
    return result;
  }

  std::optional<Changed> changed_image(std::string_view image) const {
    constexpr int kMostSteps = 16;  // entries that change what others made of the image
    Changed result{.image = std::string(image), .at = {}};
    std::size_t from = 0;
    bool changed = false;
    for (int step = 0; step < kMostSteps; ++step) {
      const Entry* entry = find(split_image(result.image).name, from);
      if (entry == nullptr) break;
      std::string made = applied(*entry, result.image);
      if (made == result.image) continue;
      result = {.image = std::move(made), .at = entry->at};
      changed = true;
    }
    if (!changed) return std::nullopt;
    return result;
  }

  core::Arena& arena_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_name_;
};

}  // namespace

void apply_namespace(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  const Node* namespace_ = kustomization.find("namespace");
  if (namespace_ == nullptr || namespace_->string_or().empty()) return;
  for (Object& object : objects) {
    if (object.kind() == "Namespace" && object.group().empty()) {
      rename(state.arena(), object, namespace_->as_string());
    } else if (!is_cluster_scoped(object.api_version(), object.kind())) {
      move_to_namespace(state.arena(), object, *namespace_);
    }
    set_default_subjects(state, object, *namespace_);
    if (object.kind() == "APIService") {
      set_at(state, object, "spec/service/namespace", *namespace_);
    } else if (object.kind() == "CustomResourceDefinition") {
      set_at(state, object, "spec/conversion/webhook/clientConfig/service/namespace", *namespace_);
    }
  }
}

void apply_name_affixes(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  const std::string prefix(text_of(kustomization, "namePrefix"));
  const std::string suffix(text_of(kustomization, "nameSuffix"));
  if (prefix.empty() && suffix.empty()) return;
  for (Object& object : objects) {
    if (keeps_its_name(object)) continue;
    std::string name = prefix;
    name += object.identity().name;
    name += suffix;
    rename(state.arena(), object, name);
  }
}

// About how many places a labels entry looks at in one object.
constexpr std::uint64_t kLabelPlaces = 20;

void apply_labels(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  if (const Node* common = kustomization.find("commonLabels"); is_pairs(state, common)) {
    set_labels(state, objects, *common, LabelScope::kSelectors);
  }
  for (const Node& entry : kustomization.list("labels")) {
    const Node* pairs = entry.find("pairs");
    if (!is_pairs(state, pairs)) continue;
    if (!state.spend(objects.size() * kLabelPlaces)) return;
    const Node* selectors = entry.find("includeSelectors");
    const Node* templates = entry.find("includeTemplates");
    LabelScope scope = LabelScope::kMetadata;
    if (templates != nullptr && templates->bool_or(false)) scope = LabelScope::kTemplates;
    if (selectors != nullptr && selectors->bool_or(false)) scope = LabelScope::kSelectors;
    set_labels(state, objects, *pairs, scope);
    set_custom_labels(state, objects, entry, *pairs);
  }
}

void apply_annotations(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  const Node* pairs = kustomization.find("commonAnnotations");
  if (!is_pairs(state, pairs)) return;
  for (Object& object : objects) {
    set_members(state, object, {"", "metadata/annotations"}, *pairs);
    for (const FieldSpec& spec : kTemplateAnnotations) set_members(state, object, spec, *pairs);
  }
}

void apply_replicas(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  constexpr std::array<std::string_view, 4> kKinds = {"Deployment", "ReplicationController",
                                                      "ReplicaSet", "StatefulSet"};
  constexpr std::array<std::string_view, 2> kPath = {"spec", "replicas"};
  for (const Node& entry : kustomization.list("replicas")) {
    const Node* count = entry.find("count");
    const std::string_view name = text_of(entry, "name");
    if (count == nullptr || !count->is_int()) continue;
    if (!state.spend(objects.size())) return;
    bool found = false;
    for (Object& object : objects) {
      if (std::ranges::find(kKinds, object.kind()) == kKinds.end() || !object.was_named(name)) {
        continue;
      }
      found = true;
      const auto changed =
          change_at(state.arena(), object.root, kPath, Missing::kCreate, extent_of(*count),
                    [&](const Node*) -> std::optional<Node> { return *count; });
      if (changed) object.root = *changed;
    }
    if (!found) state.error(entry, "replicas: no workload is named \"" + std::string(name) + "\"");
  }
}

void apply_images(BuildState& state, const Node& kustomization, std::span<Object> objects) {
  const auto entries = kustomization.list("images");
  if (entries.empty()) return;
  const ImageChanger changer(state, entries);
  for (Object& object : objects) {
    if (object.kind() == "CustomResourceDefinition") continue;
    if (const auto changed = changer.change(object.root)) object.root = *changed;
  }
}

}  // namespace yagura::kube::kustomize
