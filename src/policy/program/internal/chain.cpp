// Chains of field accesses, and their facts.

#include <algorithm>

#include "policy/program/internal/explainer.hpp"

namespace yagura::policy {
namespace {

// Follows a chain through what is there.
class Walker {
 public:
  Walker(EvalContext& context, const Value& from) : context_(context), at_(unwrapped(from)) {}

  // False: it is not there.
  bool step(const PathStep& step) {
    Value next;
    if (step.is_index) {
      if (at_.is_list() && step.index < at_.count()) next = at_.item(step.index);
    } else if (at_.is_map()) {
      next = at_.find(step.field);
      if (context_.is_absent_null(next)) next = Value();
    }
    next = unwrapped(next);
    if (next.is_absent()) return false;
    at_ = next;
    return true;
  }
  [[nodiscard]] const Value& value() const { return at_; }

 private:
  static Value unwrapped(const Value& value) {
    if (!value.is_optional()) return value;
    return value.as_optional() == nullptr ? Value() : *value.as_optional();
  }

  EvalContext& context_;
  Value at_;
};

bool same_path(std::span<const PathStep> a, std::span<const PathStep> b) {
  return std::ranges::equal(a, b, [](const PathStep& x, const PathStep& y) {
    return x.is_index == y.is_index && x.index == y.index && x.field == y.field;
  });
}

}  // namespace

void Explainer::chain(const Op& op, Facts& facts) {
  // From the last access back to what it starts with.
  ArenaVector<PathStep> reversed(evaluator_.context().arena());
  const Op* at = &op;
  const auto add_fields = [&reversed](std::span<const FieldStep> fields) {
    for (std::size_t i = fields.size(); i > 0; --i) {
      reversed.add({.field = fields[i - 1].name, .index = 0, .is_index = false});
    }
  };
  for (bool inside = true; inside;) {
    switch (at->code) {
      case OpCode::kPath:
      case OpCode::kHas:
      case OpCode::kOptionalSelect:
        add_fields(at->fields());
        at = &at->arg(0);
        break;
      case OpCode::kIndex:
      case OpCode::kOptionalIndex: {
        const Value index = evaluator_.eval(at->arg(1));
        collect(at->arg(1), Use::kValue, facts);
        if (index.is_string()) {
          reversed.add({.field = index.as_string(), .index = 0, .is_index = false});
        } else if (index.is_int() && index.as_int() >= 0 && index.as_int() <= UINT32_MAX) {
          reversed.add(
              {.field = {}, .index = static_cast<std::uint32_t>(index.as_int()), .is_index = true});
        } else {
          reversed = ArenaVector<PathStep>(evaluator_.context().arena());
        }
        at = &at->arg(0);
        break;
      }
      default:
        inside = false;
    }
  }
  std::ranges::reverse(reversed.items());

  Fact fact;
  fact.expr_id = op.expr_id;
  fact.presence_only = op.code == OpCode::kHas;
  const Value root = evaluator_.eval(*at);
  if (at->code == OpCode::kVariable) {
    fact.variable = program_.slots().name(at->index);
    if (root.is_error()) return variable(*at, root, Use::kValue, facts);
  } else if (at->code == OpCode::kLocal) {
    fact.variable = binding(at->index).name;
  } else if (at->code == OpCode::kBlockLocal) {
    return collect(at->arg(0), Use::kValue, facts);
  } else if (at->is_constant()) {
    return;
  }
  if (at->code != OpCode::kVariable && at->code != OpCode::kLocal && node_of(root) == nullptr) {
    collect(*at, Use::kValue, facts);  // a call's result, say: its arguments tell more
    return;
  }
  if (const Op* init = at->code == OpCode::kLocal ? binding(at->index).init : nullptr;
      init != nullptr && node_of(root) == nullptr) {
    return collect(*init, Use::kValue, facts);
  }
  Walker walker(evaluator_.context(), root);
  fact.base = node_of(root);
  fact.ancestor = node_of(walker.value());
  if (fact.base == nullptr) fact.base = fact.ancestor;
  for (const PathStep& step : reversed.items()) {
    if (!walker.step(step)) break;
    ++fact.found;
    if (node_of(walker.value()) != nullptr) fact.ancestor = node_of(walker.value());
  }
  if (fact.found == reversed.size()) {
    fact.value = walker.value();
    fact.node = node_of(fact.value);
  }
  add_fact(fact, reversed.items(), facts);
}

void Explainer::add_fact(Fact fact, std::span<const PathStep> path, Facts& facts) {
  for (Fact& known : facts.items()) {
    if (known.base != fact.base || known.variable != fact.variable ||
        !same_path(known.path, path)) {
      continue;
    }
    known.presence_only = known.presence_only && fact.presence_only;
    return;
  }
  if (facts.size() >= findings_.limits.facts) return;
  fact.path = path;
  facts.add(fact);
}

}  // namespace yagura::policy
