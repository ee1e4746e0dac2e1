#include "rules/program/transform.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yagura::rules {
namespace {

Value transform(const Value& value, Transformer transformer, core::Arena& arena) {
  return rules::transform(transformer, std::span(&value, 1), {}, arena);
}

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

std::string options(std::vector<std::string_view> arguments, std::string_view known,
                    std::string_view letter = {}) {
  core::Arena arena;
  const Value values[] = {Value::strings(arguments), Value::string(known)};
  const Value value = rules::transform(Transformer::kGetopt, values, letter, arena);
  if (value.is_absent()) return "absent";
  if (value.kind() == Value::Kind::kString) return std::string(value.as_string());
  std::string text;
  for (const std::string_view item : value.as_strings()) text.append("<").append(item).append(">");
  return text;
}

TEST(Options, AreReadAsGetoptDoes) {
  EXPECT_EQ(options({"-a", "-b", "x"}, "ab:"), "<a><b><x>");
  EXPECT_EQ(options({"-abx", "-a"}, "ab:"), "<a><b><x><a>");
  EXPECT_EQ(options({"-a", "file", "-b"}, "ab"), "<a>");
  EXPECT_EQ(options({"-a", "--", "-b"}, "ab"), "<a>");
  EXPECT_EQ(options({"--all", "-b"}, "ab"), "<b>");
  EXPECT_EQ(options({"-", "-b"}, "b"), "");
  EXPECT_EQ(options({"-xb"}, "b"), "<?><b>");
  EXPECT_EQ(options({"-b"}, ":b:"), "<>");
  EXPECT_EQ(options({"-b", "--"}, "b:"), "<b><-->");
  EXPECT_EQ(options({"-:"}, ":a"), "<?>");
  EXPECT_EQ(options({}, "a"), "");
}

TEST(Options, StandInTextsWithBlanksBetween) {
  core::Arena arena;
  const Value values[] = {Value::string("-a  -b x -bc"), Value::string("ab:")};
  const Value all = rules::transform(Transformer::kGetopt, values, {}, arena);
  EXPECT_EQ(all.as_strings().size(), 5U);
  EXPECT_EQ(rules::transform(Transformer::kGetopt, values, "b", arena).as_string(), "c");
  const Value empty[] = {Value::string(""), Value::string("a")};
  EXPECT_TRUE(rules::transform(Transformer::kGetopt, empty, {}, arena).as_strings().empty());
}

TEST(Options, GiveTheLastValueOfALetter) {
  EXPECT_EQ(options({"-b", "x", "-b", "y"}, "b:", "b"), "y");
  EXPECT_EQ(options({"-a"}, "ab:", "a"), "a");
  EXPECT_EQ(options({"-b"}, "b:", "b"), "");
  EXPECT_EQ(options({"-a"}, "ab:", "b"), "absent");
  EXPECT_EQ(options({"-c"}, "ab:", "c"), "absent");
}

TEST(Transformers, TakeValuesOfAnyKindWithoutHarm) {
  core::Arena arena;
  const std::int64_t numbers[] = {1, -2};
  const std::string_view ips[] = {std::string_view("\x0a\0\0\x01", 4), "odd"};
  const Value all[] = {Value::absent(),     Value::string("a"),       Value::integer(1),
                       Value::real(0.5),    Value::boolean(true),     Value::ip(ips[0]),
                       Value::strings(ips), Value::integers(numbers), Value::ips(ips),
                       Value::strings({}),  Value::ip("odd")};
  for (int t = 0; t <= static_cast<int>(Transformer::kGetopt); ++t) {
    for (const Value& first : all) {
      (void)rules::transform(static_cast<Transformer>(t), {}, {}, arena);
      (void)rules::transform(static_cast<Transformer>(t), std::span(&first, 1), "a", arena);
      for (const Value& second : all) {
        const Value both[] = {first, second};
        const Value made = rules::transform(static_cast<Transformer>(t), both, "a", arena);
        EXPECT_TRUE(!first.is_absent() || made.is_absent());
      }
    }
  }
  const Value join[] = {Value::string("/"), Value::integers(numbers)};
  EXPECT_EQ(rules::transform(Transformer::kJoin, join, {}, arena).as_string(), "1/-2");
}

}  // namespace
}  // namespace yagura::rules
