// @rx and @rxGlobal.

#include "waf/operator/internal/families.hpp"
#include "waf/operator/internal/patterns.hpp"

namespace yagura::waf::internal {
namespace {

class Rx final : public Operator {
 public:
  explicit Rx(OperatorPattern pattern) : pattern_(std::move(pattern)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const auto pattern = pattern_.get(context);
    if (!pattern) return OperatorResult::kNotEvaluated;
    Captures own;
    Captures& captures = context.captures != nullptr ? *context.captures : own;
    const OperatorResult result = pattern->match(value, &captures, pattern_.match_limit(context));
    if (result == OperatorResult::kMatch) context.matched = captures.group[0];
    return result;
  }
  ByteCondition condition() const override { return pattern_.condition(); }
  std::optional<ScanPattern> scan_pattern() const override { return pattern_.scan_pattern(); }

 private:
  OperatorPattern pattern_;
};

// Every match, their groups one after the other in TX:0 to TX:9.
class RxGlobal final : public Operator {
 public:
  explicit RxGlobal(OperatorPattern pattern) : pattern_(std::move(pattern)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const auto pattern = pattern_.get(context);
    if (!pattern) return OperatorResult::kNotEvaluated;
    MatchWalk walk(*pattern, value, pattern_.match_limit(context), MatchWalk::Step::kBehindMatch);
    OperatorResult result = walk.next();
    if (result != OperatorResult::kMatch) return result;
    context.matched = walk.captures().group[0];
    if (context.captures == nullptr) return result;
    // A limit that is reached later takes nothing from the match that there is.
    Captures& all = *context.captures;
    while (result == OperatorResult::kMatch && all.count < all.group.size()) {
      for (std::uint8_t i = 0; i < walk.captures().count; ++i) all.add(walk.captures().group[i]);
      result = walk.next();
    }
    return OperatorResult::kMatch;
  }
  ByteCondition condition() const override { return pattern_.condition(); }
  std::optional<ScanPattern> scan_pattern() const override { return pattern_.scan_pattern(); }

 private:
  OperatorPattern pattern_;
};

template <typename Kind>
Result<OperatorPointer> make(std::string_view name, std::string_view argument,
                             const OperatorEnvironment& environment) {
  YAGURA_TRY(OperatorPattern pattern, OperatorPattern::make(name, argument, environment));
  return std::make_unique<Kind>(std::move(pattern));
}

}  // namespace

Result<OperatorPointer> make_rx(std::string_view name, std::string_view argument,
                                const OperatorEnvironment& environment) {
  return make<Rx>(name, argument, environment);
}

Result<OperatorPointer> make_rx_global(std::string_view name, std::string_view argument,
                                       const OperatorEnvironment& environment) {
  return make<RxGlobal>(name, argument, environment);
}

}  // namespace yagura::waf::internal
