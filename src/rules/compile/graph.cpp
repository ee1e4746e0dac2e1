#include "rules/compile/graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace yagura::rules {

namespace {

// Longer ones stay: macros in macros would copy them each time.
constexpr std::uint32_t kMostFlattened = 64;
constexpr std::uint32_t kChildrenOfANode = 8;  // cost as much as a node

void append_number(std::string& key, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) key += static_cast<char>(number >> (8 * i) & 0xFFU);
}

void append_text(std::string& key, std::string_view text) {
  append_number(key, text.size());
  key += text;
}

}  // namespace

Graph::Graph(RuleSet& set, Budget& budget) : set_(&set), budget_(&budget) {
  set_->nodes.push_back({.kind = NodeKind::kFalse});
  set_->nodes.push_back({.kind = NodeKind::kTrue});
}

std::span<const NodeId> Graph::children(NodeId id) const {
  const Node& node = set_->nodes[id];
  return {set_->children.data() + node.first, node.count};
}

ValueId Graph::value(Source source, const ValueTree& tree) {
  std::vector<ValueId> arguments;
  for (const ValueTree& argument : tree.arguments) arguments.push_back(value(source, argument));
  std::string key(1, static_cast<char>(tree.kind));
  append_number(key, static_cast<std::uint64_t>(source));
  append_number(key, tree.field);
  append_number(key, static_cast<std::uint64_t>(static_cast<std::int64_t>(tree.index)));
  append_number(key, static_cast<std::uint64_t>(tree.transformer));
  append_text(key, tree.text);
  for (const ValueId argument : arguments) append_number(key, argument);
  const auto [entry, is_new] =
      values_.emplace(std::move(key), static_cast<ValueId>(set_->values.size()));
  if (!is_new) return entry->second;
  ValueSource made{.kind = tree.kind, .source = source, .transformer = tree.transformer};
  made.text = set_->arena.copy(tree.text);
  if (tree.kind == ValueKind::kField) {
    made.field = {.id = tree.field, .index = tree.index, .key = made.text};
  }
  made.first = static_cast<std::uint32_t>(set_->arguments.size());
  made.count = static_cast<std::uint32_t>(arguments.size());
  set_->arguments.insert(set_->arguments.end(), arguments.begin(), arguments.end());
  set_->values.push_back(made);
  return entry->second;
}

NodeId Graph::add(Node node, std::string key) {
  if (!budget_->take_nodes(1 + node.count / kChildrenOfANode)) return kFalseNode;
  const auto id = static_cast<NodeId>(set_->nodes.size());
  set_->nodes.push_back(node);
  nodes_.emplace(std::move(key), id);
  return id;
}

NodeId Graph::comparison(Comparison comparison, const std::vector<std::string>& constants) {
  std::string key = "c";
  key += static_cast<char>(comparison.kind);
  key += static_cast<char>(comparison.op);
  key += static_cast<char>(comparison.quantifier);
  key += comparison.inverted ? '!' : '=';
  append_number(key, comparison.value);
  append_number(key, comparison.right);
  for (const std::string& constant : constants) append_text(key, constant);
  if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
  if (budget_->is_exhausted()) return kFalseNode;
  Node node{.kind = NodeKind::kComparison};
  node.first = static_cast<std::uint32_t>(set_->comparisons.size());
  set_->comparisons.push_back(std::move(comparison));
  return add(node, std::move(key));
}

NodeId Graph::negation(NodeId child) {
  if (child == kFalseNode) return kTrueNode;
  if (child == kTrueNode) return kFalseNode;
  if (node(child).kind == NodeKind::kNot) return node(child).first;
  std::string key = "n";
  append_number(key, child);
  if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
  return add({.kind = NodeKind::kNot,
              .depth = static_cast<std::uint16_t>(node(child).depth + 1),
              .first = child,
              .count = 1},
             std::move(key));
}

NodeId Graph::conjunction(std::vector<NodeId> parts) {
  return combination(NodeKind::kAnd, std::move(parts));
}

NodeId Graph::disjunction(std::vector<NodeId> parts) {
  return combination(NodeKind::kOr, std::move(parts));
}

