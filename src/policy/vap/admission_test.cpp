// Whole policies with bindings and parameters, in the shape of those that the Kubernetes
// documentation shows.

#include "policy/vap/admission.hpp"

#include <gtest/gtest.h>

#include "kube/testing.hpp"
#include "policy/vap/testing.hpp"

namespace yagura::policy {
namespace {

constexpr std::string_view kReplicaLimit = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replica-limit.example.com}
spec:
  failurePolicy: Fail
  paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
  - expression: object.spec.replicas <= params.maxReplicas
    messageExpression: "'no more than ' + string(params.maxReplicas) + ' replicas'"
    reason: Invalid
)yaml";

constexpr std::string_view kReplicaBindings = R"yaml(---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: test-env}
spec:
  policyName: replica-limit.example.com
  validationActions: [Deny]
  paramRef: {name: small, namespace: default, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {environment: test}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: other-env}
spec:
  policyName: replica-limit.example.com
  validationActions: [Warn, Audit]
  paramRef: {name: large, namespace: default, parameterNotFoundAction: Allow}
  matchResources: {namespaceSelector: {matchExpressions: [{key: environment, operator: NotIn, values: [test]}]}}
)yaml";

constexpr std::string_view kLimits = R"yaml(apiVersion: rules.example.com/v1
kind: ReplicaLimit
metadata: {name: small, namespace: default}
maxReplicas: 3
---
apiVersion: rules.example.com/v1
kind: ReplicaLimit
metadata: {name: large, namespace: default}
maxReplicas: 100
)yaml";

class Admission : public ::testing::Test {
 protected:
  // Decides on `object` in a namespace with these labels.
  AdmissionDecision decide_on(std::string_view policies, std::string_view params,
                              std::string_view object, std::string_view labels = "{}") {
    judge_ = std::make_unique<testing::Judge>(policies);
    param_documents_ = kube::parse_all(params);
    ParamStore store;
    store.add(param_documents_);
    AdmissionRequest& request = judge_->begin(object);
    request.namespace_object =
        &judge_->read("{metadata: {name: x, labels: " + std::string(labels) + "}}");
    if (user_.username.empty() == false) request.user = &user_;
    judge_->restart();
    return decide(judge_->session(), request, store);
  }

  static std::string deployment(int replicas, std::string_view space = "shop") {
    return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: " +
           std::string(space) + "}, spec: {replicas: " + std::to_string(replicas) + "}}";
  }

  UserInfo user_;
  std::unique_ptr<testing::Judge> judge_;
  std::vector<kube::Document> param_documents_;
};

TEST_F(Admission, BindingsChooseParametersByNamespace) {
  const std::string policies = std::string(kReplicaLimit) + std::string(kReplicaBindings);
  EXPECT_TRUE(decide_on(policies, kLimits, deployment(3), "{environment: test}").allowed);
  const AdmissionDecision denied =
      decide_on(policies, kLimits, deployment(4), "{environment: test}");
  EXPECT_FALSE(denied.allowed);
  EXPECT_EQ(denied.code, 422);
  EXPECT_EQ(denied.reason, DenyReason::kInvalid);
  EXPECT_EQ(denied.message,
            "ValidatingAdmissionPolicy 'replica-limit.example.com' with binding 'test-env' denied "
            "request: "
            "no more than 3 replicas");
  EXPECT_TRUE(decide_on(policies, kLimits, deployment(100)).warnings.empty());
}

