#pragma once

// The libraries of functions, as explicit tables. An environment (check/environment.hpp) takes the
// ones that it wants: EnvironmentBuilder::functions(standard_functions()) and so on. One name may
// stand in several tables (string() of the standard library and of the network extension): at a
// call they are asked in order until one has an overload.

#include <span>
#include <string_view>
#include <vector>

#include "policy/library/function.hpp"

namespace yagura::policy {

// cel-spec doc/langdef.md, "List of Standard Definitions": operators, size, conversions, matches,
// timestamps. Also dyn() and type().
[[nodiscard]] std::span<const Function> standard_functions();
// optional.of, optional.none, optional.ofNonZeroValue, hasValue, value, or, orValue, optional
// select and index.
[[nodiscard]] std::span<const Function> optional_functions();

// cel-go's extensions (ext/README.md), each with all its versions.
[[nodiscard]] std::span<const Function> string_functions();
[[nodiscard]] std::span<const Function> math_functions();
[[nodiscard]] std::span<const Function> set_functions();
[[nodiscard]] std::span<const Function> list_functions();
[[nodiscard]] std::span<const Function> encoder_functions();
[[nodiscard]] std::span<const Function> regex_functions();
// cel.@block, cel.@mapInsert: what macros expand to.
[[nodiscard]] std::span<const Function> macro_functions();
// net.IP and net.CIDR of cel-spec's network_ext; Kubernetes' own has the same names and is stricter
// (library/kubernetes).
[[nodiscard]] std::span<const Function> network_functions();

// All of the above, in this order.
[[nodiscard]] std::span<const std::span<const Function>> all_functions();

}  // namespace yagura::policy
