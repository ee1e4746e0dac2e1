#include "policy/vap/evaluation_session.hpp"

#include <gtest/gtest.h>

#include "policy/vap/testing.hpp"

namespace yagura::policy {
namespace {

using testing::Judge;
using testing::pod_policy;

constexpr std::string_view kPod =
    "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {num: 3}}";

TEST(Session, ValidationsPassOrFailInOrder) {
  Judge judge(pod_policy(
      "  validations:\n"
      "  - {expression: object.spec.num <= 5, message: five at most}\n"
      "  - {expression: object.spec.num >= 2, message: two at least, reason: Forbidden}\n"
      "  - {expression: object.spec.num != 7, message: not seven}"));
  EXPECT_EQ(judge.judge(kPod), "pass");
  EXPECT_EQ(judge.judge("{apiVersion: v1, kind: Pod, spec: {num: 7}}"), "five at most; not seven");
  judge.begin("{apiVersion: v1, kind: Pod, spec: {num: 1}}");
  const PolicyResult result = judge.evaluate();
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].index, 1U);
  EXPECT_EQ(result.failures[0].reason, DenyReason::kForbidden);
  EXPECT_FALSE(result.failures[0].is_error);
  EXPECT_TRUE(result.denies());
}

TEST(Session, OtherKindsAreNoCandidates) {
  Judge judge(pod_policy("  validations: [{expression: 'false'}]"));
  judge.begin("{apiVersion: v1, kind: Service, metadata: {name: x}}");
  EXPECT_TRUE(judge.session().candidates().empty());
  EXPECT_EQ(judge.verdict(), "no match");
  judge.begin(kPod);
  EXPECT_EQ(judge.session().candidates().size(), 1U);
}

TEST(Session, WithoutAMessageTheExpressionIsShown) {
  Judge judge(pod_policy("  validations:\n  - expression: |\n      object.spec.num > 5\n"));
  EXPECT_EQ(judge.judge(kPod), "failed expression: object.spec.num > 5");
}

struct MessageCase {
  std::string_view name;
  std::string_view expression;
  std::string_view shown;
};

class MessageFallback : public ::testing::TestWithParam<MessageCase> {};