TEST_F(Admission, WarnAndAuditDoNotDeny) {
  const std::string policies = std::string(kReplicaLimit) + std::string(kReplicaBindings);
  const AdmissionDecision decision = decide_on(policies, kLimits, deployment(101));
  EXPECT_TRUE(decision.allowed);
  ASSERT_EQ(decision.warnings.size(), 1U);
  EXPECT_EQ(
      decision.warnings[0],
      "Validation failed for ValidatingAdmissionPolicy 'replica-limit.example.com' with binding "
      "'other-env': no more than 100 replicas");
  ASSERT_EQ(decision.audit_annotations.size(), 1U);
  EXPECT_EQ(decision.audit_annotations[0].first,
            "validation.policy.admission.k8s.io/validation_failure");
  EXPECT_EQ(
      decision.audit_annotations[0].second,
      R"([{"message":"no more than 100 replicas","policy":"replica-limit.example.com","binding":"other-env",)"
      R"("expressionIndex":0,"validationActions":["Warn","Audit"]}])");
}

TEST_F(Admission, APolicyWithoutBindingHasNoEffect) {
  EXPECT_TRUE(decide_on(kReplicaLimit, kLimits, deployment(1000)).allowed);
}

TEST_F(Admission, MissingParametersFollowTheirAction) {
  const std::string policies = std::string(kReplicaLimit) + std::string(kReplicaBindings);
  const AdmissionDecision denied =
      decide_on(policies, "a: 1", deployment(1), "{environment: test}");
  EXPECT_FALSE(denied.allowed);
  EXPECT_NE(
      denied.message.find("no params found for policy binding with `Deny` parameterNotFoundAction"),
      std::string::npos);
  EXPECT_TRUE(decide_on(policies, "a: 1", deployment(1000)).allowed);
}

TEST_F(Admission, FailurePolicyIgnoreForgivesMissingParameters) {
  std::string policies = std::string(kReplicaLimit) + std::string(kReplicaBindings);
  policies.replace(policies.find("failurePolicy: Fail"), 19, "failurePolicy: Ignore");
  EXPECT_TRUE(decide_on(policies, "a: 1", deployment(1), "{environment: test}").allowed);
}

std::string config_map_policy(std::string_view param_ref) {
  return "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
         "{name: demo}\nspec:\n"
         "  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
         "  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: "
         "['*'], resources: ['*']}]}\n"
         "  validations: [{expression: \"params == null || object.metadata.name != "
         "params.data.forbidden\", "
         "messageExpression: \"'not ' + params.data.forbidden\"}]\n"
         "---\napiVersion: admissionregistration.k8s.io/v1\nkind: "
         "ValidatingAdmissionPolicyBinding\nmetadata: {name: bind}\n"
         "spec:\n  policyName: demo\n  validationActions: [Deny]\n" +
         std::string(param_ref);
}

constexpr std::string_view kMaps = R"yaml(apiVersion: v1
kind: ConfigMap
metadata: {name: rules, namespace: shop, labels: {use: it}}
data: {forbidden: web}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: rules, namespace: bank, labels: {use: it}}
data: {forbidden: safe}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: more, namespace: shop, labels: {use: it}}
data: {forbidden: db}
)yaml";

constexpr std::string_view kPodIn =
    "{apiVersion: v1, kind: Pod, metadata: {name: NAME, namespace: SPACE}}";
std::string pod(std::string_view name, std::string_view space) {
  std::string text(kPodIn);
  text.replace(text.find("NAME"), 4, name);
  text.replace(text.find("SPACE"), 5, space);
  return text;
}

TEST_F(Admission, ParametersOfTheObjectsNamespace) {
  const std::string policies =
      config_map_policy("  paramRef: {name: rules, parameterNotFoundAction: Deny}\n");
  EXPECT_FALSE(decide_on(policies, kMaps, pod("web", "shop")).allowed);
  EXPECT_TRUE(decide_on(policies, kMaps, pod("web", "bank")).allowed);
  EXPECT_FALSE(decide_on(policies, kMaps, pod("safe", "bank")).allowed);
  const AdmissionDecision cluster =
      decide_on(policies, kMaps, "{apiVersion: v1, kind: Node, metadata: {name: n}}");
  EXPECT_FALSE(cluster.allowed);
  EXPECT_NE(cluster.message.find("cannot use namespaced paramRef"), std::string::npos);
}

