#include "policy/vap/expression_compiler.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <unordered_map>

#include "policy/check/check.hpp"
#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/vap/admission_environment.hpp"
#include "policy/vap/literal_check.hpp"

namespace yagura::policy {

namespace {

constexpr std::array<std::string_view, kFirstVariableSlot> kBaseNames = {
    "object",
    "oldObject",
    "request",
    "params",
    "namespaceObject",
    "authorizer",
    "authorizer.requestResource"};
constexpr std::string_view kVariables = "variables";
constexpr std::string_view kPrefix = "variables.";

}  // namespace

class ExpressionCompiler::Scope {
 public:
  struct Variable {
    std::string name;
    std::uint32_t slot = 0;
  };

  bool has_params = false;
  Scope* root = nullptr;
  std::vector<Variable> variables;
  std::uint32_t map_slot = 0;  // of `variables` itself; 0: none
  std::map<std::pair<std::string, std::uint32_t>, Scope*> children;
  std::array<std::shared_ptr<const Environment>, 2> environments;
  std::shared_ptr<const VariableSlots> slots;

  [[nodiscard]] const Variable* find(std::string_view name) const {
    for (const Variable& variable : variables) {
      if (variable.name == name) return &variable;
    }
    return nullptr;
  }
};

struct ExpressionCompiler::Impl {
  // An expression that was compiled, and what has to hold in a scope for it to mean the same there.
  struct Entry {
    std::shared_ptr<const Program> program;
    const Type* type = nullptr;
    std::vector<std::pair<std::string, std::uint32_t>> variables;
    bool uses_params = false;
    bool uses_authorizer = false;
  };

  std::deque<Scope> scopes;
  std::array<Scope*, 2> roots{};
  std::vector<SlotInfo> slots;
  std::unordered_map<std::string_view, std::vector<Entry>>
      entries;  // the keys stand in their programs' ASTs
  std::map<std::pair<const Program*, std::string>, std::uint32_t> slot_of;
  std::size_t compiled = 0;

  Impl() {
    for (const std::string_view name : kBaseNames) slots.push_back({.name = std::string(name)});
    slots[kParamsSlot].depends = kOnParams;
    slots[kRequestSlot].depends = kOnRequest;
    for (const bool params : {false, true}) {
      Scope& scope = scopes.emplace_back();
      scope.has_params = params;
      scope.root = &scope;
      roots[params ? 1 : 0] = &scope;
    }
  }

  const Entry* find(std::string_view text, const Scope& scope, bool authorizer) const {
    const auto found = entries.find(text);
    if (found == entries.end()) return nullptr;
    for (const Entry& entry : found->second) {
      if (entry.uses_params && !scope.has_params) continue;
      if (entry.uses_authorizer && !authorizer) continue;
      const bool same =
          std::all_of(entry.variables.begin(), entry.variables.end(), [&](const auto& variable) {
            const Scope::Variable* here = scope.find(variable.first);
            return here != nullptr && here->slot == variable.second;
          });
      if (same) return &entry;
    }
    return nullptr;
  }

  const std::shared_ptr<const Environment>& environment(Scope& scope, bool authorizer) {
    auto& environment = scope.environments[authorizer ? 1 : 0];
    if (environment != nullptr) return environment;
    environment = admission_environment({.params = scope.has_params, .authorizer = authorizer});
    if (scope.variables.empty()) return environment;
    EnvironmentBuilder builder(environment);
    StructDecl structure{.name = "kubernetes.variables", .fields = {}};
    for (const Scope::Variable& variable : scope.variables) {
      const Type* type =
          composed_type(slots[variable.slot].program->checked().result_type(), builder.types());
      builder.variable(std::string(kPrefix) + variable.name, type);
      structure.fields.push_back({.name = variable.name, .type = type});
    }
    builder.variable(kVariables, builder.types().structure("kubernetes.variables"));
    builder.structure(std::move(structure));
    if (auto built = builder.build()) environment = *built;
    return environment;
  }

  const std::shared_ptr<const VariableSlots>& variable_slots(Scope& scope) {
    if (scope.slots != nullptr) return scope.slots;
    auto made = std::make_shared<VariableSlots>();
    for (std::uint32_t slot = 0; slot < kFirstVariableSlot; ++slot)
      made->bind(kBaseNames[slot], slot);
    for (const Scope::Variable& variable : scope.variables) {
      made->bind(std::string(kPrefix) + variable.name, variable.slot);
    }
    if (!scope.variables.empty()) made->bind(kVariables, map_slot(scope));
    scope.slots = std::move(made);
    return scope.slots;
  }

