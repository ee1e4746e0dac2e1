#include "policy/syntax/internal/macros.hpp"

#include <algorithm>
#include <vector>

#include "policy/syntax/operators.hpp"

// A comprehension macro is a fold (cel.expr.Expr.Comprehension). Two things keep its meaning where
// elements give errors: all and exists join with && and ||, which absorb an error if the other side
// decides, and their loop condition is @not_strictly_false, so that an error does not end the loop
// before a later element decided.

namespace yagura::policy::internal {

namespace {

namespace op = operators;

bool is_ident(const Expr* expr) {
  return expr->kind == ExprKind::kIdent && !expr->name.starts_with('.');
}

bool is_namespace(const Expr* target, std::string_view name) {
  return target != nullptr && is_ident(target) && target->name == name;
}

bool is_number(const Expr* expr) {
  if (expr->kind != ExprKind::kConstant) return false;
  const ConstantKind kind = expr->constant.kind;
  return kind == ConstantKind::kInt || kind == ConstantKind::kUint || kind == ConstantKind::kDouble;
}

// Not seen to be anything but a number.
bool may_be_number(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::kConstant:
      return is_number(expr);
    case ExprKind::kList:
    case ExprKind::kMap:
    case ExprKind::kStruct:
      return false;
    default:
      return true;
  }
}

bool is_list_of_numbers(const Expr* expr) {
  return expr->kind == ExprKind::kList && !expr->args.empty() &&
         std::ranges::all_of(expr->args, may_be_number);
}

}  // namespace

struct MacroExpander::Macro {
  std::string_view name;
  std::string_view target;  // "": any receiver; "-": none (a global call); else that identifier
  std::size_t min_args;
  std::size_t max_args;
  bool MacroSets::* set;
  const Expr* (MacroExpander::*expander)(const CallSite&);
};

// No macro has more arguments than the parser can hold; variadic ones use this.
static constexpr std::size_t kAnyCount = static_cast<std::size_t>(-1);

const MacroExpander::Macro MacroExpander::kMacros[] = {
    {"has", "-", 1, 1, &MacroSets::standard, &MacroExpander::has},
    {"all", "", 2, 2, &MacroSets::standard, &MacroExpander::all},
    {"exists", "", 2, 2, &MacroSets::standard, &MacroExpander::exists},
    {"exists_one", "", 2, 2, &MacroSets::standard, &MacroExpander::exists_one},
    {"existsOne", "", 2, 2, &MacroSets::standard, &MacroExpander::exists_one},
    {"map", "", 2, 3, &MacroSets::standard, &MacroExpander::map},
    {"filter", "", 2, 2, &MacroSets::standard, &MacroExpander::filter},
    {"all", "", 3, 3, &MacroSets::two_variables, &MacroExpander::all},
    {"exists", "", 3, 3, &MacroSets::two_variables, &MacroExpander::exists},
    {"exists_one", "", 3, 3, &MacroSets::two_variables, &MacroExpander::exists_one},
    {"existsOne", "", 3, 3, &MacroSets::two_variables, &MacroExpander::exists_one},
    {"transformList", "", 3, 4, &MacroSets::two_variables, &MacroExpander::transform_list},
    {"transformMap", "", 3, 4, &MacroSets::two_variables, &MacroExpander::transform_map},
    {"transformMapEntry", "", 3, 4, &MacroSets::two_variables, &MacroExpander::transform_map_entry},
    {"bind", "cel", 3, 3, &MacroSets::bind, &MacroExpander::bind},
    {"block", "cel", 2, 2, &MacroSets::block, &MacroExpander::block},
    {"index", "cel", 1, 1, &MacroSets::block, &MacroExpander::index},
    {"iterVar", "cel", 2, 2, &MacroSets::block, &MacroExpander::iteration_variable},
    {"accuVar", "cel", 2, 2, &MacroSets::block, &MacroExpander::accumulator_variable},
    {"optMap", "", 2, 2, &MacroSets::optionals, &MacroExpander::opt_map},
    {"optFlatMap", "", 2, 2, &MacroSets::optionals, &MacroExpander::opt_flat_map},
    {"sortBy", "", 2, 2, &MacroSets::lists, &MacroExpander::sort_by},
    {"greatest", "math", 0, kAnyCount, &MacroSets::math, &MacroExpander::greatest},
    {"least", "math", 0, kAnyCount, &MacroSets::math, &MacroExpander::least},
    {"hasExt", "proto", 2, 2, &MacroSets::proto, &MacroExpander::proto_extension},
    {"getExt", "proto", 2, 2, &MacroSets::proto, &MacroExpander::proto_extension},
};

