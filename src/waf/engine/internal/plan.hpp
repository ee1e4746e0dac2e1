#pragma once

// What the engine derives once from a rule set: the steps of each phase in a form that is walked
// without touching the rules that have no hit, which chains of transformations each class of values
// needs, and these chains as trees, so that what they begin with in common is done once.

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "waf/compile/rule_set.hpp"
#include "waf/engine/internal/constant_steps.hpp"
#include "waf/engine/internal/guard.hpp"

namespace yagura::waf::internal {

struct Step {
  std::uint32_t rule = 0;
  // The item of the first stage that decides alone: without a hit the rule cannot match. kNone: the
  // rule is evaluated whatever the first stage says.
  std::uint32_t item = kNone;
  std::uint32_t guard = kNone;  // in PhasePlan::guards: without it the rule cannot match
};

struct PhasePlan {
  std::vector<Step> steps;
  std::vector<NumberGuard> guards;
  ConstantSteps constant;
  std::vector<std::uint64_t> always;  // bits of the steps without an item
  // Bits of the steps whose rule (or a link of its chain) has an item of that part.
  std::array<std::vector<std::uint64_t>, kPrefilterParts> of_part;
  std::vector<std::uint8_t> part_of_step;
  std::vector<std::uint32_t> step_of_item;  // kNone: of a link, or of a rule that has more to ask
  std::array<ChainMask, 64> chains_of_class{};  // by bit number of ClassMask
  ClassMask classes = 0;                        // that some item looks at
  // In Plan::trees, of every combination of classes that values can have.
  std::unordered_map<ClassMask, std::uint32_t> tree_of_classes;
};

// A transformation after others. Nodes stand in the order of a walk that goes down first, so that a
// node is followed by what is under it; the first is the value itself.
struct ChainNode {
  std::uint32_t parent = 0;
  std::uint32_t end = 0;  // behind the last node under this one
  Transform transform = Transform::kLowercase;
  ChainMask ends = 0;          // chains whose last transformation this is
  ChainMask below = 0;         // `ends`, and those of every node under it
  ByteSet triggers;            // of the transformation
  ByteSet all_triggers;        // of this one and of every node under it
  bool changes_empty = false;  // one of them makes something of the empty text
};

using ChainTree = std::vector<ChainNode>;

struct Plan {
  std::array<PhasePlan, kPhaseCount> phases;
  std::vector<std::uint32_t> link_item;  // by rule: the item that decides it alone; else kNone
  // Of the chains that some values go through; the first is of all that take part in the first
  // stage, and serves everybody, slower.
  std::vector<ChainTree> trees;
  // Some rule asks for the body whatever its type: FULL_REQUEST, REQUEST_BODY_LENGTH.
  bool reads_any_body = false;
  // TX:/…/ -> slots whose names match.
  std::unordered_map<const Pattern*, std::vector<std::uint32_t>> slots_by_pattern;
};

// Of the rule set, made at the first call. Thread-safe.
[[nodiscard]] const Plan& plan_of(const RuleSet& rules);

}  // namespace yagura::waf::internal
