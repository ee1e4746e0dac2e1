#include "policy/vap/policy_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "policy/check/check.hpp"
#include "policy/vap/mutation_compiler.hpp"
#include "policy/vap/scalar_position.hpp"

namespace yagura::policy {

namespace {

using Authorizer = ExpressionCompiler::Authorizer;

void report(const PolicyDocument& policy, const ExpressionText& expression, std::string_view path,
            std::uint32_t code_points, std::string message, std::string hint,
            Diagnostics& diagnostics) {
  const kube::Place place =
      place_in_scalar(policy.document, *expression.node, byte_offset(expression.text, code_points));
  diagnostics.error(std::string(place.file), place.position.line, place.position.column,
                    fmt::format("policy {}: {}: {}", policy.name, path, message), std::move(hint));
}

bool is_one_of(const Type& type, std::initializer_list<TypeKind> kinds) {
  return kinds.size() == 0 || std::find(kinds.begin(), kinds.end(), type.kind) != kinds.end();
}

// What an expression must evaluate to. Exactly: dyn is none of these, as upstream has it.
struct Expected {
  std::initializer_list<TypeKind> kinds;
  std::string_view words;
};
constexpr auto kBoolOnly = {TypeKind::kBool};
constexpr auto kStringOnly = {TypeKind::kString};
constexpr auto kStringOrNull = {TypeKind::kString, TypeKind::kNull};

class PolicyCompiler {
 public:
  PolicyCompiler(ExpressionCompiler& expressions, const PolicyDocument& policy,
                 Diagnostics& diagnostics)
      : expressions_(expressions), policy_(policy), diagnostics_(diagnostics) {}

  CompiledPolicy compile();

 private:
  std::shared_ptr<const Program> compile_expression(const ExpressionText& expression,
                                                    std::string path, Authorizer authorizer,
                                                    Expected expected,
                                                    ExpressionCompiler::Scope& scope);
  void compile_match_conditions(CompiledPolicy& compiled);
  void compile_variables(CompiledPolicy& compiled);
  void compile_validations(CompiledPolicy& compiled);
  void compile_audits(CompiledPolicy& compiled);
  void collect_slots(CompiledPolicy& compiled);

