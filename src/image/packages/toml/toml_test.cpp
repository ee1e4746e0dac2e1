#include "image/packages/toml/toml.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

// Compact JSON-like text, members sorted.
std::string shown(const TomlValue& value) {
  std::string out;
  switch (value.kind()) {
    case TomlValue::Kind::kString:
      return "'" + std::string(value.text()) + "'";
    case TomlValue::Kind::kScalar:
      return std::string(value.scalar_text());
    case TomlValue::Kind::kArray:
      for (const TomlValue& item : value.items()) out += (out.empty() ? "" : ",") + shown(item);
      return "[" + out + "]";
    case TomlValue::Kind::kTable:
      for (const auto& [key, member] : value.members()) {
        out += (out.empty() ? "" : ",") + key + ":" + shown(member);
      }
      return "{" + out + "}";
  }
  return out;
}

std::string read(std::string_view text) {
  const auto value = read_toml(text);
  return value ? shown(*value) : "! " + value.error().message;
}

TEST(Toml, TablesArraysAndDottedKeys) {
  EXPECT_EQ(read("a = 1 # one\nb.c = \"x\"\r\n[t]\nd = true\n[t.u]\ne = 1979-05-27T07:32:00Z\n"),
            "{a:1,b:{c:'x'},t:{d:true,u:{e:1979-05-27T07:32:00Z}}}");
  EXPECT_EQ(read("[[p]]\nn = 'a'\n[p.d]\nx = 1\n[[p]]\nn = 'b'\n[[p.q]]\ny = 2\n"),
            "{p:[{d:{x:1},n:'a'},{n:'b',q:[{y:2}]}]}");
  EXPECT_EQ(read("\"a b\".'c.d' = 1"), "{a b:{c.d:1}}");
  EXPECT_EQ(read("\xef\xbb\xbf"), "{}");
}

TEST(Toml, ArraysAndInlineTablesSpanLines) {
  EXPECT_EQ(read("a = [\n  \"x\", # first\n  { b = 1, c = [] },\n]\n"), "{a:['x',{b:1,c:[]}]}");
  EXPECT_EQ(read("a = {}"), "{a:{}}");
  EXPECT_EQ(read("a = { b = { c = 'd' }, e.f = 1 }"), "{a:{b:{c:'d'},e:{f:1}}}");
}

TEST(Toml, Strings) {
  EXPECT_EQ(read(R"(a = "q\"\\\t\u00e9")"), "{a:'q\"\\\té'}");
  EXPECT_EQ(read("a = '''\nx\\y'\n'''"), "{a:'x\\y'\n'}");
  EXPECT_EQ(read("a = \"\"\"\nx \\\n   y\"\"\""), "{a:'x y'}");
  EXPECT_EQ(read("a = \"\"\"x\"\"\"\"\""), "{a:'x\"\"'}");
  EXPECT_EQ(read("a = ''"), "{a:''}");
}

TEST(Toml, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(read("a = 1\nb = \"x\n"), "! no TOML: line 3: a string has no end, or a wrong escape");
  EXPECT_EQ(read("a"), "! no TOML: line 1: a key has no value");
  EXPECT_EQ(read("a = "), "! no TOML: line 1: a value is missing");
  EXPECT_EQ(read("a = 'x' 'y'"), "! no TOML: line 1: something stands behind a value");
  EXPECT_EQ(read("[a"), "! no TOML: line 1: a table's name is not closed");
  EXPECT_EQ(read("a = 1\n[a.b]"), "! no TOML: line 2: a value is used as a table");
  EXPECT_EQ(read("a = 1\n[[a]]"), "! no TOML: line 2: a value is used as an array of tables");
  EXPECT_EQ(read("a = [1"), "! no TOML: line 1: an array is not closed");
  EXPECT_EQ(read("a = {b = 1"), "! no TOML: line 1: an inline table is not closed");
  EXPECT_EQ(read("= 1"), "! no TOML: line 1: a key is missing");
}

TEST(Toml, LimitsHold) {
  EXPECT_EQ(read("a = " + std::string(100'000, '[')),
            "! no TOML: line 1: values are nested too deep");
  std::string key = "a";
  for (int i = 0; i < 100; ++i) key += ".a";
  EXPECT_EQ(read(key + " = 1"), "! no TOML: line 1: a key has too many parts");
  EXPECT_FALSE(read_toml("a = 1\nb = 2\nc = 3\n", {.max_values = 2}));
  EXPECT_TRUE(read_toml("a = 1\nb = 2\n", {.max_values = 2}));
  EXPECT_FALSE(read_toml("[[a]]\n[[a]]\n[[a]]\n", {.max_values = 2}));
  EXPECT_FALSE(read_toml("a = 1", {.max_size = 4}));
}

}  // namespace
}  // namespace yagura::image
