#include "policy/vap/match_resources.hpp"

#include <gtest/gtest.h>

#include "kube/testing.hpp"
#include "policy/vap/match_reader.hpp"

namespace yagura::policy {
namespace {

struct Matcher {
  kube::Document document;
  MatchResources resources;
};

Matcher matcher(std::string_view yaml) {
  Matcher made{.document = kube::parse_one(yaml), .resources = {}};
  Diagnostics diagnostics;
  made.resources = read_match_resources(
      FieldReader(made.document, diagnostics, &made.document.root(), "spec"), RulesRequired::kNo);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return made;
}

AdmissionRequest pods() {
  AdmissionRequest request;
  request.kind = {.group = "", .version = "v1", .kind = "Pod", .resource = "pods"};
  request.namespace_ = "shop";
  request.name = "web";
  return request;
}

AdmissionRequest deployments(std::string_view group, std::string_view version) {
  AdmissionRequest request = pods();
  request.kind = {
      .group = group, .version = version, .kind = "Deployment", .resource = "deployments"};
  return request;
}

constexpr std::string_view kPods =
    "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: "
    "[pods]}]";

bool matches(std::string_view yaml, const AdmissionRequest& request) {
  return matches_request(matcher(yaml).resources, request) == SelectorMatch::kYes;
}

TEST(MatchResources, GroupVersionResourceAndOperationAllCount) {
  EXPECT_TRUE(matches(kPods, pods()));
  AdmissionRequest other = pods();
  other.operation = Operation::kUpdate;
  EXPECT_FALSE(matches(kPods, other));
  other = pods();
  other.kind.group = "apps";
  EXPECT_FALSE(matches(kPods, other));
  other = pods();
  other.kind.version = "v2";
  EXPECT_FALSE(matches(kPods, other));
  other = pods();
  other.kind.resource = "services";
  EXPECT_FALSE(matches(kPods, other));
}

TEST(MatchResources, WildcardsCoverGroupsVersionsAndOperations) {
  constexpr std::string_view kAll =
      "resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: "
      "['*']}]";
  AdmissionRequest request = deployments("apps", "v1");
  request.operation = Operation::kConnect;
  EXPECT_TRUE(matches(kAll, request));
}

TEST(MatchResources, SubresourcesMatchOnlyWhereNamed) {
  AdmissionRequest log = pods();
  log.subresource = "log";
  const auto rule = [](std::string_view resource) {
    return "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: "
           "['" +
           std::string(resource) + "']}]";
  };
  EXPECT_FALSE(matches(rule("pods"), log));
  EXPECT_FALSE(matches(rule("*"), log));
  EXPECT_TRUE(matches(rule("pods/log"), log));
  EXPECT_TRUE(matches(rule("pods/*"), log));
  EXPECT_TRUE(matches(rule("*/log"), log));
  EXPECT_TRUE(matches(rule("*/*"), log));
  EXPECT_FALSE(matches(rule("pods/exec"), log));
  EXPECT_TRUE(
      matches(rule("pods/*"), pods()));  // upstream: the wildcard takes the empty subresource too
  EXPECT_TRUE(matches(rule("*"), pods()));
}

TEST(MatchResources, ScopeTellsNamespacedFromClusterObjects) {
  const auto rule = [](std::string_view scope) {
    return "resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: "
           "['*'], scope: '" +
           std::string(scope) + "'}]";
  };
  AdmissionRequest node = pods();
  node.kind = {.group = "", .version = "v1", .kind = "Node", .resource = "nodes"};
  node.scope = kube::ResourceScope::kCluster;
  node.namespace_ = "";
  EXPECT_TRUE(matches(rule("Namespaced"), pods()));
  EXPECT_FALSE(matches(rule("Cluster"), pods()));
  EXPECT_TRUE(matches(rule("Cluster"), node));
  EXPECT_FALSE(matches(rule("Namespaced"), node));
  EXPECT_TRUE(matches(rule("*"), node));
  // A Namespace has the namespace of itself, and is cluster-scoped all the same.
  AdmissionRequest self = node;
  self.kind = {.group = "", .version = "v1", .kind = "Namespace", .resource = "namespaces"};
  self.namespace_ = "shop";
  EXPECT_TRUE(matches(rule("Cluster"), self));
  EXPECT_FALSE(matches(rule("Namespaced"), self));
}

TEST(MatchResources, NamesRestrictARule) {
  constexpr std::string_view kNamed =
      "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: "
      "[pods], resourceNames: [web]}]";
  EXPECT_TRUE(matches(kNamed, pods()));
  AdmissionRequest other = pods();
  other.name = "db";
  EXPECT_FALSE(matches(kNamed, other));
}

TEST(MatchResources, ExcludeRulesWin) {
  EXPECT_FALSE(matches(std::string(kPods) +
                           "\nexcludeResourceRules: [{apiGroups: [''], apiVersions: [v1], "
                           "operations: ['*'], resources: [pods]}]",
                       pods()));
  const std::string named = std::string(kPods) +
                            "\nexcludeResourceRules: [{apiGroups: [''], apiVersions: [v1], "
                            "operations: ['*'], resources: [pods], resourceNames: [web]}]";
  EXPECT_FALSE(matches(named, pods()));
  AdmissionRequest other = pods();
  other.name = "db";
  EXPECT_TRUE(matches(named, other));
}

TEST(MatchResources, EquivalentPolicyFollowsTheObjectThroughItsVersions) {
  constexpr std::string_view kApps =
      "resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: "
      "[deployments]}]";
  EXPECT_TRUE(matches(kApps, deployments("apps", "v1")));
  EXPECT_TRUE(matches(kApps, deployments("extensions", "v1beta1")));
  EXPECT_FALSE(
      matches(std::string(kApps) + "\nmatchPolicy: Exact", deployments("extensions", "v1beta1")));
  EXPECT_TRUE(matches(std::string(kApps) + "\nmatchPolicy: Exact", deployments("apps", "v1")));

  const Matcher apps = matcher(kApps);
  const AdmissionRequest old = deployments("extensions", "v1beta1");
  const RuleMatch match = match_rules(apps.resources, old, equivalent_kinds_of(old));
  EXPECT_EQ(match.kind.group, "apps");
  EXPECT_EQ(match.kind.version, "v1");
}

TEST(MatchResources, EquivalentPolicyExcludesThroughVersionsToo) {
  constexpr std::string_view kRules =
      "resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: "
      "[deployments]}]\n"
      "excludeResourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: "
      "[deployments]}]";
  EXPECT_FALSE(matches(kRules, deployments("extensions", "v1beta1")));
}

TEST(MatchResources, WithoutRulesEverythingMatches) {
  EXPECT_TRUE(matches("matchPolicy: Exact", pods()));
}

class SelectorTest : public testing::Test {
 protected:
  kube::Document labelled_ = kube::parse_one("metadata: {labels: {app: web, tier: front}}");
  kube::Document bare_ = kube::parse_one("metadata: {name: x}");

