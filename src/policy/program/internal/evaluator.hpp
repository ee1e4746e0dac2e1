#pragma once

// Walks the ops of one program for one activation.

#include <cstdint>

#include "policy/program/internal/code.hpp"

namespace yagura::policy {

// A list or map as a comprehension sees it.
class Range {
 public:
  explicit Range(const Value& value) : value_(value), is_map_(value.is_map()) {}
  [[nodiscard]] std::uint32_t size() const { return value_.count(); }
  [[nodiscard]] bool is_map() const { return is_map_; }
  // Of the one-variable form: item or key.
  [[nodiscard]] Value element(std::uint32_t at) const {
    return is_map_ ? value_.key_at(at) : value_.item(at);
  }
  // Of the two-variable form.
  [[nodiscard]] Value first(std::uint32_t at) const {
    return is_map_ ? value_.key_at(at) : Value::integer(at);
  }
  [[nodiscard]] Value second(std::uint32_t at) const {
    return is_map_ ? value_.value_at(at) : value_.item(at);
  }

 private:
  Value value_;
  bool is_map_;
};

class Evaluator {
 public:
  // `locals`: code.locals values, all kAbsent.
  Evaluator(EvalContext& context, const Activation& activation, const Program::Code& code,
            Value* locals)
      : context_(context), activation_(activation), code_(code), locals_(locals) {}

  [[nodiscard]] Value eval(const Op& op);

  // Binds the variables of a comprehension to an element of its range.
  void bind(const FoldData& fold, const Range& range, std::uint32_t at) {
    if (fold.value == kNoLocal) {
      locals_[fold.variable] = range.element(at);
    } else {
      locals_[fold.variable] = range.first(at);
      locals_[fold.value] = range.second(at);
    }
  }
  void set_local(std::uint32_t local, const Value& value) { locals_[local] = value; }

  [[nodiscard]] Value variable(std::uint32_t slot) {
    const Value value = activation_.slots[slot];
    return value.is_absent() ? load(slot) : value;
  }

  [[nodiscard]] EvalContext& context() { return context_; }
  [[nodiscard]] const Activation& activation() const { return activation_; }
  [[nodiscard]] const Program::Code& code() const { return code_; }

 private:
  [[nodiscard]] Value load(std::uint32_t slot);
  [[nodiscard]] Value root(const Op& op);
  [[nodiscard]] Value path(const Op& op);
  [[nodiscard]] Value has(const Op& op);
  [[nodiscard]] Value walk(Value value, std::span<const FieldStep> fields);
  [[nodiscard]] Value conjunction(const Op& op, bool absorbing);
  [[nodiscard]] Value equality(const Op& op, bool wanted);
  [[nodiscard]] Value ordering(const Op& op);
  [[nodiscard]] Value arithmetic(const Op& op);
  [[nodiscard]] Value membership(const Op& op);
  [[nodiscard]] Value in_set(const Op& op);
  [[nodiscard]] Value matches(const Op& op);
  [[nodiscard]] Value call(const Op& op);
  template <std::size_t kMax>
  [[nodiscard]] Value call_with(const Op& op);
  [[nodiscard]] Value apply(const Op& op, std::span<const Value> arguments, const Value& pending);
  [[nodiscard]] Value list(const Op& op);
  [[nodiscard]] Value map(const Op& op);
  [[nodiscard]] Value structure(const Op& op);
  [[nodiscard]] Value quantifier(const Op& op, bool absorbing);
  [[nodiscard]] Value exists_one(const Op& op);
  [[nodiscard]] Value collect(const Op& op);
  [[nodiscard]] Value collect_map(const Op& op);
  [[nodiscard]] Value fold(const Op& op);
  [[nodiscard]] Value let(const Op& op);
  [[nodiscard]] Value block(const Op& op);
  [[nodiscard]] Value range_of(const FoldData& fold);
  [[nodiscard]] Value merge_pending(const Value& pending, const Value& value);

  EvalContext& context_;
  const Activation& activation_;
  const Program::Code& code_;
  Value* locals_;
};

// The result of a strict operation on two operands of which at least one is an error or unknown.
[[nodiscard]] Value abnormal_result(EvalContext& context, const Value& a, const Value& b);

}  // namespace yagura::policy
