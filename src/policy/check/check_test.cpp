#include "policy/check/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "policy/syntax/parse.hpp"

namespace yagura::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Some functions of our own: those of the libraries are not needed here.
constexpr OverloadSignature kAdd[] = {{"add_int", "_+_(int, int) -> int"},
                                      {"add_string", "_+_(string, string) -> string"},
                                      {"add_list", "_+_(list(A), list(A)) -> list(A)"}};
constexpr OverloadSignature kGreater[] = {{"greater_int", "_>_(int, int) -> bool"}};
constexpr OverloadSignature kSize[] = {{"size_string", "size(string) -> int"},
                                       {"string_size", "string.size() -> int"},
                                       {"list_size", "list(A).size() -> int"}};
constexpr OverloadSignature kDyn[] = {{"to_dyn", "dyn(A) -> dyn"}};
constexpr OverloadSignature kType[] = {{"type", "type(A) -> type(A)"}};
constexpr OverloadSignature kOptionalOf[] = {{"optional_of", "optional.of(A) -> optional_type(A)"}};
constexpr OverloadSignature kOptionalNone[] = {
    {"optional_none", "optional.none() -> optional_type(A)"}};
constexpr OverloadSignature kOptSelect[] = {
    {"select_optional_field", "_?._(dyn, string) -> optional_type(dyn)"}};

constexpr Function kFunctions[] = {
    {.name = "_+_", .overloads = kAdd},
    {.name = "_>_", .overloads = kGreater},
    {.name = "size", .overloads = kSize},
    {.name = "dyn", .overloads = kDyn},
    {.name = "type", .overloads = kType},
    {.name = "optional.of", .overloads = kOptionalOf},
    {.name = "optional.none", .overloads = kOptionalNone},
    {.name = "_?._", .overloads = kOptSelect},
};

std::shared_ptr<const Environment> environment(std::string_view container = "") {
  EnvironmentBuilder builder(base_environment());
  builder.container(container).functions(kFunctions);
  builder.structure({.name = "pkg.Pod",
                     .fields = {{.name = "name", .type = &types::kString},
                                {.name = "count", .type = &types::kIntWrapper},
                                {.name = "owner", .type = builder.types().structure("pkg.Pod")}}});
  builder.variable("i", "int")
      .variable("s", "string")
      .variable("d", "dyn")
      .variable("a.b.c", "bool");
  builder.variable("pkg.v", "int")
      .variable("m", "map(string, list(int))")
      .variable("pod", "pkg.Pod");
  builder.variable("ip", "net.IP");
  builder.constant("pkg.Kind.ONE", &types::kInt, {.kind = ConstantKind::kInt, .integer = 1});
  return builder.build().value();
}

CheckResult check_text(std::string_view source, const CheckOptions& options = {},
                       std::string_view container = "") {
  const ParsedExpression parsed = parse(source, {.macros = {.block = true}});
  EXPECT_TRUE(parsed) << to_string(parsed.issues, source);
  return check(parsed.ast, environment(container), options);
}

// The type, or the first issue.
std::string type_of(std::string_view source, std::string_view container = "") {
  const CheckResult result = check_text(source, {}, container);
  return result ? to_string(result.checked->result_type()) : result.issues.front().message;
}

