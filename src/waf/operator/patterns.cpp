#include "waf/operator/internal/patterns.hpp"

#include <fmt/format.h>

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kCachedExpansions = 64;
constexpr std::size_t kMaxExpansion = 4096;  // bytes of an expanded pattern

}  // namespace

Result<OperatorPattern> OperatorPattern::make(std::string_view name, std::string_view text,
                                              const OperatorEnvironment& environment) {
  OperatorPattern made(environment.pattern_match_limit);
  if (environment.argument_has_macro) {
    made.expansions_ = std::make_unique<BoundedCache<Pattern>>(kCachedExpansions);
    return made;
  }
  auto pattern = Pattern::compile(text);
  if (!pattern) {
    return std::unexpected(std::move(pattern).error().with_context(fmt::format("@{}", name)));
  }
  made.fixed_ = std::make_shared<const Pattern>(*std::move(pattern));
  return made;
}

std::shared_ptr<const Pattern> OperatorPattern::get(const OperatorContext& context) const {
  if (fixed_) return fixed_;
  if (context.argument.size() > kMaxExpansion) return nullptr;
  return expansions_->get(context.argument, [](std::string_view text) {
    auto pattern = Pattern::compile(text);
    return pattern ? std::make_shared<const Pattern>(*std::move(pattern)) : nullptr;
  });
}

std::uint32_t OperatorPattern::match_limit(const OperatorContext& context) const {
  if (context.match_limit != 0) return context.match_limit;
  return match_limit_ != 0 ? match_limit_ : kDefaultMatchLimit;
}

ByteCondition OperatorPattern::condition() const {
  return fixed_ ? fixed_->condition() : ByteCondition{};
}

std::optional<ScanPattern> OperatorPattern::scan_pattern() const {
  if (!fixed_) return std::nullopt;
  return ScanPattern{.regex = fixed_->text(), .caseless = fixed_->caseless()};
}

OperatorResult MatchWalk::next() {
  if (offset_ > value_.size()) return OperatorResult::kNoMatch;
  if (count_++ == kMaxMatches) return OperatorResult::kNotEvaluated;
  captures_ = {};
  const OperatorResult result = pattern_.match_from(value_, offset_, &captures_, match_limit_);
  if (result != OperatorResult::kMatch) return result;
  const std::string_view whole = captures_.group[0];
  const auto start = static_cast<std::size_t>(whole.data() - value_.data());
  const bool one_byte = step_ == Step::kOverlapping || whole.empty();
  offset_ = start + (one_byte ? 1 : whole.size());
  return OperatorResult::kMatch;
}

}  // namespace yagura::waf::internal
