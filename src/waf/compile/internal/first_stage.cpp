// A rule takes part where a hit of its operator can be foretold: the operator is not negated, says
// something of what it matches, and at least one of its targets is a part of the request or
// response. One that looks at every step of its transformations (multiMatch) is hit by any of them.
// Such targets get class bits: one for all members of a variable, and one for a single member that
// some rule names, as long as there are bits; where they have run out the member's rule takes the
// bit of the whole variable, which only costs hits. Chains of transformations are known to the
// first stage by their number, of which it takes 64: those that most rules use come first. Rules
// that stand behind several jumps over a condition on TX (the higher paranoia levels) come in later
// parts, which are scanned only where the walk gets there.

#include "waf/compile/internal/first_stage.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kBits = 64;  // of ClassMask and ChainMask

// What one bit stands for: a variable whole (no name), or one member of it.
using ClassKey = std::pair<Variable, std::string>;

bool is_scanned(const RuleTarget& target) {
  if (target.count || !is_scannable(target.variable)) return false;
  if (target.variable != Variable::kXml) return true;
  return target.selector.kind == Selector::Kind::kXPath &&
         (target.selector.name == "/*" || target.selector.name == "//@*");
}

ClassKey key_of(const RuleTarget& target) {
  const bool named = target.selector.kind == Selector::Kind::kName ||
                     target.selector.kind == Selector::Kind::kXPath;
  return {target.variable, named ? seclang::lower(target.selector.name) : std::string()};
}

// The places whose values a target of `variable` covers.
std::vector<Variable> homes_of(Variable variable) {
  switch (variable) {
    case Variable::kArgs:
      return {Variable::kArgsGet, Variable::kArgsPost};
    case Variable::kArgsNames:
      return {Variable::kArgsGetNames, Variable::kArgsPostNames};
    default:
      return {variable};
  }
}

// A jump that a score or level decides: SecRule TX:level "@lt 2" "…,skipAfter:END".
bool is_gate(const Rule& rule) {
  return rule.skip_after != kNone && rule.next_in_chain == kNone && rule.targets.size() == 1 &&
         rule.targets[0].variable == Variable::kTx &&
         rule.targets[0].selector.kind == Selector::Kind::kName;
}

// By step: the part of the first stage, from the number of gates that its rule stands behind.
std::vector<std::uint8_t> parts_of(const Phase& phase, const std::vector<Rule>& rules) {
  std::vector<std::uint8_t> parts;
  std::vector<std::uint32_t> ends;  // of the jumps that lead over the step at hand
  for (std::uint32_t step = 0; step < phase.steps.size(); ++step) {
    std::erase_if(ends, [step](std::uint32_t end) { return end <= step; });
    const std::size_t part = ends.size() <= 1 ? 0 : ends.size() - 1;
    parts.push_back(static_cast<std::uint8_t>(std::min(part, kPrefilterParts - 1)));
    const Rule& rule = rules[phase.steps[step]];
    if (is_gate(rule)) ends.push_back(rule.skip_after);
  }
  return parts;
}

struct Candidate {
  std::uint32_t rule = 0;
  PrefilterItem item;
};

std::optional<PrefilterItem> foretell(const Rule& rule) {
  if (!rule.op || rule.negated) return std::nullopt;
  if (std::none_of(rule.targets.begin(), rule.targets.end(), is_scanned)) return std::nullopt;
  PrefilterItem item{.condition = rule.op->condition()};
  if (std::optional<ScanPattern> pattern = rule.op->scan_pattern()) {
    item.pattern = *std::move(pattern);
    item.has_pattern = true;
  }
  const bool says_nothing =
      !item.has_pattern && item.condition.one_of.empty() && item.condition.min_length == 0;
  if (says_nothing) return std::nullopt;
  return item;
}

class FirstStage {
 public:
  FirstStage(const CompileOptions& options, BuildState& state) : options_(options), state_(state) {}

  void build() {
    for (std::size_t i = 0; i < rules().size(); ++i) {
      if (std::optional<PrefilterItem> item = foretell(rules()[i])) {
        candidates_.push_back({static_cast<std::uint32_t>(i), *std::move(item)});
      }
    }
    name_steps();
    sort_chains();
    std::erase_if(candidates_, [this](const Candidate& each) { return !has_chains(each); });
    assign_bits();
    find_parts();
    std::array<std::vector<PrefilterItem>, kPhaseCount> items;
    for (Candidate& each : candidates_) {
      Rule& rule = rules()[each.rule];
      Phase& phase = state_.set.phases[rule.phase - 1U];
      mark_targets(rule, each.item);
      each.item.chain = rule.chain;
      each.item.more_chains = state_.set.chains_of(rule);
      each.item.part = part_of_head_[rule.chain_head == kNone ? each.rule : rule.chain_head];
      rule.prefilter_item = static_cast<std::uint32_t>(phase.item_rule.size());
      phase.item_rule.push_back(each.rule);
      phase.item_part.push_back(each.item.part);
      items[rule.phase - 1U].push_back(std::move(each.item));
    }
    for (std::size_t i = 0; i < kPhaseCount; ++i) build_phase(state_.set.phases[i], items[i]);
  }

 private:
  std::vector<Rule>& rules() { return state_.set.rules; }

  // Every step of a multiMatch rule is a chain of its own.
  void name_steps() {
    for (const Candidate& each : candidates_) {
      const Rule& rule = rules()[each.rule];
      if (!rule.multi_match) continue;
      const auto whole = state_.set.transform_chains[rule.chain].transforms();
      const std::vector<Transform> steps(whole.begin(), whole.end());
      for (std::size_t length = 0; length < steps.size(); ++length) {
        (void)state_.chain({steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(length)});
      }
    }
  }

