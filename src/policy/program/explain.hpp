#pragma once

// Why an expression is false (or an error): which elements of which lists, and which fields were
// read there. Evaluates again, along the failing branches alone, so it runs only for what failed.
//
//   a && b false      the false operands; outside of elements each is a failure of its own
//   a || b false      both operands; where one of them is about elements, the other's facts go with
//                     each of their failures
//   !a                why a is true
//   c ? x : y         the condition's facts and the branch taken
//   r.all(e, p)       each element whose p is false
//   r.exists(e, p)    false: the range and what was read of the elements; true (under !): each
//   element
//                     whose p is true
//   has(a.b.c)        the chain a.b.c
//   f(a.b, c.d) == 1  the chains in the arguments
//   r.filter(e, p).size() == 0   each element that passed; likewise where the filter is in a
//   variable a variable        its own expression where it is a boolean or failed; otherwise it is
//   the root of a
//                     chain

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "policy/program/program.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

struct PathStep {
  std::string_view field;   // a name; empty: `index` counts
  std::uint32_t index = 0;  // of a list item
  bool is_index = false;
};

// A chain of field accesses that the failing part read.
struct Fact {
  std::string_view variable;  // where the chain starts: "object", "c", "variables.containers"
  const kube::Node* base = nullptr;  // the variable's node; null: it is not from an object
  std::span<const PathStep> path;    // from the variable
  const kube::Node* node = nullptr;  // what was found; null: missing, or computed
  // The last of the path that is there: `found` steps lead to it. Null where base is.
  const kube::Node* ancestor = nullptr;
  std::uint32_t found = 0;     // == path.size(): the whole path is there
  Value value;                 // what was found; kAbsent: missing
  bool presence_only = false;  // has(): asked whether it is there, not what it is
  std::uint32_t expr_id = 0;

  [[nodiscard]] bool missing() const { return found < path.size(); }
};

// An element that a comprehension's variable was bound to.
struct BoundElement {
  std::string_view variable;         // "c"
  Value value;                       // kAbsent: a key or index variable without a node of its own
  const kube::Node* node = nullptr;  // null: it is computed
  std::uint32_t index = 0;           // of the item, or of the entry of a map
  Value key;                         // of an entry of a map; else kAbsent
};

struct Failure {
  std::span<const BoundElement> elements;  // outermost first; empty: of no element
  std::span<const Fact> facts;             // in the order of evaluation, without duplicates
  Value error;                             // the error, where that is how it failed; else kAbsent
  std::uint32_t expr_id = 0;               // of the smallest part that failed, in its own program
  const Program* program = nullptr;        // whose expression that is: this one, or a variable's
};

struct Explanation {
  std::span<const Failure> failures;  // in the order of evaluation; at least one
  std::uint64_t more = 0;             // failures above the limit, counted only
};

struct ExplainLimits {
  std::uint32_t failures = 200;
  std::uint32_t facts = 32;     // of a failure
  std::uint32_t elements = 64;  // of a range, looked at where none of them alone is to blame
};

// Precondition: the program gave false, or an error, for this activation. Results live in the
// context's arena. Bounded by the limits and by the cost budget of the context, anew.
[[nodiscard]] Explanation explain(const Program& program, EvalContext& context,
                                  const Activation& activation, const ExplainLimits& limits = {});

// "spec.containers[0].image", behind what stands in `out` already.
void append_path(std::string& out, std::span<const PathStep> path);

}  // namespace yagura::policy
