#include "waf/engine/internal/guard.hpp"

#include <string_view>

#include "waf/base/number.hpp"

namespace yagura::waf::internal {
namespace {

std::optional<NumberGuard::Compare> compare_of(std::string_view operator_name) {
  using enum NumberGuard::Compare;
  if (operator_name == "eq") return kEq;
  if (operator_name == "ge") return kGe;
  if (operator_name == "gt") return kGt;
  if (operator_name == "le") return kLe;
  if (operator_name == "lt") return kLt;
  return std::nullopt;
}

bool compares(NumberGuard::Compare compare, std::int64_t value, std::int64_t bound) {
  using enum NumberGuard::Compare;
  switch (compare) {
    case kEq:
      return value == bound;
    case kGe:
      return value >= bound;
    case kGt:
      return value > bound;
    case kLe:
      return value <= bound;
    case kLt:
      return value < bound;
  }
  return true;
}

bool only_jumps(const Rule& rule) {
  return rule.next_in_chain == kNone && rule.actions.empty() &&
         rule.disruptive == Disruptive::kPass && !rule.log && !rule.audit_log && !rule.shadow &&
         rule.severity < 0;
}

}  // namespace

std::optional<NumberGuard> number_guard_of(const Rule& rule) {
  const auto compare = compare_of(rule.op_name);
  if (!compare || rule.targets.size() != 1) return std::nullopt;
  const RuleTarget& target = rule.targets.front();
  const Selector& selector = target.selector;
  const bool is_one_member = target.variable == Variable::kTx &&
                             selector.kind == Selector::Kind::kName && selector.slot != kNone &&
                             target.exclusions.empty();
  // What is counted is not transformed, but then neither is anything gained by looking closer.
  if (!is_one_member || rule.chain != 0 || rule.multi_match) return std::nullopt;
  NumberGuard guard{.compare = *compare,
                    .counts = target.count,
                    .negated = rule.negated,
                    .only_jumps = only_jumps(rule),
                    .slot = selector.slot};
  if (!rule.op_macro) {
    guard.bound = number_of(rule.op_argument);
    return guard;
  }
  const auto& pieces = rule.op_macro->pieces;
  const bool is_member =
      pieces.size() == 1 && pieces[0].variable == Variable::kTx && pieces[0].slot != kNone;
  if (!is_member) return std::nullopt;
  guard.bound_slot = pieces[0].slot;
  return guard;
}

std::string_view text_of(const NumberGuard& guard, TxStore& tx) {
  if (!guard.counts) return tx.text(guard.slot);
  return tx.is_set(guard.slot) ? "1" : "0";
}

bool holds(const NumberGuard& guard, TxStore& tx) {
  const bool is_set = tx.is_set(guard.slot);
  if (!guard.counts && !is_set) return false;  // no member, nothing to compare
  const std::int64_t value = guard.counts ? std::int64_t{is_set} : tx.number(guard.slot);
  const std::int64_t bound = guard.bound_slot == kNone ? guard.bound : tx.number(guard.bound_slot);
  return compares(guard.compare, value, bound) != guard.negated;
}

}  // namespace yagura::waf::internal
