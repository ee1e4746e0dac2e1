#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace yagura::waf {
namespace {

using testing::read_body;

std::string read(std::string_view text, const BodyLimits& limits = {}, std::size_t step = 1 << 30) {
  return read_body(BodyKind::kJson, "application/json", text, limits, step);
}

std::string error_of(std::string_view text, const BodyLimits& limits = {}) {
  const std::string dumped = read(text, limits);
  const std::size_t at = dumped.find("error=");
  return at == std::string::npos ? "" : dumped.substr(at + 6);
}

TEST(Json, NamesLeavesAsModSecurityDoes) {
  struct Case {
    std::string_view text, expected;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"a":{"b":1}})", "json.a.b=<1>@10 "},
           {R"({"i":[1,"x",{"id":5},[7,[8]],[],{}]})",
            "json.i.array_0=<1>@6 json.i.array_1=<x>@8 json.i.array_2.id=<5>@18 "
            "json.i.array_3.array_0=<7>@22 json.i.array_3.array_1.array_0=<8>@25 "
            "name json.i "},
           {R"([{"b":1},{"b":2}])", "json.array_0.b=<1>@6 json.array_1.b=<2>@14 "},
           {R"({"":{"":1},"d.d":"dot"})", "json.empty-key.empty-key=<1>@8 json.d.d=<dot>@17 "},
           {R"("s")", "json=<s>@0 "},
           {" 5 ", "json=<5>@1 "},
           {"-12.5E+3", "json=<-12.5E+3>@0 "},
           {R"([true,false,null])",
            "json.array_0=<true>@1 json.array_1=<false>@6 json.array_2=<>@12 "},
           {"{}", ""},
           {"[[],{}]", ""},
           {"", ""},
           {R"({"a":1,"a":2})", "json.a=<1>@5 json.a=<2>@11 "},
           {R"({"n":12345678901234567890123,"z":-0})",
            "json.n=<12345678901234567890123>@5 json.z=<-0>@33 "},
       }) {
    EXPECT_EQ(read(c.text), c.expected) << c.text;
  }
}

TEST(Json, GivesTheNamesOfArraysByThemselves) {
  EXPECT_EQ(read(R"({"a":[],"b":{"c":["x"]}})"),
            "json.b.c.array_0=<x>@18 name json.a name json.b.c ");
  EXPECT_EQ(read("[[1]]"), "json.array_0.array_0=<1>@2 ");
}

TEST(Json, UndoesEscapesInKeysAndValues) {
  EXPECT_EQ(read(R"({"a\u0041\n":"\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\"})"),
            "json.aA\n=<\xc3\xa9\xf0\x9f\x98\x80/\b\f\n\r\t\"\\>@13 ");
  EXPECT_EQ(read(R"("a\u0000b")"), std::string("json=<a\0b>@0 ", 13));
}

TEST(Json, ReplacesHalvesOfSurrogatePairs) {
  EXPECT_EQ(read(R"(["\ud800x","\udc00","\ud800\u0041","\ud800\ud800\udc00"])"),
            "json.array_0=<\xef\xbf\xbdx>@1 json.array_1=<\xef\xbf\xbd>@11 "
            "json.array_2=<\xef\xbf\xbd\x41>@20 json.array_3=<\xef\xbf\xbd\xf0\x90\x80\x80>@35 ");
}

TEST(Json, KeepsBytesThatAreNoUtf8) {
  EXPECT_EQ(read("\"\xff\xc0\x80\""), "json=<\xff\xc0\x80>@0 ");
}

TEST(Json, RefusesWhatIsNone) {
  for (const std::string_view text : {"nul",
                                      "{\"a\":1",
                                      "{\"a\":1}x",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "[1 2]",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "01",
                                      "-",
                                      "1.",
                                      "1e",
                                      "+1",
                                      ".5",
                                      "1.e3",
                                      "--1",
                                      "1-2",
                                      "\"\n\"",
                                      "\"a\x01\"",
                                      R"("\x")",
                                      R"("\u12g4")",
                                      R"("\u12")",
                                      "\"",
                                      "\"\\\"",
                                      "  ",
                                      "]",
                                      "[}",
                                      "{]",
                                      "truefalse",
                                      "1 1",
                                      "\xef\xbb\xbf{}",
                                      "/**/1",
                                      "'a'",
                                      "{\"a\":}",
                                      "[,1]",
                                      "{\"a\":1 \"b\":2}",
                                      "TRUE",
                                      R"({"\x":1})"}) {
    EXPECT_TRUE(error_of(text).starts_with("JSON parsing error: ")) << text;
  }
}

TEST(Json, KeepsTheLeavesThatCameBeforeAnError) {
  EXPECT_EQ(read(R"({"a":1,"b":[2,oops]})"),
            "json.a=<1>@5 json.b.array_0=<2>@12 name json.b error=JSON parsing error: a word is "
            "none of true, "
            "false and null");
}

TEST(Json, SaysTheSameHoweverTheBytesArrive) {
  for (const std::string& text : std::vector<std::string>{
           R"( {"a\u0041":[1,-2.5e3,"x\ud83d\ude00\\",true,null],"":{"k":"v"},"long":")" +
               std::string(100, 'x') + R"("} )",
           R"([1,2,{"a":tru}])", R"({"a":"b)", "12", R"(["\q"])", "[1.5.5]"}) {
    const std::string whole = read(text);
    for (std::size_t step = 1; step < text.size(); ++step) {
      EXPECT_EQ(read(text, {}, step), whole) << text << " in pieces of " << step;
    }
  }
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += '1';
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(JsonLimits, AllowTheDepthThatIsSetAndNoMore) {
  EXPECT_EQ(error_of(nested(3, "[", "]"), {.max_json_depth = 3}), "");
  EXPECT_EQ(error_of(nested(4, "[", "]"), {.max_json_depth = 3}),
            "JSON parsing error: more than 3 levels deep.");
}

