#include <gtest/gtest.h>

#include "policy/program/testing.hpp"

namespace yagura::policy {
namespace {

// What cel-go's interpreter charges with the options of Kubernetes (constant literals optimised, no
// cost of presence tests); figures after interpreter/runtimecost_test.go.
TEST(CelCost, IsThatOfCelGo) {
  testing::Bench bench;
  const std::string text(500, 'x');
  bench.set("input", Value::string(text, true));
  bench.set("short", Value::string("idc", true));
  bench.set_object("{m: {k: {f: 1}}, l: [1, 2, 3], e: [], a: true, num: 1}");
  const struct {
    std::string_view expression;
    std::uint64_t cost;
  } cases[] = {
      {"'Hello'", 0},
      {"object", 1},
      {"object.m.k", 3},
      {"object.m['k']", 3},
      {"object.l[0]", 3},
      {"object.m['' + 'k']", 4},
      {"object.l[object.num]", 4},
      {"has(object.m)", 1},
      {"has(object.m.k)", 2},
      {"[1, 2, 3]", 0},
      {"{'a': 1}", 0},
      {"[object]", 11},
      {"{'a': object}", 31},
      {"object.e.all(x, true)", 3},
      {"object.l.all(x, true)", 12},
      {"object.l.all(x, x > 1)", 2 + 3 + 2 + 2 + 1},
      {"object.l.exists(x, x > 1)", 2 + 4 + 2 + 4 + 2 + 3 + 1},
      {"object.l.exists_one(x, x > 2)", 2 + 3 * 2 + 1 + 1 + 2 + 2},
      {"object.l.map(x, x)", 2 + 3 * 13 + 1},
      {"object.l.filter(x, x > 2)", 2 + 3 * 2 + 1 + 1 + 13 + 1},
      {"object.m.all(k, object.m[k].f > 3)", 2 + 3 + 5 + 1},
      {"input.matches('[0-9]')", 103},
      {"'123'.matches('[0-9]')", 2},
      {"false || false", 0},
      {"object.a && object.a && object.a", 6},
      {"1 < 2", 1},
      {"2 in [1, 2, 3]", 0},
      {"object.num in [1, 2, 3]", 2},
      {"object.num in object.l", 2 + 2 + 1},
      {"1 + 1", 1},
      {"size('123')", 1},
      {"'12345678901234567890' == '123456789012345678901234567890'", 2},
      {"object.m == object.m", 5},
      {"input.contains(input)", 2502},
      {"short.startsWith(input)", 3},
      {"short.endsWith(input)", 3},
      {"(object.num > 2 ? object.l : object.e).all(y, true)", 3 + 1 + 1},
      {"true ? false : 1 > 3", 0},
      {"(object.l + object.l).size()", 2 + 2 + 1 + 1},
      {"cel.bind(x, 1 + 1, x + x)", 4},
      {"object.?m.?k.orValue({})", 4},
      {"input.substring(1)", 51},
      {"input.lowerAscii()", 51},
      {"input.replace('x', 'x')", 101},
  };
  for (const auto& c : cases) {
    const EvalResult result = bench.evaluate(c.expression);
    EXPECT_FALSE(result.value.is_error()) << c.expression << error_text(result.value);
    EXPECT_EQ(result.cost, c.cost) << c.expression;
  }
}

TEST(CelCost, OfTypedOperandsIsByTheirSize) {
  testing::Bench bench;
  EXPECT_EQ(bench.evaluate("'abcdefghij' + 'k'").cost, 2U);
  EXPECT_EQ(bench.evaluate("string(b'0123456789a')").cost, 2U);
  EXPECT_EQ(bench.evaluate("bytes('0123456789a')").cost, 2U);
  EXPECT_EQ(bench.evaluate("'01234567890' < '012345678901'").cost, 2U);
}

TEST(CelLimits, TheBudgetEndsAnEvaluationWhereverItIsExceeded) {
  testing::Bench bench;
  bench.set_object("{l: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}");
  const std::string limit = "error(operation cancelled: actual cost limit exceeded)";
  bench.context.set_budget(1'000);
  for (const char* expression :
       {"object.l.all(a, object.l.all(b, object.l.all(c, object.l.all(d, a + b + c + d > 0))))",
        "object.l.exists(a, object.l.all(b, object.l.all(c, object.l.all(d, a + b > 0))) && false)",
        "true || object.l.map(a, object.l.map(b, object.l.map(c, a))).size() > 0 ? "
        "object.l.map(a, object.l.map(b, object.l.map(c, a))).size() > 0 : true",
        "object.l.filter(a, object.l.filter(b, object.l.filter(c, true) != []) != []) == []",
        "object.l.exists_one(a, object.l.exists_one(b, object.l.exists_one(c, false)))",
        "object.l.transformMap(a, b, object.l.transformMap(c, d, object.l.map(e, e)))"}) {
    EXPECT_EQ(bench.text_of(expression), limit) << expression;
  }
  bench.context.set_budget(100'000'000);
  EXPECT_EQ(bench.text_of("object.l.all(a, object.l.all(b, object.l.all(c, object.l.all(d, a + b "
                          "+ c + d > 0))))"),
            "true");
}

TEST(CelLimits, MemoryIsBoundedWhereCostIsNot) {
  EvalLimits limits{.cost = 1'000'000'000, .memory = std::size_t{1} << 20};
  testing::Bench bench;
  EvalContext context(limits);
  bench.set("text", Value::string(std::string_view("0123456789abcdef"), true));
  for (const char* expression :
       {// Concatenation in constant cost, squared eighteen times.
        "cel.bind(a, text + text + text + text, cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + "
        "b, cel.bind(d, c + c + c + c, cel.bind(e, d + d + d + d, cel.bind(f, e + e + e + e, "
        "cel.bind(g, f + f + f + f, cel.bind(h, g + g + g + g, h.size() > 0))))))))",
        "cel.bind(a, [1, 2, 3, 4], cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + b, "
        "cel.bind(d, c + c + c + c, cel.bind(e, d + d + d + d, cel.bind(f, e + e + e + e, "
        "cel.bind(g, f + f + f + f, cel.bind(h, g + g + g + g, h.size() > 0)))))))) ",
        "cel.bind(a, text + text + text + text, cel.bind(b, a + a + a + a, b.replace('', "
        "b).replace('', b).size() > 0))",
        "lists.range(200000).map(x, [x, x, x]).size() > 0"}) {
    const auto program = bench.compile(expression);
    const Value value = program->evaluate(context, bench.activation).value;
    EXPECT_EQ(to_debug_string(value), "error(limit exceeded: memory of the values made)")
        << expression;
    EXPECT_LT(context.arena().reserved(), std::size_t{8} << 20);
    context.reset();
  }
}

// Cheap by cel-go's count, since the types are not known, and yet quadratic.
TEST(CelLimits, WorkIsBoundedWhereCostIsNot) {
  testing::Bench bench;
  EvalContext context({.work = 1'000'000});
  std::vector<Value> items;
  for (std::int64_t i = 0; i < 5'000; ++i) items.push_back(Value::integer(i));
  const std::string text(1'000'000, 'x');
  bench.set("items", Value::list(items));
  bench.set("text", Value::string(text));
  for (const char* expression :
       {"items.all(x, !(-1 in items))", "items.all(x, items == items)",
        "items.all(x, size(text) > 0)", "items.all(x, !(text < text))",
        "items.all(x, !(text in {'a': 1}))", "items.distinct().size() > 0"}) {
    const Value value = bench.compile(expression)->evaluate(context, bench.activation).value;
    EXPECT_EQ(to_debug_string(value), "error(limit exceeded: work of one evaluation)")
        << expression;
    context.reset();
  }
  EXPECT_EQ(bench.text_of("items.all(x, !(text in ['a', 'b']))"), "true");
}

TEST(CelLimits, DeepExpressionsAreRefusedOrRun) {
  testing::Bench bench(CheckMode::kResolveOnly);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += '(';
  deep += '1';
  for (int i = 0; i < 200; ++i) deep += ')';
  EXPECT_EQ(bench.text_of(deep), "1");
  std::string chain = "true";
  for (int i = 0; i < 5'000; ++i) chain += " && true";
  EXPECT_EQ(bench.text_of(chain), "true");
  std::string fields = "{'a': 1}";
  for (int i = 0; i < 200; ++i) fields += ".a";
  EXPECT_EQ(bench.text_of(fields), "error(no such key: a)");
}

TEST(CelLimits, RegularExpressionsAreCachedAndBounded) {
  testing::Bench bench;
  bench.set_object("{p: ['a', 'b']}");
  EXPECT_EQ(bench.text_of("object.p.all(p, 'xab'.matches(p))"), "true");
  for (std::size_t i = 0; i < EvalContext::kMaxRegexes * 2; ++i) {
    EXPECT_NE(bench.context.regex("a{" + std::to_string(i) + "}"), nullptr);
  }
  EXPECT_EQ(bench.context.regex("("), nullptr);
  EXPECT_EQ(bench.context.regex("((((a{1000}){1000}){1000}){1000})"), nullptr);
}

}  // namespace
}  // namespace yagura::policy