TEST_F(Admission, SelectorsTakeEveryParameter) {
  const std::string policies = config_map_policy(
      "  paramRef: {selector: {matchLabels: {use: it}}, parameterNotFoundAction: Deny}\n");
  EXPECT_EQ(decide_on(policies, kMaps, pod("db", "shop")).message,
            "ValidatingAdmissionPolicy 'demo' with binding 'bind' denied request: not db");
  EXPECT_FALSE(decide_on(policies, kMaps, pod("web", "shop")).allowed);
  EXPECT_TRUE(decide_on(policies, kMaps, pod("other", "shop")).allowed);
}

TEST_F(Admission, WithoutParamRefParamsIsNull) {
  EXPECT_TRUE(decide_on(config_map_policy(""), kMaps, pod("web", "shop")).allowed);
}

TEST_F(Admission, ANamespaceForAClusterScopedParamKindIsAnError) {
  std::string policies =
      config_map_policy("  paramRef: {name: x, namespace: shop, parameterNotFoundAction: Allow}\n");
  policies.replace(policies.find("kind: ConfigMap"), 15, "kind: Namespace");
  EXPECT_NE(decide_on(policies, "a: 1", pod("web", "shop"))
                .message.find("must not be provided for a cluster-scoped"),
            std::string::npos);
}

TEST_F(Admission, ReasonsAndCodesAreThoseOfTheFirstDenial) {
  const std::string policies =
      testing::pod_policy(
          "  validations:\n"
          "  - {expression: 'false', message: one, reason: Forbidden}\n"
          "  - {expression: 'false', message: two, reason: RequestEntityTooLarge}") +
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
      "metadata: {name: bind}\nspec: {policyName: demo, validationActions: [Deny]}\n";
  const AdmissionDecision decision = decide_on(policies, "a: 1", pod("web", "shop"));
  EXPECT_EQ(decision.code, 403);
  ASSERT_EQ(decision.denials.size(), 2U);
  EXPECT_EQ(decision.denials[1].reason, DenyReason::kRequestEntityTooLarge);
}

TEST_F(Admission, AuditAnnotationsOfSeveralBindingsAreJoined) {
  std::string policies =
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{name: demo}\nspec:\n"
      "  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
      "  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: "
      "['*'], resources: [pods]}]}\n"
      "  auditAnnotations: [{key: forbids, valueExpression: params.data.forbidden + ''}]\n"
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: "
      "ValidatingAdmissionPolicyBinding\nmetadata: {name: bind}\n"
      "spec:\n  policyName: demo\n  validationActions: [Audit]\n"
      "  paramRef: {selector: {matchLabels: {use: it}}, parameterNotFoundAction: Deny}\n";
  const std::string broken = policies;
  const std::size_t at = policies.find("params.data.forbidden + ''");
  policies.replace(at, 26, "string(params.data.forbidden)");
  const AdmissionDecision decision = decide_on(policies, kMaps, pod("web", "shop"));
  ASSERT_EQ(decision.audit_annotations.size(), 1U);
  EXPECT_EQ(decision.audit_annotations[0].first, "demo/forbids");
  EXPECT_EQ(decision.audit_annotations[0].second, "web, db");
}

TEST_F(Admission, ConfigurationOfAdmissionIsExempt) {
  const std::string policies =
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{name: demo}\nspec:\n"
      "  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: "
      "['*'], resources: ['*']}]}\n"
      "  validations: [{expression: 'false'}]\n"
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: "
      "ValidatingAdmissionPolicyBinding\nmetadata: {name: bind}\n"
      "spec: {policyName: demo, validationActions: [Deny]}\n";
  const auto object = [](std::string_view kind) {
    return "{apiVersion: admissionregistration.k8s.io/v1, kind: " + std::string(kind) +
           ", metadata: {name: x}}";
  };
  EXPECT_TRUE(decide_on(policies, "a: 1", object("ValidatingAdmissionPolicy")).allowed);
  EXPECT_TRUE(decide_on(policies, "a: 1", object("MutatingWebhookConfiguration")).allowed);
  EXPECT_FALSE(decide_on(policies, "a: 1", pod("web", "shop")).allowed);
}

