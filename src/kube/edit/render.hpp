#pragma once

// New values as text. Internal to src/kube.

#include <cstdint>
#include <string>
#include <string_view>

#include "kube/edit/layout.hpp"
#include "kube/node.hpp"

namespace yagura::kube::edit {

enum class Quotes : std::uint8_t {
  kAsNeeded,  // plain where that reads back as the same text
  kSingle,
  kDouble,
  kJson,  // everything as JSON has it
};

// In { } and [ ].
struct FlowStyle {
  Quotes quotes = Quotes::kAsNeeded;
  bool is_compact = false;     // {"a":1,"b":2}: no blanks behind ':' and ','
  bool is_multi_line = false;  // each member on its own line
  std::string indent{};        // of the line that the collection begins on; only for multi-line
  std::string step = "  ";
  std::string_view newline = "\n";
};

[[nodiscard]] bool is_empty_collection(const Node& node);
[[nodiscard]] bool is_scalar(const Node& node);

// A scalar, or an empty collection ("{}", "[]"), on one line.
[[nodiscard]] std::string scalar_text(const Node& node, Quotes quotes, bool in_flow);
[[nodiscard]] std::string key_text(std::string_view key, Quotes quotes, bool in_flow);

// `key: value`, with the lines that follow. The first line has no indentation, the others stand at
// `column` and deeper; lines end with `newline`, the last one does not.
[[nodiscard]] std::string block_member(std::string_view key, const Node& value, Quotes key_quotes,
                                       std::uint32_t column, const Style& style,
                                       std::string_view newline);
// What stands behind a dash, whose contents are at `column`. Same about lines.
[[nodiscard]] std::string block_item(const Node& value, std::uint32_t column, const Style& style,
                                     std::string_view newline, Quotes quotes = Quotes::kAsNeeded);

[[nodiscard]] std::string flow_text(const Node& node, const FlowStyle& style);
[[nodiscard]] std::string flow_member(std::string_view key, const Node& value,
                                      const FlowStyle& style);

}  // namespace yagura::kube::edit
