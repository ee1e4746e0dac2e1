// @rsub s/pattern/text/flags: replaces every match of the pattern in the value. Flags: i (letters
// in any case). In the text, $1 or \1 is the first group of the match (up to 9; 0 is all of it; one
// that took no part is empty), \/ the delimiter, \$ a dollar and \\ a backslash.

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

// What stands for a match: literal texts, each before a group or at the end.
class Replacement {
 public:
  explicit Replacement(std::string_view text) {
    const auto is_group = [&](std::size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    std::string literal;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if ((text[i] == '$' || text[i] == '\\') && is_group(i + 1)) {
        pieces_.push_back(
            {.literal = std::move(literal), .group = static_cast<std::size_t>(text[++i] - '0')});
        literal.clear();
      } else {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        literal += text[i];
      }
    }
    last_ = std::move(literal);
  }

  void append_to(std::string& out, const Captures& captures) const {
    for (const Piece& piece : pieces_) {
      out.append(piece.literal);
      if (piece.group < captures.count) out.append(captures.group[piece.group]);
    }
    out.append(last_);
  }

 private:
  struct Piece {
    std::string literal;
    std::size_t group;  // behind it
  };
  std::vector<Piece> pieces_;
  std::string last_;
};

std::optional<Substitution> parse_substitution(std::string_view argument) {
  if (argument.size() < 4 || argument[0] != 's') return std::nullopt;
  const char delimiter = argument[1];
  std::string_view rest = argument.substr(2);
  auto pattern = take_part(rest, delimiter);
  if (!pattern || pattern->empty()) return std::nullopt;
  auto text = take_part(rest, delimiter);
  if (!text) return std::nullopt;
  return Substitution{*std::move(pattern), *std::move(text), std::string(rest)};
}

class Substitute final : public Operator {
 public:
  Substitute(Pattern pattern, std::string_view text, std::uint32_t match_limit)
      : pattern_(std::move(pattern)), replacement_(text), match_limit_(match_limit) {}

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
      replaced.append(value.substr(from, start - from));
      replacement_.append_to(replaced, walk.captures());
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
  Replacement replacement_;
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
  return std::make_unique<Substitute>(*std::move(pattern), substitution->text,
                                      environment.pattern_match_limit);
}

}  // namespace yagura::waf::internal
