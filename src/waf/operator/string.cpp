// @contains (and @strmatch), @containsWord, @streq, @within, @beginsWith, @endsWith: literal texts,
// case as it is.

#include <fmt/format.h>

#include <cstring>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

// A question about where `needle` stands in `value`: Question::find gives the part that matched.
template <typename Question>
class LiteralOperator final : public Operator {
 public:
  LiteralOperator(std::string_view argument, const OperatorEnvironment& environment)
      : argument_(argument, environment) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const auto part = Question::find(value, argument_.of(context));
    if (!part) return OperatorResult::kNoMatch;
    context.matched = *part;
    return OperatorResult::kMatch;
  }

  ByteCondition condition() const override {
    if (argument_.has_macro()) return {};
    return Question::condition(argument_.fixed());
  }

  std::optional<ScanPattern> scan_pattern() const override {
    if (argument_.has_macro() || argument_.fixed().empty()) return std::nullopt;
    return Question::scan_pattern(argument_.fixed());
  }

 private:
  Argument argument_;
};

using Part = std::optional<std::string_view>;

ScanPattern phrase(const std::string& literal) { return {.phrases = {literal}}; }

struct Contains {
  static Part find(std::string_view value, std::string_view needle) {
    const std::size_t at = value.find(needle);
    if (at == std::string_view::npos) return std::nullopt;
    return value.substr(at, needle.size());
  }
  static ByteCondition condition(std::string_view needle) { return condition_of_literal(needle); }
  static ScanPattern scan_pattern(const std::string& needle) { return phrase(needle); }
};

bool is_letter(char byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

// No letter may stand beside the needle (digits may, as in libmodsecurity).
bool stands_alone(std::string_view value, std::size_t at, std::size_t size) {
  const bool free_before = at == 0 || !is_letter(value[at - 1]);
  const bool free_behind = at + size == value.size() || !is_letter(value[at + size]);
  return free_before && free_behind;
}

struct ContainsWord {
  static Part find(std::string_view value, std::string_view needle) {
    if (needle.empty()) return value.substr(0, 0);
    for (std::size_t at = value.find(needle); at != std::string_view::npos;
         at = value.find(needle, at + 1)) {
      if (stands_alone(value, at, needle.size())) return value.substr(at, needle.size());
    }
    return std::nullopt;
  }
  static ByteCondition condition(std::string_view needle) { return condition_of_literal(needle); }
  static ScanPattern scan_pattern(const std::string& needle) { return phrase(needle); }
};

struct Equals {
  static Part find(std::string_view value, std::string_view needle) {
    return value == needle ? Part(value) : std::nullopt;
  }
  static ByteCondition condition(std::string_view needle) { return condition_of_literal(needle); }
  static ScanPattern scan_pattern(const std::string& needle) {
    return {.regex = fmt::format("^{}$", quote_regex(needle))};
  }
};

struct BeginsWith {
  static Part find(std::string_view value, std::string_view needle) {
    return value.starts_with(needle) ? Part(value.substr(0, needle.size())) : std::nullopt;
  }
  static ByteCondition condition(std::string_view needle) { return condition_of_literal(needle); }
  static ScanPattern scan_pattern(const std::string& needle) {
    return {.regex = fmt::format("^{}", quote_regex(needle))};
  }
};

struct EndsWith {
  static Part find(std::string_view value, std::string_view needle) {
    if (!value.ends_with(needle)) return std::nullopt;
    return value.substr(value.size() - needle.size());
  }
  static ByteCondition condition(std::string_view needle) { return condition_of_literal(needle); }
  static ScanPattern scan_pattern(const std::string& needle) {
    return {.regex = fmt::format("{}$", quote_regex(needle))};
  }
};

// The value stands in the argument; the empty one does always.
struct Within {
  static Part find(std::string_view value, std::string_view haystack) {
    if (value.empty()) return Part(value);
    return memmem(haystack.data(), haystack.size(), value.data(), value.size()) != nullptr
               ? Part(value)
               : std::nullopt;
  }
  static ByteCondition condition(std::string_view) { return {}; }
  static std::optional<ScanPattern> scan_pattern(const std::string&) { return std::nullopt; }
};

template <typename Question>
Result<OperatorPointer> make(std::string_view argument, const OperatorEnvironment& environment) {
  return std::make_unique<LiteralOperator<Question>>(argument, environment);
}

}  // namespace

Result<OperatorPointer> make_contains(std::string_view, std::string_view argument,
                                      const OperatorEnvironment& environment) {
  return make<Contains>(argument, environment);
}
Result<OperatorPointer> make_contains_word(std::string_view, std::string_view argument,
                                           const OperatorEnvironment& environment) {
  return make<ContainsWord>(argument, environment);
}
Result<OperatorPointer> make_streq(std::string_view, std::string_view argument,
                                   const OperatorEnvironment& environment) {
  return make<Equals>(argument, environment);
}
Result<OperatorPointer> make_begins_with(std::string_view, std::string_view argument,
                                         const OperatorEnvironment& environment) {
  return make<BeginsWith>(argument, environment);
}
Result<OperatorPointer> make_ends_with(std::string_view, std::string_view argument,
                                       const OperatorEnvironment& environment) {
  return make<EndsWith>(argument, environment);
}
Result<OperatorPointer> make_within(std::string_view, std::string_view argument,
                                    const OperatorEnvironment& environment) {
  return make<Within>(argument, environment);
}

}  // namespace yagura::waf::internal