TEST_P(MessageFallback, IsAsUpstream) {
  Judge judge(
      pod_policy("  validations:\n  - expression: 'false'\n    message: the fixed one\n    "
                 "messageExpression: \"" +
                 std::string(GetParam().expression) + "\""));
  EXPECT_EQ(judge.judge(kPod), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MessageFallback,
    ::testing::Values(
        MessageCase{"Computed", "'n is ' + string(object.spec.num)", "n is 3"},
        MessageCase{"Trimmed", "'  blanks  '", "blanks"},
        MessageCase{"Empty", "''", "the fixed one"}, MessageCase{"Blank", "'  '", "the fixed one"},
        MessageCase{"LineBreak", "'a' + '\\\\n' + 'b'", "the fixed one"},
        MessageCase{"Error", "string(object.spec.missing)", "the fixed one"},
        MessageCase{
            "TooLong",
            "['0123456789'].map(x, x + x + x + x + x + x + x + x)[0].replace('0', "
            "'0123456789012345678901234567890123456789012345678901234567890123456789"
            "012345678901234567890123456789012345678901234567890123456789012345678901234567890"
            "01234567890123456789012345678901234567890123456789012345678901234567890123456789'"
            ").replace('9', '999999999999999999999999999999')",
            "the fixed one"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Session, AMessageOfExactlyTheLimitIsShown) {
  VapLimits limits;
  limits.message_size = 5;
  Judge exact(pod_policy("  validations: [{expression: 'false', messageExpression: \"'12345'\"}]"),
              limits);
  EXPECT_EQ(exact.judge(kPod), "12345");
  Judge longer(
      pod_policy("  validations: [{expression: 'false', messageExpression: \"'123456'\"}]"),
      limits);
  EXPECT_EQ(longer.judge(kPod), "failed expression: false");
}

TEST(Session, AnErrorFollowsTheFailurePolicy) {
  const auto policy = [](std::string_view failure_policy) {
    return pod_policy("  failurePolicy: " + std::string(failure_policy) +
                      "\n  validations: [{expression: object.spec.missing == 1, message: hidden}]");
  };
  Judge fail(policy("Fail"));
  fail.begin(kPod);
  const PolicyResult failed = fail.evaluate();
  ASSERT_EQ(failed.outcome, PolicyOutcome::kFail);
  EXPECT_TRUE(failed.failures[0].is_error);
  EXPECT_FALSE(failed.failures[0].is_ignored);
  EXPECT_EQ(failed.failures[0].message,
            "expression 'object.spec.missing == 1' resulted in error: no such key: missing");
  EXPECT_TRUE(failed.denies());

  Judge ignore(policy("Ignore"));
  ignore.begin(kPod);
  const PolicyResult ignored = ignore.evaluate();
  EXPECT_TRUE(ignored.failures[0].is_ignored);
  EXPECT_FALSE(ignored.denies());
}

TEST(MatchConditions, AllMustHold) {
  Judge judge(
      pod_policy("  matchConditions:\n"
                 "  - {name: a, expression: object.spec.num > 1}\n"
                 "  - {name: b, expression: object.spec.num < 5}\n"
                 "  validations: [{expression: 'false', message: refused}]"));
  EXPECT_EQ(judge.judge(kPod), "refused");
  EXPECT_EQ(judge.judge("{apiVersion: v1, kind: Pod, spec: {num: 9}}"), "no match");
  EXPECT_EQ(judge.judge("{apiVersion: v1, kind: Pod, spec: {num: 1}}"), "no match");
}

TEST(MatchConditions, AFalseOneOutweighsErrors) {
  Judge judge(
      pod_policy("  matchConditions:\n"
                 "  - {name: a, expression: object.spec.missing == 1}\n"
                 "  - {name: b, expression: object.spec.num > 5}\n"
                 "  validations: [{expression: 'false', message: refused}]"));
  EXPECT_EQ(judge.judge(kPod), "no match");
}

TEST(MatchConditions, ErrorsFollowTheFailurePolicy) {
  const auto policy = [](std::string_view failure_policy) {
    return pod_policy("  failurePolicy: " + std::string(failure_policy) +
                      "\n  matchConditions: [{name: a, expression: object.spec.missing == 1}]\n"
                      "  validations: [{expression: 'true'}]");
  };
  Judge fail(policy("Fail"));
  fail.begin(kPod);
  const PolicyResult result = fail.evaluate();
  ASSERT_EQ(result.outcome, PolicyOutcome::kFail);
  EXPECT_EQ(result.failures[0].index, ValidationFailure::kNoValidation);
  EXPECT_NE(result.failures[0].message.find("no such key: missing"), std::string_view::npos);
  Judge ignore(policy("Ignore"));
  EXPECT_EQ(ignore.judge(kPod), "no match");
}

TEST(Variables, AreComposedLazilyAndOnce) {
  Judge judge(
      pod_policy("  variables:\n"
                 "  - {name: num, expression: object.spec.num}\n"
                 "  - {name: twice, expression: variables.num * 2}\n"
                 "  - {name: broken, expression: object.spec.missing}\n"
                 "  validations:\n"
                 "  - {expression: variables.twice == 6}\n"
                 "  - {expression: variables.twice + variables.twice == 12}\n"
                 "  - {expression: 'true || variables.broken == 1'}"));
  EXPECT_EQ(judge.judge(kPod), "pass");
}

TEST(Variables, AnErrorNamesTheVariable) {
  Judge judge(
      pod_policy("  variables: [{name: broken, expression: object.spec.missing}]\n"
                 "  validations: [{expression: variables.broken == 1}]"));
  EXPECT_EQ(judge.judge(kPod),
            "expression 'variables.broken == 1' resulted in error: composited variable \"broken\" "
            "fails to "
            "evaluate: no such key: missing");
}

TEST(Variables, HasAndEqualitySeeTheWholeMap) {
  Judge judge(
      pod_policy("  variables: [{name: a, expression: object.spec.num}, {name: b, expression: "
                 "variables.a + 1}]\n"
                 "  validations: [{expression: 'has(variables.a) && has(variables.b)'}]"));
  EXPECT_EQ(judge.judge(kPod), "pass");
}

TEST(Variables, OfSeveralPoliciesAreSharedOnlyWhereTheyMeanTheSame) {
  const std::string first = pod_policy(
      "  variables: [{name: a, expression: object.spec.num}, {name: b, expression: variables.a + "
      "1}]\n"
      "  validations: [{expression: variables.b == 4}]",
      "one");
  const std::string same = pod_policy(
      "  variables: [{name: a, expression: object.spec.num}, {name: b, expression: variables.a + "
      "1}]\n"
      "  validations: [{expression: variables.b == 4}]",
      "two");
  const std::string other = pod_policy(
      "  variables: [{name: a, expression: object.spec.num * 10}, {name: b, expression: "
      "variables.a "
      "+ 1}]\n"
      "  validations: [{expression: variables.b == 31}]",
      "three");
  Judge judge(first + "---\n" + same + "---\n" + other);
  judge.begin(kPod);
  EXPECT_EQ(judge.verdict(0), "pass");
  EXPECT_EQ(judge.verdict(1), "pass");
  EXPECT_EQ(judge.verdict(2), "pass");
  // Of nine expressions only those that differ in text or meaning were compiled: a, b, v; a', b',
  // v'.
  EXPECT_EQ(judge.session().set().compiled_count(), 6U);
}

TEST(Params, AreWhatTheCallerGives) {
  Judge judge(
      pod_policy("  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
                 "  variables: [{name: most, expression: int(params.data.most)}]\n"
                 "  validations: [{expression: object.spec.num <= variables.most, "
                 "messageExpression: \"'at most ' + params.data.most\"}]"));
  judge.begin(kPod);
  const kube::Node& two = judge.read("{data: {most: '2'}}");
  const kube::Node& five = judge.read("{data: {most: '5'}}");
  EXPECT_EQ(judge.verdict(0, &two), "at most 2");
  // The variable depends on the parameters: it is computed anew for the others.
  EXPECT_EQ(judge.verdict(0, &five), "pass");
  EXPECT_EQ(judge.verdict(0, &two), "at most 2");
}

TEST(Params, AreNullWhereThereAreNone) {
  Judge judge(
      pod_policy("  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
                 "  validations: [{expression: params == null}]"));
  EXPECT_EQ(judge.judge(kPod), "pass");
}

TEST(Request, IsTheAdmissionRequest) {
  Judge judge(
      pod_policy("  validations:\n"
                 "  - {expression: request.operation == 'CREATE' && !request.dryRun}\n"
                 "  - {expression: request.kind.kind == 'Pod' && request.kind.version == 'v1' && "
                 "request.kind.group == ''}\n"
                 "  - {expression: request.resource.resource == 'pods' && request.requestKind == "
                 "request.kind}\n"
                 "  - {expression: request.name == 'web' && request.namespace == 'shop'}\n"
                 "  - {expression: '!has(request.subResource) && request.options == null'}\n"
                 "  - expression: request.userInfo.username == 'jane' && request.userInfo.groups "
                 "== ['a', 'b'] && !has(request.userInfo.uid)\n"
                 "  - {expression: \"request.userInfo.extra['k'] == ['v']\"}"));
  const std::string_view groups[] = {"a", "b"};
  const UserInfo user{.username = "jane", .uid = {}, .groups = groups};
  AdmissionRequest& request = judge.begin(kPod);
  request.user = &user;
  request.user_extra = &judge.read("{k: [v]}");
  judge.restart();
  EXPECT_EQ(judge.verdict(), "pass");
}

TEST(Request, SaysTheKindThatThePolicyMatched) {
  constexpr std::string_view kPolicy = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: demo}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments]}]}
  validations:
  - expression: request.kind.group == 'apps' && request.kind.version == 'v1' && request.resource.group == 'apps'
  - expression: request.requestKind.group == 'extensions' && request.requestKind.version == 'v1beta1'
)yaml";
  Judge judge(kPolicy);
  EXPECT_EQ(judge.judge("{apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: x}}"),
            "pass");
}