const Expr* MacroExpander::expand(const CallSite& site) {
  for (const Macro& macro : kMacros) {
    if (macro.name != site.name || !(sets_.*macro.set)) continue;
    if (site.args.size() < macro.min_args || site.args.size() > macro.max_args) continue;
    const bool fits = macro.target == "-"    ? site.target == nullptr
                      : macro.target.empty() ? site.target != nullptr
                                             : is_namespace(site.target, macro.target);
    if (fits) return expand_as(macro, site);
  }
  return nullptr;
}

const Expr* MacroExpander::expand_as(const Macro& macro, const CallSite& site) {
  const Expr* expansion = (this->*macro.expander)(site);
  factory_.record_macro(expansion, site.name, site.target, site.args, site.offset);
  return expansion;
}

const Expr* MacroExpander::fail(std::uint32_t offset, std::string message) {
  report_(offset, std::move(message));
  return factory_.null(offset);
}

const Expr* MacroExpander::has(const CallSite& site) {
  const Expr* arg = site.args[0];
  if (arg->kind != ExprKind::kSelect || arg->test_only) {
    return fail(arg->offset,
                "invalid argument to has() macro: it takes a field selection, has(a.b)");
  }
  return factory_.select(site.offset, arg->target, arg->name, true);
}

// A fold over the target. `step` and `condition` use the accumulator through accumulator(site).
struct MacroExpander::Fold {
  std::string_view variable;
  std::string_view second_variable;
  const Expr* init = nullptr;
  const Expr* condition = nullptr;  // null: true
  const Expr* step = nullptr;
  const Expr* result = nullptr;  // null: the accumulator
};

bool MacroExpander::read_variables(const CallSite& site, std::size_t count, Fold& fold) {
  for (std::size_t i = 0; i < count; ++i) {
    const Expr* arg = site.args[i];
    if (!is_ident(arg)) {
      report_(arg->offset, "argument must be a simple name");
      return false;
    }
    (i == 0 ? fold.variable : fold.second_variable) = arg->name;
  }
  if (fold.variable == fold.second_variable) {
    report_(site.args[1]->offset, "duplicate variable name: " + std::string(fold.variable));
    return false;
  }
  return true;
}

const Expr* MacroExpander::accumulator(const CallSite& site) {
  return factory_.ident(site.offset, op::kAccumulator);
}

const Expr* MacroExpander::make_fold(const CallSite& site, const Fold& fold) {
  Comprehension c;
  c.iter_var = fold.variable;
  c.iter_var2 = fold.second_variable;
  c.accu_var = op::kAccumulator;
  c.range = site.target;
  c.init = fold.init;
  c.condition = fold.condition != nullptr ? fold.condition : factory_.boolean(site.offset, true);
  c.step = fold.step;
  c.result = fold.result != nullptr ? fold.result : accumulator(site);
  return factory_.comprehension(site.offset, c);
}

const Expr* MacroExpander::all(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, site.args.size() - 1, fold)) return factory_.null(site.offset);
  fold.init = factory_.boolean(site.offset, true);
  fold.condition = factory_.call(site.offset, op::kNotStrictlyFalse, {accumulator(site)});
  fold.step = factory_.call(site.offset, op::kLogicalAnd, {accumulator(site), site.args.back()});
  return make_fold(site, fold);
}

const Expr* MacroExpander::exists(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, site.args.size() - 1, fold)) return factory_.null(site.offset);
  fold.init = factory_.boolean(site.offset, false);
  fold.condition =
      factory_.call(site.offset, op::kNotStrictlyFalse,
                    {factory_.call(site.offset, op::kLogicalNot, {accumulator(site)})});
  fold.step = factory_.call(site.offset, op::kLogicalOr, {accumulator(site), site.args.back()});
  return make_fold(site, fold);
}

