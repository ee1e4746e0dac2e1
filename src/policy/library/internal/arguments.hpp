#pragma once

// Small things that the implementations of functions share.

#include <cstdint>
#include <span>
#include <string_view>

#include "policy/library/function.hpp"
#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

using Arguments = std::span<const Value>;

[[nodiscard]] inline Value no_overload() { return EvalContext::no_such_overload(); }

// The result of a computation over text or a list that costs a tenth of its size.
[[nodiscard]] inline bool charge_traversal(EvalContext& context, std::uint64_t size) {
  return context.charge(traversal_cost(size));
}

[[nodiscard]] inline std::uint64_t size_cost(const Value& value) { return cost_size(value); }

}  // namespace yagura::policy