TEST(Request, ObjectsAreNullWhereThereAreNone) {
  Judge create(pod_policy("  validations: [{expression: object != null && oldObject == null}]"));
  EXPECT_EQ(create.judge(kPod), "pass");
  Judge remove(
      pod_policy("  validations: [{expression: object == null && oldObject.spec.num == 3}]"));
  AdmissionRequest& request = remove.begin(kPod);
  request.old_object = request.object;
  request.object = nullptr;
  request.operation = Operation::kDelete;
  remove.restart();
  EXPECT_EQ(remove.verdict(), "pass");
}

TEST(Request, UnknownFieldsAreRefusedWhenCompiled) {
  const std::string problems = testing::load_problems(
      pod_policy("  validations: [{expression: request.operator == 'CREATE'}]"));
  EXPECT_NE(problems.find("undefined field 'operator'"), std::string::npos) << problems;
}

TEST(Namespace, IsSeenWithoutItsOwners) {
  Judge judge(
      pod_policy("  validations:\n"
                 "  - {expression: namespaceObject.metadata.labels.env == 'prod' && "
                 "namespaceObject.metadata.name == 'shop'}\n"
                 "  - {expression: \"!('managedFields' in dyn(namespaceObject.metadata))\"}"));
  AdmissionRequest& request = judge.begin(kPod);
  request.namespace_object =
      &judge.read("{metadata: {name: shop, labels: {env: prod}, managedFields: []}}");
  judge.restart();
  EXPECT_EQ(judge.verdict(), "pass");
}

