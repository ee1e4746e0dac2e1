#pragma once

// What an evaluation works with: the arena that holds everything it makes, its cost budget, and a
// cache of regular expressions. One per thread, kept for long: in the common case an evaluation
// then calls malloc not once.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "policy/program/value.hpp"

namespace re2 {
class RE2;
}

namespace yagura::policy {

class EvalContext;
class NestedEvaluation;
class Program;

// Gives the value of a variable at its first use. A source is called once a slot: the value stays.
class VariableSource {
 public:
  virtual ~VariableSource() = default;
  // The result stays valid as long as the activation: an object's node, or memory of
  // context.arena().
  [[nodiscard]] virtual Value load(EvalContext& context, std::uint32_t slot) = 0;
  // The expression behind the variable, where there is one: to explain why it is false.
  [[nodiscard]] virtual const Program* program(std::uint32_t slot) const {
    (void)slot;
    return nullptr;
  }
};

// The variables of an evaluation, by slot (VariableSlots, program.hpp). Programs that are compiled
// with the same slots share it, so that a lazy variable is evaluated once for all of them. Values
// that were loaded live in the context's arena: fill the slots anew after EvalContext::reset().
struct Activation {
  std::span<Value> slots;  // kAbsent: asked of the source; without one: an error
  VariableSource* source = nullptr;
};

struct EvalLimits {
  // Kubernetes' limit of one expression (apiserver cel.PerCallLimit). Cost bounds time and memory:
  // what grows with data costs by its size.
  std::uint64_t cost = 1'000'000;
  // Of all values that live at a time, and of elementary steps, for what cost does not say: cel-go
  // concatenates lists in constant time and so charges 1, and charges 1 for `in` and size() of what
  // it does not know the type of, whatever their size. Exceeding one is an error as exceeding the
  // cost is.
  std::size_t memory = std::size_t{64} << 20;
  std::uint64_t work = 50'000'000;  // elements, or 16 bytes of text: a fraction of a second
  // Of lazy variables that use lazy variables.
  std::uint32_t nesting = 64;
};

// What a field of an object is whose value is null (`securityContext:` with nothing behind it).
enum class NullFields : std::uint8_t {
  kPresent,  // as CEL has it: has() is true, the value is null
  kAbsent,   // as a kube-apiserver has it, which drops them when it reads an object: has() is false
};

// Runtime cost is that of cel-go's interpreter (interpreter/runtimecost.go, common/cost.go) with
// the options of Kubernetes: an identifier, a field, a call 1; a list literal 10, a map 30, a
// struct 40; strings a tenth of their length; `in` the length of its list; has() nothing for the
// test itself.
class EvalContext {
 public:
  explicit EvalContext(EvalLimits limits = {});
  EvalContext(const EvalContext&) = delete;
  EvalContext& operator=(const EvalContext&) = delete;
  ~EvalContext();

  // Forgets all values that were made. The next object begins here.
  void reset() { arena_.reset(); }

  [[nodiscard]] core::Arena& arena() { return arena_; }
  [[nodiscard]] const EvalLimits& limits() const { return limits_; }

  // Budget left for what is evaluated now; a caller with a total budget sets less than
  // limits().cost.
  void set_budget(std::uint64_t cost) { limits_.cost = cost; }
  [[nodiscard]] std::uint64_t cost() const { return cost_; }
  void set_cost(std::uint64_t cost) { cost_ = cost; }

  // Of fields that are read by name (a.b, has(a.b), a.?b) from what is backed by a node.
  void set_null_fields(NullFields meaning) { null_fields_ = meaning; }
  [[nodiscard]] NullFields null_fields() const { return null_fields_; }
  [[nodiscard]] bool is_absent_null(const Value& field) const {
    return field.is_null() && field.has_node() && null_fields_ == NullFields::kAbsent;
  }

  // Adds to the cost. False: over the budget; then return cost_exceeded(). Call it before work or
  // memory that grows with the data.
  [[nodiscard]] bool charge(std::uint64_t cost) {
    cost_ = cost > UINT64_MAX - cost_ ? UINT64_MAX : cost_ + cost;
    return cost_ <= limits_.cost;
  }
  [[nodiscard]] bool over_budget() const { return cost_ > limits_.cost; }

  // May so many more bytes be taken from the arena? Ask before making what may be large; otherwise
  // return memory_exceeded().
  [[nodiscard]] bool can_allocate(std::size_t bytes) const {
    return arena_.reserved() <= limits_.memory && bytes <= limits_.memory - arena_.reserved();
  }
  // Adds to the work done: where it is more than what was charged.
  void note_work(std::uint64_t steps) { work_ += steps; }
  // Over the budget of cost, memory or work: every loop asks, once an iteration.
  [[nodiscard]] bool exhausted() const {
    return cost_ > limits_.cost || arena_.reserved() > limits_.memory || work_ > limits_.work;
  }
  // The error that goes with it.
  [[nodiscard]] Value exhaustion() const;

  // Errors. The text of `detail` is copied into the arena.
  [[nodiscard]] Value error(ErrorKind kind, std::string_view detail = {});
  [[nodiscard]] Value error(std::string_view message) { return error(ErrorKind::kCustom, message); }
  // One shared value each: no memory.
  [[nodiscard]] static Value no_such_overload();
  [[nodiscard]] static Value cost_exceeded();
  [[nodiscard]] static Value memory_exceeded();

  // Copies into the arena.
  [[nodiscard]] Value copy_string(std::string_view text) {
    return Value::string(arena_.copy(text));
  }
  [[nodiscard]] Value copy_bytes(std::string_view text) { return Value::bytes(arena_.copy(text)); }
  [[nodiscard]] Value copy_list(std::span<const Value> items) {
    return Value::list(arena_.copy(items));
  }
  [[nodiscard]] Value some(const Value& value) {
    return Value::optional(arena_.make<Value>(value));
  }
  [[nodiscard]] static Value none() { return Value::optional(nullptr); }

  // The compiled expression, or null where it is none that RE2 takes. Kept for later calls (the
  // cache is bounded: kMaxRegexes, and RE2's own memory limit); valid until the next call.
  static constexpr std::size_t kMaxRegexes = 64;
  [[nodiscard]] const re2::RE2* regex(std::string_view pattern);

 private:
  friend class Evaluator;
  friend class NestedEvaluation;
  struct RegexCache;

  core::Arena arena_;
  EvalLimits limits_;
  std::uint64_t cost_ = 0;
  std::uint64_t work_ = 0;
  std::uint32_t nesting_ = 0;
  NullFields null_fields_ = NullFields::kPresent;
  std::unique_ptr<RegexCache> regexes_;
};

// Costs of size-dependent functions, in the words of cel-go: a tenth of the size, rounded up.
[[nodiscard]] constexpr std::uint64_t traversal_cost(std::uint64_t size) { return (size + 9) / 10; }
// Code points of a string; bytes, items, entries; 1 for what has no size.
[[nodiscard]] std::uint64_t cost_size_of_text(const Value& string);
[[nodiscard]] inline std::uint64_t cost_size(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kString:
      return value.is_known_ascii() ? value.count() : cost_size_of_text(value);
    case ValueKind::kBytes:
    case ValueKind::kList:
    case ValueKind::kMap:
      return value.count();
    default:
      return 1;
  }
}

}  // namespace yagura::policy
