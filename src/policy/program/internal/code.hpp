#pragma once

// The compiled form: a tree of small ops in one arena, walked by a switch (evaluator.hpp). A tree
// and not a stack code, because CEL's operators are lazy and absorb errors in either operand,
// because values come back in two registers anyway, and because explaining a failure needs the
// structure.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "policy/check/check.hpp"
#include "policy/library/function.hpp"
#include "policy/program/context.hpp"
#include "policy/program/program.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

enum class OpCode : std::uint8_t {
  kConstant,        // value
  kVariable,        // index: slot
  kLocal,           // index: in the frame
  kBlockLocal,      // index: in the frame, filled at first use by args[0]
  kPath,            // args[0].field.field…
  kHas,             // has(args[0].field…field): the last is asked for
  kIndex,           // args[0][args[1]]
  kOptionalSelect,  // args[0].?field
  kOptionalIndex,   // args[0][?args[1]]
  kNot,
  kNegate,
  kAnd,  // of two or more
  kOr,
  kConditional,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kIn,
  kInSet,    // args[0] in set
  kMatches,  // args[0].matches(regex)
  kCall,
  kList,
  kMap,     // args: key, value, key, value…
  kStruct,  // args: values
  // Comprehensions that the standard macros expand to, recognised by their shape.
  kAll,
  kExists,
  kExistsOne,
  kCollect,  // map, filter, transformList: a list of what `transform` gives where `predicate` holds
  kCollectMap,  // transformMap, transformMapEntry
  kFold,        // any other
  kLet,         // cel.bind
  kBlock,       // cel.@block
  kFail,        // value: the error
};

// Flags of an op.
inline constexpr std::uint8_t kSizedCost =
    1;  // the one possible overload costs by its operands' size

// kConditional: a branch that cel-go makes part of an attribute, which does not charge its
// identifier.
inline constexpr std::uint8_t kTrueIsAttribute = 2;
inline constexpr std::uint8_t kFalseIsAttribute = 4;

inline constexpr std::uint32_t kNoLocal = UINT32_MAX;
inline constexpr std::size_t kMaxArguments = 32;  // of a function call

struct FieldStep {
  std::string_view name;
  std::uint32_t expr_id = 0;
};

// One call, several libraries that know the name.
struct CallTarget {
  std::string_view name;
  std::span<const Function* const> functions;
};

struct Op;

// Of a comprehension, let or block.
struct FoldData {
  std::uint32_t variable = kNoLocal;  // item of a list, key of a map; with `value`: index or key
  std::uint32_t value = kNoLocal;     // two-variable form: item or value
  std::uint32_t accumulator = kNoLocal;
  std::string_view variable_name;
  std::string_view value_name;
  const Op* range = nullptr;
  const Op* predicate = nullptr;  // kCollect, kCollectMap: null where everything is taken
  const Op* transform = nullptr;  // kCollect: null where the element itself is (filter)
  const Op* init = nullptr;       // kFold, kLet
  const Op* condition = nullptr;
  const Op* step = nullptr;
  const Op* result = nullptr;  // also kBlock's
  bool entries = false;        // kCollectMap: transform gives maps to be merged
  bool identity = false;       // kCollect: filter(), transform is the variable itself
};

// Optional elements and entries of a list, map or struct literal.
struct LiteralData {
  std::span<const bool> optional;         // by element or entry; empty: none
  const StructDecl* structure = nullptr;  // kStruct
  std::span<const std::string_view> fields;
};

// The constants of `x in [constants]`: open addressing, kAbsent is free.
struct ConstantSet {
  std::span<const Value> table;
  std::uint32_t longest = 1;  // Value::count() of the longest
};

struct Op {
  OpCode code = OpCode::kConstant;
  std::uint8_t flags = 0;
  std::uint16_t count = 0;  // of args
  std::uint32_t cost = 0;   // charged when evaluated, whatever the operands
  std::uint32_t expr_id = 0;
  std::uint32_t index = 0;
  const Op* const* args = nullptr;
  const void* data = nullptr;

  [[nodiscard]] const Op& arg(std::size_t at) const { return *args[at]; }
  [[nodiscard]] std::span<const Op* const> arguments() const { return {args, count}; }
  [[nodiscard]] const Value& value() const { return *static_cast<const Value*>(data); }
  [[nodiscard]] std::span<const FieldStep> fields() const {
    return {static_cast<const FieldStep*>(data), index};
  }
  [[nodiscard]] const FoldData& fold() const { return *static_cast<const FoldData*>(data); }
  [[nodiscard]] const CallTarget& call() const { return *static_cast<const CallTarget*>(data); }
  [[nodiscard]] const LiteralData& literal() const {
    return *static_cast<const LiteralData*>(data);
  }
  [[nodiscard]] const ConstantSet& set() const { return *static_cast<const ConstantSet*>(data); }
  [[nodiscard]] const re2::RE2& regex() const { return *static_cast<const re2::RE2*>(data); }
  [[nodiscard]] bool is_constant() const { return code == OpCode::kConstant; }
};

// With RE2's memory bounded and its log silent; ask ok().
[[nodiscard]] std::unique_ptr<re2::RE2> compile_regex(std::string_view pattern);

struct Program::Code {
  std::shared_ptr<const CheckedAst> checked;
  std::shared_ptr<const VariableSlots> slots;
  core::Arena arena;
  EvalContext constants;  // what folding made
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  std::vector<std::uint32_t> used_slots;
  const Op* root = nullptr;
  std::uint32_t locals = 0;

  Code();
  ~Code();
};

}  // namespace yagura::policy