void Graph::flatten(NodeKind kind, std::vector<NodeId>& parts) const {
  std::vector<NodeId> flat;
  for (const NodeId part : parts) {
    if (node(part).kind != kind || node(part).count > kMostFlattened) {
      flat.push_back(part);
    } else {
      const auto inner = children(part);
      flat.insert(flat.end(), inner.begin(), inner.end());
    }
  }
  parts = std::move(flat);
}

bool Graph::is_equality(NodeId id) const {
  if (node(id).kind != NodeKind::kComparison) return false;
  const Comparison& comparison = set_->comparisons[node(id).first];
  if (comparison.inverted || comparison.quantifier != Quantifier::kAny) return false;
  return comparison.kind == ComparisonKind::kTextSet ||
         (comparison.kind == ComparisonKind::kText && comparison.op == Operator::kEqual);
}

void Graph::merge_equalities(std::vector<NodeId>& parts) {
  std::map<ValueId, std::vector<NodeId>> by_value;
  for (const NodeId part : parts) {
    if (is_equality(part)) by_value[set_->comparisons[node(part).first].value].push_back(part);
  }
  std::vector<NodeId> left;
  for (const NodeId part : parts) {
    if (!is_equality(part)) left.push_back(part);
  }
  for (const auto& [value, equalities] : by_value) {
    left.push_back(equalities.size() < 2 ? equalities.front() : merged(value, equalities));
  }
  parts = std::move(left);
}

// One set of all texts.
NodeId Graph::merged(ValueId value, const std::vector<NodeId>& equalities) {
  std::vector<std::string> texts;
  for (const NodeId part : equalities) {
    const Comparison& comparison = set_->comparisons[node(part).first];
    if (comparison.kind == ComparisonKind::kText) {
      texts.push_back(comparison.text);
    } else {
      texts.insert(texts.end(), comparison.texts.texts().begin(), comparison.texts.texts().end());
    }
  }
  if (!budget_->take_constants(texts.size())) return kFalseNode;
  Comparison made;
  made.kind = ComparisonKind::kTextSet;
  made.op = Operator::kIn;
  made.value = value;
  made.texts = StringSet(std::move(texts));
  const std::vector<std::string> constants = made.texts.texts();
  return comparison(std::move(made), constants);
}

NodeId Graph::combination(NodeKind kind, std::vector<NodeId> parts) {
  const NodeId neutral = kind == NodeKind::kAnd ? kTrueNode : kFalseNode;
  const NodeId absorbing = kind == NodeKind::kAnd ? kFalseNode : kTrueNode;
  flatten(kind, parts);
  if (std::ranges::find(parts, absorbing) != parts.end()) return absorbing;
  std::erase(parts, neutral);
  if (kind == NodeKind::kOr) merge_equalities(parts);
  std::ranges::sort(parts);
  const auto repeated = std::ranges::unique(parts);
  parts.erase(repeated.begin(), repeated.end());
  if (parts.empty()) return neutral;
  if (parts.size() == 1) return parts.front();
  return node_of(kind, parts);
}

NodeId Graph::exactly_one(std::vector<NodeId> parts) {
  std::erase(parts, kFalseNode);
  const auto certain = std::ranges::count(parts, kTrueNode);
  if (certain > 1 || parts.empty()) return kFalseNode;
  if (certain == 1) {
    std::erase(parts, kTrueNode);
    return negation(disjunction(std::move(parts)));
  }
  if (parts.size() == 1) return parts.front();
  std::ranges::sort(parts);
  return node_of(NodeKind::kOne, parts);
}

NodeId Graph::node_of(NodeKind kind, const std::vector<NodeId>& parts) {
  std::string key = kind == NodeKind::kAnd ? "a" : kind == NodeKind::kOr ? "o" : "1";
  std::uint16_t depth = 0;
  for (const NodeId part : parts) {
    append_number(key, part);
    depth = std::max(depth, node(part).depth);
  }
  if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
  if (budget_->is_exhausted()) return kFalseNode;
  const Node made{.kind = kind,
                  .depth = static_cast<std::uint16_t>(depth + 1),
                  .first = static_cast<std::uint32_t>(set_->children.size()),
                  .count = static_cast<std::uint32_t>(parts.size())};
  set_->children.insert(set_->children.end(), parts.begin(), parts.end());
  return add(made, std::move(key));
}

// More than everything else in a condition together.
constexpr double kVolatileCost = 1e6;

