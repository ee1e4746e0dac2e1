#include <gtest/gtest.h>

#include "kube/testing.hpp"
#include "policy/vap/policy_document.hpp"

namespace yagura::policy {
namespace {

constexpr std::string_view kGood = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: demo
  annotations: {yagura.dev/title: A title}
spec:
  failurePolicy: Ignore
  paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}
  matchConstraints:
    matchPolicy: Exact
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  matchConditions:
  - {name: not-nodes, expression: "true"}
  variables:
  - {name: replicas, expression: object.spec.replicas}
  validations:
  - expression: variables.replicas <= 5
    message: " five at most "
    messageExpression: "'too many'"
    reason: Forbidden
  auditAnnotations:
  - {key: replicas, valueExpression: "string(object.spec.replicas)"}
)yaml";

PolicyDocuments read(std::string_view yaml, Diagnostics& diagnostics) {
  return read_policy_documents(kube::parse_all(yaml), diagnostics);
}

TEST(PolicyReader, ReadsEveryField) {
  Diagnostics diagnostics;
  const PolicyDocuments documents = read(kGood, diagnostics);
  EXPECT_TRUE(diagnostics.list().empty());
  ASSERT_EQ(documents.policies.size(), 1U);
  const PolicyDocument& policy = documents.policies[0];
  EXPECT_EQ(policy.name, "demo");
  EXPECT_EQ(policy.annotation("yagura.dev/title"), "A title");
  EXPECT_EQ(policy.failure_policy, FailurePolicy::kIgnore);
  EXPECT_EQ(policy.param_kind->kind, "ReplicaLimit");
  EXPECT_EQ(policy.constraints.match_policy, MatchPolicy::kExact);
  EXPECT_EQ(policy.constraints.rules.size(), 1U);
  EXPECT_EQ(policy.match_conditions[0].name, "not-nodes");
  EXPECT_EQ(policy.variables[0].expression.text, "object.spec.replicas");
  EXPECT_EQ(policy.validations[0].message, "five at most");
  EXPECT_EQ(policy.validations[0].reason, DenyReason::kForbidden);
  EXPECT_TRUE(policy.validations[0].message_expression.exists());
  EXPECT_EQ(policy.audit_annotations[0].key, "replicas");
}

TEST(PolicyReader, TakesAllVersionsAndLeavesOtherDocumentsAlone) {
  for (const std::string_view version : {"v1", "v1beta1", "v1alpha1"}) {
    std::string text(kGood);
    text.replace(text.find("/v1\n"), 4, "/" + std::string(version) + "\n");
    Diagnostics diagnostics;
    EXPECT_EQ(read(text, diagnostics).policies.size(), 1U) << version;
  }
  Diagnostics diagnostics;
  const auto documents = read(
      "apiVersion: v1\nkind: Pod\n---\napiVersion: example.com/v1\nkind: "
      "ValidatingAdmissionPolicy\n",
      diagnostics);
  EXPECT_TRUE(documents.policies.empty());
  EXPECT_TRUE(diagnostics.list().empty());
}

TEST(PolicyReader, ReasonsHaveHttpCodes) {
  EXPECT_EQ(http_code(DenyReason::kInvalid), 422);
  EXPECT_EQ(http_code(DenyReason::kForbidden), 403);
  EXPECT_EQ(http_code(DenyReason::kUnauthorized), 401);
  EXPECT_EQ(http_code(DenyReason::kRequestEntityTooLarge), 413);
}

// One change to the good document, and what is said of it, and where.
struct Mistake {
  std::string_view name;
  std::string_view from;
  std::string_view to;
  std::uint32_t line;
  std::string_view message;
  DiagnosticLevel level = DiagnosticLevel::kError;
};

class PolicyMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PolicyMistake, IsToldAtItsPlace) {
  const Mistake& mistake = GetParam();
  std::string text(kGood);
  const std::size_t at = text.find(mistake.from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, mistake.from.size(), mistake.to);
  Diagnostics diagnostics;
  const PolicyDocuments documents = read(text, diagnostics);
  ASSERT_FALSE(diagnostics.list().empty());
  const Diagnostic& diagnostic = diagnostics.list().front();
  EXPECT_EQ(diagnostic.line, mistake.line) << to_string(diagnostic);
  EXPECT_NE(diagnostic.message.find(mistake.message), std::string::npos) << to_string(diagnostic);
  EXPECT_EQ(diagnostic.level, mistake.level);
  EXPECT_EQ(documents.policies.size(), mistake.level == DiagnosticLevel::kError ? 0U : 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyMistake,
    testing::Values(
        Mistake{"Name", "name: demo", "name: Demo", 4, "metadata.name: must be a DNS subdomain"},
        Mistake{"NoName", "name: demo", "nam: demo", 4, "metadata.name: is required"},
        Mistake{"UnknownField", "failurePolicy: Ignore", "failurPolicy: Ignore", 7,
                "unknown field \"spec.failurPolicy\"", DiagnosticLevel::kWarning},
        Mistake{"FailurePolicy", "failurePolicy: Ignore", "failurePolicy: Open", 7,
                "unknown failure policy \"Open\""},
        Mistake{"Type", "failurePolicy: Ignore", "failurePolicy: [Ignore]", 7,
                "must be a string, not a list"},
        Mistake{"ParamVersion", "rules.example.com/v1", "rules.example.com/V1", 8,
                "version \"V1\""},
        Mistake{"ParamKind", "kind: ReplicaLimit", "kind: ReplicaLimit, extra: x", 8,
                "unknown field", DiagnosticLevel::kWarning},
        Mistake{"MatchPolicy", "matchPolicy: Exact", "matchPolicy: exact", 10,
                "unknown match policy"},
        Mistake{"Operation", "operations: [CREATE, UPDATE]", "operations: [create]", 12,
                "unknown operation \"create\""},
        Mistake{"OperationWildcard", "operations: [CREATE, UPDATE]", "operations: [CREATE, '*']",
                12, "must stand alone"},
        Mistake{"NoOperations", "operations: [CREATE, UPDATE], ", "", 12,
                "operations: is required"},
        Mistake{"GroupWildcard", "apiGroups: [apps]", "apiGroups: [apps, '*']", 12,
                "must stand alone"},
        Mistake{"NoGroups", "apiGroups: [apps]", "apiGroups: []", 12, "apiGroups: is required"},
        Mistake{"EmptyVersion", "apiVersions: [v1]", "apiVersions: ['']", 12, "has an empty entry"},
        Mistake{"ResourceCovered", "resources: [deployments]", "resources: ['*', deployments]", 12,
                "covers \"deployments\" already"},
        Mistake{"SubresourceCovered", "resources: [deployments]",
                "resources: ['deployments/*', deployments/scale]", 12,
                "covers \"deployments/scale\" already"},
        Mistake{"DoubleWildcard", "resources: [deployments]", "resources: ['*/*', deployments]", 12,
                "\"*/*\" must stand alone"},
        Mistake{"Scope", "resources: [deployments]", "resources: [deployments], scope: cluster", 12,
                "unknown scope"},
        Mistake{"ResourceNamesTwice", "resources: [deployments]",
                "resources: [deployments], resourceNames: [a, a]", 12, "\"a\" stands twice"},
        Mistake{"Selector", "matchPolicy: Exact",
                "objectSelector: {matchExpressions: [{key: a, operator: In}]}", 10,
                "values: is required"},
        Mistake{"SelectorOperator", "matchPolicy: Exact",
                "objectSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}", 10,
                "unknown operator"},
        Mistake{"SelectorValues", "matchPolicy: Exact",
                "objectSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}", 10,
                "takes none"},
        Mistake{"SelectorLabel", "matchPolicy: Exact", "objectSelector: {matchLabels: {a: 'b c'}}",
                10, "must be empty or consist of"},
        Mistake{"ConditionName", "name: not-nodes", "name: not nodes", 14,
                "matchConditions[0].name"},
        Mistake{"VariableName", "name: replicas,", "name: replica-count,", 16,
                "is not a CEL identifier"},
        Mistake{"VariableReserved", "name: replicas,", "name: namespace,", 16,
                "is not a CEL identifier"},
        Mistake{"EmptyExpression", "expression: variables.replicas <= 5", "expression: ' '", 18,
                "must not be empty"},
        Mistake{"MessageLines", "\" five at most \"", "\"a\\nb\"", 19,
                "must not contain line breaks"},
        Mistake{"BlankMessage", "\" five at most \"", "' '", 19, "must not be blank"},
        Mistake{"Reason", "reason: Forbidden", "reason: NotFound", 21,
                "unknown reason \"NotFound\""},
        Mistake{"AuditKey", "key: replicas", "key: 'a b'", 23, "auditAnnotations[0].key"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PolicyReader, SuggestsTheFieldThatWasMeant) {
  std::string text(kGood);
  text.replace(text.find("failurePolicy"), 13, "failurPolicy");
  Diagnostics diagnostics;
  static_cast<void>(read(text, diagnostics));
  EXPECT_EQ(diagnostics.list()[0].hint, "did you mean failurePolicy?");
}

TEST(PolicyReader, TellsEveryProblemAtOnce) {
  Diagnostics diagnostics;
  const auto documents = read(R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {}
spec:
  matchConstraints: {resourceRules: []}
  variables: [{name: a, expression: "1"}, {name: a, expression: "2"}]
)yaml",
                              diagnostics);
  EXPECT_TRUE(documents.policies.empty());
  EXPECT_EQ(diagnostics.error_count(), 4U);  // name, resourceRules, the second a, validations
}

TEST(PolicyReader, CountsAreLimited) {
  std::string conditions = "[";
  for (int i = 0; i < 65; ++i)
    conditions += (i == 0 ? "" : ", ") + std::string("{name: c") + std::to_string(i) +
                  ", expression: 'true'}";
  std::string text(kGood);
  text.replace(text.find("\n  - {name: not-nodes, expression: \"true\"}"), 42,
               " " + conditions + "]");
  Diagnostics diagnostics;
  static_cast<void>(read(text, diagnostics));
  ASSERT_EQ(diagnostics.error_count(), 1U);
  EXPECT_NE(diagnostics.list()[0].message.find("has 65 conditions, 64 are allowed"),
            std::string::npos);
}

TEST(PolicyReader, VariablesAreLimited) {
  const auto with = [](int count) {
    std::string variables = "  variables:\n";
    for (int i = 0; i < count; ++i)
      variables += "  - {name: v" + std::to_string(i) + ", expression: '1'}\n";
    std::string text(kGood);
    const std::size_t begin = text.find("  variables:\n");
    text.replace(begin, text.find("  validations:") - begin, variables);
    Diagnostics diagnostics;
    static_cast<void>(read(text, diagnostics));
    return diagnostics.error_count() == 0 ? std::string() : diagnostics.list()[0].message;
  };
  EXPECT_EQ(with(100), "");
  EXPECT_EQ(with(101), "spec.variables: has 101 variables, 100 are allowed");
}

constexpr std::string_view kBinding = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: demo-binding}
spec:
  policyName: demo
  validationActions: [Deny, Audit]
  paramRef:
    name: limits
    namespace: shop
    parameterNotFoundAction: Allow
  matchResources:
    namespaceSelector: {matchLabels: {env: prod}}
)yaml";

