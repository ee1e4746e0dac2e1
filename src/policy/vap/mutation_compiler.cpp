// `Object` and every `Object.a.b` are types with any field: which ones, the expression's own
// literals say. So the literals are collected first, and declared, and then the expression is
// checked.

#include "policy/vap/mutation_compiler.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "policy/check/check.hpp"
#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/syntax/parse.hpp"
#include "policy/vap/admission_environment.hpp"

namespace yagura::policy {

namespace {

using Literals = std::map<std::string, std::set<std::string>, std::less<>>;

void collect(const Expr* expr, Literals& literals) {
  if (expr == nullptr) return;
  if (expr->kind == ExprKind::kStruct) {
    auto& fields = literals[std::string(expr->name)];
    for (const Entry& entry : expr->entries) fields.insert(std::string(entry.field));
  }
  collect(expr->target, literals);
  for (const Expr* arg : expr->args) collect(arg, literals);
  for (const Entry& entry : expr->entries) {
    collect(entry.key, literals);
    collect(entry.value, literals);
  }
  if (const Comprehension* loop = expr->comprehension) {
    for (const Expr* part : {loop->range, loop->init, loop->condition, loop->step, loop->result}) {
      collect(part, literals);
    }
  }
}

bool is_object_type(std::string_view name) {
  return name == "Object" || name.starts_with("Object.");
}

std::shared_ptr<const Environment> declare(const std::shared_ptr<const Environment>& parent,
                                           const Literals& literals) {
  EnvironmentBuilder builder(parent);
  builder.functions(kubernetes_jsonpatch_functions());
  builder.structure({.name = "JSONPatch",
                     .fields = {{.name = "op", .type = &types::kString},
                                {.name = "path", .type = &types::kString},
                                {.name = "from", .type = &types::kString},
                                {.name = "value", .type = &types::kDyn}}});
  for (const auto& [name, fields] : literals) {
    if (!is_object_type(name)) continue;
    StructDecl declaration{.name = name, .fields = {}};
    for (const std::string& field : fields)
      declaration.fields.push_back({.name = field, .type = &types::kDyn});
    builder.structure(std::move(declaration));
  }
  auto environment = builder.build();
  return environment ? *environment : parent;
}

// The composed variables as dyn: what they are is checked where they are defined.
std::shared_ptr<const Environment> with_variables(const PolicyDocument& policy) {
  const auto base =
      admission_environment({.params = policy.param_kind.has_value(), .authorizer = true});
  EnvironmentBuilder builder(base);
  for (const NamedExpression& variable : policy.variables) {
    builder.variable(fmt::format("variables.{}", variable.name), &types::kDyn);
  }
  auto environment = builder.build();
  return environment ? *environment : base;
}

bool has_right_type(PatchType patch, const Type& type) {
  if (patch == PatchType::kApplyConfiguration)
    return type.is(TypeKind::kStruct) && type.name == "Object";
  if (!type.is(TypeKind::kList)) return false;
  const Type& element = *type.parameters[0];
  return element.is_dyn() || (element.is(TypeKind::kStruct) && element.name == "JSONPatch");
}

void check_mutation(const MutationText& mutation, std::string path,
                    const std::shared_ptr<const Environment>& environment,
                    std::vector<MutationIssue>& issues) {
  const auto add = [&](std::uint32_t offset, std::string message) {
    issues.push_back({.expression = &mutation.expression,
                      .path = path,
                      .offset = offset,
                      .message = std::move(message)});
  };
  const ParsedExpression parsed = parse(mutation.expression.text, kubernetes_parse_options());
  for (const Issue& issue : parsed.issues) add(issue.offset, issue.message);
  if (!parsed) return;
  Literals literals;
  collect(parsed.ast->root, literals);
  const CheckResult checked =
      check(parsed.ast, declare(environment, literals), {.homogeneous_literals = true});
  for (const Issue& issue : checked.issues) add(issue.offset, issue.message);
  if (!checked || has_right_type(mutation.type, checked.checked->result_type())) return;
  add(0, fmt::format("must evaluate to {} but got {}",
                     mutation.type == PatchType::kApplyConfiguration ? "Object" : "list(JSONPatch)",
                     to_string(checked.checked->result_type())));
}

}  // namespace

std::vector<MutationIssue> check_mutation_expressions(const PolicyDocument& policy) {
  std::vector<MutationIssue> issues;
  const auto environment = with_variables(policy);
  for (std::size_t i = 0; i < policy.mutations.size(); ++i) {
    const MutationText& mutation = policy.mutations[i];
    const std::string_view field =
        mutation.type == PatchType::kApplyConfiguration ? "applyConfiguration" : "jsonPatch";
    check_mutation(mutation, fmt::format("spec.mutations[{}].{}.expression", i, field), environment,
                   issues);
  }
  return issues;
}

}  // namespace yagura::policy
