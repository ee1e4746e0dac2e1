#pragma once

// What the families share: an argument that is fixed or comes with each evaluation, and refusals.

#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "waf/operator/operator.hpp"

namespace yagura::waf::internal {

// The argument of an operator that takes macros.
class Argument {
 public:
  Argument(std::string_view text, const OperatorEnvironment& environment)
      : text_(text), has_macro_(environment.argument_has_macro) {}

  [[nodiscard]] bool has_macro() const { return has_macro_; }
  // As written; what to build conditions from where it has no macro.
  [[nodiscard]] const std::string& fixed() const { return text_; }
  [[nodiscard]] std::string_view of(const OperatorContext& context) const {
    return has_macro_ ? context.argument : std::string_view(text_);
  }

 private:
  std::string text_;
  bool has_macro_;
};

// "@name: what", for errors of make_operator.
[[nodiscard]] std::unexpected<Error> bad_argument(std::string_view name, std::string_view what);

// An error where the argument has a macro and the operator needs it at load.
[[nodiscard]] Result<void> refuse_macro(std::string_view name,
                                        const OperatorEnvironment& environment);

// `text` without ASCII white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// What every text that contains `literal` has: its rarest bytes (at most four) and its length.
[[nodiscard]] ByteCondition condition_of_literal(std::string_view literal);

// `literal` as a regular expression: PCRE and Vectorscan read it alike.
[[nodiscard]] std::string quote_regex(std::string_view literal);

}  // namespace yagura::waf::internal
