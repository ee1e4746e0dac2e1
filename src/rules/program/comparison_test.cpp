#include "rules/program/comparison.hpp"

#include <gtest/gtest.h>

namespace yagura::rules {
namespace {

bool check(const Comparison& test, const Value& value, const Value& right = {}) {
  CachedValue cached{.value = value, .hash = 0};
  if (value.kind() == Value::Kind::kString) cached.hash = quick_hash(value.as_string());
  return holds(test, cached, right);
}

Comparison text_test(Operator op, std::string text) {
  Comparison test;
  test.kind = ComparisonKind::kText;
  test.op = op;
  test.text = std::move(text);
  return test;
}

TEST(Comparisons, AbsentValuesFulfilNone) {
  Comparison exists;
  EXPECT_FALSE(check(exists, Value::absent()));
  EXPECT_TRUE(check(exists, Value::string("")));
  Comparison unequal = text_test(Operator::kEqual, "a");
  unequal.inverted = true;
  EXPECT_FALSE(check(unequal, Value::absent()));
  EXPECT_TRUE(check(unequal, Value::string("b")));
}

TEST(Comparisons, Texts) {
  EXPECT_TRUE(check(text_test(Operator::kContains, "b"), Value::string("abc")));
  EXPECT_TRUE(check(text_test(Operator::kContains, ""), Value::string("")));
  EXPECT_FALSE(check(text_test(Operator::kContains, "abcd"), Value::string("abc")));
  EXPECT_TRUE(check(text_test(Operator::kIContains, "Bc"), Value::string("aBC")));
  EXPECT_TRUE(check(text_test(Operator::kIContains, ""), Value::string("")));
  EXPECT_TRUE(check(text_test(Operator::kEndsWith, "bc"), Value::string("abc")));
  EXPECT_TRUE(check(text_test(Operator::kLess, "b"), Value::string("a")));
  EXPECT_FALSE(check(text_test(Operator::kEqual, "1"), Value::integer(1)));
}

TEST(Comparisons, ListsByQuantifier) {
  Comparison in;
  in.kind = ComparisonKind::kTextSet;
  in.op = Operator::kIn;
  in.texts = StringSet({"a", "b"});
  const std::string_view both[] = {"a", "b"};
  const std::string_view some[] = {"a", "z"};
  EXPECT_TRUE(check(in, Value::strings(some)));
  in.quantifier = Quantifier::kAll;
  EXPECT_FALSE(check(in, Value::strings(some)));
  EXPECT_TRUE(check(in, Value::strings(both)));
  EXPECT_FALSE(check(in, Value::strings({})));
}

TEST(Comparisons, InvertedAnyMeansNone) {
  Comparison unequal = text_test(Operator::kEqual, "a");
  unequal.inverted = true;
  const std::string_view some[] = {"a", "z"};
  const std::string_view none[] = {"y", "z"};
  EXPECT_FALSE(check(unequal, Value::strings(some)));
  EXPECT_TRUE(check(unequal, Value::strings(none)));
}

TEST(Comparisons, TwoValues) {
  Comparison equal;
  equal.kind = ComparisonKind::kOtherValue;
  equal.op = Operator::kEqual;
  EXPECT_TRUE(check(equal, Value::string("a"), Value::string("a")));
  EXPECT_FALSE(check(equal, Value::string("1"), Value::integer(1)));
  EXPECT_FALSE(check(equal, Value::string("a"), Value::absent()));
  equal.inverted = true;
  EXPECT_FALSE(check(equal, Value::string("a"), Value::absent()));
  EXPECT_TRUE(check(equal, Value::string("a"), Value::string("b")));
}

TEST(Comparisons, DynamicValuesCompareAsTheyAre) {
  Comparison equal;
  equal.kind = ComparisonKind::kDynamic;
  equal.op = Operator::kEqual;
  equal.text = "0x10";
  equal.numbers = {16};
  EXPECT_TRUE(check(equal, Value::integer(16)));
  EXPECT_TRUE(check(equal, Value::string("0x10")));
  EXPECT_FALSE(check(equal, Value::string("16")));
}

}  // namespace
}  // namespace yagura::rules
