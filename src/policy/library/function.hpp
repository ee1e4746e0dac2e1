#pragma once

// The one table of CEL functions: the checker reads the signatures, the compiler binds the
// implementations. A library is a span of these; an environment is a list of libraries
// (library.hpp). No registration by global constructors.

#include <cstdint>
#include <span>
#include <string_view>

namespace yagura::policy {

class Value;
class EvalContext;

// Arguments in order, the receiver of a member call first. The implementation looks at the kinds
// that it gets and answers no_such_overload where none fits, so that it also serves unchecked
// (dynamic) expressions. Result memory comes from the context's arena. It charges the context for
// work and memory that grow with the arguments.
using NativeFunction = Value (*)(EvalContext& context, std::span<const Value> args);

// One overload: "id" as upstream names it and a signature in the notation of the CEL documents:
//   "size_string", "size(string) -> int"
//   "string_size", "string.size() -> int"
//   "list(A).exists…" type parameters are single capital letters; list(A), map(K, V),
//   optional_type(A), type(A), dyn, bool, int, uint, double, string, bytes, null_type,
//   google.protobuf.Timestamp, google.protobuf.Duration, and abstract types by name:
//   "kubernetes.Quantity", "net.IP".
struct OverloadSignature {
  std::string_view id;
  std::string_view signature;
};

struct Function {
  std::string_view name;  // "size", "_+_", "math.greatest", "ip.isCanonical"
  std::span<const OverloadSignature> overloads;
  NativeFunction implementation = nullptr;  // global and member calls alike
  std::uint8_t min_args = 0;                // receiver counted
  std::uint8_t max_args = 8;
  bool strict = true;  // errors and unknowns in arguments are the result, without a call
  // False: a call costs 1. True: the implementation charges all of it (EvalContext::charge).
  bool own_cost = false;
  // False: never evaluated when compiled, though its arguments are constants.
  bool pure = true;
};

}  // namespace yagura::policy
