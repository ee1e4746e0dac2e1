// @rsub s/pattern/text/flags: replaces every match of the pattern in the value. Flags: i (letters
// in any case). The text is literal; \/ is the delimiter, \\ a backslash.

#include <fmt/format.h>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"
#include "waf/operator/internal/patterns.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kMaxGrowth = std::size_t{1} << 20;  // bytes that a value may grow by

struct Substitution {
  std::string pattern, text, flags;
};

// Up to the next delimiter that no backslash stands before. A pattern keeps its backslashes but
// those before delimiters.
std::optional<std::string> take_part(std::string_view& rest, char delimiter) {
  std::string part;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == delimiter) {
      rest.remove_prefix(i + 1);
      return part;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      if (rest[i + 1] != delimiter) part += '\\';
      ++i;
    }
    part += rest[i];
  }
  return std::nullopt;
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

std::optional<Substitution> parse_substitution(std::string_view argument) {
  if (argument.size() < 4 || argument[0] != 's') return std::nullopt;
  const char delimiter = argument[1];
  std::string_view rest = argument.substr(2);
  auto pattern = take_part(rest, delimiter);
  if (!pattern || pattern->empty()) return std::nullopt;
  auto text = take_part(rest, delimiter);
  if (!text) return std::nullopt;
  return Substitution{*std::move(pattern), without_escapes(*text), std::string(rest)};
}

class Substitute final : public Operator {
 public:
  Substitute(Pattern pattern, std::string text, std::uint32_t match_limit)
      : pattern_(std::move(pattern)), text_(std::move(text)), match_limit_(match_limit) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (context.host == nullptr) return OperatorResult::kNotEvaluated;
    MatchWalk walk(pattern_, value, limit(context), MatchWalk::Step::kBehindMatch);
    OperatorResult result = walk.next();
    if (result != OperatorResult::kMatch) return result;
    context.matched = walk.captures().group[0];
    std::string replaced;
    std::size_t from = 0;
    for (; result == OperatorResult::kMatch; result = walk.next()) {
      const std::string_view match = walk.captures().group[0];
      const auto start = static_cast<std::size_t>(match.data() - value.data());
      replaced.append(value.substr(from, start - from)).append(text_);
      from = start + match.size();
      if (replaced.size() > value.size() + kMaxGrowth) return OperatorResult::kNotEvaluated;
    }
    if (result == OperatorResult::kNotEvaluated) return result;
    context.host->replace_value(std::move(replaced.append(value.substr(from))));
    return OperatorResult::kMatch;
  }
  ByteCondition condition() const override { return pattern_.condition(); }
  std::optional<ScanPattern> scan_pattern() const override {
    return ScanPattern{.regex = pattern_.text(), .caseless = pattern_.caseless()};
  }

 private:
  std::uint32_t limit(const OperatorContext& context) const {
    if (context.match_limit != 0) return context.match_limit;
    return match_limit_ != 0 ? match_limit_ : kDefaultMatchLimit;
  }

  Pattern pattern_;
  std::string text_;
  std::uint32_t match_limit_;
};

}  // namespace

Result<OperatorPointer> make_rsub(std::string_view name, std::string_view argument,
                                  const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  auto substitution = parse_substitution(argument);
  if (!substitution) {
    return bad_argument(name,
                        fmt::format("'{}' is no substitution; write s/pattern/text/", argument));
  }
  if (!substitution->flags.empty() && substitution->flags != "i") {
    return bad_argument(
        name, fmt::format("the flags '{}' are not known; only i is", substitution->flags));
  }
  auto pattern = Pattern::compile(substitution->pattern, substitution->flags == "i");
  if (!pattern) {
    return std::unexpected(std::move(pattern).error().with_context(fmt::format("@{}", name)));
  }
  return std::make_unique<Substitute>(*std::move(pattern), std::move(substitution->text),
                                      environment.pattern_match_limit);
}

}  // namespace yagura::waf::internal