const Expr* MacroExpander::exists_one(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, site.args.size() - 1, fold)) return factory_.null(site.offset);
  fold.init = factory_.integer(site.offset, 0);
  const Expr* more =
      factory_.call(site.offset, op::kAdd, {accumulator(site), factory_.integer(site.offset, 1)});
  fold.step =
      factory_.call(site.offset, op::kConditional, {site.args.back(), more, accumulator(site)});
  fold.result = factory_.call(site.offset, op::kEquals,
                              {accumulator(site), factory_.integer(site.offset, 1)});
  return make_fold(site, fold);
}

const Expr* MacroExpander::map(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 1, fold)) return factory_.null(site.offset);
  fold.init = factory_.list(site.offset, {});
  fold.step = factory_.call(site.offset, op::kAdd,
                            {accumulator(site), factory_.list(site.offset, {site.args.back()})});
  if (site.args.size() == 3) {
    fold.step =
        factory_.call(site.offset, op::kConditional, {site.args[1], fold.step, accumulator(site)});
  }
  return make_fold(site, fold);
}

const Expr* MacroExpander::filter(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 1, fold)) return factory_.null(site.offset);
  fold.init = factory_.list(site.offset, {});
  const Expr* with = factory_.call(
      site.offset, op::kAdd,
      {accumulator(site),
       factory_.list(site.offset, {factory_.ident(site.args[0]->offset, fold.variable)})});
  fold.step = factory_.call(site.offset, op::kConditional, {site.args[1], with, accumulator(site)});
  return make_fold(site, fold);
}

const Expr* MacroExpander::transform_list(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 2, fold)) return factory_.null(site.offset);
  fold.init = factory_.list(site.offset, {});
  fold.step = factory_.call(site.offset, op::kAdd,
                            {accumulator(site), factory_.list(site.offset, {site.args.back()})});
  if (site.args.size() == 4) {
    fold.step =
        factory_.call(site.offset, op::kConditional, {site.args[2], fold.step, accumulator(site)});
  }
  return make_fold(site, fold);
}

const Expr* MacroExpander::transform_map(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 2, fold)) return factory_.null(site.offset);
  fold.init = factory_.map(site.offset, {});
  fold.step = factory_.call(
      site.offset, op::kMapInsert,
      {accumulator(site), factory_.ident(site.args[0]->offset, fold.variable), site.args.back()});
  if (site.args.size() == 4) {
    fold.step =
        factory_.call(site.offset, op::kConditional, {site.args[2], fold.step, accumulator(site)});
  }
  return make_fold(site, fold);
}

const Expr* MacroExpander::transform_map_entry(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 2, fold)) return factory_.null(site.offset);
  fold.init = factory_.map(site.offset, {});
  fold.step = factory_.call(site.offset, op::kMapInsert, {accumulator(site), site.args.back()});
  if (site.args.size() == 4) {
    fold.step =
        factory_.call(site.offset, op::kConditional, {site.args[2], fold.step, accumulator(site)});
  }
  return make_fold(site, fold);
}

// A fold over nothing whose accumulator is the variable: init is its value, result is where it is
// used.
const Expr* MacroExpander::make_bind(std::uint32_t offset, std::string_view variable,
                                     const Expr* value, const Expr* in) {
  Comprehension c;
  c.iter_var = op::kUnusedVariable;
  c.accu_var = variable;
  c.range = factory_.list(offset, {});
  c.init = value;
  c.condition = factory_.boolean(offset, false);
  c.step = factory_.ident(offset, variable);
  c.result = in;
  return factory_.comprehension(offset, c);
}

const Expr* MacroExpander::bind(const CallSite& site) {
  if (!is_ident(site.args[0])) {
    return fail(site.args[0]->offset, "cel.bind() variable names must be simple identifiers");
  }
  return make_bind(site.offset, site.args[0]->name, site.args[1], site.args[2]);
}

