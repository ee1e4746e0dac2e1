#include "rules/program/transform.hpp"

#include <gtest/gtest.h>

namespace yagura::rules {
namespace {

std::string text(std::string_view from, Transformer transformer) {
  core::Arena arena;
  const Value value = transform(Value::string(from), transformer, arena);
  return value.is_absent() ? "absent" : std::string(value.as_string());
}

TEST(Transformers, ChangeTexts) {
  EXPECT_EQ(text("aBc-1", Transformer::kToLower), "abc-1");
  EXPECT_EQ(text("aBc-1", Transformer::kToUpper), "ABC-1");
  EXPECT_EQ(text("/usr/bin/sh", Transformer::kBasename), "sh");
  EXPECT_EQ(text("sh", Transformer::kBasename), "sh");
  EXPECT_EQ(text("/usr/", Transformer::kBasename), "");
  EXPECT_EQ(text("aGVsbG8=", Transformer::kB64), "hello");
  EXPECT_EQ(text("aGVsbG8", Transformer::kB64), "hello");
  EXPECT_EQ(text("a", Transformer::kB64), "absent");
  EXPECT_EQ(text("a*==", Transformer::kB64), "absent");
}

TEST(Transformers, CountAndWorkOnLists) {
  core::Arena arena;
  const std::string_view names[] = {"A", "bC"};
  EXPECT_EQ(transform(Value::strings(names), Transformer::kLen, arena).as_integer(), 2);
  EXPECT_EQ(transform(Value::string("abc"), Transformer::kLen, arena).as_integer(), 3);
  EXPECT_EQ(transform(Value::strings(names), Transformer::kToLower, arena).as_strings()[1], "bc");
  EXPECT_TRUE(transform(Value::integer(3), Transformer::kToLower, arena).is_absent());
  EXPECT_TRUE(transform(Value::absent(), Transformer::kLen, arena).is_absent());
}

}  // namespace
}  // namespace yagura::rules