TEST(CelCheck, InfersTypes) {
  const std::pair<const char*, const char*> cases[] = {
      {"1 + i", "int"},
      {"[1, 2]", "list(int)"},
      {"[1, 'a']", "list(dyn)"},
      {"[]", "list(dyn)"},
      {"[[], [1]]", "list(list(int))"},
      {"[] + [s]", "list(string)"},
      {"{'a': 1}", "map(string, int)"},
      {"{}", "map(dyn, dyn)"},
      {"m['a'][0]", "int"},
      {"m.a", "list(int)"},
      {"d.x.y[0] + 1", "int"},
      {"d + d", "dyn"},
      {"m.all(k, k.size() > 0)", "bool"},
      {"m.map(k, m[k])", "list(list(int))"},
      {"[1].map(x, [x])", "list(list(int))"},
      {"[1].map(x, x)[0]", "int"},
      {"[1, 2].filter(x, x > 1)", "list(int)"},
      {"['a'].exists(k, v, k > 1 && v == 'a')", "bool"},
      {"true ? 1 : dyn(1)", "dyn"},
      {"true ? null : pod", "pkg.Pod"},
      {"pod.count + 1", "int"},
      {"pod.count == null", "bool"},
      {"[pod.count, 1]", "list(wrapper(int))"},
      {"pod.owner.owner.name", "string"},
      {"type(1)", "type(int)"},
      {"type(i) == int", "bool"},
      {"int", "type(int)"},
      {"optional.of(1)", "optional_type(int)"},
      {"[optional.none(), optional.of(1)]", "list(optional_type(int))"},
      {"pod.?name", "optional_type(string)"},
      {"pod.?owner.name", "optional_type(string)"},
      {"d.?x", "optional_type(dyn)"},
      {"[?optional.of(1)]", "list(int)"},
      {"cel.bind(x, 'a', x + s)", "string"},
      {"cel.block([1, cel.index(0) + 1, [cel.index(1)]], cel.index(2))", "list(int)"},
      {"google.protobuf.Int64Value{value: 1}", "wrapper(int)"},
      {"google.protobuf.Value{number_value: 1.0}", "dyn"},
      {"google.protobuf.NullValue.NULL_VALUE", "int"},
      {"pkg.Pod{name: 'a', count: 1, ?owner: optional.none()}", "pkg.Pod"},
      {"has(pod.name)", "bool"},
      {"a.b.c", "bool"},
      {"ip == ip", "bool"},
  };
  for (const auto& [source, type] : cases) EXPECT_EQ(type_of(source), type) << source;
}

TEST(CelCheck, ResolvesNamesInTheContainer) {
  EXPECT_EQ(type_of("v", "pkg.sub"), "int");
  EXPECT_EQ(type_of("Kind.ONE", "pkg"), "int");
  EXPECT_EQ(type_of("Pod{}", "pkg.x"), "pkg.Pod");
  EXPECT_EQ(type_of(".v", "pkg"), "undeclared reference to 'v' (in container 'pkg')");
  EXPECT_EQ(type_of("['x'].exists(v, v == 'x')", "pkg"), "bool");
  EXPECT_EQ(type_of("[{'b': {'c': 1}}].map(a, a.b.c)[0]"), "int");
}

TEST(CelCheck, SaysWhatUpstreamSays) {
  const std::pair<const char*, const char*> cases[] = {
      {"1 + 'a'", "found no matching overload for '_+_' applied to '(int, string)'"},
      {"i.size()", "found no matching overload for 'size' applied to 'int.()'"},
      {"x", "undeclared reference to 'x' (in container '')"},
      {"x.y.z", "undeclared reference to 'x' (in container '')"},
      {"f(1)", "undeclared reference to 'f' (in container '')"},
      {"s.f(1)", "undeclared reference to 'f' (in container '')"},
      {"s.x", "type 'string' does not support field selection"},
      {"pod.x", "undefined field 'x'"},
      {"pkg.Pod{x: 1}", "undefined field 'x'"},
      {"pkg.Pod{name: 1}", "expected type of field 'name' is 'string' but provided type is 'int'"},
      {"int{}", "'int' is not a message type"},
      {"Nope{}", "undeclared reference to 'Nope' (in container '')"},
      {"1.all(x, true)",
       "expression of type 'int' cannot be range of a comprehension (must be list, map, or "
       "dynamic)"},
      {"[1].all(x, x)", "found no matching overload for '_&&_' applied to '(bool, int)'"},
      {"[?1]", "expected type 'optional_type(int)' but found 'int'"},
  };
  for (const auto& [source, message] : cases) EXPECT_EQ(type_of(source), message) << source;
}