// target.sortBy(v, key): bind(@__sortBy_input__, target, it.@sortByAssociatedKeys(it.map(v, key)))
const Expr* MacroExpander::sort_by(const CallSite& site) {
  Fold fold;
  if (!read_variables(site, 1, fold)) return factory_.null(site.offset);
  const auto input = [&] { return factory_.ident(site.offset, op::kSortInput); };
  fold.init = factory_.list(site.offset, {});
  fold.step = factory_.call(site.offset, op::kAdd,
                            {accumulator(site), factory_.list(site.offset, {site.args[1]})});
  CallSite keys = site;
  keys.target = input();
  const Expr* sorted =
      factory_.call(site.offset, op::kSortByKeys, {make_fold(keys, fold)}, input());
  return make_bind(site.offset, op::kSortInput, site.target, sorted);
}

const Expr* MacroExpander::block(const CallSite& site) {
  if (site.args[0]->kind != ExprKind::kList) {
    return fail(site.args[0]->offset, "cel.block requires the first arg to be a list literal");
  }
  return factory_.call(site.offset, op::kBlock, site.args);
}

// "@it:0:1"
const Expr* MacroExpander::numbered_name(const CallSite& site, std::string_view prefix) {
  std::string name(prefix);
  for (const Expr* arg : site.args) {
    if (arg->kind != ExprKind::kConstant || arg->constant.kind != ConstantKind::kInt ||
        arg->constant.integer < 0) {
      return fail(arg->offset, "cel." + std::string(site.name) +
                                   " requires int constants that are not negative");
    }
    if (prefix.ends_with(':') && arg != site.args.front()) name += ':';
    name += std::to_string(arg->constant.integer);
  }
  return factory_.ident(site.offset, factory_.arena().copy(name));
}

const Expr* MacroExpander::index(const CallSite& site) { return numbered_name(site, "@index"); }

const Expr* MacroExpander::iteration_variable(const CallSite& site) {
  return numbered_name(site, "@it:");
}

const Expr* MacroExpander::accumulator_variable(const CallSite& site) {
  return numbered_name(site, "@ac:");
}

// target.hasValue() ? optional.of(bind(v, target.value(), e)) : optional.none(); flat: without
// optional.of.
const Expr* MacroExpander::opt_transform(const CallSite& site, bool flat) {
  if (!is_ident(site.args[0])) {
    return fail(site.args[0]->offset,
                std::string(site.name) + "() variable name must be a simple identifier");
  }
  const Expr* present = factory_.call(site.offset, "hasValue", {}, site.target);
  const Expr* value = factory_.call(site.offset, "value", {}, factory_.copy(site.target));
  const Expr* mapped = make_bind(site.offset, site.args[0]->name, value, site.args[1]);
  if (!flat) mapped = factory_.call(site.offset, op::kOptionalOf, {mapped});
  const Expr* none = factory_.call(site.offset, op::kOptionalNone, {});
  return factory_.call(site.offset, op::kConditional, {present, mapped, none});
}

const Expr* MacroExpander::opt_map(const CallSite& site) { return opt_transform(site, false); }

const Expr* MacroExpander::opt_flat_map(const CallSite& site) { return opt_transform(site, true); }

const Expr* MacroExpander::extremum(const CallSite& site, std::string_view function) {
  const std::string name = "math." + std::string(site.name) + "()";
  if (site.args.empty()) return fail(site.offset, name + " requires at least one argument");
  if (site.args.size() == 1) {
    if (!may_be_number(site.args[0]) && !is_list_of_numbers(site.args[0])) {
      return fail(site.args[0]->offset, name + " invalid single argument value");
    }
    return factory_.call(site.offset, function, site.args);
  }
  for (const Expr* arg : site.args) {
    if (!may_be_number(arg)) {
      return fail(arg->offset, name + " simple literal arguments must be numeric");
    }
  }
  if (site.args.size() == 2) return factory_.call(site.offset, function, site.args);
  return factory_.call(site.offset, function, {factory_.list(site.offset, site.args)});
}

const Expr* MacroExpander::greatest(const CallSite& site) { return extremum(site, op::kMathMax); }

const Expr* MacroExpander::least(const CallSite& site) { return extremum(site, op::kMathMin); }

const Expr* MacroExpander::proto_extension(const CallSite& site) {
  return fail(site.offset, "proto." + std::string(site.name) +
                               "() is not supported: there are no protobuf messages here");
}

}  // namespace yagura::policy::internal
