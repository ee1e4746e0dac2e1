#include "kube/resource_kinds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace yagura::kube {
namespace {

TEST(ResourceKinds, TableIsSortedAndUnique) {
  const auto key = [](const ResourceKind& k) { return std::tuple(k.group, k.version, k.kind); };
  const auto kinds = builtin_kinds();
  for (std::size_t i = 1; i < kinds.size(); ++i) EXPECT_LT(key(kinds[i - 1]), key(kinds[i]));
}

TEST(ResourceKinds, KindAndResourceFindEachOther) {
  for (const ResourceKind& kind : builtin_kinds()) {
    EXPECT_EQ(find_builtin_kind(kind.group, kind.version, kind.kind), &kind);
    EXPECT_EQ(find_builtin_resource(kind.group, kind.version, kind.resource), &kind);
  }
  EXPECT_EQ(find_builtin_kind("apps", "v1", "Pod"), nullptr);
  EXPECT_EQ(find_builtin_kind("", "v1", "Node")->scope, ResourceScope::kCluster);
  EXPECT_EQ(find_builtin_kind("", "v1", "Pod")->scope, ResourceScope::kNamespaced);
}

TEST(ResourceKinds, PluralRuleAgreesWithEveryBuiltinName) {
  for (const ResourceKind& kind : builtin_kinds()) {
    EXPECT_EQ(plural_by_rule(kind.kind), kind.resource) << kind.kind;
  }
  EXPECT_EQ(plural_by_rule("Gateway"), "gateways");
  EXPECT_EQ(plural_by_rule("Proxy"), "proxies");
  EXPECT_EQ(plural_by_rule("Mesh"), "meshes");
}

TEST(ResourceKinds, ApiVersionSplitsAtTheSlash) {
  EXPECT_EQ(split_api_version("v1"), (GroupVersion{"", "v1"}));
  EXPECT_EQ(split_api_version("networking.k8s.io/v1"), (GroupVersion{"networking.k8s.io", "v1"}));
}

TEST(ResourceKinds, EquivalentsCrossGroupsAndVersions) {
  std::vector<std::string> names;
  for (const ResourceKind* other :
       equivalent_kinds(*find_builtin_kind("extensions", "v1beta1", "Deployment"))) {
    names.push_back(std::string(other->group) + "/" + std::string(other->version));
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"apps/v1", "apps/v1beta1", "apps/v1beta2"}));
  EXPECT_TRUE(equivalent_kinds(*find_builtin_kind("", "v1", "Pod")).empty());
  EXPECT_EQ(equivalent_kinds(*find_builtin_kind("", "v1", "Event")).size(), 2U);
}

TEST(ResourceKinds, SubresourcesBelongToBuiltinResources) {
  for (const Subresource& sub : builtin_subresources()) {
    EXPECT_NE(find_builtin_resource(sub.group, "v1", sub.resource), nullptr) << sub.resource;
  }
}

TEST(KindRegistry, GuessesCustomKindsAndSaysSo) {
  KindRegistry registry;
  const auto resolved = registry.resolve("example.com/v1", "Policy");
  EXPECT_EQ(resolved.group, "example.com");
  EXPECT_EQ(resolved.version, "v1");
  EXPECT_EQ(resolved.resource, "policies");
  EXPECT_TRUE(resolved.by_rule);
  EXPECT_FALSE(resolved.scope.has_value());
  EXPECT_FALSE(registry.resolve("apps/v1", "Deployment").by_rule);
}

}  // namespace
}  // namespace yagura::kube