TEST(CelCheck, ReportsEachProblemOnceAndAtItsPlace) {
  const CheckResult result = check_text("x + 1 == 2 && (s > 1 ||\n y)");
  ASSERT_EQ(result.issues.size(), 3U);
  EXPECT_THAT(result.issues[0].message, HasSubstr("'x'"));
  EXPECT_THAT(result.issues[1].message, HasSubstr("'(string, int)'"));
  EXPECT_EQ(result.issues[1].column, 18U);
  EXPECT_EQ(result.issues[2].line, 2U);
  EXPECT_EQ(result.issues[2].column, 2U);
}

TEST(CelCheck, HomogeneousLiteralsWhereAsked) {
  const CheckResult result = check_text("[1, 'a']", {.homogeneous_literals = true});
  ASSERT_EQ(result.issues.size(), 1U);
  EXPECT_EQ(result.issues[0].message, "expected type 'int' but found 'string'");
  EXPECT_TRUE(check_text("[1, dyn('a')]", {.homogeneous_literals = true}));
}

TEST(CelCheck, ExpectedTypeOfTheResult) {
  EXPECT_EQ(check_text("1", {.expected = &types::kBool}).issues.at(0).message,
            "expected type 'bool' but found 'int'");
  EXPECT_TRUE(check_text("d", {.expected = &types::kBool}));
}

TEST(CelCheck, RecordsReferences) {
  const CheckResult result = check_text("optional.of(a.b.c) == optional.none()");
  ASSERT_TRUE(result);
  const Expr& of = *result.checked->ast->root->args[0];
  const Reference* reference = result.checked->reference(of);
  EXPECT_TRUE(reference->namespaced);
  EXPECT_EQ(reference->name, "optional.of");
  ASSERT_EQ(reference->overloads.size(), 1U);
  EXPECT_EQ(reference->overloads[0]->function->name, "optional.of");
  EXPECT_EQ(result.checked->reference(*of.args[0])->name, "a.b.c");
  EXPECT_EQ(result.checked->reference(*of.args[0]->target), nullptr);
}

TEST(CelCheck, KeepsOnlyTheOverloadsThatFit) {
  const CheckResult result = check_text("size(d) + size(s)");
  ASSERT_TRUE(result);
  const Expr& root = *result.checked->ast->root;
  EXPECT_EQ(result.checked->reference(root)->overloads.size(), 1U);
  EXPECT_EQ(result.checked->reference(root)->overloads[0]->id, "add_int");
}

TEST(CelCheck, ResolvesWithoutTypesWhereAsked) {
  const CheckResult result =
      check_text("1 + 'a' == nope.x && v > f(pod.x)", {.mode = CheckMode::kResolveOnly}, "pkg");
  ASSERT_TRUE(result);
  const Expr& conjunction = *result.checked->ast->root;
  const Expr& v = *conjunction.args[1]->args[0];
  EXPECT_EQ(result.checked->reference(v)->name, "pkg.v");
  EXPECT_EQ(result.checked->reference(*conjunction.args[1]->args[1]), nullptr);
  EXPECT_EQ(to_string(result.checked->result_type()), "dyn");
}

TEST(CelCheckLimits, TypesThatDoubleAreBounded) {
  std::string source = "{x0: x0}";
  for (int i = 0; i < 60; ++i) source = "cel.bind(x0, [[], [" + source + "]], {x0: x0})";
  source = "cel.bind(x0, [], " + source + ")";
  EXPECT_EQ(type_of(source).substr(0, 3), "map");
}

TEST(CelCheckLimits, HighTreesAndManyIssues) {
  std::string sum = "i";
  for (int i = 0; i < 950; ++i) sum += " + i";
  EXPECT_EQ(type_of(sum), "int");
  std::string wrong = "[x";
  for (int i = 0; i < 1000; ++i) wrong += ", x";
  EXPECT_EQ(check_text(wrong + "]").issues.size(), 30U);
}

}  // namespace
}  // namespace yagura::policy
