#pragma once

// The graph of conditions while it is built: equal nodes, comparisons and values are made once.
// Internal to src/rules/compile.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/compile/budget.hpp"
#include "rules/program/rule_set.hpp"

namespace yagura::rules {

class Graph {
 public:
  Graph(RuleSet& set, Budget& budget);

  [[nodiscard]] RuleSet& set() { return *set_; }
  // Where it is exhausted, what is made is kFalseNode.
  [[nodiscard]] Budget& budget() { return *budget_; }
  [[nodiscard]] const Node& node(NodeId id) const { return set_->nodes[id]; }
  [[nodiscard]] std::span<const NodeId> children(NodeId id) const;

  // Equal values are one.
  ValueId value(Source source, const ValueTree& tree);

  // `constants` are what `comparison` was made of: two with equal operators, values and constants
  // are the same.
  NodeId comparison(Comparison comparison, const std::vector<std::string>& constants);
  NodeId negation(NodeId child);
  // Constants are folded, nested ones of the same kind flattened, double ones dropped; equalities
  // of one value in a disjunction become one set.
  NodeId conjunction(std::vector<NodeId> parts);
  NodeId disjunction(std::vector<NodeId> parts);
  // Exactly one of them, which are counted each for itself.
  NodeId exactly_one(std::vector<NodeId> parts);

  // Once all is built: marks shared nodes and puts cheap and telling children first. Order has no
  // effect on the result: comparisons have no effects.
  void finish(const std::vector<NodeId>& roots);

 private:
  struct Rank {
    double cost = 0;  // of an evaluation, in about nanoseconds
    double truth = 0.5;
  };

  NodeId combination(NodeKind kind, std::vector<NodeId> parts);
  NodeId node_of(NodeKind kind, const std::vector<NodeId>& parts);
  NodeId add(Node node, std::string key);
  void flatten(NodeKind kind, std::vector<NodeId>& parts) const;
  [[nodiscard]] bool is_equality(NodeId id) const;
  void merge_equalities(std::vector<NodeId>& parts);
  NodeId merged(ValueId value, const std::vector<NodeId>& equalities);
  [[nodiscard]] Rank rank_of(NodeId id, std::vector<Rank>& ranks, std::vector<bool>& done);
  [[nodiscard]] Rank rank_of_comparison(const Comparison& comparison) const;

  RuleSet* set_;
  Budget* budget_;
  std::unordered_map<std::string, NodeId> nodes_;
  std::unordered_map<std::string, ValueId> values_;
};

}  // namespace yagura::rules
