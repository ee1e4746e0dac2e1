#pragma once

// Compiled rules. Immutable and shared: evaluators of all threads read one.
//
// Conditions are nodes of one graph, in which equal subconditions are one node; a list of rules for
// each type of event names the root nodes that are left of their conditions once `evt.type` is
// known.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "rules/event_type.hpp"
#include "rules/field.hpp"
#include "rules/load/definitions.hpp"
#include "rules/program/comparison.hpp"
#include "rules/program/value_tree.hpp"

namespace yagura::rules {

using NodeId = std::uint32_t;
inline constexpr NodeId kFalseNode = 0;
inline constexpr NodeId kTrueNode = 1;

enum class NodeKind : std::uint8_t { kFalse, kTrue, kAnd, kOr, kOne, kNot, kComparison };

[[nodiscard]] constexpr bool has_children(NodeKind kind) {
  return kind == NodeKind::kAnd || kind == NodeKind::kOr || kind == NodeKind::kOne;
}

struct Node {
  NodeKind kind = NodeKind::kFalse;
  bool is_shared = false;   // has several parents: worth remembering for the event
  std::uint16_t depth = 1;  // of what is below, itself counted
  std::uint32_t first =
      0;  // kAnd, kOr, kOne: into children; kNot: the child; kComparison: into comparisons
  std::uint32_t count = 0;  // kAnd, kOr, kOne (exactly one of them): children
};

// Deeper conditions are refused, so that evaluation may recurse.
inline constexpr std::uint16_t kMaxNodeDepth = 1000;

// A ValueTree's node: what it is made of are other values.
struct ValueSource {
  ValueKind kind = ValueKind::kField;
  Source source = Source::kSyscall;
  Transformer transformer = Transformer::kToLower;  // kTransformed
  FieldRef field;                                   // kField; its key lives in the set's arena
  std::string_view text;    // kConstant; kTransformed: getopt's letter; in the set's arena
  std::uint32_t first = 0;  // kTransformed, kList: into arguments
  std::uint32_t count = 0;
};

struct CompiledRule {
  std::string name;
  std::string description;
  std::string output;
  Priority priority = Priority::kDebug;
  Source source = Source::kSyscall;
  std::vector<std::string> tags;
  bool enabled = true;
  bool capture = false;
  std::uint32_t capture_duration_ms = 0;
  FilePlace place;
  FilePlace output_place;
  NodeId condition = kFalseNode;       // for whatever type
  std::vector<EventType> event_types;  // for which it can fire; sorted
  bool is_for_all_types = false;       // nothing in it speaks of evt.type
  std::vector<std::string> exception_fields;
};

// A rule in the list of a type.
struct RuleEntry {
  std::uint32_t rule = 0;  // into rules
  NodeId condition = kFalseNode;
};

class RuleSet {
 public:
  RuleSet() = default;
  RuleSet(const RuleSet&) = delete;  // nodes and references point into it
  RuleSet& operator=(const RuleSet&) = delete;

  std::vector<CompiledRule> rules;  // in order of definition
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<Comparison> comparisons;
  std::vector<ValueSource> values;  // behind those that they are made of
  std::vector<ValueId> arguments;
  core::Arena arena;
  std::size_t list_count = 0;  // as loaded, for reports
  std::size_t macro_count = 0;

  // Enabled rules that can fire for events of the type, in order of definition.
  [[nodiscard]] std::span<const RuleEntry> rules_for(Source source, EventType type) const {
    const auto& of_source = entries_[static_cast<std::size_t>(source)];
    if (type >= of_source.size()) return {};
    return groups_[of_source[type]];
  }
  // Types of events that any enabled rule of the source can fire for.
  [[nodiscard]] std::vector<EventType> needed_types(Source source) const;

  void set_rules_for(Source source, EventType type, std::uint32_t group);
  std::uint32_t add_group(std::vector<RuleEntry> group);

 private:
  std::vector<std::vector<RuleEntry>> groups_;
  std::vector<std::uint32_t> entries_[2];  // by type: into groups_
};

}  // namespace yagura::rules