Graph::Rank Graph::rank_of_comparison(const Comparison& comparison) const {
  Rank rank{.cost = 4, .truth = 0.1};
  switch (comparison.kind) {
    case ComparisonKind::kExists:
      rank = {.cost = 2, .truth = 0.7};
      break;
    case ComparisonKind::kText:
      rank.cost =
          comparison.op >= Operator::kContains && comparison.op <= Operator::kBContains ? 25 : 5;
      break;
    case ComparisonKind::kTextSet:
      rank.cost = 7;
      break;
    case ComparisonKind::kPattern:
      rank.cost = 60;
      break;
    case ComparisonKind::kPathPrefix:
      rank.cost = 40;
      break;
    case ComparisonKind::kBoolean:
      rank = {.cost = 3, .truth = 0.4};
      break;
    case ComparisonKind::kOtherValue:
      rank.cost = 10;
      break;
    default:
      break;
  }
  const ValueSource& value = set_->values[comparison.value];
  if (value.kind != ValueKind::kField) {
    rank.cost += 40;
  } else {
    // Whether a verdict may be remembered for equal events (sensor/detect) hangs on nothing having
    // asked how old a process is, so that is asked last.
    const FieldType type = fields_of(value.source)[value.field.id].type;
    if (type == FieldType::kDuration || type == FieldType::kTime) rank.cost = kVolatileCost;
  }
  if (comparison.inverted) rank.truth = 1 - rank.truth;
  return rank;
}

Graph::Rank Graph::rank_of(NodeId id, std::vector<Rank>& ranks, std::vector<bool>& done) {
  if (done[id]) return ranks[id];
  done[id] = true;
  const Node& node = set_->nodes[id];
  Rank rank;
  switch (node.kind) {
    case NodeKind::kFalse:
    case NodeKind::kTrue:
      rank = {.cost = 0, .truth = id == kTrueNode ? 1.0 : 0.0};
      break;
    case NodeKind::kComparison:
      rank = rank_of_comparison(set_->comparisons[node.first]);
      break;
    case NodeKind::kNot: {
      const Rank child = rank_of(node.first, ranks, done);
      rank = {.cost = child.cost, .truth = 1 - child.truth};
      break;
    }
    case NodeKind::kOne: {
      for (const NodeId child : children(id)) rank.cost += rank_of(child, ranks, done).cost;
      break;
    }
    case NodeKind::kAnd:
    case NodeKind::kOr: {
      const bool is_and = node.kind == NodeKind::kAnd;
      NodeId* const first = set_->children.data() + node.first;
      for (std::uint32_t i = 0; i < node.count; ++i) (void)rank_of(first[i], ranks, done);
      // The classic order: cost by the chance to end the evaluation.
      const auto key = [&](NodeId child) {
        const double ending = is_and ? 1 - ranks[child].truth : ranks[child].truth;
        return ranks[child].cost / std::max(ending, 0.01);
      };
      std::stable_sort(first, first + node.count,
                       [&](NodeId a, NodeId b) { return key(a) < key(b); });
      double going_on = 1;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        rank.cost += going_on * ranks[first[i]].cost;
        going_on *= is_and ? ranks[first[i]].truth : 1 - ranks[first[i]].truth;
      }
      rank.truth = is_and ? going_on : 1 - going_on;
      break;
    }
  }
  if (node.is_shared) rank.cost *= 0.3;  // most often it is known already
  ranks[id] = rank;
  return rank;
}

void Graph::finish(const std::vector<NodeId>& roots) {
  std::vector<bool> reached(set_->nodes.size());
  std::vector<std::uint32_t> parents(set_->nodes.size());
  std::vector<NodeId> open;
  const auto reach = [&](NodeId id) {
    ++parents[id];
    if (!reached[id]) open.push_back(id);
    reached[id] = true;
  };
  for (const NodeId root : roots) reach(root);
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (node(id).kind == NodeKind::kNot) reach(node(id).first);
    if (has_children(node(id).kind)) {
      for (const NodeId child : children(id)) reach(child);
    }
  }
  for (NodeId id = 0; id < set_->nodes.size(); ++id) set_->nodes[id].is_shared = parents[id] > 1;
  std::vector<Rank> ranks(set_->nodes.size());
  std::vector<bool> done(set_->nodes.size());
  for (const NodeId root : roots) (void)rank_of(root, ranks, done);
}

}  // namespace yagura::rules