  ExpressionCompiler& expressions_;
  const PolicyDocument& policy_;
  Diagnostics& diagnostics_;
  ExpressionCompiler::Scope* scope_ = nullptr;
};

std::string hint_for(const Issue& issue, const PolicyDocument& policy) {
  const auto says = [&](std::string_view text) {
    return issue.message.find(text) != std::string::npos;
  };
  if (says("'params'") && !policy.param_kind) return "spec.paramKind declares params";
  if (says("'authorizer'")) return "authorizer is not there in a messageExpression";
  if (says("'self'"))
    return "self is for CustomResourceDefinitions: the object is called object here";
  if (says("'variables"))
    return "a variable sees those that stand before it in spec.variables; matchConditions see none";
  return {};
}

std::shared_ptr<const Program> PolicyCompiler::compile_expression(
    const ExpressionText& expression, std::string path, Authorizer authorizer, Expected expected,
    ExpressionCompiler::Scope& scope) {
  auto compiled = expressions_.compile(expression.text, scope, authorizer);
  for (const Issue& issue : compiled.issues) {
    report(policy_, expression, path, issue.offset, issue.message, hint_for(issue, policy_),
           diagnostics_);
  }
  if (compiled.program == nullptr) return nullptr;
  if (!is_one_of(*compiled.type, expected.kinds)) {
    const bool dynamic = compiled.type->is_dyn();
    report(policy_, expression, path, 0,
           fmt::format("must evaluate to {} but got {}", expected.words, to_string(*compiled.type)),
           dynamic ? fmt::format(
                         "compare it (== true), or convert it: the type of an object's field is "
                         "not known before evaluation")
                   : std::string(),
           diagnostics_);
    return nullptr;
  }
  return compiled.program;
}

void PolicyCompiler::compile_match_conditions(CompiledPolicy& compiled) {
  std::size_t index = 0;
  for (const NamedExpression& condition : policy_.match_conditions) {
    auto program = compile_expression(condition.expression,
                                      fmt::format("spec.matchConditions[{}].expression", index++),
                                      Authorizer::kDeclared, {.kinds = kBoolOnly, .words = "bool"},
                                      *expressions_.without_variables(*scope_));
    if (program != nullptr) {
      compiled.match_conditions.push_back({.name = condition.name, .program = std::move(program)});
    }
  }
}

void PolicyCompiler::compile_variables(CompiledPolicy& compiled) {
  std::size_t index = 0;
  for (const NamedExpression& variable : policy_.variables) {
    const std::string path = fmt::format("spec.variables[{}].expression", index++);
    auto program = compile_expression(variable.expression, path, Authorizer::kDeclared,
                                      {.kinds = {}, .words = {}}, *scope_);
    if (program == nullptr) continue;
    const std::uint32_t slot = expressions_.variable_slot(variable.name, program);
    compiled.variables.push_back({.name = variable.name, .slot = slot});
    ExpressionCompiler::Scope* wider = expressions_.with_variable(*scope_, variable.name, slot);
    if (wider == nullptr) {
      report(policy_, variable.expression, path, 0,
             fmt::format("all policies together have more than {} different variables",
                         ExpressionCompiler::kMaxScopes),
             "load fewer policies at a time", diagnostics_);
      return;
    }
    scope_ = wider;
  }
}

void PolicyCompiler::compile_validations(CompiledPolicy& compiled) {
  std::size_t index = 0;
  for (const ValidationText& validation : policy_.validations) {
    const std::string path = fmt::format("spec.validations[{}]", index++);
    CompiledValidation result{.text = &validation, .program = nullptr, .message = nullptr};
    result.program =
        compile_expression(validation.expression, path + ".expression", Authorizer::kDeclared,
                           {.kinds = kBoolOnly, .words = "bool"}, *scope_);
    if (validation.message_expression.exists()) {
      result.message = compile_expression(validation.message_expression,
                                          path + ".messageExpression", Authorizer::kHidden,
                                          {.kinds = kStringOnly, .words = "string"}, *scope_);
    }
    compiled.validations.push_back(std::move(result));
  }
}

void PolicyCompiler::compile_audits(CompiledPolicy& compiled) {
  std::size_t index = 0;
  for (const AuditAnnotationText& annotation : policy_.audit_annotations) {
    auto program = compile_expression(
        annotation.value_expression,
        fmt::format("spec.auditAnnotations[{}].valueExpression", index++), Authorizer::kDeclared,
        {.kinds = kStringOrNull, .words = "string or null_type"}, *scope_);
    compiled.audits.push_back({.key = annotation.key, .program = std::move(program)});
  }
}

void PolicyCompiler::collect_slots(CompiledPolicy& compiled) {
  const auto collect = [&](const std::shared_ptr<const Program>& program) {
    if (program == nullptr) return;
    const auto slots = expressions_.reachable(*program);
    compiled.reachable.insert(compiled.reachable.end(), slots.begin(), slots.end());
  };
  for (const CompiledCondition& condition : compiled.match_conditions) collect(condition.program);
  for (const CompiledValidation& validation : compiled.validations) {
    collect(validation.program);
    collect(validation.message);
  }
  for (const CompiledAudit& audit : compiled.audits) collect(audit.program);
  auto& reachable = compiled.reachable;
  std::sort(reachable.begin(), reachable.end());
  reachable.erase(std::unique(reachable.begin(), reachable.end()), reachable.end());
  for (const std::uint32_t slot : reachable) {
    if ((expressions_.slots()[slot].depends & kOnParams) != 0)
      compiled.params_dependent.push_back(slot);
  }
}

CompiledPolicy PolicyCompiler::compile() {
  CompiledPolicy compiled;
  compiled.text = &policy_;
  scope_ = expressions_.root_scope(policy_.param_kind.has_value());
  compile_match_conditions(compiled);
  compile_variables(compiled);
  compile_validations(compiled);
  compile_audits(compiled);
  collect_slots(compiled);
  return compiled;
}

void check_mutations(const PolicyDocument& policy, Diagnostics& diagnostics) {
  if (policy.type != PolicyType::kMutating) return;
  for (const MutationIssue& issue : check_mutation_expressions(policy)) {
    report(policy, *issue.expression, issue.path, issue.offset, issue.message, {}, diagnostics);
  }
}

void report_duplicate(const PolicyDocument& policy, Diagnostics& diagnostics) {
  const kube::Place place = policy.document.position_of(policy.document.root());
  diagnostics.error(std::string(place.file), place.position.line, place.position.column,
                    fmt::format("policy {} was defined before", policy.name),
                    "give one of them another metadata.name");
}

void warn_unbound(const BindingDocument& binding, Diagnostics& diagnostics) {
  const kube::Place place = binding.document.position_of(binding.document.root());
  diagnostics.warning(
      std::string(place.file), place.position.line, place.position.column,
      fmt::format("binding {}: there is no policy {}", binding.name, binding.policy_name),
      "the binding has no effect");
}

using NamedPolicies = std::map<std::pair<PolicyType, std::string_view>, std::size_t>;

// Drops what is refused; the vector must not move afterwards, since compiled policies point into
// it.
void keep_first_of_each_name(std::vector<PolicyDocument>& policies, Diagnostics& diagnostics) {
  NamedPolicies seen;
  std::vector<PolicyDocument> kept;
  kept.reserve(policies.size());
  for (PolicyDocument& policy : policies) {
    if (seen.try_emplace({policy.type, policy.name}, kept.size()).second) {
      kept.push_back(std::move(policy));
    } else {
      report_duplicate(policy, diagnostics);
    }
  }
  policies = std::move(kept);
}

}  // namespace

std::shared_ptr<const PolicySet> compile_policies(PolicyDocuments documents,
                                                  Diagnostics& diagnostics) {
  auto set = std::make_shared<PolicySet>();
  set->documents_ = std::move(documents);
  keep_first_of_each_name(set->documents_.policies, diagnostics);
  ExpressionCompiler expressions;
  NamedPolicies by_name;
  for (const PolicyDocument& policy : set->documents_.policies) {
    const std::size_t errors = diagnostics.error_count();
    check_mutations(policy, diagnostics);
    CompiledPolicy compiled = PolicyCompiler(expressions, policy, diagnostics).compile();
    if (diagnostics.error_count() != errors) continue;
    by_name.emplace(std::pair(policy.type, policy.name), set->policies_.size());
    set->policies_.push_back(std::move(compiled));
  }
  set->compiled_count_ = expressions.compiled_count();
  set->slots_ = expressions.take_slots();
  for (std::uint32_t slot = kFirstVariableSlot; slot < set->slots_.size(); ++slot) {
    if ((set->slots_[slot].depends & kOnRequest) != 0) set->request_dependent_.push_back(slot);
  }
  set->bindings_of_.resize(set->policies_.size());
  for (std::uint32_t i = 0; i < set->documents_.bindings.size(); ++i) {
    const BindingDocument& binding = set->documents_.bindings[i];
    const auto found = by_name.find({binding.type, binding.policy_name});
    if (found == by_name.end()) {
      warn_unbound(binding, diagnostics);
    } else {
      set->bindings_of_[found->second].push_back(i);
    }
  }
  return set;
}

std::shared_ptr<const PolicySet> load_policies(const std::vector<kube::Document>& documents,
                                               Diagnostics& diagnostics) {
  return compile_policies(read_policy_documents(documents, diagnostics), diagnostics);
}

const CompiledPolicy* PolicySet::find(PolicyType type, std::string_view name) const {
  for (const CompiledPolicy& policy : policies_) {
    if (policy.text->type == type && policy.text->name == name) return &policy;
  }
  return nullptr;
}

std::span<const std::uint32_t> PolicySet::bindings_of(const CompiledPolicy& policy) const {
  return bindings_of_[index_of(policy)];
}

}  // namespace yagura::policy
