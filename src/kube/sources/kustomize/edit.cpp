#include "kube/sources/kustomize/edit.hpp"

#include <algorithm>
#include <unordered_map>

namespace yagura::kube::kustomize {

namespace {

CollectionStyle style_of(const Node& node) {
  return node.is_flow() ? CollectionStyle::kFlow : CollectionStyle::kBlock;
}

Node as_aliased_as(const Node& original, Node made) {
  return original.is_aliased() ? NodeBuilder::aliased(made) : made;
}

}  // namespace

Node make_string(core::Arena& arena, std::string_view text, Extent at) {
  return NodeBuilder::string(arena.copy(text), at);
}

Node empty_map(core::Arena& arena, Extent at) {
  return NodeBuilder::map(arena, {}, CollectionStyle::kBlock, at);
}

Node with_members(core::Arena& arena, const Node& map, std::span<Member> members) {
  return as_aliased_as(map, NodeBuilder::map(arena, members, style_of(map), extent_of(map)));
}

Node with_member(core::Arena& arena, const Node& map, std::string_view key, const Node& value) {
  std::vector<Member> members;
  if (map.is_map()) members.assign(map.members().begin(), map.members().end());
  const auto found = std::ranges::find(members, key, &Member::key);
  if (found != members.end()) {
    found->value = value;
  } else {
    members.push_back({.key = arena.copy(key),
                       .key_begin = value.begin(),
                       .key_end = value.begin(),
                       .value = value});
  }
  if (!map.is_map()) {
    return NodeBuilder::map(arena, members, CollectionStyle::kBlock, extent_of(value));
  }
  return with_members(arena, map, members);
}

Node united(core::Arena& arena, const Node& map, const Node& added) {
  std::vector<Member> members;
  if (map.is_map()) members.assign(map.members().begin(), map.members().end());
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < members.size(); ++i) index.emplace(members[i].key, i);
  if (added.is_map()) {
    for (const Member& member : added.members()) {
      const auto [place, fresh] = index.try_emplace(member.key, members.size());
      if (fresh) {
        members.push_back(member);
      } else {
        members[place->second].value = member.value;
      }
    }
  }
  return map.is_map() ? with_members(arena, map, members)
                      : NodeBuilder::map(arena, members, CollectionStyle::kBlock, extent_of(added));
}

Node without_member(core::Arena& arena, const Node& map, std::string_view key) {
  if (!map.is_map()) return map;
  std::vector<Member> members(map.members().begin(), map.members().end());
  std::erase_if(members, [&](const Member& member) { return member.key == key; });
  return with_members(arena, map, members);
}

Node with_items(core::Arena& arena, const Node& list, std::span<const Node> items) {
  return as_aliased_as(list, NodeBuilder::list(arena, items, style_of(list), extent_of(list)));
}

std::optional<Node> change_at(core::Arena& arena, const Node& root,
                              std::span<const std::string_view> path, Missing missing,
                              Extent made_at, const Change& change) {
  if (root.is_list() && !path.empty()) {
    std::vector<Node> items(root.items().begin(), root.items().end());
    bool changed = false;
    for (Node& item : items) {
      if (const auto made = change_at(arena, item, path, missing, made_at, change)) {
        item = *made;
        changed = true;
      }
    }
    if (!changed) return std::nullopt;
    return with_items(arena, root, items);
  }
  if (path.empty()) return change(&root);
  if (!root.is_map() && !(root.is_null() && missing == Missing::kCreate)) return std::nullopt;
  const Node* next = root.find(path.front());
  if (next == nullptr && missing == Missing::kLeave) return std::nullopt;
  std::optional<Node> made;
  if (next != nullptr) {
    made = change_at(arena, *next, path.subspan(1), missing, made_at, change);
  } else if (path.size() == 1) {
    made = change(nullptr);
  } else {
    made = change_at(arena, empty_map(arena, made_at), path.subspan(1), missing, made_at, change);
  }
  if (!made) return std::nullopt;
  return with_member(arena, root, path.front(), *made);
}

Node with_offsets(core::Arena& arena, const Node& node, const MoveOffset& move) {
  const Extent at = {.begin = move(node.begin()), .end = move(node.end())};
  if (node.is_list()) {
    std::vector<Node> items;
    items.reserve(node.items().size());
    for (const Node& item : node.items()) items.push_back(with_offsets(arena, item, move));
    return as_aliased_as(node, NodeBuilder::list(arena, items, style_of(node), at));
  }
  if (node.is_map()) {
    std::vector<Member> members;
    members.reserve(node.members().size());
    for (const Member& member : node.members()) {
      members.push_back({.key = member.key,
                         .key_begin = move(member.key_begin),
                         .key_end = move(member.key_end),
                         .value = with_offsets(arena, member.value, move)});
    }
    return as_aliased_as(node, NodeBuilder::map(arena, members, style_of(node), at));
  }
  return NodeBuilder::with_extent(node, at);
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace yagura::kube::kustomize
