#pragma once

// One regular expression of a rule, exact: PCRE2's JIT code for short values, RE2 (linear) for long
// ones, PCRE2's interpreter with a bound on its steps where RE2 cannot express the pattern. How
// long is short depends on the pattern's repetitions. Options as CRS expects and as ModSecurity 2
// compiles: DOTALL and DOLLAR_ENDONLY, bytes and not UTF-8, not MULTILINE.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "waf/base/byte_set.hpp"
#include "waf/base/match.hpp"

namespace yagura::waf {

inline constexpr std::uint32_t kDefaultMatchLimit = 100'000;

class Pattern {
 public:
  // The error names the offset in the pattern and what PCRE2 says of it.
  [[nodiscard]] static Result<Pattern> compile(std::string_view text, bool caseless = false);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Does `value` hold a match? Fills `captures` where given (group 0 is the whole match).
  // kNotEvaluated where PCRE2 reached `match_limit` steps and RE2 does not know the pattern.
  // Thread-safe.
  [[nodiscard]] OperatorResult match(std::string_view value, Captures* captures,
                                     std::uint32_t match_limit = kDefaultMatchLimit) const;
  // The same from `offset` on (for @rxGlobal and @rsub); `captures` gets views of `value`.
  [[nodiscard]] OperatorResult match_from(std::string_view value, std::size_t offset,
                                          Captures* captures,
                                          std::uint32_t match_limit = kDefaultMatchLimit) const;

  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] bool caseless() const;
  // RE2 knows the pattern: where PCRE2 reaches its bound the answer is still exact. The first call
  // compiles it.
  [[nodiscard]] bool is_linear() const;
  // Derived from the pattern's syntax tree: what every match contains.
  [[nodiscard]] ByteCondition condition() const;

 private:
  struct State;
  explicit Pattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::waf
