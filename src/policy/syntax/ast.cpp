#include "policy/syntax/ast.hpp"

#include <algorithm>

namespace yagura::policy {

const MacroCall* Ast::find_macro(std::uint32_t id) const {
  const auto found = std::ranges::lower_bound(macro_calls, id, {}, &MacroCall::id);
  return found != macro_calls.end() && found->id == id ? &*found : nullptr;
}

}  // namespace yagura::policy