TEST(NotEvaluated, SaysWhatIsMissing) {
  Judge space(
      pod_policy("  validations: [{expression: namespaceObject.metadata.labels.env == 'prod'}]"));
  EXPECT_EQ(space.judge(kPod), "not evaluated: the object's namespace is not known");
  Judge name(pod_policy("  validations: [{expression: namespaceObject.metadata.name == 'shop'}]"));
  EXPECT_EQ(name.judge(kPod), "pass");
  Judge user(pod_policy("  validations: [{expression: request.userInfo.username == 'jane'}]"));
  EXPECT_EQ(user.judge(kPod),
            "not evaluated: it asks who sent the request, which is not known here");
  Judge authorizer(
      pod_policy("  validations: [{expression: "
                 "authorizer.group('').resource('pods').check('get').allowed()}]"));
  EXPECT_EQ(authorizer.judge(kPod),
            "not evaluated: it asks the cluster's authorization, which is not known here");
  Judge own(pod_policy(
      "  variables: [{name: may, expression: authorizer.requestResource.check('exec').allowed()}]\n"
      "  validations: [{expression: variables.may}]"));
  EXPECT_EQ(own.judge(kPod),
            "not evaluated: it asks the cluster's authorization, which is not known here");
}

TEST(NotEvaluated, AFailureOutweighsIt) {
  Judge judge(
      pod_policy("  validations:\n"
                 "  - {expression: request.userInfo.username == 'jane'}\n"
                 "  - {expression: object.spec.num > 5, message: more}"));
  EXPECT_EQ(judge.judge(kPod), "more");
}

