#pragma once

// The regular expression of an operator: compiled at load, or, where the argument has a macro, for
// each of its expansions (the last few are kept).

#include <memory>
#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "waf/match/pattern.hpp"
#include "waf/operator/internal/bounded_cache.hpp"
#include "waf/operator/operator.hpp"

namespace yagura::waf::internal {

class OperatorPattern {
 public:
  // The error says what is wrong with the pattern of `name`.
  [[nodiscard]] static Result<OperatorPattern> make(std::string_view name, std::string_view text,
                                                    const OperatorEnvironment& environment);

  // Null where an expansion does not compile or is too long: the operator is not evaluated.
  [[nodiscard]] std::shared_ptr<const Pattern> get(const OperatorContext& context) const;
  // The steps that a match may take.
  [[nodiscard]] std::uint32_t match_limit(const OperatorContext& context) const;

  [[nodiscard]] ByteCondition condition() const;
  [[nodiscard]] std::optional<ScanPattern> scan_pattern() const;

 private:
  explicit OperatorPattern(std::uint32_t match_limit) : match_limit_(match_limit) {}

  std::uint32_t match_limit_;
  std::shared_ptr<const Pattern> fixed_;               // null: macro
  std::unique_ptr<BoundedCache<Pattern>> expansions_;  // null: fixed
};

// Matches of `pattern` in `value` from left to right, at most `kMaxMatches` of them; each begins
// behind the one before, or one byte behind its start where `overlapping`.
class MatchWalk {
 public:
  static constexpr std::size_t kMaxMatches = 1000;
  enum class Step { kBehindMatch, kOverlapping };

  MatchWalk(const Pattern& pattern, std::string_view value, std::uint32_t match_limit, Step step)
      : pattern_(pattern), value_(value), match_limit_(match_limit), step_(step) {}

  // kMatch: captures() holds the next one. kNotEvaluated: a limit was reached.
  [[nodiscard]] OperatorResult next();
  [[nodiscard]] const Captures& captures() const { return captures_; }

 private:
  const Pattern& pattern_;
  std::string_view value_;
  std::uint32_t match_limit_;
  Step step_;
  std::size_t offset_ = 0, count_ = 0;
  Captures captures_;
};

}  // namespace yagura::waf::internal
