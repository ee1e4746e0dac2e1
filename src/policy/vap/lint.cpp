#include "policy/vap/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "kube/resource_kinds.hpp"
#include "policy/check/check.hpp"
#include "policy/vap/scalar_position.hpp"

namespace yagura::policy {

namespace {

constexpr unsigned kDeepLoops = 4;
constexpr unsigned kMaxAuthorizerChecks = 2;  // 350,000 each, of 1,000,000

class Linter {
 public:
  Linter(const PolicySet& set, const CompiledPolicy& policy, Diagnostics& diagnostics)
      : set_(set), policy_(policy), text_(*policy.text), diagnostics_(diagnostics) {}

  void lint() {
    lint_rules();
    lint_variables();
    lint_costs();
    lint_bindings();
    if (text_.type == PolicyType::kMutating) {
      warn(text_.document, text_.document.root(),
           "mutating policies are checked, but not evaluated: `yagura scan` reports them as such",
           {});
    }
  }

 private:
  void warn(const kube::Document& document, const kube::Node& node, std::string message,
            std::string hint) {
    const kube::Place place = document.position_of(node);
    diagnostics_.warning(std::string(place.file), place.position.line, place.position.column,
                         fmt::format("policy {}: {}", text_.name, message), std::move(hint));
  }

  void lint_rules();
  void lint_rule(const ResourceRule& rule, std::size_t index);
  void lint_variables();
  void lint_costs();
  void lint_cost(const Program& program, const ExpressionText& expression);
  void lint_bindings();

  const PolicySet& set_;
  const CompiledPolicy& policy_;
  const PolicyDocument& text_;
  Diagnostics& diagnostics_;
};

bool has_wildcard(const std::vector<std::string_view>& list) {
  return std::find(list.begin(), list.end(), "*") != list.end();
}

bool is_served(const ResourceRule& rule, std::string_view resource) {
  const auto kinds = kube::builtin_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](const kube::ResourceKind& kind) {
    const bool version =
        has_wildcard(rule.versions) ||
        std::find(rule.versions.begin(), rule.versions.end(), kind.version) != rule.versions.end();
    return version && kind.resource == resource &&
           std::find(rule.groups.begin(), rule.groups.end(), kind.group) != rule.groups.end();
  });
}

std::string groups_that_serve(std::string_view resource) {
  std::set<std::string> groups;
  for (const kube::ResourceKind& kind : kube::builtin_kinds()) {
    if (kind.resource != resource) continue;
    groups.insert(kind.group.empty() ? fmt::format("\"\" ({})", kind.version)
                                     : fmt::format("{} ({})", kind.group, kind.version));
  }
  if (groups.empty()) return {};
  return fmt::format("it is served by {}", fmt::join(groups, ", "));
}

void Linter::lint_rule(const ResourceRule& rule, std::size_t index) {
  const bool known_groups =
      std::all_of(rule.groups.begin(), rule.groups.end(),
                  [](std::string_view group) { return kube::is_builtin_group(group); });
  if (has_wildcard(rule.groups) || !known_groups) return;
  const kube::Node* node = text_.document.root().get({"spec", "matchConstraints", "resourceRules"});
  for (const std::string_view resource : rule.resources) {
    const std::string_view name = resource.substr(0, resource.find('/'));
    if (name == "*" || is_served(rule, name)) continue;
    warn(text_.document, node->items()[index],
         fmt::format("spec.matchConstraints.resourceRules[{}]: no resource \"{}\" in these groups "
                     "and versions",
                     index, name),
         groups_that_serve(name));
  }
}

void Linter::lint_rules() {
  for (std::size_t i = 0; i < text_.constraints.rules.size(); ++i) {
    lint_rule(text_.constraints.rules[i], i);
  }
}

void Linter::lint_variables() {
  if (text_.type == PolicyType::kMutating) return;
  for (std::size_t i = 0; i < policy_.variables.size(); ++i) {
    const std::uint32_t slot = policy_.variables[i].slot;
    if (std::binary_search(policy_.reachable.begin(), policy_.reachable.end(), slot)) continue;
    warn(text_.document, *text_.variables[i].expression.node,
         fmt::format("variable {} is never used", policy_.variables[i].name), "remove it");
  }
}

// Nesting of loops and number of authorization checks of an expression.
struct Weight {
  unsigned loops = 0;
  unsigned checks = 0;
};

// cel.bind and its like are comprehensions over an empty list: no loops.
bool is_loop(const Comprehension& loop) {
  return loop.range->kind != ExprKind::kList || !loop.range->args.empty();
}

Weight weigh(const Expr* expr) {
  Weight weight;
  if (expr == nullptr) return weight;
  const auto add = [&](const Expr* part, unsigned deeper = 0) {
    const Weight inner = weigh(part);
    weight.loops = std::max(weight.loops, inner.loops + (part == nullptr ? 0 : deeper));
    weight.checks += inner.checks;
  };
  if (expr->kind == ExprKind::kCall && expr->name == "check" && expr->target != nullptr)
    weight.checks = 1;
  add(expr->target);
  for (const Expr* arg : expr->args) add(arg);
  for (const Entry& entry : expr->entries) {
    add(entry.key);
    add(entry.value);
  }
  if (const Comprehension* loop = expr->comprehension) {
    const unsigned deeper = is_loop(*loop) ? 1 : 0;
    add(loop->range);
    add(loop->init);
    add(loop->condition, deeper);
    add(loop->step, deeper);
    add(loop->result);
  }
  return weight;
}

// A policy that compiled has a program for each of its texts, in their order.
void Linter::lint_costs() {
  for (std::size_t i = 0; i < policy_.match_conditions.size(); ++i) {
    lint_cost(*policy_.match_conditions[i].program, text_.match_conditions[i].expression);
  }
  for (std::size_t i = 0; i < policy_.variables.size(); ++i) {
    lint_cost(*set_.slots()[policy_.variables[i].slot].program, text_.variables[i].expression);
  }
  for (const CompiledValidation& validation : policy_.validations) {
    lint_cost(*validation.program, validation.text->expression);
  }
}

void Linter::lint_cost(const Program& program, const ExpressionText& expression) {
  const Weight weight = weigh(program.checked().ast->root);
  if (weight.loops >= kDeepLoops) {
    warn(text_.document, *expression.node,
         fmt::format("{} loops inside each other: with long lists the cost exceeds the limit of an "
                     "expression, "
                     "1,000,000",
                     weight.loops),
         "flatten lists in variables first");
  }
  if (weight.checks > kMaxAuthorizerChecks) {
    warn(text_.document, *expression.node,
         fmt::format("{} authorization checks cost {}, the limit of an expression is 1,000,000",
                     weight.checks, weight.checks * 350'000),
         "split the expression into several validations");
  }
}

void Linter::lint_bindings() {
  for (const std::uint32_t index : set_.bindings_of(policy_)) {
    const BindingDocument& binding = set_.bindings()[index];
    if (text_.param_kind && !binding.param_ref) {
      warn(binding.document, binding.document.root(),
           fmt::format("binding {} has no paramRef: params is null", binding.name),
           "name the parameter object in spec.paramRef");
    }
    if (!text_.param_kind && binding.param_ref) {
      warn(binding.document, binding.document.root(),
           fmt::format("binding {} has a paramRef, but the policy has no paramKind: it is ignored",
                       binding.name),
           "remove the paramRef, or give the policy a paramKind");
    }
  }
}

}  // namespace

void lint_policies(const PolicySet& set, Diagnostics& diagnostics) {
  for (const CompiledPolicy& policy : set.policies()) Linter(set, policy, diagnostics).lint();
}

}  // namespace yagura::policy
