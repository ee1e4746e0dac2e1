// @eq, @ge, @gt, @le, @lt: whole numbers, read as number_of() reads them.

#include "waf/base/number.hpp"

#include <cstdint>
#include <functional>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

using Number = std::int64_t;

constexpr ByteSet kNonZeroDigits = ByteSet::range('1', '9');

// What a value needs to be above `bound`, itself not negative.
ByteCondition condition_above(Number bound) {
  if (bound < 0) return {};
  return {.one_of = {kNonZeroDigits}, .min_length = 1};
}

// What a value needs to be below `bound`, itself not positive.
ByteCondition condition_below(Number bound) {
  if (bound > 0) return {};
  return {.one_of = {ByteSet::of("-"), kNonZeroDigits}, .min_length = 2};
}

struct Equal : std::equal_to<> {
  static ByteCondition condition(Number bound) {
    if (bound > 0) return condition_above(bound - 1);
    return bound < 0 ? condition_below(bound + 1) : ByteCondition{};
  }
};
struct Greater : std::greater<> {
  static ByteCondition condition(Number bound) { return condition_above(bound); }
};
struct GreaterEqual : std::greater_equal<> {
  static ByteCondition condition(Number bound) {
    return bound > 0 ? condition_above(bound - 1) : ByteCondition{};
  }
};
struct Less : std::less<> {
  static ByteCondition condition(Number bound) { return condition_below(bound); }
};
struct LessEqual : std::less_equal<> {
  static ByteCondition condition(Number bound) {
    return bound < 0 ? condition_below(bound + 1) : ByteCondition{};
  }
};

template <typename Compare>
class NumberOperator final : public Operator {
 public:
  NumberOperator(std::string_view argument, const OperatorEnvironment& environment)
      : has_macro_(environment.argument_has_macro), fixed_(number_of(argument)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const Number bound = has_macro_ ? number_of(context.argument) : fixed_;
    if (!Compare{}(number_of(value), bound)) return OperatorResult::kNoMatch;
    context.matched = value;
    return OperatorResult::kMatch;
  }

  ByteCondition condition() const override {
    return has_macro_ ? ByteCondition{} : Compare::condition(fixed_);
  }

 private:
  bool has_macro_;
  Number fixed_;
};

template <typename Compare>
Result<OperatorPointer> make(std::string_view argument, const OperatorEnvironment& environment) {
  return std::make_unique<NumberOperator<Compare>>(argument, environment);
}

}  // namespace

Result<OperatorPointer> make_eq(std::string_view, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<Equal>(argument, environment);
}
Result<OperatorPointer> make_ge(std::string_view, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<GreaterEqual>(argument, environment);
}
Result<OperatorPointer> make_gt(std::string_view, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<Greater>(argument, environment);
}
Result<OperatorPointer> make_le(std::string_view, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<LessEqual>(argument, environment);
}
Result<OperatorPointer> make_lt(std::string_view, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<Less>(argument, environment);
}

}  // namespace yagura::waf::internal
