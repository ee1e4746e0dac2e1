#pragma once

// The macros (langdef.md, Macros, and the extensions of cel-go's ext/): calls that become other
// expressions while the text is parsed. Private to the parser.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "policy/syntax/internal/expr_factory.hpp"
#include "policy/syntax/parse.hpp"

namespace yagura::policy::internal {

// A call as it was written, its arguments expanded.
struct CallSite {
  std::uint32_t offset = 0;
  std::string_view name;
  const Expr* target = nullptr;
  std::span<const Expr* const> args;
};

class MacroExpander {
 public:
  using Report = std::function<void(std::uint32_t offset, std::string message)>;

  MacroExpander(const MacroSets& sets, ExprFactory& factory, Report report)
      : sets_(sets), factory_(factory), report_(std::move(report)) {}

  // The expansion, recorded as such, or null where the call is no macro. A macro that is used
  // wrongly is reported and gives some expression.
  [[nodiscard]] const Expr* expand(const CallSite& site);

 private:
  struct Macro;
  static const Macro kMacros[];

  [[nodiscard]] const Expr* expand_as(const Macro& macro, const CallSite& site);

  // Standard.
  const Expr* has(const CallSite& site);
  const Expr* all(const CallSite& site);
  const Expr* exists(const CallSite& site);
  const Expr* exists_one(const CallSite& site);
  const Expr* map(const CallSite& site);
  const Expr* filter(const CallSite& site);
  // Two variables (all, exists and exists_one are shared).
  const Expr* transform_list(const CallSite& site);
  const Expr* transform_map(const CallSite& site);
  const Expr* transform_map_entry(const CallSite& site);
  // cel.*
  const Expr* bind(const CallSite& site);
  const Expr* block(const CallSite& site);
  const Expr* index(const CallSite& site);
  const Expr* iteration_variable(const CallSite& site);
  const Expr* accumulator_variable(const CallSite& site);
  // Optionals.
  const Expr* opt_map(const CallSite& site);
  const Expr* opt_flat_map(const CallSite& site);
  // Lists.
  const Expr* sort_by(const CallSite& site);
  // math.*, proto.*
  const Expr* greatest(const CallSite& site);
  const Expr* least(const CallSite& site);
  const Expr* proto_extension(const CallSite& site);

  struct Fold;
  [[nodiscard]] bool read_variables(const CallSite& site, std::size_t count, Fold& fold);
  const Expr* make_fold(const CallSite& site, const Fold& fold);
  const Expr* accumulator(const CallSite& site);
  const Expr* extremum(const CallSite& site, std::string_view function);
  const Expr* opt_transform(const CallSite& site, bool flat);
  const Expr* make_bind(std::uint32_t offset, std::string_view variable, const Expr* value,
                        const Expr* in);
  const Expr* numbered_name(const CallSite& site, std::string_view prefix);
  const Expr* fail(std::uint32_t offset, std::string message);

  const MacroSets& sets_;
  ExprFactory& factory_;
  Report report_;
};

}  // namespace yagura::policy::internal
