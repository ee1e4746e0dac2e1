#include "case_runner.hpp"

#include <algorithm>

#include "policy/check/check.hpp"
#include "policy/library/library.hpp"
#include "policy/program/program.hpp"
#include "policy/syntax/parse.hpp"
#include "requirements.hpp"
#include "value_bridge.hpp"

namespace yagura::conformance {

namespace {

using policy::Environment;
using policy::EnvironmentBuilder;

void declare_messages(EnvironmentBuilder& builder, const Suites& suites) {
  for (const MessageType& type : suites.messages) {
    builder.type_name(type.name, builder.types().structure(type.name));
  }
  for (const MessageType& type : suites.messages) {
    policy::StructDecl declaration = {.name = type.name};
    for (const MessageField& field : type.fields) {
      const policy::Type* field_type = nullptr;
      if (const auto parsed = builder.parse_type(field.type)) field_type = *parsed;
      declaration.fields.push_back({.name = field.name, .type = field_type});
    }
    builder.structure(std::move(declaration));
  }
}

void declare_enums(EnvironmentBuilder& builder, const Suites& suites) {
  for (const EnumType& type : suites.enums) {
    for (const auto& [name, number] : type.values) {
      builder.constant(name, &policy::types::kInt,
                       {.kind = policy::ConstantKind::kInt, .integer = number});
    }
  }
}

Outcome failed(std::string expected, std::string got) {
  return {.verdict = Verdict::kFailed, .expected = std::move(expected), .got = std::move(got)};
}

std::string expected_text(const TestCase& test) {
  if (test.expectation == Expectation::kError) return "an error";
  if (test.expectation == Expectation::kUnknown) return "unknown";
  return test.check_only ? "type " + test.deduced_type : describe(test.value);
}

// Of an expression that does not get to evaluation.
Outcome refused(const TestCase& test, const std::vector<policy::Issue>& issues) {
  if (test.expectation == Expectation::kError) return {};
  return failed(expected_text(test), to_string(issues, test.expression));
}

Outcome judge(const TestCase& test, const policy::Value& value) {
  const bool good = test.expectation == Expectation::kError     ? value.is_error()
                    : test.expectation == Expectation::kUnknown ? value.is_unknown()
                                                                : matches(test.value, value);
  if (good) return {};
  return failed(expected_text(test), value.is_error() ? "error: " + policy::error_text(value)
                                                      : policy::to_debug_string(value));
}

Outcome evaluate(const TestCase& test, std::shared_ptr<const policy::CheckedAst> checked) {
  auto slots = std::make_shared<policy::VariableSlots>();
  for (const auto& [name, value] : test.bindings) slots->add(name);
  const auto program = policy::compile(std::move(checked), slots);
  if (!program) return failed(expected_text(test), program.error().message);
  policy::EvalContext context;
  std::vector<policy::Value> values(slots->size());
  for (const auto& [name, value] : test.bindings) {
    values[*slots->find(name)] = make_value(context, value);
  }
  const policy::Activation activation = {.slots = values};
  return judge(test, (*program)->evaluate(context, activation).value);
}

}  // namespace

CaseRunner::CaseRunner(const Suites& suites) : suites_(suites) {
  EnvironmentBuilder builder(policy::base_environment());
  for (const auto& table : policy::all_functions()) builder.functions(table);
  declare_messages(builder, suites);
  declare_enums(builder, suites);
  base_ = builder.build().value();
}

std::shared_ptr<const Environment> CaseRunner::environment(const TestCase& test) const {
  EnvironmentBuilder builder(base_);
  builder.container(test.container);
  for (const VariableDeclaration& variable : test.variables) {
    builder.variable(variable.name, variable.type);
  }
  for (const FunctionDeclaration& function : test.functions) {
    auto overload = policy::parse_signature(
        function.name, {.id = function.id, .signature = function.signature}, builder.types());
    builder.function(
        {.name = function.name, .overloads = {std::move(overload).value()}, .functions = {}});
  }
  // Cases that run unchecked, and some others, bind what they do not declare.
  for (const auto& [name, value] : test.bindings) {
    if (std::ranges::find(test.variables, name, &VariableDeclaration::name) ==
        test.variables.end()) {
      builder.variable(name, &policy::types::kDyn);
    }
  }
  return builder.build().value();
}

Outcome CaseRunner::run(const TestCase& test) const {
  policy::ParseOptions options;
  options.macros.block = true;
  options.macros.proto = false;  // stays a call, which the requirements see
  if (test.disable_macros) options.macros = policy::MacroSets::none();
  const policy::ParsedExpression parsed = policy::parse(test.expression, options);
  const std::string missing = missing_requirement(test, suites_, parsed.ast.get());
  if (!missing.empty()) return {.verdict = Verdict::kSkipped, .reason = missing};
  if (!parsed) return refused(test, parsed.issues);

  policy::CheckOptions check_options;
  if (test.disable_check) check_options.mode = policy::CheckMode::kResolveOnly;
  const auto environment = this->environment(test);
  const policy::CheckResult result = policy::check(parsed.ast, environment, check_options);
  if (!result) return refused(test, result.issues);
  if (!test.deduced_type.empty()) {
    const std::string wanted =
        to_string(**EnvironmentBuilder(environment).parse_type(test.deduced_type));
    const std::string got = to_string(result.checked->result_type());
    if (got != wanted) return failed("type " + wanted, "type " + got);
  }
  if (test.check_only) return {};
  return evaluate(test, result.checked);
}

}  // namespace yagura::conformance
