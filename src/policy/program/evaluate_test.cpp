#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "policy/program/testing.hpp"

namespace yagura::policy {
namespace {

struct Case {
  std::string expression;
  std::string result;
};

void check_all(const std::vector<Case>& cases, testing::Bench& bench) {
  for (const Case& c : cases) EXPECT_EQ(bench.text_of(c.expression), c.result) << c.expression;
}

void check_all(const std::vector<Case>& cases) {
  testing::Bench bench;
  check_all(cases, bench);
}

// Unchecked, so that kinds meet that the checker would keep apart.
void check_dynamic(const std::vector<Case>& cases) {
  testing::Bench bench(CheckMode::kResolveOnly);
  check_all(cases, bench);
}

TEST(CelArithmetic, IntegersReportOverflowAndDivisionByZero) {
  check_all({
      {"1 + 2 * 3", "7"},
      {"9223372036854775807 + 1", "error(integer overflow)"},
      {"-9223372036854775808 - 1", "error(integer overflow)"},
      {"9223372036854775807 * 2", "error(integer overflow)"},
      {"-(-9223372036854775808)", "error(integer overflow)"},
      {"-9223372036854775808 / -1", "error(integer overflow)"},
      {"-9223372036854775808 % -1", "error(integer overflow)"},
      {"7 / 2", "3"},
      {"-7 / 2", "-3"},
      {"-7 % 3", "-1"},
      {"1 / 0", "error(division by zero)"},
      {"1 % 0", "error(modulus by zero)"},
      {"1u - 2u", "error(integer overflow)"},
      {"18446744073709551615u + 1u", "error(integer overflow)"},
      {"1u / 0u", "error(division by zero)"},
      {"1.0 / 0.0", "Infinity"},
      {"-1.0 / 0.0", "-Infinity"},
      {"0.0 / 0.0 == 0.0 / 0.0", "false"},
      {"1.5 + 2.5", "4.0"},
  });
}

TEST(CelArithmetic, KindsAreNotMixed) {
  check_dynamic({{"1 + 1u", "error(no such overload)"},
                 {"1 + 1.0", "error(no such overload)"},
                 {"'a' + b'a'", "error(no such overload)"},
                 {"-1u", "error(no such overload)"},
                 {"-'a'", "error(no such overload)"}});
}

TEST(CelEquality, NumbersAreComparedByValue) {
  check_dynamic({{"1 == 1.0", "true"},
                 {"1 == 1u", "true"},
                 {"1u == 1.0", "true"},
                 {"-1 == 18446744073709551615u", "false"},
                 {"1 == '1'", "false"},
                 {"null == false", "false"},
                 {"null == null", "true"},
                 {"[1, 2.0] == [1.0, 2u]", "true"},
                 {"{1: 'a'} == {1.0: 'a'}", "true"},
                 {"{'a': [1]} == {'a': [1.0]}", "true"},
                 {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"},
                 {"{'a': 1} == {'a': 1, 'b': 2}", "false"},
                 {"1 < 1.5", "true"},
                 {"1u < 2", "true"},
                 {"-1 < 0u", "true"},
                 {"'a' < 'b'", "true"},
                 {"b'a' < b'ab'", "true"},
                 {"false < true", "true"},
                 {"1 < 'a'", "error(no such overload)"},
                 {"0.0/0.0 < 1.0", "false"},
                 {"0.0/0.0 >= 1.0", "false"}});
}

TEST(CelLogic, AbsorbsErrorsInEitherOperand) {
  check_dynamic({{"true || 1/0 > 0", "true"},
                 {"1/0 > 0 || true", "true"},
                 {"false && 1/0 > 0", "false"},
                 {"1/0 > 0 && false", "false"},
                 {"1/0 > 0 && true", "error(division by zero)"},
                 {"1/0 > 0 || false", "error(division by zero)"},
                 {"1/0 > 0 && 1%0 > 0", "error(division by zero)"},
                 {"true && 1", "error(no such overload)"},
                 {"false && 1", "false"},
                 {"!1", "error(no such overload)"},
                 {"true ? 1 : 1/0", "1"},
                 {"false ? 1 : 1/0", "error(division by zero)"},
                 {"1 ? 2 : 3", "error(no such overload)"},
                 {"true && true && false && true", "false"},
                 {"(false || false) || (false || true)", "true"}});
}

TEST(CelCollections, ListsAndMapsAreIndexed) {
  check_dynamic({{"[7, 8, 9][0]", "7"},
                 {"[7, 8, 9][3]", "error(index out of bounds: 3)"},
                 {"[7, 8, 9][-1]", "error(index out of bounds: -1)"},
                 {"[7, 8, 9][dyn(0.0)]", "7"},
                 {"[7, 8, 9][dyn(0u)]", "7"},
                 {"[7, 8, 9][dyn(0.5)]", "error(unsupported index value of type double)"},
                 {"{'a': 1}.a", "1"},
                 {"{'a': 1}['a']", "1"},
                 {"{'a': 1}.b", "error(no such key: b)"},
                 {"{1: 'x', 2u: 'y', true: 'z'}[1u]", "\"x\""},
                 {"{1: 'x', 2u: 'y', true: 'z'}[2.0]", "\"y\""},
                 {"{1: 'x', 2u: 'y', true: 'z'}[true]", "\"z\""},
                 {"{1: 1, 1u: 2}", "error(Failed with repeated key: 1u)"},
                 {"{[1]: 1}", "error(unsupported key type)"},
                 {"1 in [1.0]", "true"},
                 {"'a' in {'a': null}", "true"},
                 {"'b' in {'a': null}", "false"},
                 {"1 in 1", "error(no such overload)"},
                 {"[1] + [2, 3]", "[1, 2, 3]"},
                 {"[] + []", "[]"},
                 {"size([1, 2]) + size({'a': 1}) + size('äö') + size(b'\\xff')", "6"},
                 {"has({'a': 1}.a) && !has({'a': 1}.b)", "true"},
                 {"has({'a': 1}.a.b)", "false"},
                 {"1.a", "error(no such key: a)"}});
}

TEST(CelCollections, ConstantSetsFindEveryElement) {
  testing::Bench bench;
  bench.set_object("{s: ALL, count: 3, d: 2.5, big: 1000000, none: null, l: [1]}");
  check_all({{"object.s in ['NET_ADMIN', 'ALL']", "true"},
             {"object.s in ['NET_ADMIN', 'NET_RAW']", "false"},
             {"object.count in [1, 2, 3]", "true"},
             {"object.count in [1.0, 2.0, 3.0]", "true"},
             {"object.count in [1u, 2u, 4u]", "false"},
             {"object.d in [2.5]", "true"},
             {"object.none in [dyn(1), 'a']", "false"},
             {"object.l in [dyn(1), 'a']", "false"},
             {"object.nothing in ['a']", "error(no such key: nothing)"}},
            bench);
}

TEST(CelComprehensions, MacrosOverLists) {
  check_dynamic({{"[1, 2, 3].all(x, x > 0)", "true"},
                 {"[1, 2, 3].all(x, x > 1)", "false"},
                 {"[1, 2, 3].exists(x, x > 2)", "true"},
                 {"[1, 2, 3].exists(x, x > 3)", "false"},
                 {"[1, 2, 3].exists_one(x, x > 2)", "true"},
                 {"[1, 2, 3].exists_one(x, x > 1)", "false"},
                 {"[1, 2, 3].map(x, x * 2)", "[2, 4, 6]"},
                 {"[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"},
                 {"[1, 2, 3].filter(x, x > 1)", "[2, 3]"},
                 {"[].all(x, 1/0 > 0)", "true"},
                 {"[0, 1].all(x, 1/x > 0)", "error(division by zero)"},
                 {"[0, 2].all(x, 1/x > 0)", "false"},
                 {"[0, 1].exists(x, 1/x > 0)", "true"},
                 {"[0, 2].exists(x, 1/x > 0)", "error(division by zero)"},
                 {"[0, 2].exists_one(x, 1/x > 0)", "error(division by zero)"},
                 {"[0, 1].map(x, 1/x)", "error(division by zero)"},
                 {"[1].filter(x, x)", "error(no such overload)"},
                 {"1.all(x, x)", "error(no such overload)"},
                 {"[[1], [2, 3]].all(l, l.all(x, x > 0))", "true"},
                 {"[1, 2].map(x, [10, 20].map(y, x + y))", "[[11, 21], [12, 22]]"},
                 {"[1, 2].exists(x, [1, 2].exists(x, x == 2) && x == 1)", "true"}});
}

TEST(CelComprehensions, MacrosOverMapsAndWithTwoVariables) {
  check_dynamic({{"{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])", "true"},
                 {"{'a': 1, 'b': 2}.map(k, k)", "[\"a\", \"b\"]"},
                 {"{'a': 1, 'b': 2}.exists(k, v, v == 2 && k == 'b')", "true"},
                 {"['x', 'y'].all(i, v, i < 2 && size(v) == 1)", "true"},
                 {"[5, 6].transformList(i, v, i + v)", "[5, 7]"},
                 {"[5, 6].transformList(i, v, v > 5, v)", "[6]"},
                 {"{'a': 1, 'b': 2}.transformMap(k, v, v * 10)", "{\"a\": 10, \"b\": 20}"},
                 {"{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", "{\"b\": 20}"},
                 {"{'a': 'x'}.transformMapEntry(k, v, {v: k})", "{\"x\": \"a\"}"},
                 {"{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k})",
                  "error(insert failed: key already exists)"}});
}

TEST(CelComprehensions, BindsNames) {
  check_all({{"cel.bind(x, 2, x + x)", "4"},
             {"cel.bind(x, 2, cel.bind(y, x + 1, x * y))", "6"},
             {"cel.bind(x, [1, 2, 3], [2, 5].exists(e, e in x))", "true"},
             {"cel.bind(x, 1/0, true || x > 1)", "true"}});
}

TEST(CelObjects, FieldsAreReadWithoutCopies) {
  testing::Bench bench;
  bench.set_object(R"(
spec:
  replicas: 3
  ratio: 0.5
  big: 18446744073709551615
  paused: false
  name: web
  nothing: null
  containers:
    - name: a
      image: nginx:1
    - name: b
      image: redis
      securityContext: {privileged: true}
)");
  check_all({{"object.spec.replicas", "3"},
             {"object.spec.replicas + 1", "4"},
             {"object.spec.ratio", "0.5"},
             {"object.spec.paused", "false"},
             {"!object.spec.paused", "true"},
             {"object.spec.name + '!'", "\"web!\""},
             {"object.spec['name']", "\"web\""},
             {"object.spec.nothing == null", "true"},
             {"type(object.spec.big)", "double"},
             {"object.spec.containers[1].name", "\"b\""},
             {"object.spec.containers.map(c, c.image)", "[\"nginx:1\", \"redis\"]"},
             {"object.spec.missing", "error(no such key: missing)"},
             {"object.spec.name.deeper", "error(no such key: deeper)"},
             {"has(object.spec.replicas) && !has(object.spec.missing)", "true"},
             {"has(object.spec.missing.deeper)", "error(no such key: missing)"},
             {"has(object.spec.nothing)", "true"},
             {"object.spec.containers.all(c, has(c.securityContext))", "false"},
             {"object.spec.containers.exists(c, has(c.securityContext) && "
              "c.securityContext.privileged)",
              "true"},
             {"object.?spec.?replicas.orValue(1)", "3"},
             {"object.?spec.?missing.orValue(1)", "1"},
             {"object.spec.containers.filter(c, c.name == 'b')[0].image", "\"redis\""},
             {"(object.spec.containers + [{'name': 'c'}]).map(c, c.name)", "[\"a\", \"b\", \"c\"]"},
             {"size(object.spec)", "7"},
             {"'name' in object.spec", "true"}},
            bench);
  const Value name = bench.evaluate("object.spec.containers.map(c, c.name)").value.item(1);
  ASSERT_NE(node_of(name), nullptr);
  EXPECT_EQ(node_of(name)->as_string(), "b");
}

TEST(CelObjects, NullFieldsAreAbsentWhereAskedFor) {
  testing::Bench bench;
  bench.set_object("{spec: {securityContext: null, a: {b: null}}}");
  bench.context.set_null_fields(NullFields::kAbsent);
  check_all({{"has(object.spec.securityContext)", "false"},
             {"has(object.spec.a.b)", "false"},
             {"object.spec.securityContext", "error(no such key: securityContext)"},
             {"object.spec.?securityContext.hasValue()", "false"},
             {"object.?spec.securityContext.orValue(dyn(1))", "1"}},
            bench);
}

TEST(CelOptionals, SelectAndIndex) {
  check_dynamic({{"optional.of(1).value()", "1"},
                 {"optional.none().value()", "error(optional.none() dereference)"},
                 {"optional.ofNonZeroValue('').hasValue()", "false"},
                 {"optional.of(1).or(optional.of(1/0))", "optional.of(1)"},
                 {"optional.none().or(optional.of(2))", "optional.of(2)"},
                 {"optional.of(1).orValue(1/0)", "1"},
                 {"optional.none().orValue(1/0)", "error(division by zero)"},
                 {"{'a': {'b': 1}}.?a.b", "optional.of(1)"},
                 {"{'a': {'b': 1}}.?x.b", "optional.none()"},
                 {"{'a': {'b': 1}}[?'a'].?b.value()", "1"},
                 {"[1, 2][?5]", "optional.none()"},
                 {"[?optional.of(1), ?optional.none(), 3]", "[1, 3]"},
                 {"{?'a': optional.none(), ?'b': optional.of(2)}", "{\"b\": 2}"},
                 {"has({'x': {'y': 1}}.?x.y)", "true"},
                 {"has({'x': {'y': 1}}.?z.y)", "false"},
                 {"optional.of(3).optMap(x, x + 1)", "optional.of(4)"},
                 {"optional.none().optMap(x, x + 1)", "optional.none()"},
                 {"[optional.of(1), optional.none()].unwrapOpt()", "[1]"},
                 {"optional.unwrap([optional.of(1), optional.none()])", "[1]"},
                 {"optional.of(1) == optional.of(1.0)", "true"}});
}

TEST(CelUnknowns, GoBeforeErrorsAndAreAbsorbed) {
  testing::Bench bench(CheckMode::kResolveOnly);
  static constexpr std::uint32_t kIds[] = {7};
  static const UnknownSet kUnknownSet{.expr_ids = kIds};
  bench.set("u", Value::unknown(&kUnknownSet));
  check_all({{"u", "unknown"},
             {"u.a.b", "unknown"},
             {"u || true", "true"},
             {"u && false", "false"},
             {"u && true", "unknown"},
             {"u && 1/0 > 0", "unknown"},
             {"1/0 > 0 || u", "unknown"},
             {"u + 1", "unknown"},
             {"1/0 + u", "unknown"},
             {"u ? 1 : 2", "unknown"},
             {"[1].all(x, u)", "unknown"},
             {"[1, 2].exists(x, x == 2 || u)", "true"},
             {"size(u)", "unknown"},
             {"[1, u]", "unknown"},
             {"has(u.a)", "unknown"}},
            bench);
}

class CountingSource final : public VariableSource {
 public:
  explicit CountingSource(testing::Bench& bench) : bench_(bench) {}
  Value load(EvalContext& context, std::uint32_t slot) override {
    ++loads;
    if (cyclic != nullptr) return cyclic->evaluate(context, bench_.activation).value;
    return slot == 1 ? context.copy_string("computed") : Value();
  }
  int loads = 0;
  const Program* cyclic = nullptr;

 private:
  testing::Bench& bench_;
};

// Programs are shared by threads; contexts are not. Zones are cached by the process.
TEST(CelPrograms, RunInManyThreads) {
  testing::Bench bench;
  bench.set_object("{l: [1, 2, 3], t: '2024-07-01T12:00:00Z', p: '^a+$'}");
  const auto program = bench.compile(
      "object.l.map(x, x * 2).exists(x, x == 6) && 'aaa'.matches('^a+$') && "
      "'aaa'.matches(object.p) "
      "&& timestamp(object.t).getHours('Europe/Paris') == 14");
  std::atomic<int> right = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EvalContext context;
      Value object = bench.activation.slots[0];
      for (int k = 0; k < 50; ++k) {
        const EvalResult result =
            program->evaluate(context, {.slots = {&object, 1}, .source = nullptr});
        if (result.value.is_true()) ++right;
        context.reset();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 200);
}

TEST(CelVariables, AreLoadedOnceAndOnlyWhenUsed) {
  testing::Bench bench;
  bench.set("object", Value::integer(1));
  bench.set("variables.x", Value());
  CountingSource source(bench);
  bench.activation.source = &source;
  EXPECT_EQ(bench.text_of("object == 1 || variables.x == 'computed'"), "true");
  EXPECT_EQ(source.loads, 0);
  EXPECT_EQ(bench.text_of("variables.x + variables.x"), "\"computedcomputed\"");
  EXPECT_EQ(source.loads, 1);
}

TEST(CelVariables, OneThatNeedsItselfIsAnError) {
  testing::Bench bench;
  bench.set("object", Value::integer(1));
  bench.set("variables.x", Value());
  CountingSource source(bench);
  bench.activation.source = &source;
  const auto program = bench.compile("variables.x == 1");
  source.cyclic = program.get();
  EXPECT_EQ(to_debug_string(program->evaluate(bench.context, bench.activation).value),
            "error(a variable is used in its own expression)");
}

TEST(CelVariables, WithoutAValueAreAnError) {
  testing::Bench bench;
  bench.set("object", Value());
  EXPECT_EQ(bench.text_of("object.a"), "error(no such attribute: object)");
}

TEST(CelStructs, WellKnownTypesBecomeTheirValues) {
  check_all(
      {{"google.protobuf.Int64Value{value: 1} == 1", "true"},
       {"google.protobuf.Int32Value{}", "0"},
       {"google.protobuf.Int32Value{value: 2147483648}", "error(out of range: int32)"},
       {"google.protobuf.StringValue{value: 'a'}", "\"a\""},
       {"google.protobuf.BytesValue{value: b'a'}", "b\"a\""},
       {"google.protobuf.Value{number_value: 1.5}", "1.5"},
       {"google.protobuf.Value{}", "null"},
       {"google.protobuf.ListValue{values: [1.0, 'a']}", "[1.0, \"a\"]"},
       {"google.protobuf.Struct{fields: {'a': 1.0}}.a", "1.0"},
       {"google.protobuf.Duration{seconds: 90, nanos: 5} == duration('90.000000005s')", "true"},
       {"google.protobuf.Timestamp{seconds: 0} == timestamp('1970-01-01T00:00:00Z')", "true"}});
}

TEST(CelTypes, AreValues) {
  check_all({{"type(1)", "int"},
             {"type(type(1))", "type"},
             {"type([]) == list && type({}) == map", "true"},
             {"type(null) == null_type", "true"},
             {"type(duration('1s')) == google.protobuf.Duration", "true"},
             {"type(optional.none()) == optional_type", "true"},
             {"type(ip('10.0.0.1')) == net.IP", "true"}});
}

}  // namespace
}  // namespace yagura::policy