  [[nodiscard]] std::size_t steps_of(const Rule& rule) {
    return rule.multi_match ? state_.set.transform_chains[rule.chain].transforms().size() + 1 : 1;
  }

  // The first stage knows each form that the rule's operator sees.
  [[nodiscard]] bool has_chains(const Candidate& candidate) {
    const Rule& rule = rules()[candidate.rule];
    const auto known = static_cast<std::size_t>(std::popcount(state_.set.chains_of(rule)));
    return rule.chain < kBits && known == steps_of(rule);
  }

  void find_parts() {
    part_of_head_.assign(rules().size(), 0);
    for (const Phase& phase : state_.set.phases) {
      const std::vector<std::uint8_t> parts = parts_of(phase, rules());
      for (std::size_t i = 0; i < parts.size(); ++i) part_of_head_[phase.steps[i]] = parts[i];
    }
  }

  // Puts the chains that most candidates use first; the empty chain keeps number 0.
  void sort_chains() {
    std::vector<TransformChain>& chains = state_.set.transform_chains;
    if (chains.size() <= kBits) return;
    std::vector<std::size_t> uses(chains.size());
    for (const Candidate& each : candidates_) ++uses[rules()[each.rule].chain];
    std::vector<std::size_t> order(chains.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin() + 1, order.end(),
                     [&](std::size_t a, std::size_t b) { return uses[a] > uses[b]; });
    std::vector<TransformChain> sorted;
    std::vector<std::uint8_t> new_number(chains.size());
    for (const std::size_t old : order) {
      new_number[old] = static_cast<std::uint8_t>(sorted.size());
      sorted.push_back(std::move(chains[old]));
    }
    chains = std::move(sorted);
    for (Rule& rule : rules()) rule.chain = new_number[rule.chain];
  }

  void assign_bits() {
    std::map<ClassKey, std::size_t> uses;
    for (const Candidate& each : candidates_) {
      for (const RuleTarget& target : rules()[each.rule].targets) {
        if (is_scanned(target)) ++uses[key_of(target)];
      }
    }
    std::vector<std::pair<ClassKey, std::size_t>> sorted(uses.begin(), uses.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    // Whole variables first: there are fewer than bits, and members fall back to them.
    std::size_t whole = 0;
    for (const auto& [key, count] : sorted) whole += static_cast<std::size_t>(key.second.empty());
    std::size_t free_for_members = kBits - whole - count_fallbacks(sorted);
    for (const auto& [key, count] : sorted) {
      if (key.second.empty()) (void)bit_of_all(key.first);
    }
    for (const auto& [key, count] : sorted) {
      if (key.second.empty()) continue;
      if (free_for_members > 0) {
        --free_for_members;
        add_member(key);
      } else {
        bits_[key] = bit_of_all(key.first);
      }
    }
  }

  // Variables that only single members are used of: if bits run out they need one for the whole.
  static std::size_t count_fallbacks(std::span<const std::pair<ClassKey, std::size_t>> used) {
    std::map<Variable, bool> whole;
    for (const auto& [key, count] : used) whole[key.first] |= key.second.empty();
    return static_cast<std::size_t>(
        std::count_if(whole.begin(), whole.end(), [](const auto& each) { return !each.second; }));
  }

  ClassMask next_bit() { return ClassMask{1} << used_bits_++; }

  ClassMask bit_of_all(Variable variable) {
    const auto [entry, added] = bits_.try_emplace({variable, std::string()}, 0);
    if (added) {
      entry->second = next_bit();
      for (const Variable home : homes_of(variable)) classes(home).all |= entry->second;
    }
    return entry->second;
  }

  void add_member(const ClassKey& key) {
    const ClassMask bit = next_bit();
    bits_[key] = bit;
    for (const Variable home : homes_of(key.first)) {
      auto& named = classes(home).named;
      const auto known = std::find_if(named.begin(), named.end(),
                                      [&](const auto& each) { return each.name == key.second; });
      if (known == named.end()) {
        named.push_back({key.second, bit});
      } else {
        known->bits |= bit;
      }
    }
  }

  RuleSet::HomeClasses& classes(Variable home) {
    return state_.set.classes[static_cast<std::size_t>(home)];
  }

  void mark_targets(Rule& rule, PrefilterItem& item) {
    for (RuleTarget& target : rule.targets) {
      if (!is_scanned(target)) continue;
      target.class_bit = bits_.at(key_of(target));
      item.classes |= target.class_bit;
    }
  }

  void build_phase(Phase& phase, std::span<const PrefilterItem> items) {
    if (items.empty() || !options_.use_prefilter) return;
    Result<Prefilter> prefilter = Prefilter::build(items, {.cache_folder = options_.cache_folder});
    if (prefilter) {
      phase.prefilter = *std::move(prefilter);
    } else if (prefilter.error().code != ErrorCode::kUnsupported) {
      state_.error({}, "the first stage could not be built: " + prefilter.error().message);
    }
  }

  const CompileOptions& options_;
  BuildState& state_;
  std::vector<Candidate> candidates_;
  std::map<ClassKey, ClassMask> bits_;
  std::size_t used_bits_ = 0;
  std::vector<std::uint8_t> part_of_head_;  // by rule
};

}  // namespace

void build_first_stage(const CompileOptions& options, BuildState& state) {
  FirstStage(options, state).build();
}

}  // namespace yagura::waf::internal
