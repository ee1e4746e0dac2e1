// @verifyCC, @verifyCPF, @verifySSN, @verifySVNR: the argument is a pattern that finds candidates;
// one whose check digits are right is a match.

#include "waf/operator/internal/check_digits.hpp"
#include "waf/operator/internal/families.hpp"
#include "waf/operator/internal/patterns.hpp"

namespace yagura::waf::internal {
namespace {

using Check = bool (*)(std::string_view);

class VerifyNumber final : public Operator {
 public:
  VerifyNumber(OperatorPattern pattern, Check check)
      : pattern_(std::move(pattern)), check_(check) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const auto pattern = pattern_.get(context);
    if (!pattern) return OperatorResult::kNotEvaluated;
    // A number may begin inside a candidate that is none.
    MatchWalk walk(*pattern, value, pattern_.match_limit(context), MatchWalk::Step::kOverlapping);
    OperatorResult result = walk.next();
    for (; result == OperatorResult::kMatch; result = walk.next()) {
      const std::string_view candidate = walk.captures().group[0];
      if (!check_(candidate)) continue;
      context.matched = candidate;
      if (context.captures != nullptr) context.captures->add(candidate);
      break;
    }
    return result;
  }
  ByteCondition condition() const override { return pattern_.condition(); }
  std::optional<ScanPattern> scan_pattern() const override { return pattern_.scan_pattern(); }

 private:
  OperatorPattern pattern_;
  Check check_;
};

Result<OperatorPointer> make(std::string_view name, std::string_view argument,
                             const OperatorEnvironment& environment, Check check) {
  YAGURA_TRY(OperatorPattern pattern, OperatorPattern::make(name, argument, environment));
  return std::make_unique<VerifyNumber>(std::move(pattern), check);
}

}  // namespace

Result<OperatorPointer> make_verify_cc(std::string_view name, std::string_view argument,
                                       const OperatorEnvironment& environment) {
  return make(name, argument, environment, is_card_number);
}
Result<OperatorPointer> make_verify_cpf(std::string_view name, std::string_view argument,
                                        const OperatorEnvironment& environment) {
  return make(name, argument, environment, is_cpf);
}
Result<OperatorPointer> make_verify_ssn(std::string_view name, std::string_view argument,
                                        const OperatorEnvironment& environment) {
  return make(name, argument, environment, is_ssn);
}
Result<OperatorPointer> make_verify_svnr(std::string_view name, std::string_view argument,
                                         const OperatorEnvironment& environment) {
  return make(name, argument, environment, is_svnr);
}

}  // namespace yagura::waf::internal
