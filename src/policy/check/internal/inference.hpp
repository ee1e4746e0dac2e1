#pragma once

// Type variables and what is known of them: assignability with unification, as cel-go's checker
// does it (checker/types.go). Private to the checker.

#include <cstdint>
#include <span>
#include <vector>

#include "policy/check/type.hpp"

namespace yagura::policy::internal {

class Inference {
 public:
  explicit Inference(TypeTable& types) : types_(types) {}

  [[nodiscard]] const Type* fresh();

  // Whether a value of type `from` may stand where `to` is wanted (the relation is symmetric but
  // for its effect on variables, as dyn is assignable both ways). Binds variables if so; leaves all
  // as it was if not.
  [[nodiscard]] bool assignable(const Type* from, const Type* to);
  [[nodiscard]] bool all_assignable(std::span<const Type* const> from,
                                    std::span<const Type* const> to);

  // The type with its variables replaced by what they are bound to; unbound ones by dyn if
  // `to_dyn`.
  [[nodiscard]] const Type* substitute(const Type* type, bool to_dyn);

  // The type with each type parameter replaced by the variable of the same place in `variables`.
  struct Binding {
    std::string_view parameter;
    const Type* variable;
  };
  [[nodiscard]] const Type* instantiate(const Type* type, std::vector<Binding>& bindings);

  // Of two types that are assignable to each other, the one that says less.
  [[nodiscard]] const Type* most_general(const Type* a, const Type* b);

  // Variables that stand for types with variables can make exponential work. Past the budget
  // everything is assignable and dyn; the checker then gives up.
  static constexpr std::uint32_t kMaxSteps = 5'000'000;
  [[nodiscard]] bool exhausted() const { return steps_ > kMaxSteps; }

 private:
  [[nodiscard]] bool out_of_steps() { return ++steps_ > kMaxSteps; }
  [[nodiscard]] bool says_no_more(const Type* a, const Type* b);
  [[nodiscard]] bool says_no_more(std::span<const Type* const> a, std::span<const Type* const> b);
  [[nodiscard]] bool unify(const Type* a, const Type* b);
  [[nodiscard]] bool unify_all(std::span<const Type* const> a, std::span<const Type* const> b);
  struct Substitution {
    bool valid = false;
    bool known = false;  // the variable was bound before
  };
  [[nodiscard]] Substitution bind(const Type* type, const Type* variable);
  [[nodiscard]] const Type* binding(const Type* variable) const {
    return bindings_[variable->index];
  }
  void set(const Type* variable, const Type* type);
  void roll_back(std::size_t mark);
  [[nodiscard]] bool occurs(const Type* variable, const Type* within);
  template <typename Replace>
  [[nodiscard]] const Type* rebuild(const Type* type, const Replace& replace);

  struct Change {
    std::uint32_t index;
    const Type* before;
  };
  TypeTable& types_;
  std::vector<const Type*> bindings_;  // by variable; null: unbound
  std::vector<Change> trail_;
  std::uint32_t steps_ = 0;
};

[[nodiscard]] bool is_dynamic(const Type* type);

}  // namespace yagura::policy::internal
