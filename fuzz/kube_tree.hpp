#pragma once

// What must hold of every tree, whatever it was read from.

#include <cstdint>
#include <string>

#include "core/check.hpp"
#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/json/json_reader.hpp"
#include "kube/node_json.hpp"
#include "kube/node_path.hpp"
#include "kube/read_context.hpp"

namespace yagura::fuzz {

inline void check_extent(std::uint32_t begin, std::uint32_t end, std::size_t size) {
  YAGURA_CHECK(begin <= end && end <= size, "offsets lie within the source, in order");
}

// Children lie within their parent, unless they came from elsewhere.
inline void check_places(const kube::Node& node, std::size_t size) {
  check_extent(node.begin(), node.end(), size);
  const auto check_child = [&](const kube::Node& child) {
    if (!child.is_aliased()) {
      YAGURA_CHECK(node.begin() <= child.begin() && child.end() <= node.end(),
                   "a child lies within its parent");
    }
    check_places(child, size);
  };
  if (node.is_list()) {
    for (const kube::Node& item : node.items()) check_child(item);
  }
  if (node.is_map()) {
    for (const kube::Member& member : node.members()) {
      check_extent(member.key_begin, member.key_end, size);
      YAGURA_CHECK(node.find(member.key) == &member.value, "every member is found by its key");
      check_child(member.value);
    }
  }
}

// The tree as JSON is read as the same tree.
inline void check_round_trip(const kube::Node& root) {
  const kube::Source source("round trip", kube::to_json(root), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const kube::ReadLimits limits{};
  const auto again =
      kube::json::read({.source = source, .diagnostics = diagnostics, .limits = limits});
  YAGURA_CHECK(again.size() == 1 && diagnostics.list().empty(), "our JSON is JSON");
  YAGURA_CHECK(kube::equal(root, *again.front()), "our JSON means the same tree");
}

}  // namespace yagura::fuzz