TEST(BindingReader, ReadsEveryField) {
  Diagnostics diagnostics;
  const auto documents = read(kBinding, diagnostics);
  EXPECT_TRUE(diagnostics.list().empty());
  ASSERT_EQ(documents.bindings.size(), 1U);
  const BindingDocument& binding = documents.bindings[0];
  EXPECT_EQ(binding.policy_name, "demo");
  EXPECT_TRUE(binding.has(ValidationAction::kDeny));
  EXPECT_FALSE(binding.has(ValidationAction::kWarn));
  EXPECT_TRUE(binding.has(ValidationAction::kAudit));
  EXPECT_EQ(binding.param_ref->name, "limits");
  EXPECT_EQ(binding.param_ref->namespace_, "shop");
  EXPECT_EQ(binding.param_ref->not_found, ParameterNotFound::kAllow);
  EXPECT_FALSE(binding.resources->namespace_selector.empty());
}

class BindingMistake : public testing::TestWithParam<Mistake> {};

TEST_P(BindingMistake, IsToldAtItsPlace) {
  const Mistake& mistake = GetParam();
  std::string text(kBinding);
  const std::size_t at = text.find(mistake.from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, mistake.from.size(), mistake.to);
  Diagnostics diagnostics;
  EXPECT_TRUE(read(text, diagnostics).bindings.empty());
  ASSERT_FALSE(diagnostics.list().empty());
  EXPECT_EQ(diagnostics.list()[0].line, mistake.line) << to_string(diagnostics.list()[0]);
  EXPECT_NE(diagnostics.list()[0].message.find(mistake.message), std::string::npos)
      << to_string(diagnostics.list()[0]);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BindingMistake,
    testing::Values(
        Mistake{"DenyAndWarn", "[Deny, Audit]", "[Deny, Warn]", 6,
                "Deny and Warn exclude each other"},
        Mistake{"NoActions", "[Deny, Audit]", "[]", 6, "validationActions: is required"},
        Mistake{"ActionTwice", "[Deny, Audit]", "[Audit, Audit]", 6, "\"Audit\" stands twice"},
        Mistake{"Action", "[Deny, Audit]", "[deny]", 6, "unknown action \"deny\""},
        Mistake{"PolicyName", "policyName: demo", "policyName: ''", 5, "policyName: is required"},
        Mistake{"NameAndSelector", "namespace: shop", "selector: {}", 9, "exclude each other"},
        Mistake{"NoNameNorSelector", "name: limits\n", "\n", 9, "paramRef.name: is required"},
        Mistake{"NotFoundAction", "parameterNotFoundAction: Allow",
                "parameterNotFoundAction: Ignore", 10, "unknown action"},
        Mistake{"NoNotFoundAction", "\n    parameterNotFoundAction: Allow", "", 8,
                "parameterNotFoundAction: is required"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace yagura::policy
