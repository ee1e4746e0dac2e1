#include "policy/vap/policy_set.hpp"

#include <gtest/gtest.h>

#include "kube/testing.hpp"
#include "policy/vap/lint.hpp"
#include "policy/vap/testing.hpp"

namespace yagura::policy {
namespace {

using testing::load;
using testing::load_problems;
using testing::pod_policy;

TEST(PolicySet, FindsPoliciesAndTheirBindings) {
  const auto set = load(
      pod_policy("  validations: [{expression: 'true'}]", "a") + "---\n" +
      pod_policy("  validations: [{expression: 'true'}]", "b") +
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
      "metadata: {name: bind}\nspec: {policyName: b, validationActions: [Deny]}\n");
  ASSERT_EQ(set->policies().size(), 2U);
  const CompiledPolicy* b = set->find(PolicyType::kValidating, "b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(set->index_of(*b), 1U);
  EXPECT_EQ(set->bindings_of(*b).size(), 1U);
  EXPECT_TRUE(set->bindings_of(set->policies()[0]).empty());
  EXPECT_EQ(set->find(PolicyType::kMutating, "b"), nullptr);
}

TEST(PolicySet, AnUnboundBindingIsAWarning) {
  EXPECT_NE(
      load_problems(
          "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
          "metadata: {name: bind}\nspec: {policyName: none, validationActions: [Deny]}\n")
          .find("warning: binding bind: there is no policy none"),
      std::string::npos);
}

TEST(PolicySet, ASecondPolicyOfANameIsRefused) {
  const std::string policy = pod_policy("  validations: [{expression: 'true'}]");
  EXPECT_NE(load_problems(policy + "---\n" + policy).find("policy demo was defined before"),
            std::string::npos);
}

struct Problem {
  std::string_view name;
  std::string_view spec;
  std::string_view place;  // line:column
  std::string_view message;
};

class CompileProblem : public ::testing::TestWithParam<Problem> {};

TEST_P(CompileProblem, IsToldInsideTheExpression) {
  const std::string problems = load_problems(pod_policy(GetParam().spec));
  EXPECT_EQ(problems.find("test.yaml:" + std::string(GetParam().place) + ": error: "), 0U)
      << problems;
  EXPECT_NE(problems.find(GetParam().message), std::string::npos) << problems;
}

INSTANTIATE_TEST_SUITE_P(
    Table, CompileProblem,
    ::testing::Values(
        Problem{"Syntax", "  validations:\n  - expression: object.spec. == 1", "7:30",
                "Syntax error"},
        Problem{"UnknownVariable",
                "  validations:\n  - expression: |\n      true &&\n        objct.spec == 1", "9:9",
                "undeclared reference to 'objct'"},
        Problem{"UnknownComposed", "  validations:\n  - expression: variables.x == 1", "7:17",
                "undeclared reference to 'variables'"},
        Problem{"LaterVariable",
                "  variables:\n  - {name: a, expression: variables.b}\n  - {name: b, expression: "
                "'1'}\n  validations: [{expression: 'true'}]",
                "7:27", "undeclared reference"},
        Problem{"UndeclaredField",
                "  variables: [{name: a, expression: '1'}]\n  validations:\n  - expression: "
                "variables.b == 1",
                "8:27", "undefined field 'b'"},
        Problem{"TypedVariable",
                "  variables: [{name: a, expression: '1'}]\n  validations:\n  - expression: "
                "variables.a == 'x'",
                "8:29", "found no matching overload for '_==_'"},
        Problem{"Overload", "  validations:\n  - expression: \"'a' + 1 == 'b'\"", "7:22",
                "found no matching overload"},
        Problem{"NotBool", "  validations:\n  - expression: \"'a'\"", "7:18",
                "must evaluate to bool but got string"},
        Problem{"Dynamic", "  validations:\n  - expression: object.spec.hostNetwork", "7:17",
                "must evaluate to bool but got dyn"},
        Problem{"MessageType", "  validations:\n  - expression: 'true'\n    messageExpression: '1'",
                "8:25", "must evaluate to string but got int"},
        Problem{"MessageAuthorizer",
                "  validations:\n  - expression: 'true'\n    messageExpression: "
                "authorizer.path('/').check('get').reason()",
                "8:24", "undeclared reference to 'authorizer'"},
        Problem{"ConditionType",
                "  matchConditions:\n  - {name: a, expression: '1'}\n  validations: [{expression: "
                "'true'}]",
                "7:28", "must evaluate to bool"},
        Problem{"ConditionVariables",
                "  matchConditions:\n  - {name: a, expression: variables.x == 1}\n  variables: "
                "[{name: x, expression: '1'}]\n  validations: [{expression: 'true'}]",
                "7:27", "undeclared reference to 'variables'"},
        Problem{"AuditType", "  auditAnnotations:\n  - {key: a, valueExpression: '1'}", "7:32",
                "must evaluate to string or null_type but got int"},
        Problem{"Params", "  validations:\n  - expression: params.x == 1", "7:17",
                "undeclared reference to 'params'"},
        Problem{"Regex", "  validations:\n  - expression: object.a.matches('[a')", "7:34",
                "invalid regular expression"},
        Problem{"RegexFind", "  validations:\n  - expression: object.a.findAll('(', 1) == []",
                "7:34", "invalid regular expression"},
        Problem{"Duration", "  validations:\n  - expression: duration('1x') == duration('1s')",
                "7:26", "invalid duration"},
        Problem{"Timestamp",
                "  validations:\n  - expression: object.all(x, x > timestamp('today'))", "7:45",
                "invalid timestamp"},
        Problem{"MixedList", "  validations:\n  - expression: size([1, 'a']) == 2", "7:26",
                "expected type 'int' but found 'string'"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CompileProblems, ComeWithAHint) {
  EXPECT_NE(load_problems(pod_policy("  validations: [{expression: params.x == 1}]"))
                .find("spec.paramKind declares params"),
            std::string::npos);
  EXPECT_NE(load_problems(pod_policy("  validations: [{expression: object.spec.x}]"))
                .find("compare it (== true)"),
            std::string::npos);
}

TEST(CompileProblems, AreToldAllAtOnce) {
  const std::string problems = load_problems(
      pod_policy("  validations:\n  - {expression: a == 1}\n  - {expression: b == 1}\n"));
  EXPECT_NE(problems.find("'a'"), std::string::npos);
  EXPECT_NE(problems.find("'b'"), std::string::npos);
}

TEST(ComposedType, AbstractTypesBecomeDyn) {
  // Upstream knows only basic types of a variable: a quantity is dyn behind it, and so may be
  // compared with anything.
  EXPECT_EQ(load_problems(pod_policy(
                "  variables: [{name: q, expression: quantity('1')}]\n"
                "  validations: [{expression: 'variables.q == 1 || variables.q.isInteger()'}]")),
            "");
}

TEST(CompileProblems, ExpressionsOfAllPoliciesAreLimited) {
  std::string spec = "  validations:\n";
  for (int i = 0; i <= 20'000; ++i) spec += "  - {expression: '" + std::to_string(i) + " > 1'}\n";
  EXPECT_NE(load_problems(pod_policy(spec))
                .find("all policies together have too many different expressions"),
            std::string::npos);
}

TEST(CompileProblems, VariablesOfAllPoliciesAreLimited) {
  std::string policies;
  for (int i = 0; i < 101; ++i) {
    std::string spec = "  variables:\n";
    for (int j = 0; j < 100; ++j) {
      spec += "  - {name: v" + std::to_string(j) + ", expression: '" + std::to_string(i * 100 + j) +
              "'}\n";
    }
    policies +=
        pod_policy(spec + "  validations: [{expression: 'true'}]", "p" + std::to_string(i)) +
        "---\n";
  }
  EXPECT_NE(load_problems(policies).find(
                "all policies together have more than 10000 different variables"),
            std::string::npos);
}

std::string mutating(std::string_view mutation) {
  return "apiVersion: admissionregistration.k8s.io/v1alpha1\nkind: "
         "MutatingAdmissionPolicy\nmetadata: {name: demo}\nspec:\n"
         "  reinvocationPolicy: IfNeeded\n"
         "  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: "
         "['*'], resources: [pods]}]}\n"
         "  variables: [{name: names, expression: 'object.spec.containers.map(c, c.name)'}]\n  "
         "mutations:\n" +
         std::string(mutation) + "\n";
}

TEST(Mutating, ExpressionsAreChecked) {
  EXPECT_EQ(load_problems(mutating(
                "  - patchType: ApplyConfiguration\n    applyConfiguration:\n      expression: |\n"
                "        Object{spec: Object.spec{initContainers: "
                "[Object.spec.initContainers{name: 'a' + variables.names[0]}]}}")),
            "");
  EXPECT_EQ(load_problems(mutating("  - patchType: JSONPatch\n    jsonPatch:\n      expression: |\n"
                                   "        [JSONPatch{op: 'add', path: '/metadata/labels/' + "
                                   "jsonpatch.escapeKey('a/b'), value: 'x'}]")),
            "");
}

TEST(Mutating, WrongExpressionsAreTold) {
  const std::string type = load_problems(
      mutating("  - patchType: ApplyConfiguration\n    applyConfiguration: {expression: '1'}"));
  EXPECT_NE(type.find("must evaluate to Object but got int"), std::string::npos) << type;
  const std::string list =
      load_problems(mutating("  - patchType: JSONPatch\n    jsonPatch: {expression: \"['a']\"}"));
  EXPECT_NE(list.find("must evaluate to list(JSONPatch)"), std::string::npos) << list;
  const std::string field = load_problems(mutating(
      "  - patchType: JSONPatch\n    jsonPatch: {expression: \"[JSONPatch{operation: 'add'}]\"}"));
  EXPECT_NE(field.find("undefined field 'operation'"), std::string::npos) << field;
  const std::string patch = load_problems(mutating("  - patchType: Merge"));
  EXPECT_NE(patch.find("unknown patch type \"Merge\""), std::string::npos) << patch;
}

std::string lint(std::string_view yaml) {
  Diagnostics diagnostics;
  const auto set = load(yaml);
  lint_policies(*set, diagnostics);
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.list()) text += to_string(diagnostic) + "\n";
  return text;
}

TEST(Lint, ACleanPolicyIsClean) {
  EXPECT_EQ(lint(pod_policy("  variables: [{name: a, expression: object.spec}]\n"
                            "  validations: [{expression: 'variables.a.containers.all(c, "
                            "c.ports.all(p, p.x == 1))'}]")),
            "");
}

TEST(Lint, AResourceThatTheGroupDoesNotServe) {
  const std::string text = lint(
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{name: demo}\nspec:\n"
      "  matchConstraints:\n    resourceRules:\n"
      "    - {apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods, "
      "deployments]}\n"
      "  validations: [{expression: 'true'}]\n");
  EXPECT_NE(text.find("test.yaml:7:7: warning: policy demo: "
                      "spec.matchConstraints.resourceRules[0]: no resource \"deployments\""),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("apps (v1)"), std::string::npos) << text;
}

TEST(Lint, AVariableThatNothingUses) {
  EXPECT_NE(
      lint(pod_policy(
               "  variables: [{name: a, expression: '1'}, {name: b, expression: variables.a}]\n"
               "  validations: [{expression: 'true'}]"))
          .find("variable b is never used"),
      std::string::npos);
}

TEST(Lint, CostsThatMayExceedTheLimit) {
  EXPECT_NE(lint(pod_policy("  validations: [{expression: 'object.a.all(x, object.b.all(y, "
                            "object.c.exists(z, object.d.all(w, w + x + y == z))))'}]"))
                .find("4 loops inside each other"),
            std::string::npos);
  const std::string check = "authorizer.path('/').check('get').allowed()";
  EXPECT_NE(
      lint(pod_policy("  validations:\n  - expression: " + check + " || " + check + " || " + check))
          .find("3 authorization checks cost 1050000"),
      std::string::npos);
}

TEST(Lint, ParamsThatAreNotThere) {
  const auto binding = [](std::string_view extra) {
    return "---\napiVersion: admissionregistration.k8s.io/v1\nkind: "
           "ValidatingAdmissionPolicyBinding\n"
           "metadata: {name: bind}\nspec:\n  policyName: demo\n  validationActions: [Deny]\n" +
           std::string(extra);
  };
  EXPECT_NE(lint(pod_policy("  paramKind: {apiVersion: v1, kind: ConfigMap}\n  validations: "
                            "[{expression: params == null}]") +
                 binding(""))
                .find("has no paramRef"),
            std::string::npos);
  EXPECT_NE(lint(pod_policy("  validations: [{expression: 'true'}]") +
                 binding("  paramRef: {name: x, parameterNotFoundAction: Deny}\n"))
                .find("no paramKind"),
            std::string::npos);
}

}  // namespace
}  // namespace yagura::policy
