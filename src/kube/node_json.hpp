#pragma once

// A tree as JSON text (RFC 8259), and equality of trees.

#include <string>

#include "kube/node.hpp"

namespace yagura::kube {

enum class JsonLayout : std::uint8_t { kCompact, kIndented };

// Members in source order. A kDouble keeps a fraction or an exponent, so that reading the text
// gives the same kinds again; infinities and NaN (which no reader makes) become null. Depth of
// recursion is that of the tree.
[[nodiscard]] std::string to_json(const Node& node, JsonLayout layout = JsonLayout::kCompact);
void append_json(std::string& out, const Node& node);

// Same kinds and values; lists in order, maps in any order. Positions and styles do not count.
[[nodiscard]] bool equal(const Node& a, const Node& b);

}  // namespace yagura::kube
