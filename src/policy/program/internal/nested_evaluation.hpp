#pragma once

#include <cstdint>

#include "policy/program/context.hpp"

namespace yagura::policy {

// One evaluation's budget: what a nested one (of a lazy variable) costs is not the outer one's.
// Work is: it counts from the outermost evaluation on.
class NestedEvaluation {
 public:
  explicit NestedEvaluation(EvalContext& context) : context_(context), outer_(context.cost()) {
    context.set_cost(0);
    if (context.nesting_ == 0) context.work_ = 0;
  }
  NestedEvaluation(const NestedEvaluation&) = delete;
  NestedEvaluation& operator=(const NestedEvaluation&) = delete;
  ~NestedEvaluation() { context_.set_cost(outer_); }

 private:
  EvalContext& context_;
  std::uint64_t outer_;
};

}  // namespace yagura::policy
