#pragma once

// The notation of types and signatures in declarations: "list(A)", "string.size() -> int".

#include <string_view>

#include "core/result.hpp"
#include "policy/check/environment.hpp"

namespace yagura::policy::internal {

class SignatureReader {
 public:
  // Names of types are looked up in `environment` first, if there is one; unknown ones are abstract
  // types.
  SignatureReader(std::string_view text, TypeTable& types, const Environment* environment)
      : text_(text), types_(types), environment_(environment) {}

  [[nodiscard]] Result<OverloadDecl> signature(std::string_view function, std::string_view id);
  [[nodiscard]] Result<const Type*> whole_type();

 private:
  static constexpr int kMaxDepth = 16;

  [[nodiscard]] Result<const Type*> type(int depth = 0);
  [[nodiscard]] Result<std::vector<const Type*>> types_in_parentheses(int depth);
  [[nodiscard]] Result<const Type*> make_type(std::string_view name,
                                              std::span<const Type* const> parameters);
  [[nodiscard]] std::size_t find_call(std::string_view function) const;
  [[nodiscard]] std::string_view name();
  void skip_blanks();
  [[nodiscard]] bool accept(std::string_view sign);
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const;

  std::string_view text_;
  TypeTable& types_;
  const Environment* environment_;
  std::size_t at_ = 0;
};

}  // namespace yagura::policy::internal