TEST(NotEvaluated, ASelectorOfAnUnknownNamespace) {
  Judge judge(
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{name: demo}\nspec:\n"
      "  matchConstraints:\n    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: "
      "['*'], resources: [pods]}]\n"
      "    namespaceSelector: {matchLabels: {env: prod}}\n  validations: [{expression: 'false', "
      "message: refused}]\n");
  EXPECT_EQ(judge.judge(kPod), "not evaluated: the labels of the object's namespace are not known");
}

TEST(Session, NullFieldsAreAbsentAsInAnApiServer) {
  Judge judge(pod_policy("  validations: [{expression: '!has(object.spec.x)'}]"));
  EXPECT_EQ(judge.judge("{apiVersion: v1, kind: Pod, spec: {x: null}}"), "pass");
}

TEST(Cost, AnExpressionHasALimitOfItsOwn) {
  VapLimits limits;
  limits.per_call = 100;
  Judge judge(pod_policy("  validations: [{expression: '[1,2,3,4,5,6,7,8,9,10].all(x, "
                         "[1,2,3,4,5,6,7,8,9,10].all(y, x + y > 0 * object.spec.num))'}]"),
              limits);
  judge.begin(kPod);
  const PolicyResult result = judge.evaluate();
  ASSERT_EQ(result.outcome, PolicyOutcome::kFail);
  EXPECT_TRUE(result.failures[0].is_error);
}

TEST(Cost, TheBudgetOfThePolicyCoversAllItsValidations) {
  const std::string policy = pod_policy(
      "  validations:\n"
      "  - {expression: 'object.spec.num + object.spec.num + object.spec.num == 9'}\n"
      "  - {expression: 'object.spec.num + object.spec.num + object.spec.num == 9'}");
  Judge enough(policy);
  enough.begin(kPod);
  const std::uint64_t cost = enough.evaluate().cost;
  EXPECT_GT(cost, 10U);
  VapLimits limits;
  limits.per_policy = cost;
  Judge exact(policy, limits);
  EXPECT_EQ(exact.judge(kPod), "pass");
  limits.per_policy = cost - 1;
  Judge less(policy, limits);
  less.begin(kPod);
  const PolicyResult result = less.evaluate();
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].index, ValidationFailure::kNoValidation);
  EXPECT_NE(result.failures[0].message.find("cost budget"), std::string_view::npos);
}

TEST(Cost, MatchConditionsHaveABudgetOfTheirOwn) {
  VapLimits limits;
  limits.match_conditions = 2;
  Judge judge(
      pod_policy(
          "  matchConditions: [{name: a, expression: object.spec.num + object.spec.num == 6}]\n"
          "  validations: [{expression: 'true'}]"),
      limits);
  judge.begin(kPod);
  EXPECT_EQ(judge.evaluate().failures[0].index, ValidationFailure::kNoValidation);
}

// A variable that another policy computed counts for this one as well, once, and only if it is
// used.
TEST(Cost, SharedVariablesCountForEveryPolicyThatUsesThem) {
  constexpr std::string_view kVariables =
      "  variables: [{name: big, expression: '[1,2,3,4,5,6,7,8].map(x, x + object.spec.num)'}]\n";
  const std::string one = pod_policy(
      std::string(kVariables) + "  validations: [{expression: variables.big.size() == 8}]", "one");
  const std::string two = pod_policy(
      std::string(kVariables) + "  validations: [{expression: 'variables.big[0] == 4'}]", "two");
  const std::string lazy = pod_policy(
      std::string(kVariables) +
          "  validations: [{expression: 'object.spec.num == 3 || variables.big[0] == 4'}]",
      "lazy");
  const auto cost_alone = [](const std::string& policy) {
    Judge judge(policy);
    judge.begin(kPod);
    return judge.evaluate().cost;
  };
  Judge both(one + "---\n" + two + "---\n" + lazy);
  both.begin(kPod);
  EXPECT_EQ(both.evaluate(0).cost, cost_alone(one));
  EXPECT_EQ(both.evaluate(1).cost, cost_alone(two));
  // Where a shared value might make a budget look exceeded, the policy is counted alone.
  VapLimits limits;
  limits.per_policy = cost_alone(lazy);
  Judge tight(one + "---\n" + lazy, limits);
  tight.begin(kPod);
  static_cast<void>(tight.evaluate(0));
  EXPECT_EQ(tight.verdict(1), "pass");
}