TEST(JsonLimits, RefuseTenThousandLevelsInTenMegabytes) {
  const BodyLimits limits{.max_body_no_files = 1 << 30};
  const std::string key = "{\"" + std::string(1000, 'k') + "\":";
  EXPECT_EQ(error_of(nested(10'000, key, "}"), limits),
            "JSON parsing error: more than 512 levels deep.");
  // An operator may allow that many: reading goes without recursion.
  EXPECT_EQ(
      error_of(nested(10'000, key, "}"), {.max_json_depth = 20'000, .max_body_no_files = 1 << 30}),
      "");
}

TEST(JsonLimits, StopAtTheArgumentLimitOfATenMegabyteLevel) {
  std::string text = "[";
  while (text.size() < 10'000'000) text += "1,";
  text += "1]";
  core::Arena arena;
  ParsedBody body;
  const BodyLimits limits{.max_body_no_files = 1 << 30};
  const auto reader = make_body_reader(BodyKind::kJson, "application/json", limits, arena);
  EXPECT_FALSE(reader->feed(text));
  reader->finish(body);
  EXPECT_EQ(body.arguments.size(), 1000U);
  EXPECT_EQ(body.limits_reached, 1U);
  EXPECT_EQ(body.error, "JSON parsing error: more than 1000 values: the rest was not read.");
  EXPECT_LT(arena.reserved(), 1U << 20);
}

TEST(JsonLimits, BoundTheNumberOfArrays) {
  EXPECT_EQ(error_of(R"({"a":[],"b":[]})", {.max_arguments = 2}), "");
  EXPECT_EQ(error_of(R"({"a":[],"b":[],"c":[]})", {.max_arguments = 2}),
            "JSON parsing error: more than 2 arrays: the rest was not read.");
}

TEST(JsonLimits, BoundTheBytesOfNames) {
  std::string text = "{\"" + std::string(10'000, 'k') + "\":[";
  for (int i = 0; i < 500; ++i) text += "1,";
  text += "1]}";
  core::Arena arena;
  ParsedBody body;
  const BodyLimits limits;
  const auto reader = make_body_reader(BodyKind::kJson, "application/json", limits, arena);
  EXPECT_FALSE(reader->feed(text));
  reader->finish(body);
  EXPECT_EQ(body.error,
            "JSON parsing error: the names of the values take more than 1048576 bytes.");
  EXPECT_EQ(body.limits_reached, 1U);
  EXPECT_LT(arena.reserved(), 3U << 20);
}

TEST(JsonLimits, StopAtTheBytesOutsideFiles) {
  EXPECT_EQ(error_of("[" + std::string(200, ' ') + "]", {.max_body_no_files = 100}),
            "Request body excluding files is bigger than the maximum expected (100 bytes).");
}

TEST(JsonPointer, LeadsToTheValueAtAnOffset) {
  const std::string_view text = R"({"items":[{"id":5},{"a/b~c":"x"}],"q\"k":[[true]],"n":12})";
  struct Case {
    std::string_view value, pointer;
  };
  for (const Case& c : std::vector<Case>{{"5}", "/items/0/id"},
                                         {R"("x")", "/items/1/a~1b~0c"},
                                         {R"({"a/)", "/items/1"},
                                         {"[[true", "/q\"k"},
                                         {"[true", "/q\"k/0"},
                                         {"true", "/q\"k/0/0"},
                                         {"12", "/n"}}) {
    const auto at = static_cast<std::uint32_t>(text.find(c.value));
    EXPECT_EQ(json_pointer_at(text, at), c.pointer) << c.value;
  }
}

TEST(JsonPointer, IsEmptyWhereNoValueBegins) {
  EXPECT_EQ(json_pointer_at(R"({"a":1})", 1), "");
  EXPECT_EQ(json_pointer_at(R"({"a":1})", 6), "");
  EXPECT_EQ(json_pointer_at(R"({"a":1})", 4000), "");
  EXPECT_EQ(json_pointer_at("12", 0), "");
  EXPECT_EQ(json_pointer_at("no json", 3), "");
}

TEST(JsonPointer, FindsTheValueOfEveryArgument) {
  const std::string text = R"({"a":[1,{"b":"two"}],"c":null,"d":{"e":[[3]]}})";
  core::Arena arena;
  ParsedBody body;
  const BodyLimits limits;
  const auto reader = make_body_reader(BodyKind::kJson, "application/json", limits, arena);
  reader->feed(text);
  reader->finish(body);
  std::vector<std::string> pointers;
  for (const Argument& argument : body.arguments) {
    pointers.push_back(json_pointer_at(text, argument.offset));
  }
  EXPECT_EQ(pointers, (std::vector<std::string>{"/a/0", "/a/1/b", "/c", "/d/e/0/0"}));
}

TEST(JsonPointer, EndsItsSearchAtTenThousandLevels) {
  const std::string text = nested(1'000'000, "[", "]");
  EXPECT_EQ(json_pointer_at(text, 1'000'000), "");
}

}  // namespace
}  // namespace yagura::waf
