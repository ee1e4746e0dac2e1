#include "kube/sources/kustomize/strategic_merge.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "kube/node_json.hpp"
#include "kube/sources/kustomize/edit.hpp"
#include "kube/workload.hpp"

namespace yagura::kube::kustomize {

namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kDeleteFrom = "$deleteFromPrimitiveList/";

// patchMergeKey of the API types, by the list's name. A second key counts where both elements have
// it.
struct ListKey {
  std::string_view list;
  std::string_view key;
  std::string_view second;
};

constexpr std::array kListKeys = {
    ListKey{"containers", "name", {}},
    ListKey{"initContainers", "name", {}},
    ListKey{"ephemeralContainers", "name", {}},
    ListKey{"env", "name", {}},
    ListKey{"volumeMounts", "mountPath", {}},
    ListKey{"volumeDevices", "devicePath", {}},
    ListKey{"volumes", "name", {}},
    ListKey{"imagePullSecrets", "name", {}},
    ListKey{"hostAliases", "ip", {}},
    ListKey{"topologySpreadConstraints", "topologyKey", "whenUnsatisfiable"},
    ListKey{"resourceClaims", "name", {}},
    ListKey{"schedulingGates", "name", {}},
    ListKey{"secrets", "name", {}},
    ListKey{"webhooks", "name", {}},
    ListKey{"matchConditions", "name", {}},
    ListKey{"ownerReferences", "uid", {}},
    ListKey{"conditions", "type", {}},
};

std::optional<ListKey> list_key(std::string_view list, std::span<const Node> items) {
  // In a container `ports` go by containerPort, in a Service by port.
  if (list == "ports") {
    const bool container = std::ranges::any_of(
        items, [](const Node& item) { return item.find("containerPort") != nullptr; });
    return ListKey{"ports", container ? "containerPort" : "port", "protocol"};
  }
  const auto found = std::ranges::find(kListKeys, list, &ListKey::list);
  if (found == kListKeys.end()) return std::nullopt;
  return *found;
}

std::string_view directive_of(const Node& node) {
  const Node* directive = node.find(kDirective);
  return directive == nullptr ? std::string_view() : directive->string_or();
}

class Merger {
 public:
  Merger(core::Arena& arena, ListMerge lists) : arena_(arena), lists_(lists) {}

  std::optional<Node> merge(const Node& base, const Node& patch) {
    if (patch.is_map()) {
      const std::string_view directive = directive_of(patch);
      if (directive == "delete") return std::nullopt;
      if (directive == "replace" || !base.is_map()) return cleaned(patch);
      return merge_maps(base, patch);
    }
    if (patch.is_null()) return std::nullopt;
    return cleaned(patch);
  }

 private:
  // What a patch adds where nothing was: without directives and removals.
  Node cleaned(const Node& patch) {
    if (patch.is_list()) {
      std::vector<Node> items;
      for (const Node& item : patch.items()) {
        if (directive_of(item).empty()) items.push_back(cleaned(item));
      }
      return with_items(arena_, patch, items);
    }
    if (!patch.is_map()) return patch;
    std::vector<Member> members;
    for (const Member& member : patch.members()) {
      if (member.key.starts_with('$') || member.value.is_null()) continue;
      if (directive_of(member.value) == "delete") continue;
      members.push_back(member);
      members.back().value = cleaned(member.value);
    }
    return with_members(arena_, patch, members);
  }

  Node merge_maps(const Node& base, const Node& patch) {
    Node result = base;
    if (const Node* retain = patch.find("$retainKeys")) result = retained(result, *retain);
    for (const Member& member : patch.members()) {
      if (member.key.starts_with(kDeleteFrom)) {
        result = deleted_from(result, member.key.substr(kDeleteFrom.size()), member.value);
      } else if (!member.key.starts_with('$')) {
        result = merge_member(result, member);
      }
    }
    return result;
  }

  Node merge_member(const Node& base, const Member& member) {
    const Node* old = base.find(member.key);
    if (old == nullptr || old->is_null()) {
      const bool removes = member.value.is_null() || directive_of(member.value) == "delete";
      return removes ? without_member(arena_, base, member.key)
                     : added(base, member, cleaned(member.value));
    }
    if (member.value.is_list() && old->is_list()) {
      return added(base, member, merge_lists(member.key, *old, member.value));
    }
    const std::optional<Node> merged = merge(*old, member.value);
    return merged ? added(base, member, *merged) : without_member(arena_, base, member.key);
  }

  // A new member's key is where the patch wrote it.
  Node added(const Node& base, const Member& patch, const Node& value) {
    if (base.find(patch.key) != nullptr) return with_member(arena_, base, patch.key, value);
    std::vector<Member> members(base.members().begin(), base.members().end());
    members.push_back(patch);
    members.back().value = value;
    return with_members(arena_, base, members);
  }