TEST(Explain, TellsElementAndField) {
  Judge judge(
      pod_policy("  variables: [{name: containers, expression: object.spec.containers}]\n"
                 "  validations: [{expression: 'variables.containers.all(c, !c.privileged)'}]"));
  judge.begin(
      "{apiVersion: v1, kind: Pod, spec: {containers: [{privileged: false}, {privileged: true}]}}");
  ASSERT_EQ(judge.evaluate().outcome, PolicyOutcome::kFail);
  const Explanation explanation = judge.session().explain(0);
  ASSERT_EQ(explanation.failures.size(), 1U);
  ASSERT_EQ(explanation.failures[0].elements.size(), 1U);
  EXPECT_EQ(explanation.failures[0].elements[0].index, 1U);
}

TEST(Audit, AnnotationsArePublishedExcludedOrErrors) {
  const auto policy = [](std::string_view failure_policy) {
    return pod_policy("  failurePolicy: " + std::string(failure_policy) +
                      "\n  auditAnnotations:\n"
                      "  - {key: num, valueExpression: \"' n=' + string(object.spec.num)\"}\n"
                      "  - {key: none, valueExpression: 'null'}\n"
                      "  - {key: blank, valueExpression: \"' '\"}\n"
                      "  - {key: broken, valueExpression: string(object.spec.missing)}");
  };
  Judge judge(policy("Fail"));
  judge.begin(kPod);
  EXPECT_EQ(judge.evaluate().outcome, PolicyOutcome::kPass);
  const auto annotations = judge.session().audit_annotations();
  ASSERT_EQ(annotations.size(), 4U);
  EXPECT_EQ(annotations[0].value, "n=3");
  EXPECT_EQ(annotations[0].action, AuditAnnotation::Action::kPublish);
  EXPECT_EQ(annotations[1].action, AuditAnnotation::Action::kExclude);
  EXPECT_EQ(annotations[2].action, AuditAnnotation::Action::kExclude);
  EXPECT_EQ(annotations[3].action, AuditAnnotation::Action::kError);
  Judge ignore(policy("Ignore"));
  ignore.begin(kPod);
  static_cast<void>(ignore.evaluate());
  EXPECT_EQ(ignore.session().audit_annotations()[3].action, AuditAnnotation::Action::kExclude);
}

TEST(Mutating, IsNotEvaluatedAndSaysSo) {
  Judge judge(
      "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingAdmissionPolicy\nmetadata: "
      "{name: demo}\nspec:\n"
      "  reinvocationPolicy: Never\n"
      "  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: "
      "['*'], resources: [pods]}]}\n"
      "  mutations:\n  - patchType: ApplyConfiguration\n    applyConfiguration:\n"
      "      expression: 'Object{spec: Object.spec{priority: 1}}'\n");
  EXPECT_EQ(judge.judge(kPod), "not evaluated: mutating policies are checked, not evaluated");
}

TEST(Session, ManyKindsDoNotFillMemory) {
  Judge judge(pod_policy("  validations: [{expression: 'true'}]"));
  for (int i = 0; i < 10'000; ++i) {
    const std::string kind = "K" + std::to_string(i);
    AdmissionRequest request = judge.request();
    request.kind = {.group = "example.com", .version = "v1", .kind = kind, .resource = kind};
    judge.session().begin(request);
    EXPECT_TRUE(judge.session().candidates().empty());
  }
}

}  // namespace
}  // namespace yagura::policy
