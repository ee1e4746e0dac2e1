#include "policy/program/explain.hpp"

#include <fmt/format.h>

#include <iterator>

#include "policy/program/internal/explainer.hpp"
#include "policy/program/internal/nested_evaluation.hpp"

namespace yagura::policy {

Explanation explain(const Program& program, EvalContext& context, const Activation& activation,
                    const ExplainLimits& limits) {
  core::Arena& arena = context.arena();
  const NestedEvaluation nested(context);
  const std::span<Value> locals = arena.make_array<Value>(program.code().locals);
  Evaluator evaluator(context, activation, program.code(), locals.data());
  Findings findings(arena, limits);
  Explainer explainer(program, evaluator, findings, 0);
  const Op& root = *program.code().root;
  const Value actual = evaluator.eval(root);
  Facts facts(arena);
  explainer.explain(root, actual, facts);
  if (!facts.empty() || findings.failures.empty()) explainer.emit(root, actual, facts);

  const std::span<Failure> failures = arena.make_array<Failure>(findings.failures.size());
  for (std::size_t i = 0; i < failures.size(); ++i) {
    Findings::Pending& pending = findings.failures[i];
    failures[i] = {.elements = pending.elements,
                   .facts = pending.facts.items(),
                   .error = pending.error,
                   .expr_id = pending.expr_id,
                   .program = pending.program};
  }
  return {.failures = failures, .more = findings.more};
}

void append_path(std::string& out, std::span<const PathStep> path) {
  for (const PathStep& step : path) {
    if (step.is_index) {
      fmt::format_to(std::back_inserter(out), "[{}]", step.index);
      continue;
    }
    const bool plain = step.field.find_first_of(".[]\"/ ") == std::string_view::npos;
    if (!plain) {
      fmt::format_to(std::back_inserter(out), "[\"{}\"]", step.field);
    } else {
      if (!out.empty()) out += '.';
      out += step.field;
    }
  }
}

}  // namespace yagura::policy
