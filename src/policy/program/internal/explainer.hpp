#pragma once

#include <cstdint>
#include <span>

#include "policy/program/explain.hpp"
#include "policy/program/internal/arena_vector.hpp"
#include "policy/program/internal/evaluator.hpp"

namespace yagura::policy {

using Facts = ArenaVector<Fact>;

// What all the explainers of one explanation (the program's and its variables') add to.
struct Findings {
  struct Pending {
    std::span<const BoundElement> elements;
    Facts facts;
    Value error;
    std::uint32_t expr_id;
    const Program* program;
  };

  Findings(core::Arena& arena, const ExplainLimits& bounds)
      : limits(bounds), failures(arena), elements(arena) {}

  [[nodiscard]] bool full() const { return failures.size() >= limits.failures; }

  const ExplainLimits& limits;
  ArenaVector<Pending> failures;
  ArenaVector<BoundElement> elements;  // those that are bound now, outermost first
  std::uint64_t more = 0;
};

// Walks one program's ops along what failed. explain() is for what decides: `actual` is the op's
// value, a bool or an error; collect() is for what values were looked at on the way.
class Explainer {
 public:
  Explainer(const Program& program, Evaluator& evaluator, Findings& findings, std::uint32_t depth);

  void explain(const Op& op, const Value& actual, Facts& facts);
  // Adds a failure of the elements that are bound now.
  void emit(const Op& op, const Value& actual, const Facts& facts);

 private:
  // In what a value is used: where only the number of a list's items counts, each item is to blame.
  enum class Use : std::uint8_t { kValue, kCount };
  // Of an element that a comprehension binds, or of cel.bind.
  struct Binding {
    std::string_view name;
    const Op* init = nullptr;  // cel.bind: what the name stands for
  };

  void collect(const Op& op, Use use, Facts& facts);
  void junction(const Op& op, const Value& actual, bool absorbing, Facts& facts);
  void conditional(const Op& op, const Value& actual, Facts& facts);
  void comparison(const Op& op, Facts& facts);
  void quantifier(const Op& op, const Value& actual, Facts& facts);
  void collected_elements(const Op& op, Use use, Facts& facts);
  void all_elements(const Op& op, const Range& range, const Value& range_value, Facts& facts);
  void element(const Op& op, const Range& range, std::uint32_t at, const Value& value, Use use);
  void variable(const Op& op, const Value& actual, Use use, Facts& facts);
  void call(const Op& op, Facts& facts);
  void let(const Op& op, const Value& actual, Facts& facts);

  void chain(const Op& op, Facts& facts);
  void add_fact(Fact fact, std::span<const PathStep> path, Facts& facts);
  void attach(std::size_t from, Facts& alternatives, Facts& facts);
  void bind(const FoldData& fold, const Range& range, std::uint32_t at);
  [[nodiscard]] BoundElement bound(const FoldData& fold, const Range& range,
                                   const Value& range_value, std::uint32_t at);
  [[nodiscard]] Facts new_facts() { return Facts(evaluator_.context().arena()); }
  [[nodiscard]] bool stop();
  [[nodiscard]] Binding& binding(std::uint32_t local) { return bindings_[local]; }

  const Program& program_;
  Evaluator& evaluator_;
  Findings& findings_;
  std::span<Binding> bindings_;
  std::uint32_t depth_;  // of variables in variables
};

}  // namespace yagura::policy