  SelectorMatch judge(std::string_view selectors, const AdmissionRequest& request) {
    return matches_request(matcher(std::string(kPods) + "\n" + std::string(selectors)).resources,
                           request);
  }
};

TEST_F(SelectorTest, ObjectSelectorLooksAtBothObjects) {
  constexpr std::string_view kSelector = "objectSelector: {matchLabels: {app: web}}";
  AdmissionRequest request = pods();
  request.object = &bare_.root();
  EXPECT_EQ(judge(kSelector, request), SelectorMatch::kNo);
  request.old_object = &labelled_.root();
  EXPECT_EQ(judge(kSelector, request), SelectorMatch::kYes);
  request.object = &labelled_.root();
  request.old_object = nullptr;
  EXPECT_EQ(judge(kSelector, request), SelectorMatch::kYes);
}

TEST_F(SelectorTest, EveryOperatorHolds) {
  AdmissionRequest request = pods();
  request.object = &labelled_.root();
  const auto expression = [&](std::string_view text) {
    return judge("objectSelector: {matchExpressions: [" + std::string(text) + "]}", request) ==
           SelectorMatch::kYes;
  };
  EXPECT_TRUE(expression("{key: app, operator: In, values: [web, db]}"));
  EXPECT_FALSE(expression("{key: app, operator: In, values: [db]}"));
  EXPECT_FALSE(expression("{key: none, operator: In, values: [db]}"));
  EXPECT_FALSE(expression("{key: app, operator: NotIn, values: [web]}"));
  EXPECT_TRUE(expression("{key: none, operator: NotIn, values: [web]}"));
  EXPECT_TRUE(expression("{key: tier, operator: Exists}"));
  EXPECT_FALSE(expression("{key: none, operator: Exists}"));
  EXPECT_TRUE(expression("{key: none, operator: DoesNotExist}"));
  EXPECT_FALSE(expression("{key: app, operator: DoesNotExist}"));
  EXPECT_FALSE(expression("{key: app, operator: Exists}, {key: none, operator: Exists}"));
}

TEST_F(SelectorTest, NamespaceSelectorUsesTheNamespacesLabels) {
  constexpr std::string_view kSelector = "namespaceSelector: {matchLabels: {app: web}}";
  AdmissionRequest request = pods();
  request.namespace_object = &labelled_.root();
  EXPECT_EQ(judge(kSelector, request), SelectorMatch::kYes);
  request.namespace_object = &bare_.root();
  EXPECT_EQ(judge(kSelector, request), SelectorMatch::kNo);
}

TEST_F(SelectorTest, AnUnknownNamespaceIsUnknownButForItsName) {
  AdmissionRequest request = pods();
  EXPECT_EQ(judge("namespaceSelector: {matchLabels: {app: web}}", request),
            SelectorMatch::kUnknown);
  EXPECT_EQ(judge("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}", request),
            SelectorMatch::kYes);
  EXPECT_EQ(
      judge("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}", request),
      SelectorMatch::kNo);
  // A requirement that fails for sure decides, whatever the unknown ones are.
  EXPECT_EQ(
      judge("namespaceSelector: {matchLabels: {app: web, kubernetes.io/metadata.name: other}}",
            request),
      SelectorMatch::kNo);
}

TEST_F(SelectorTest, ClusterScopedObjectsAreNotSelectedByNamespace) {
  AdmissionRequest request = pods();
  request.namespace_ = "";
  request.scope = kube::ResourceScope::kCluster;
  EXPECT_EQ(judge("namespaceSelector: {matchLabels: {app: web}}", request), SelectorMatch::kYes);
}

TEST_F(SelectorTest, ANamespaceIsSelectedByItsOwnLabels) {
  const Matcher all = matcher(
      "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: "
      "[namespaces]}]\n"
      "namespaceSelector: {matchLabels: {app: web}}");
  AdmissionRequest request = pods();
  request.kind = {.group = "", .version = "v1", .kind = "Namespace", .resource = "namespaces"};
  request.scope = kube::ResourceScope::kCluster;
  request.namespace_ = "shop";
  request.object = &labelled_.root();
  EXPECT_EQ(matches_request(all.resources, request), SelectorMatch::kYes);
  request.object = &bare_.root();
  EXPECT_EQ(matches_request(all.resources, request), SelectorMatch::kNo);
}

TEST(RequestToCreate, FillsKindScopeAndNamespace) {
  kube::KindRegistry kinds;
  const kube::Document pod = kube::parse_one("apiVersion: v1\nkind: Pod\nmetadata: {name: web}");
  const AdmissionRequest request = request_to_create(pod.root(), kinds);
  EXPECT_EQ(request.kind.resource, "pods");
  EXPECT_EQ(request.namespace_, "default");
  EXPECT_EQ(request.name, "web");
  const kube::Document space =
      kube::parse_one("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}");
  EXPECT_EQ(request_to_create(space.root(), kinds).namespace_, "shop");
  EXPECT_EQ(request_to_create(space.root(), kinds).scope, kube::ResourceScope::kCluster);
  const kube::Document node = kube::parse_one("apiVersion: v1\nkind: Node\nmetadata: {name: n}");
  EXPECT_EQ(request_to_create(node.root(), kinds).namespace_, "");
}

}  // namespace
}  // namespace yagura::policy
