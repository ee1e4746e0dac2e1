// @eq, @ge, @gt, @le, @lt: whole numbers. A text that is none counts as 0, one beyond 64 bits as
// the nearest that fits (libmodsecurity takes 0, which would let a huge Content-Length pass @gt).

#include <cstdint>
#include <functional>
#include <limits>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

using Number = std::int64_t;
constexpr Number kLargest = std::numeric_limits<Number>::max();

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// White space, a sign, digits; what follows is not looked at.
Number parse_number(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size());
  text.remove_prefix(start);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Number value = 0;
  for (const char byte : text) {
    if (!is_digit(byte)) break;
    const Number digit = byte - '0';
    value = value > (kLargest - digit) / 10 ? kLargest : value * 10 + digit;
  }
  return negative ? -value : value;
}

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
      : has_macro_(environment.argument_has_macro), fixed_(parse_number(argument)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const Number bound = has_macro_ ? parse_number(context.argument) : fixed_;
    if (!Compare{}(parse_number(value), bound)) return OperatorResult::kNoMatch;
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