  Node merge_lists(std::string_view name, const Node& base, const Node& patch) {
    if (lists_ == ListMerge::kReplace) return cleaned(patch);
    if (name == "finalizers") return united(base, patch);
    const bool replaces = std::ranges::any_of(
        patch.items(), [](const Node& item) { return directive_of(item) == "replace"; });
    const auto key = list_key(name, patch.items().empty() ? base.items() : patch.items());
    if (replaces || !key) return cleaned(patch);
    return merge_by_key(*key, base, patch);
  }

  static bool same_element(const ListKey& key, const Node& a, const Node& b) {
    const Node* first = a.find(key.key);
    const Node* second = b.find(key.key);
    if (first == nullptr || second == nullptr || !equal(*first, *second)) return false;
    if (key.second.empty()) return true;
    const Node* first_of_second = a.find(key.second);
    const Node* second_of_second = b.find(key.second);
    return first_of_second == nullptr || second_of_second == nullptr ||
           equal(*first_of_second, *second_of_second);
  }

  // What the patch names comes first, in its order; the rest of the base follows. So does
  // Kustomize.
  Node merge_by_key(const ListKey& key, const Node& base, const Node& patch) {
    std::vector<Node> rest(base.items().begin(), base.items().end());
    std::vector<Node> merged;
    for (const Node& element : patch.items()) {
      const auto found = std::ranges::find_if(
          rest, [&](const Node& item) { return same_element(key, item, element); });
      if (found == rest.end()) {
        if (directive_of(element) != "delete") merged.push_back(cleaned(element));
        continue;
      }
      if (const std::optional<Node> made = merge(*found, element)) merged.push_back(*made);
      rest.erase(found);
    }
    merged.insert(merged.end(), rest.begin(), rest.end());
    return with_items(arena_, base, merged);
  }

  Node united(const Node& base, const Node& patch) {
    std::vector<Node> items(base.items().begin(), base.items().end());
    for (const Node& item : patch.items()) {
      if (std::ranges::none_of(items, [&](const Node& old) { return equal(old, item); })) {
        items.push_back(item);
      }
    }
    return with_items(arena_, base, items);
  }

  Node deleted_from(const Node& base, std::string_view name, const Node& values) {
    const Node* list = base.find(name);
    if (list == nullptr || !list->is_list() || !values.is_list()) return base;
    std::vector<Node> items(list->items().begin(), list->items().end());
    std::erase_if(items, [&](const Node& item) {
      return std::ranges::any_of(values.items(),
                                 [&](const Node& value) { return equal(item, value); });
    });
    return with_member(arena_, base, name, with_items(arena_, *list, items));
  }

  Node retained(const Node& base, const Node& keys) {
    if (!keys.is_list()) return base;
    std::vector<Member> members(base.members().begin(), base.members().end());
    std::erase_if(members, [&](const Member& member) {
      return std::ranges::none_of(keys.items(),
                                  [&](const Node& key) { return key.string_or() == member.key; });
    });
    return with_members(arena_, base, members);
  }

  core::Arena& arena_;
  ListMerge lists_;
};

}  // namespace

ListMerge list_merge_of(const Node& object) {
  const Node* version = object.find("apiVersion");
  const std::string_view group =
      api_group(version == nullptr ? std::string_view() : version->string_or());
  constexpr std::array<std::string_view, 6> kPlain = {"",       "apps",      "batch", "autoscaling",
                                                      "policy", "extensions"};
  constexpr std::array<std::string_view, 12> kBuiltIn = {"admissionregistration.k8s.io",
                                                         "apiextensions.k8s.io",
                                                         "apiregistration.k8s.io",
                                                         "authentication.k8s.io",
                                                         "authorization.k8s.io",
                                                         "certificates.k8s.io",
                                                         "coordination.k8s.io",
                                                         "flowcontrol.apiserver.k8s.io",
                                                         "networking.k8s.io",
                                                         "node.k8s.io",
                                                         "rbac.authorization.k8s.io",
                                                         "storage.k8s.io"};
  const bool known = std::ranges::find(kPlain, group) != kPlain.end() ||
                     std::ranges::find(kBuiltIn, group) != kBuiltIn.end();
  return known ? ListMerge::kByKey : ListMerge::kReplace;
}

std::optional<Node> strategic_merge(core::Arena& arena, const Node& object, const Node& patch,
                                    ListMerge lists) {
  return Merger(arena, lists).merge(object, patch);
}

}  // namespace yagura::kube::kustomize
