#include "policy/check/check.hpp"

#include "policy/check/internal/checker.hpp"
#include "policy/check/internal/resolver.hpp"

namespace yagura::policy {

CheckResult check(std::shared_ptr<const Ast> ast, std::shared_ptr<const Environment> environment,
                  const CheckOptions& options) {
  CheckResult result;
  auto checked = std::make_shared<CheckedAst>();
  auto types = std::make_shared<TypeTable>(environment->types());
  checked->type_of.resize(ast->max_id + 1);
  checked->reference_of.resize(ast->max_id + 1);
  checked->ast = std::move(ast);
  checked->environment = std::move(environment);
  if (options.mode == CheckMode::kFull) {
    internal::Checker(*checked, *types, options, result.issues).run();
  } else {
    internal::Resolver(*checked).run();
  }
  checked->types = std::move(types);
  finish_issues(checked->ast->source, result.issues);
  if (result.issues.empty()) result.checked = std::move(checked);
  return result;
}

}  // namespace yagura::policy