  std::uint32_t map_slot(Scope& scope) {
    if (scope.map_slot != 0) return scope.map_slot;
    SlotInfo info{.name = std::string(kVariables)};
    for (const Scope::Variable& variable : scope.variables) {
      const SlotInfo& used = slots[variable.slot];
      info.members.emplace_back(variable.name, variable.slot);
      info.depends = static_cast<std::uint8_t>(info.depends | used.depends);
      info.uses.push_back(variable.slot);
      info.uses.insert(info.uses.end(), used.uses.begin(), used.uses.end());
    }
    std::sort(info.uses.begin(), info.uses.end());
    info.uses.erase(std::unique(info.uses.begin(), info.uses.end()), info.uses.end());
    scope.map_slot = static_cast<std::uint32_t>(slots.size());
    slots.push_back(std::move(info));
    return scope.map_slot;
  }

  void remember(const std::shared_ptr<const Program>& program, Scope& scope) {
    Entry entry{.program = program, .type = &program->checked().result_type()};
    for (const std::uint32_t slot : program->used_slots()) {
      if (slot == kParamsSlot) entry.uses_params = true;
      if (slot == kAuthorizerSlot || slot == kRequestResourceSlot) entry.uses_authorizer = true;
      if (slot < kFirstVariableSlot) continue;
      if (slot == scope.map_slot) return;  // depends on the whole scope: not shared
      entry.variables.emplace_back(slots[slot].name.substr(kPrefix.size()), slot);
    }
    entries[program->checked().ast->source].push_back(std::move(entry));
  }
};

ExpressionCompiler::ExpressionCompiler() : impl_(std::make_unique<Impl>()) {}
ExpressionCompiler::~ExpressionCompiler() = default;

ExpressionCompiler::Scope* ExpressionCompiler::root_scope(bool has_params) {
  return impl_->roots[has_params ? 1 : 0];
}

ExpressionCompiler::Scope* ExpressionCompiler::without_variables(Scope& scope) {
  return scope.root;
}

ExpressionCompiler::Scope* ExpressionCompiler::with_variable(Scope& scope, std::string_view name,
                                                             std::uint32_t slot) {
  auto& child = scope.children[{std::string(name), slot}];
  if (child != nullptr || impl_->scopes.size() >= kMaxScopes) return child;
  Scope& made = impl_->scopes.emplace_back();
  made.has_params = scope.has_params;
  made.root = scope.root;
  made.variables = scope.variables;
  made.variables.push_back({.name = std::string(name), .slot = slot});
  child = &made;
  return child;
}

ExpressionCompiler::Compiled ExpressionCompiler::compile(std::string_view text, Scope& scope,
                                                         Authorizer authorizer) {
  const bool declared = authorizer == Authorizer::kDeclared;
  if (const Impl::Entry* entry = impl_->find(text, scope, declared)) {
    return {.program = entry->program, .type = entry->type, .issues = {}};
  }
  if (impl_->compiled >= kMaxExpressions) {
    return {.issues = {
                make_issue(text, 0, "all policies together have too many different expressions")}};
  }
  ++impl_->compiled;
  const ParsedExpression parsed = parse(text, kubernetes_parse_options());
  if (!parsed) return {.issues = parsed.issues};
  CheckResult checked =
      check(parsed.ast, impl_->environment(scope, declared), {.homogeneous_literals = true});
  if (!checked) return {.issues = std::move(checked.issues)};
  if (auto issues = check_literals(*parsed.ast); !issues.empty())
    return {.issues = std::move(issues)};
  auto program = policy::compile(checked.checked, impl_->variable_slots(scope));
  if (!program) return {.issues = {make_issue(text, 0, program.error().message)}};
  impl_->remember(*program, scope);
  return {.program = *program, .type = &checked.checked->result_type(), .issues = {}};
}

std::uint32_t ExpressionCompiler::variable_slot(std::string_view name,
                                                const std::shared_ptr<const Program>& program) {
  // One program and one name: the name is part of messages.
  const auto [found, is_new] =
      impl_->slot_of.try_emplace({program.get(), std::string(name)}, impl_->slots.size());
  if (!is_new) return found->second;
  SlotInfo info{.name = std::string(kPrefix) + std::string(name), .program = program};
  info.depends = dependencies(*program);
  info.uses = reachable(*program);
  impl_->slots.push_back(std::move(info));
  return found->second;
}

std::vector<std::uint32_t> ExpressionCompiler::reachable(const Program& program) const {
  std::vector<std::uint32_t> slots;
  for (const std::uint32_t slot : program.used_slots()) {
    if (slot < kFirstVariableSlot) continue;
    slots.push_back(slot);
    const auto& further = impl_->slots[slot].uses;
    slots.insert(slots.end(), further.begin(), further.end());
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

std::uint8_t ExpressionCompiler::dependencies(const Program& program) const {
  std::uint8_t bits = 0;
  for (const std::uint32_t slot : program.used_slots()) {
    bits = static_cast<std::uint8_t>(bits | impl_->slots[slot].depends);
  }
  return bits;
}

const std::vector<SlotInfo>& ExpressionCompiler::slots() const { return impl_->slots; }
std::vector<SlotInfo> ExpressionCompiler::take_slots() { return std::move(impl_->slots); }
std::size_t ExpressionCompiler::compiled_count() const { return impl_->compiled; }

}  // namespace yagura::policy
