#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace yagura::waf {
namespace {

using testing::dump;
using testing::read_body;

std::string read(std::string_view text, BodyLimits limits = {}) {
  core::Arena arena;
  ParsedBody body;
  read_urlencoded(text, limits, arena, body);
  return dump(body);
}

TEST(UrlEncoded, SplitsAndDecodesAsModSecurityDoes) {
  struct Case {
    std::string_view text, expected;
  };
  for (const Case& c : std::vector<Case>{
           {"", ""},
           {"a=1&b=2", "a=<1>@2 b=<2>@6 "},
           {"a", "a=<>@1 "},
           {"=", "=<>@1 "},
           {"&", "=<>@0 "},
           {"a=1&", "a=<1>@2 "},
           {"&a=1", "=<>@0 a=<1>@3 "},
           {"a=1;b=2", "a=<1;b=2>@2 "},
           {"e=f=g&%61%3d=%26", "e=<f=g>@2 a==<&>@13 "},
           {"b=%20+%zz%4&c&=d&&x%",
            "b=<  %zz%4>@2 c=<>@13 =<d>@15 =<>@17 x%=<>@20 urlencoded_error "},
           {"a=%u0041", "a=<%u0041>@2 urlencoded_error "},
           {"a=+b", "a=< b>@2 "},
       }) {
    EXPECT_EQ(read(c.text), c.expected) << c.text;
  }
}

TEST(UrlEncoded, KeepsEveryByteIncludingNul) {
  EXPECT_EQ(read("a=%00%ff"), std::string("a=<\0\xff>@2 ", 9));
}

TEST(UrlEncoded, GivesViewsOfTheTextWhereNothingIsEncoded) {
  const std::string text = "name=value&other=x%41";
  core::Arena arena;
  ParsedBody body;
  read_urlencoded(text, {}, arena, body);
  ASSERT_EQ(body.arguments.size(), 2U);
  EXPECT_EQ(body.arguments[0].name.data(), text.data());
  EXPECT_EQ(body.arguments[0].value.data(), text.data() + 5);
  EXPECT_EQ(body.arguments[1].name.data(), text.data() + 11);
  EXPECT_EQ(body.arguments[1].value, "xA");
}

TEST(UrlEncoded, FindsSeparatorsAtEveryPlaceOfABlock) {
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string value(length, 'v');
    EXPECT_EQ(read("a=" + value + "&b=%41" + value),
              "a=<" + value + ">@2 b=<A" + value + ">@" + std::to_string(length + 5) + " ");
  }
}

TEST(UrlEncoded, StopsAtTheArgumentLimitAndSaysSo) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "a&";
  core::Arena arena;
  ParsedBody body;
  read_urlencoded(text, {.max_arguments = 255}, arena, body);
  EXPECT_EQ(body.arguments.size(), 255U);
  EXPECT_EQ(body.limits_reached, 1U);
  EXPECT_EQ(body.error, "More than 255 arguments: the rest was not read.");
}

TEST(UrlEncoded, CountsArgumentsThatWereThereBefore) {
  core::Arena arena;
  ParsedBody body;
  read_urlencoded("a=1&b=2", {.max_arguments = 3}, arena, body);
  EXPECT_EQ(body.error, "");
  read_urlencoded("c=3&d=4", {.max_arguments = 3}, arena, body);
  EXPECT_EQ(body.arguments.size(), 3U);
  EXPECT_NE(body.error, "");
}

TEST(UrlEncoded, ObeysAnotherSeparator) {
  EXPECT_EQ(read("a=1;b=2&c", {.argument_separator = ';'}), "a=<1>@2 b=<2&c>@6 ");
}

TEST(UrlEncodedReader, SaysTheSameHoweverTheBytesArrive) {
  const std::string text = "a=1&b=%20+%zz%4&c&=d&&x%&long=" + std::string(300, 'y') + "&%4";
  const std::string whole = read(text);
  for (std::size_t step = 1; step <= text.size(); ++step) {
    EXPECT_EQ(read_body(BodyKind::kUrlEncoded, "", text, {}, step), whole) << step;
  }
}

TEST(UrlEncodedReader, StopsAtTheLimitOfBytesOutsideFiles) {
  const std::string text(1000, 'a');
  EXPECT_EQ(read_body(BodyKind::kUrlEncoded, "", "x=1&" + text, {.max_body_no_files = 100}, 50),
            "x=<1>@2 limits_reached=1 error=Request body excluding files is bigger than the "
            "maximum expected (100 bytes).");
}

TEST(UrlEncodedReader, StopsAtTheArgumentLimit) {
  EXPECT_EQ(read_body(BodyKind::kUrlEncoded, "", "a&b&c&d&e", {.max_arguments = 2}, 1),
            "a=<>@1 b=<>@3 limits_reached=1 error=More than 2 arguments: the rest was not read.");
}

TEST(Cookies, AreSplitAsModSecurityDoes) {
  struct Case {
    std::string_view header, expected;
  };
  for (const Case& c : std::vector<Case>{
           {"", ""},
           {"  ", ""},
           {"a=1; b=2;c=3", "a=<1>@2 b=<2>@7 c=<3>@11 "},
           {"a;b", "a=<>@1 b=<>@3 "},
           {" a = b ; c=d=e;;", "a =< b >@4 c=<d=e>@11 "},
           {"a=%20+x; $Version=1", "a=<%20+x>@2 $Version=<1>@18 "},
           {"a=1,b=2", "a=<1,b=2>@2 "},
           {"a=\"q;r\"; z", "a=<\"q>@2 r\"=<>@7 z=<>@10 "},
           {"\ta=b;\tc=d", "a=<b>@3 c=<d>@8 "},
           {"=x; y=", "=<x>@1 y=<>@6 "},
       }) {
    ParsedBody cookies;
    EXPECT_TRUE(read_cookies(c.header, 1000, cookies.arguments));
    EXPECT_EQ(dump(cookies), c.expected) << c.header;
  }
}

TEST(Cookies, StopAtTheirLimit) {
  std::string header;
  for (int i = 0; i < 500'000; ++i) header += "a;";
  std::vector<Argument> cookies;
  EXPECT_FALSE(read_cookies(header, 100, cookies));
  EXPECT_EQ(cookies.size(), 100U);
}

TEST(RawReader, MakesNothingOfABody) {
  EXPECT_EQ(read_body(BodyKind::kRaw, "application/octet-stream", "a=1&b=2", {}, 3), "");
}

}  // namespace
}  // namespace yagura::waf
