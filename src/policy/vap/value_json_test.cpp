#include "policy/vap/value_json.hpp"

#include <gtest/gtest.h>

#include "policy/vap/evaluation_session.hpp"
#include "policy/vap/testing.hpp"

namespace yagura::policy {
namespace {

std::string json_of(std::string_view expression) {
  ExpressionCompiler compiler;
  const auto compiled = compiler.compile(expression, *compiler.root_scope(false),
                                         ExpressionCompiler::Authorizer::kDeclared);
  EXPECT_NE(compiled.program, nullptr) << expression;
  testing::Judge judge("a: 1");
  judge.begin("{apiVersion: v1, kind: Pod, spec: {a: [1, 2.5, null, 'x\"', true, {b: c}]}}");
  std::string text;
  append_json(text, judge.session().evaluate(*compiled.program).value);
  return text;
}

TEST(ValueJson, EveryKindHasAForm) {
  EXPECT_EQ(json_of("object.spec.a"), R"([1,2.5,null,"x\"",true,{"b":"c"}])");
  EXPECT_EQ(json_of("{1: 2u, 3: 4u}"), R"({"1":2,"3":4})");
  EXPECT_EQ(json_of("{true: -1}"), R"({"true":-1})");
  EXPECT_EQ(json_of("b'abcd'"), R"("YWJjZA==")");
  EXPECT_EQ(json_of("b'abc'"), R"("YWJj")");
  EXPECT_EQ(json_of("b''"), R"("")");
  EXPECT_EQ(json_of("timestamp('2026-01-02T03:04:05Z')"), R"("2026-01-02T03:04:05Z")");
  EXPECT_EQ(json_of("duration('90s')"), R"("90s")");
  EXPECT_EQ(json_of("[optional.none(), optional.of(1)]"), "[null,1]");
  EXPECT_EQ(json_of("[type(1)]"), R"(["int"])");
  EXPECT_EQ(json_of("quantity('1.5Gi')"), R"("1536Mi")");
  EXPECT_EQ(json_of("request.kind"), R"({"group":"","version":"v1","kind":"Pod"})");
}

}  // namespace
}  // namespace yagura::policy
