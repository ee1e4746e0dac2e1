#include "kube/sources/kustomize/patches.hpp"

#include <algorithm>
#include <string_view>

#include "kube/sources/kustomize/json_patch.hpp"
#include "kube/sources/kustomize/patch_target.hpp"
#include "kube/sources/kustomize/strategic_merge.hpp"
#include "kube/workload.hpp"

namespace yagura::kube::kustomize {

namespace {

std::string_view text_of(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

class Patcher {
 public:
  Patcher(BuildState& state, const std::string& folder, std::vector<Object>& objects)
      : state_(state), folder_(folder), objects_(objects) {}

  // `patchesStrategicMerge`: a file, or the patch itself.
  void apply_merge_entry(const Node& entry) {
    const std::string_view text = entry.string_or();
    const bool is_text = text.find('\n') != std::string_view::npos;
    for (const BuildState::Parsed& patch : is_text ? state_.parse_inline(entry) : read(entry)) {
      if (!state_.spend(objects_.size())) return;
      apply_by_identity(entry, patch);
    }
  }

  // `patches` and `patchesJson6902`: {path | patch, target, options}.
  void apply_entry(const Node& entry) {
    const Node* path = entry.find("path");
    const Node* text = entry.find("patch");
    if ((path == nullptr) == (text == nullptr)) {
      state_.error(entry, "a patch has either `path` or `patch`");
      return;
    }
    std::optional<PatchTarget> target;
    if (const Node* selector = entry.find("target")) {
      auto parsed = PatchTarget::parse(*selector);
      if (!parsed) {
        state_.error(*selector, parsed.error().message);
        return;
      }
      target = *std::move(parsed);
    }
    for (const BuildState::Parsed& patch :
         path != nullptr ? read(*path) : state_.parse_inline(*text)) {
      if (!state_.spend(objects_.size())) return;
      apply_one(entry, patch, target);
    }
  }

 private:
  std::vector<BuildState::Parsed> read(const Node& path) {
    const std::string file = join_path(folder_, path.string_or());
    if (state_.tree().kind(file) == EntryKind::kFile && !state_.tree().is_inside(file, folder_)) {
      state_.error(path,
                   std::string(path.string_or()) + " is outside of the kustomization's folder");
      return {};
    }
    const auto opened = state_.read_file(file, &path);
    return opened ? state_.parse(*opened) : std::vector<BuildState::Parsed>();
  }

  void apply_one(const Node& entry, const BuildState::Parsed& patch,
                 const std::optional<PatchTarget>& target) {
    if (patch.root.is_list()) {
      if (!target) {
        state_.error(entry, "a JSON patch needs a `target`");
        return;
      }
      for (Object& object : objects_) {
        if (target->matches(object)) apply_json(entry, object, patch.root);
      }
      return;
    }
    if (!target) {
      apply_by_identity(entry, patch);
      return;
    }
    for (std::size_t i = 0; i < objects_.size() && !state_.stopped();) {
      // A patch that deletes leaves the next object in this place.
      if (!target->matches(objects_[i]) || apply_merge(entry, i, patch)) ++i;
    }
  }

  void apply_json(const Node& entry, Object& object, const Node& patch) {
    auto changed = json_patch(state_.arena(), object.root, patch, state_.limits().max_memory);
    if (changed) {
      object.root = *changed;
    } else {
      state_.error(entry, "the patch does not fit " + std::string(object.kind()) + " \"" +
                              std::string(object.identity().name) +
                              "\": " + changed.error().message);
    }
  }

  // Group, kind and name as the patch has them; its namespace, where one object has that.
  void apply_by_identity(const Node& entry, const BuildState::Parsed& patch) {
    const std::string_view kind = text_of(patch.root, "kind");
    const std::string_view group = api_group(text_of(patch.root, "apiVersion"));
    const Node* metadata = patch.root.find("metadata");
    const std::string_view name =
        metadata == nullptr ? std::string_view() : text_of(*metadata, "name");
    const std::string_view space =
        metadata == nullptr ? std::string_view() : text_of(*metadata, "namespace");
    std::size_t best = objects_.size();
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      const Object& object = objects_[i];
      if (object.kind() != kind || object.group() != group || !object.was_named(name)) continue;
      if (object.was_in_namespace(space)) {
        best = i;
        break;
      }
      if (best == objects_.size() && space.empty()) best = i;
    }
    if (best == objects_.size()) {
      state_.error(entry, "the patch is for " + std::string(kind) + " \"" + std::string(name) +
                              "\", which is not among the resources");
      return;
    }
    apply_merge(entry, best, patch);
  }

  // False: the object was deleted.
  bool apply_merge(const Node& entry, std::size_t index, const BuildState::Parsed& patch) {
    Object& object = objects_[index];
    core::Arena& arena = state_.arena();
    const auto merged = strategic_merge(arena, object.root, patch.root, list_merge_of(object.root));
    if (!merged) {
      (void)state_.spend(objects_.size() - index);
      objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(index));
      return false;
    }
    const Node* options = entry.find("options");
    const auto allowed = [&](std::string_view name) {
      const Node* option = options == nullptr ? nullptr : options->find(name);
      return option != nullptr && option->bool_or(false);
    };
    const Object before = object;
    object.root = *merged;
    keep_identity(object, before, allowed("allowNameChange"), allowed("allowKindChange"));
    object.ignores.insert(object.ignores.end(), patch.ignores.begin(), patch.ignores.end());
    return true;
  }

  // A patch changes neither kind nor name unless it says that it may.
  void keep_identity(Object& object, const Object& before, bool new_name, bool new_kind) {
    core::Arena& arena = state_.arena();
    if (!new_kind) {
      for (const std::string_view field : {"apiVersion", "kind"}) {
        if (const Node* old = before.root.find(field)) {
          object.root = with_member(arena, object.root, field, *old);
        }
      }
    }
    const Node* old_metadata = before.root.find("metadata");
    if (new_name) {
      if (object.identity() != before.identity()) object.former.push_back(before.identity());
      return;
    }
    if (old_metadata == nullptr || !old_metadata->is_map()) return;
    const Node* present = object.root.find("metadata");
    Node metadata = present == nullptr ? *old_metadata : *present;
    for (const std::string_view field : {"name", "namespace"}) {
      const Node* old = old_metadata->find(field);
      metadata = old == nullptr ? without_member(arena, metadata, field)
                                : with_member(arena, metadata, field, *old);
    }
    object.root = with_member(arena, object.root, "metadata", metadata);
  }

  BuildState& state_;
  const std::string& folder_;
  std::vector<Object>& objects_;
};

}  // namespace

void apply_patches(BuildState& state, const std::string& folder, const Node& kustomization,
                   std::vector<Object>& objects) {
  Patcher patcher(state, folder, objects);
  for (const Node& entry : kustomization.list("patchesStrategicMerge")) {
    if (!state.within_limits(objects.size())) return;
    patcher.apply_merge_entry(entry);
  }
  for (const Node& entry : kustomization.list("patches")) {
    if (!state.within_limits(objects.size())) return;
    patcher.apply_entry(entry);
  }
}

void apply_json6902_patches(BuildState& state, const std::string& folder, const Node& kustomization,
                            std::vector<Object>& objects) {
  Patcher patcher(state, folder, objects);
  for (const Node& entry : kustomization.list("patchesJson6902")) {
    if (!state.within_limits(objects.size())) return;
    patcher.apply_entry(entry);
  }
}

}  // namespace yagura::kube::kustomize
