#pragma once

// glob, iglob and regex: linear time (RE2), the whole text must match.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace re2 {
class RE2;
}

namespace yagura::rules {

enum class PatternCase { kSensitive, kInsensitive };

class GlobAutomaton;
struct GlobTree;

// Immutable, thread-safe.
class Pattern {
 public:
  // POSIX extended syntax, as the rules' `regex` takes it. Bytes of a text that are no UTF-8 count
  // as U+FFFD. Errors name what is wrong; a pattern whose program would be larger than 1 MiB is
  // one.
  [[nodiscard]] static Result<Pattern> regex(std::string_view text);
  // fnmatch's: * ? [a-z] [!a] [[:alpha:]] \x, and ?(a|b) *(a|b) +(a|b) @(a|b) !(a|b); `*` matches
  // `/` too. A glob whose !(…) needs a table of more than 2,000 states is an error.
  [[nodiscard]] static Result<Pattern> glob(std::string_view text, PatternCase letters);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  [[nodiscard]] bool matches(std::string_view text) const;

  // About the bytes that it needs, and the time that it took to make it (one byte a quarter of a
  // microsecond).
  [[nodiscard]] std::size_t cost() const;

 private:
  enum class Shape { kExpression, kExact, kPrefix, kSuffix, kInfix };

  Pattern() = default;

  Shape shape_ = Shape::kExpression;
  bool is_regex_ = false;
  std::string literal_;                         // of the shapes that are no expression
  std::unique_ptr<const re2::RE2> expression_;  // of the others, one of both
  std::unique_ptr<const GlobAutomaton> automaton_;
};

// As a regular expression of bytes. Precondition: no !(…) in it. Internal.
[[nodiscard]] std::string glob_to_regex(const GlobTree& tree);

}  // namespace yagura::rules
