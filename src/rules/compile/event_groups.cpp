#include "rules/compile/event_groups.hpp"

// What is known of an event before it is looked at is its type. Every comparison of evt.type with
// constants is decided for a type; conditions are folded with that (and, or and not of constants),
// which drops the rules that cannot fire and shortens the others. Types for which all those
// comparisons come out alike are one group, so the work is done for some dozens, not for all.
//
// That is what Falco computes as a rule's event types, but for `not`, where it asks only whether
// the child speaks of types.

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

namespace yagura::rules {

namespace {

class Specializer {
 public:
  Specializer(Graph& graph, Source source) : graph_(&graph) {
    RuleSet& set = graph.set();
    const auto field = find_field(source, "evt.type");
    for (NodeId id = 0; id < set.nodes.size(); ++id) {
      if (set.nodes[id].kind != NodeKind::kComparison) continue;
      const Comparison& comparison = set.comparisons[set.nodes[id].first];
      const ValueSource& value = set.values[comparison.value];
      if (value.kind == ValueKind::kField && value.source == source && value.field.id == field &&
          comparison.kind != ComparisonKind::kOtherValue) {
        about_type_.push_back(id);
      }
    }
  }

  // One letter a comparison of evt.type.
  [[nodiscard]] std::string signature(std::string_view type) const {
    const CachedValue value{.value = Value::string(type), .hash = quick_hash(type)};
    std::string letters;
    for (const NodeId id : about_type_) {
      letters += holds(comparison(id), value, {}) ? '1' : '0';
    }
    return letters;
  }

  void begin(const std::string& signature) {
    known_.assign(graph_->set().nodes.size(), std::nullopt);
    for (std::size_t i = 0; i < about_type_.size(); ++i) {
      known_[about_type_[i]] = signature[i] == '1' ? kTrueNode : kFalseNode;
    }
  }

  // Depth is bounded by kMaxNodeDepth.
  NodeId specialized(NodeId id) {
    if (id < known_.size() && known_[id]) return *known_[id];
    const Node node = graph_->node(id);
    NodeId result = id;
    if (node.kind == NodeKind::kNot) {
      result = graph_->negation(specialized(node.first));
    } else if (has_children(node.kind)) {
      const auto span = graph_->children(id);
      const std::vector<NodeId> before(span.begin(), span.end());
      std::vector<NodeId> parts;
      for (const NodeId child : before) parts.push_back(specialized(child));
      if (parts != before) result = combined(node.kind, std::move(parts));
    }
    if (id < known_.size()) known_[id] = result;
    return result;
  }

 private:
  NodeId combined(NodeKind kind, std::vector<NodeId> parts) {
    if (kind == NodeKind::kAnd) return graph_->conjunction(std::move(parts));
    if (kind == NodeKind::kOr) return graph_->disjunction(std::move(parts));
    return graph_->exactly_one(std::move(parts));
  }

  [[nodiscard]] const Comparison& comparison(NodeId id) const {
    return graph_->set().comparisons[graph_->set().nodes[id].first];
  }

  Graph* graph_;
  std::vector<NodeId> about_type_;
  std::vector<std::optional<NodeId>> known_;
};

struct Group {
  std::uint32_t enabled = 0;          // in the rule set
  std::vector<std::uint32_t> firing;  // rules, enabled or not
};

Group make_group(Graph& graph, Specializer& specializer, Source source,
                 std::vector<NodeId>& roots) {
  RuleSet& set = graph.set();
  Group group;
  std::vector<RuleEntry> entries;
  for (std::uint32_t i = 0; i < set.rules.size(); ++i) {
    if (set.rules[i].source != source) continue;
    const NodeId left = specializer.specialized(set.rules[i].condition);
    if (graph.budget().is_exhausted()) {
      graph.budget().blame(set.rules[i].place);
      break;
    }
    if (left == kFalseNode) continue;
    group.firing.push_back(i);
    if (!set.rules[i].enabled) continue;
    entries.push_back({.rule = i, .condition = left});
    roots.push_back(left);
  }
  group.enabled = set.add_group(std::move(entries));
  return group;
}

void group_source(Graph& graph, Source source, std::vector<NodeId>& roots) {
  RuleSet& set = graph.set();
  Specializer specializer(graph, source);
  std::unordered_map<std::string, Group> groups;
  const std::size_t types = source == Source::kSyscall ? event_types().size() : 1;
  std::vector<std::size_t> counts(set.rules.size());
  for (std::size_t type = 0; type < types && !graph.budget().is_exhausted(); ++type) {
    const std::string signature = specializer.signature(event_types()[type]);
    auto group = groups.find(signature);
    if (group == groups.end()) {
      specializer.begin(signature);
      group = groups.emplace(signature, make_group(graph, specializer, source, roots)).first;
    }
    set.set_rules_for(source, static_cast<EventType>(type), group->second.enabled);
    for (const std::uint32_t rule : group->second.firing) {
      set.rules[rule].event_types.push_back(static_cast<EventType>(type));
      ++counts[rule];
    }
  }
  for (std::size_t i = 0; i < set.rules.size(); ++i) {
    if (set.rules[i].source == source) set.rules[i].is_for_all_types = counts[i] == types;
  }
}

}  // namespace

std::vector<NodeId> group_by_event_type(Graph& graph) {
  std::vector<NodeId> roots;
  graph.set().add_group({});  // for what has no rules
  group_source(graph, Source::kSyscall, roots);
  group_source(graph, Source::kK8sAudit, roots);
  return roots;
}

}  // namespace yagura::rules