TEST_F(Admission, WhatIsNotEvaluatedIsTold) {
  const std::string policies =
      testing::pod_policy("  validations: [{expression: request.userInfo.username == 'jane'}]") +
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
      "metadata: {name: bind}\nspec: {policyName: demo, validationActions: [Deny]}\n";
  const AdmissionDecision unknown = decide_on(policies, "a: 1", pod("web", "shop"));
  EXPECT_TRUE(unknown.allowed);
  ASSERT_EQ(unknown.not_evaluated.size(), 1U);
  EXPECT_NE(unknown.not_evaluated[0].find("demo with binding bind"), std::string::npos);
  user_.username = "joe";
  EXPECT_FALSE(decide_on(policies, "a: 1", pod("web", "shop")).allowed);
}

// Shapes of the documentation's other examples.
TEST_F(Admission, HighlyAvailableDeployments) {
  const std::string policies = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: image-by-environment}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  variables:
  - name: environment
    expression: "'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'"
  - name: exempt
    expression: "has(object.metadata.labels) && 'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'"
  - name: containers
    expression: object.spec.template.spec.containers
  - name: containersToCheck
    expression: variables.containers.filter(c, c.image.contains('example.com/'))
  validations:
  - expression: variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))
    messageExpression: "'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bind}
spec: {policyName: image-by-environment, validationActions: [Deny]}
)yaml";
  const auto with_image = [](std::string_view image, std::string_view labels) {
    return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, "
           "labels: " +
           std::string(labels) +
           "}, spec: {template: {spec: {containers: [{name: a, image: " + std::string(image) +
           "}]}}}}";
  };
  EXPECT_TRUE(
      decide_on(policies, "a: 1", with_image("dev.example.com/a", "{}"), "{environment: dev}")
          .allowed);
  EXPECT_EQ(
      decide_on(policies, "a: 1", with_image("prod.example.com/a", "{}"), "{environment: dev}")
          .message,
      "ValidatingAdmissionPolicy 'image-by-environment' with binding 'bind' denied request: only "
      "dev images are "
      "allowed in namespace x");
  EXPECT_TRUE(decide_on(policies, "a: 1", with_image("prod.example.com/a", "{exempt: 'true'}"),
                        "{environment: dev}")
                  .allowed);
  EXPECT_TRUE(decide_on(policies, "a: 1", with_image("prod.example.com/a", "{}")).allowed);
}

TEST_F(Admission, MatchConditionsSkipRequests) {
  const std::string policies = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: conditions}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]
  matchConditions:
  - {name: exclude-leases, expression: '!(request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases")'}
  - {name: exclude-nodes, expression: '!("system:nodes" in request.userInfo.groups)'}
  validations: [{expression: '!object.metadata.name.contains("demo") || object.metadata.namespace == "demo"', message: not here}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bind}
spec: {policyName: conditions, validationActions: [Deny]}
)yaml";
  const std::string_view people[] = {"people"};
  user_ = {.username = "jane", .uid = {}, .groups = people};
  EXPECT_FALSE(decide_on(policies, "a: 1", pod("demo-x", "shop")).allowed);
  EXPECT_TRUE(decide_on(policies, "a: 1", pod("demo-x", "demo")).allowed);
  EXPECT_TRUE(decide_on(policies, "a: 1",
                        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: "
                        "demo-x, namespace: shop}}")
                  .allowed);
  const std::string_view nodes[] = {"system:nodes"};
  user_.groups = nodes;
  EXPECT_TRUE(decide_on(policies, "a: 1", pod("demo-x", "shop")).allowed);
}

}  // namespace
}  // namespace yagura::policy
