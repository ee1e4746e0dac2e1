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
// cel.@block, cel.@mapInsert: what macros expand to.
[[nodiscard]] std::span<const Function> macro_functions();
// What cel-spec's network_ext has otherwise than Kubernetes' ip and cidr libraries, which know the
// rest (kubernetes_library.hpp): an IPv4-mapped address is taken, as the IPv4 address that it is,
// unless it is written with dots. Add it before those.
[[nodiscard]] std::span<const Function> network_functions();

// All of the above, with Kubernetes' ip and cidr.
[[nodiscard]] std::vector<std::span<const Function>> all_functions();

}  // namespace yagura::policy
