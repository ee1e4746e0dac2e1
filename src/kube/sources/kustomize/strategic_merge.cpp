#include "kube/sources/kustomize/strategic_merge.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
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

  // The members while they change: found by key in constant time, those that went away left out at
  // the end.
  class Members {
   public:
    explicit Members(const Node& map) {
      if (map.is_map()) members_.assign(map.members().begin(), map.members().end());
      for (std::size_t i = 0; i < members_.size(); ++i) index_.emplace(members_[i].key, i);
      present_.assign(members_.size(), true);
    }
    [[nodiscard]] const Node* find(std::string_view key) const {
      const auto found = index_.find(key);
      return found == index_.end() || !present_[found->second] ? nullptr
                                                               : &members_[found->second].value;
    }
    void remove(std::string_view key) {
      if (const auto found = index_.find(key); found != index_.end())
        present_[found->second] = false;
    }
    // A new member's key is where the patch wrote it.
    void set(const Member& patch, const Node& value) {
      const auto [place, fresh] = index_.try_emplace(patch.key, members_.size());
      if (fresh) {
        members_.push_back(patch);
        present_.push_back(true);
      } else if (!present_[place->second]) {
        members_[place->second] = patch;
        present_[place->second] = true;
      }
      members_[place->second].value = value;
    }
    [[nodiscard]] std::vector<Member> take() {
      std::vector<Member> left;
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (present_[i]) left.push_back(members_[i]);
      }
      return left;
    }

   private:
    std::vector<Member> members_;
    std::vector<bool> present_;
    std::unordered_map<std::string_view, std::size_t> index_;
  };

  Node merge_maps(const Node& base, const Node& patch) {
    const Node* retain = patch.find("$retainKeys");
    Members members(retain == nullptr ? base : retained(base, *retain));
    for (const Member& member : patch.members()) {
      if (member.key.starts_with(kDeleteFrom)) {
        delete_from(members, member);
      } else if (!member.key.starts_with('$')) {
        merge_member(members, member);
      }
    }
    std::vector<Member> left = members.take();
    return with_members(arena_, base, left);
  }

  void merge_member(Members& members, const Member& member) {
    const Node* old = members.find(member.key);
    if (old == nullptr || old->is_null()) {
      const bool removes = member.value.is_null() || directive_of(member.value) == "delete";
      if (removes) {
        members.remove(member.key);
      } else {
        members.set(member, cleaned(member.value));
      }
    } else if (member.value.is_list() && old->is_list()) {
      members.set(member, merge_lists(member.key, *old, member.value));
    } else if (const std::optional<Node> merged = merge(*old, member.value)) {
      members.set(member, *merged);
    } else {
      members.remove(member.key);
    }
  }

  Node merge_lists(std::string_view name, const Node& base, const Node& patch) {
    if (lists_ == ListMerge::kReplace) return cleaned(patch);
    if (name == "finalizers") return united_lists(base, patch);
    const bool replaces = std::ranges::any_of(
        patch.items(), [](const Node& item) { return directive_of(item) == "replace"; });
    const auto key = list_key(name, patch.items().empty() ? base.items() : patch.items());
    if (replaces || !key) return cleaned(patch);
    return merge_by_key(*key, base, patch);
  }

  // What identifies an element, as a text; empty: it has no key and is nobody's counterpart.
  static std::string key_text(const ListKey& key, const Node& element) {
    const Node* first = element.find(key.key);
    return first == nullptr ? std::string() : to_json(*first);
  }

  // Where both have the second key too, it must be the same.
  static bool same_second(const ListKey& key, const Node& a, const Node& b) {
    if (key.second.empty()) return true;
    const Node* first = a.find(key.second);
    const Node* second = b.find(key.second);
    return first == nullptr || second == nullptr || equal(*first, *second);
  }

  // What the patch names comes first, in its order; the rest of the base follows. So does
  // Kustomize.
  Node merge_by_key(const ListKey& key, const Node& base, const Node& patch) {
    const auto items = base.items();
    std::unordered_multimap<std::string, std::size_t> index;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (std::string text = key_text(key, items[i]); !text.empty())
        index.emplace(std::move(text), i);
    }
    std::vector<bool> taken(items.size(), false);
    std::vector<Node> merged;
    for (const Node& element : patch.items()) {
      std::size_t found = items.size();
      const auto [begin, end] = index.equal_range(key_text(key, element));
      for (auto candidate = begin; candidate != end; ++candidate) {
        const std::size_t i = candidate->second;
        if (!taken[i] && i < found && same_second(key, items[i], element)) found = i;
      }
      if (found == items.size()) {
        if (directive_of(element) != "delete") merged.push_back(cleaned(element));
        continue;
      }
      taken[found] = true;
      if (const std::optional<Node> made = merge(items[found], element)) merged.push_back(*made);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!taken[i]) merged.push_back(items[i]);
    }
    return with_items(arena_, base, merged);
  }

  static std::unordered_set<std::string> texts_of(std::span<const Node> items) {
    std::unordered_set<std::string> texts;
    for (const Node& item : items) texts.insert(to_json(item));
    return texts;
  }

  Node united_lists(const Node& base, const Node& patch) {
    std::vector<Node> items(base.items().begin(), base.items().end());
    std::unordered_set<std::string> known = texts_of(base.items());
    for (const Node& item : patch.items()) {
      if (known.insert(to_json(item)).second) items.push_back(item);
    }
    return with_items(arena_, base, items);
  }

  void delete_from(Members& members, const Member& directive) {
    const std::string_view name = directive.key.substr(kDeleteFrom.size());
    const Node* list = members.find(name);
    if (list == nullptr || !list->is_list() || !directive.value.is_list()) return;
    const std::unordered_set<std::string> gone = texts_of(directive.value.items());
    std::vector<Node> items(list->items().begin(), list->items().end());
    std::erase_if(items, [&](const Node& item) { return gone.contains(to_json(item)); });
    members.set({.key = name}, with_items(arena_, *list, items));
  }

  Node retained(const Node& base, const Node& keys) {
    if (!keys.is_list()) return base;
    std::unordered_set<std::string_view> kept;
    for (const Node& key : keys.items()) kept.insert(key.string_or());
    std::vector<Member> members(base.members().begin(), base.members().end());
    std::erase_if(members, [&](const Member& member) { return !kept.contains(member.key); });
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
