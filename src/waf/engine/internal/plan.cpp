#include "waf/engine/internal/plan.hpp"

#include <algorithm>
#include <bit>

#include "waf/engine/internal/homes.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kMaxChains = 64;  // bits of ChainMask

// Targets that the first stage does not cover must be looked at whatever it says.
bool decided_by_item(const Rule& rule) {
  return rule.prefilter_item != kNone && !rule.negated &&
         std::ranges::all_of(rule.targets,
                             [](const RuleTarget& target) { return target.class_bit != 0; });
}

void add_item(PhasePlan& plan, const RuleSet& rules, const Rule& rule) {
  const ChainMask chains = rules.chains_of(rule);
  for (const RuleTarget& target : rule.targets) {
    ClassMask bits = target.class_bit;
    plan.classes |= bits;
    for (; bits != 0; bits &= bits - 1) {
      plan.chains_of_class[static_cast<std::size_t>(std::countr_zero(bits))] |= chains;
    }
  }
}

void set_bit(std::vector<std::uint64_t>& bits, std::uint32_t at) {
  bits[at / 64] |= std::uint64_t{1} << (at % 64);
}

void plan_items(PhasePlan& plan, const Phase& phase, const RuleSet& rules) {
  std::unordered_map<std::uint32_t, std::uint32_t> step_of_head;
  for (std::uint32_t i = 0; i < phase.steps.size(); ++i) step_of_head[phase.steps[i]] = i;
  for (auto& bits : plan.of_part) bits.assign(plan.always.size(), 0);
  plan.part_of_step.assign(phase.steps.size(), 0);
  for (std::uint32_t item = 0; item < phase.item_rule.size(); ++item) {
    const Rule& rule = rules.rules[phase.item_rule[item]];
    add_item(plan, rules, rule);
    const auto head =
        step_of_head.find(rule.chain_head == kNone ? phase.item_rule[item] : rule.chain_head);
    if (head == step_of_head.end()) continue;
    const std::uint8_t part = item < phase.item_part.size() ? phase.item_part[item] : 0;
    plan.part_of_step[head->second] = part;
    set_bit(plan.of_part[part], head->second);
  }
}

void plan_phase(PhasePlan& plan, const Phase& phase, const RuleSet& rules,
                const std::vector<std::uint32_t>& link_item) {
  const bool scans = phase.prefilter.has_value();
  plan.always.assign((phase.steps.size() + 63) / 64, 0);
  plan.step_of_item.assign(phase.item_rule.size(), kNone);
  for (std::uint32_t i = 0; i < phase.steps.size(); ++i) {
    Step step{.rule = phase.steps[i], .item = scans ? link_item[phase.steps[i]] : kNone};
    if (const auto guard = number_guard_of(rules.rules[step.rule])) {
      step.guard = static_cast<std::uint32_t>(plan.guards.size());
      plan.guards.push_back(*guard);
    }
    plan.steps.push_back(step);
    if (step.item == kNone) {
      set_bit(plan.always, i);
    } else {
      plan.step_of_item[step.item] = i;
    }
  }
  plan.constant = constant_steps(rules, plan);
  if (scans) plan_items(plan, phase, rules);
}

bool changes_empty_text(Transform transform) {
  return transform == Transform::kLength || transform == Transform::kMd5 ||
         transform == Transform::kSha1;
}

// Adds the node of the chains that begin with `prefix`, and all under it.
void add_node(std::vector<ChainNode>& nodes, const RuleSet& rules, std::vector<Transform>& prefix,
              ChainMask chains, std::uint32_t parent) {
  const auto number = static_cast<std::uint32_t>(nodes.size());
  nodes.push_back({.parent = parent, .below = chains});
  if (!prefix.empty()) {
    nodes[number].transform = prefix.back();
    nodes[number].triggers = nodes[number].all_triggers = triggers(prefix.back());
    nodes[number].changes_empty = changes_empty_text(prefix.back());
  }
  ChainMask left = chains;
  while (left != 0) {
    const auto transforms =
        rules.transform_chains[static_cast<std::size_t>(std::countr_zero(left))].transforms();
    if (transforms.size() == prefix.size()) {
      nodes[number].ends |= left & -left;
      left &= left - 1;
      continue;
    }
    // Those that go on with the same transformation are a node of their own.
    const Transform next = transforms[prefix.size()];
    ChainMask same = 0;
    for (ChainMask rest = left; rest != 0; rest &= rest - 1) {
      const auto other =
          rules.transform_chains[static_cast<std::size_t>(std::countr_zero(rest))].transforms();
      if (other.size() > prefix.size() && other[prefix.size()] == next) same |= rest & -rest;
    }
    const auto child = static_cast<std::uint32_t>(nodes.size());
    prefix.push_back(next);
    add_node(nodes, rules, prefix, same, number);
    prefix.pop_back();
    nodes[number].all_triggers |= nodes[child].all_triggers;
    nodes[number].changes_empty |= nodes[child].changes_empty;
    left &= ~same;
  }
  nodes[number].end = static_cast<std::uint32_t>(nodes.size());
}

