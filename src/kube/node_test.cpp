#include "kube/node.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kube/node_builder.hpp"
#include "kube/node_json.hpp"
#include "kube/node_path.hpp"
#include "kube/testing.hpp"

namespace yagura::kube {
namespace {

std::string wide_map(int members) {
  std::string text = "{";
  for (int i = 0; i < members; ++i) {
    text +=
        (i == 0 ? "" : ",") + std::string("\"key") + std::to_string(i) + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST(Node, FindsEveryKeyOfSmallAndOfIndexedMaps) {
  for (const int size : {0, 1, 16, 17, 33, 1000}) {
    const Document document = parse_one(wide_map(size));
    ASSERT_EQ(document.root().members().size(), static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) {
      const Node* found = document.root().find("key" + std::to_string(i));
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->as_int(), i);
    }
    EXPECT_EQ(document.root().find("key"), nullptr);
    EXPECT_EQ(document.root().find(""), nullptr);
  }
}

TEST(Node, GetAndListAreTolerant) {
  const Document document =
      parse_one(R"({"spec":{"containers":[{"name":"a"},{"name":"b"}],"n":1}})");
  EXPECT_EQ(document.root().get({"spec", "n"})->as_int(), 1);
  EXPECT_EQ(document.root().get({"spec", "n", "deeper"}), nullptr);
  EXPECT_EQ(document.root().find("spec")->list("containers").size(), 2U);
  EXPECT_TRUE(document.root().find("spec")->list("n").empty());
}

TEST(NodeBuilder, WholeDoublesBecomeIntegersAsInKubernetes) {
  EXPECT_TRUE(NodeBuilder::number(1.0).is_int());
  EXPECT_TRUE(NodeBuilder::number(-0.0).is_int());
  EXPECT_EQ(NodeBuilder::number(-9223372036854775808.0).as_int(), INT64_MIN);
  EXPECT_EQ(NodeBuilder::number(9223372036854775808.0).kind(), NodeKind::kDouble);
  EXPECT_EQ(NodeBuilder::number(0.5).kind(), NodeKind::kDouble);
}

TEST(NodeJson, DoublesKeepTheirKind) {
  EXPECT_EQ(to_json(NodeBuilder::number(1e300)), "1e+300");
  EXPECT_EQ(to_json(NodeBuilder::number(9223372036854775808.0)), "9223372036854775808.0");
  EXPECT_EQ(to_json(NodeBuilder::number(0.25)), "0.25");
}

TEST(NodeJson, EqualIgnoresTheOrderOfMembersOnly) {
  const auto same = [](const char* a, const char* b) {
    return equal(parse_one(a).root(), parse_one(b).root());
  };
  EXPECT_TRUE(same(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1})"));
  EXPECT_FALSE(same(R"({"a":1,"b":2})", R"({"a":1,"c":2})"));
  EXPECT_FALSE(same(R"([1,2])", R"([2,1])"));
  EXPECT_FALSE(same(R"([1])", R"(["1"])"));
}

TEST(NodePath, WritesBothSpellings) {
  const Document document = parse_one(
      R"({"spec":{"containers":[{"image":"x"}]},"metadata":{"labels":{"app.kubernetes.io/name":"n","a~b":1,"q\"":2}}})");
  const Node& root = document.root();
  const Node* image = resolve_pointer(root, "/spec/containers/0/image");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(path_to(root, *image), "spec.containers[0].image");
  const Node* label = resolve_pointer(root, "/metadata/labels/app.kubernetes.io~1name");
  ASSERT_NE(label, nullptr);
  EXPECT_EQ(path_to(root, *label), R"(metadata.labels["app.kubernetes.io/name"])");
  const Node* tilde = resolve_pointer(root, "/metadata/labels/a~0b");
  ASSERT_NE(tilde, nullptr);
  EXPECT_EQ(to_json_pointer(*find_path(root, *tilde)), "/metadata/labels/a~0b");
  EXPECT_EQ(path_to(root, root), "");
}

TEST(NodePath, EveryNodeResolvesFromItsOwnPath) {
  const Document document =
      parse_one(R"({"a":[[1],{"x y":[2]}],"\"quo\\te]":{"":{"/":3}},"0":{"1":4}})");
  const Node& root = document.root();
  const auto check = [&](const auto& self, const Node& node) -> void {
    const NodePath path = *find_path(root, node);
    EXPECT_EQ(resolve_pointer(root, to_json_pointer(path)), &node) << to_json_pointer(path);
    EXPECT_EQ(resolve_field_path(root, to_field_path(path)), &node) << to_field_path(path);
    if (node.is_list()) {
      for (const Node& item : node.items()) self(self, item);
    }
    if (node.is_map()) {
      for (const Member& member : node.members()) self(self, member.value);
    }
  };
  check(check, root);
}

TEST(NodePath, RefusesWhatNamesNothing) {
  const Document document = parse_one(R"({"a":[1,2]})");
  for (const char* pointer : {"a", "/b", "/a/2", "/a/01", "/a/-", "/a/0/x", "/a~2", "/a/"}) {
    EXPECT_EQ(resolve_pointer(document.root(), pointer), nullptr) << pointer;
  }
  for (const char* path : {"b", "a[2]", "a[0", "a[\"0\"]", ".a", "a.", "a[0]x", "[\"a"}) {
    EXPECT_EQ(resolve_field_path(document.root(), path), nullptr) << path;
  }
}

}  // namespace
}  // namespace yagura::kube