ChainTree tree_of(const RuleSet& rules, ChainMask chains) {
  ChainTree tree;
  std::vector<Transform> prefix;
  add_node(tree, rules, prefix, chains, 0);
  return tree;
}

// Makes the tree of every combination of classes that a value of this phase can have; combinations
// that need the same chains share one.
class TreePlanner {
 public:
  TreePlanner(Plan& plan, const RuleSet& rules) : plan_(plan), rules_(rules) {
    const std::size_t count = std::min(kMaxChains, rules.transform_chains.size());
    const ChainMask all = count == kMaxChains ? ~ChainMask{0} : (ChainMask{1} << count) - 1;
    plan_.trees.push_back(tree_of(rules, all));
    trees_[all] = 0;
  }

  void plan(PhasePlan& phase) {
    for (const Home& home : kHomes) plan_home(phase, home);
    for (std::size_t v = 0; v < kVariableCount; ++v) {
      const RuleSet::HomeClasses& classes = rules_.classes[v];
      add(phase, classes.all);
      for (const auto& named : classes.named)
        add(phase, rules_.classes_of(static_cast<Variable>(v), named.name));
    }
  }

 private:
  static constexpr std::size_t kMostTrees = 256;  // values of further combinations use the first

  Plan& plan_;
  const RuleSet& rules_;
  std::unordered_map<ChainMask, std::uint32_t> trees_;

  void plan_home(PhasePlan& phase, const Home& home) {
    const auto add_name = [&](std::string_view name) {
      add(phase, home.value_bits(rules_, name));
      add(phase, home.name_bits(rules_, name));
    };
    add_name({});
    for (const auto* variables : {&home.values, &home.names}) {
      for (const Variable variable : *variables) {
        for (const auto& named : rules_.classes[static_cast<std::size_t>(variable)].named)
          add_name(named.name);
      }
    }
  }

  void add(PhasePlan& phase, ClassMask classes) {
    classes &= phase.classes;
    if (classes == 0 || phase.tree_of_classes.contains(classes)) return;
    ChainMask chains = 0;
    for (ClassMask rest = classes; rest != 0; rest &= rest - 1) {
      chains |= phase.chains_of_class[static_cast<std::size_t>(std::countr_zero(rest))];
    }
    const auto known = trees_.find(chains);
    if (known == trees_.end() && plan_.trees.size() == kMostTrees) return;
    const auto [tree, is_new] =
        trees_.try_emplace(chains, static_cast<std::uint32_t>(plan_.trees.size()));
    if (is_new) plan_.trees.push_back(tree_of(rules_, chains));
    phase.tree_of_classes.emplace(classes, tree->second);
  }
};

void find_slots(Plan& plan, const RuleSet& rules, const Selector& selector) {
  if (selector.kind != Selector::Kind::kRegex || !selector.pattern) return;
  const auto [entry, added] = plan.slots_by_pattern.try_emplace(selector.pattern.get());
  if (!added) return;
  for (std::uint32_t slot = 0; slot < rules.tx_names.size(); ++slot) {
    // A pattern that gave up must not hide a value from a rule.
    if (selector.pattern->match(rules.tx_names[slot], nullptr) != OperatorResult::kNoMatch) {
      entry->second.push_back(slot);
    }
  }
}

std::shared_ptr<const Plan> make_plan(const RuleSet& rules) {
  auto plan = std::make_shared<Plan>();
  plan->link_item.assign(rules.rules.size(), kNone);
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    const Rule& rule = rules.rules[i];
    if (decided_by_item(rule)) plan->link_item[i] = rule.prefilter_item;
    for (const RuleTarget& target : rule.targets) {
      plan->reads_any_body |= target.variable == Variable::kFullRequest ||
                              target.variable == Variable::kFullRequestLength ||
                              target.variable == Variable::kRequestBodyLength;
      if (target.variable == Variable::kTx) find_slots(*plan, rules, target.selector);
    }
  }
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    plan_phase(plan->phases[i], rules.phases[i], rules, plan->link_item);
  }
  TreePlanner trees(*plan, rules);
  for (PhasePlan& phase : plan->phases) trees.plan(phase);
  return plan;
}

}  // namespace

const Plan& plan_of(const RuleSet& rules) {
  std::call_once(rules.plan_made, [&] { rules.plan = make_plan(rules); });
  return *static_cast<const Plan*>(rules.plan.get());
}

}  // namespace yagura::waf::internal
