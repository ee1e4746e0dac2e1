#include "waf/detect/internal/sqli_lexer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "waf/detect/internal/sqli_fold.hpp"

namespace yagura::waf::sqli {
namespace {

std::string kinds(std::string_view text, char quote = 0, Dialect dialect = Dialect::kStandard) {
  Lexer lexer(text, quote, dialect);
  std::string letters;
  for (Token token = lexer.next(); token.kind != Kind::kEnd; token = lexer.next()) {
    letters.push_back(static_cast<char>(token.kind));
  }
  EXPECT_LE(lexer.steps(), Lexer::kStepsPerByte * text.size() + Lexer::kSteps) << text;
  return letters;
}

TEST(SqlLexer, NamesTokens) {
  struct Case {
    std::string_view text, kinds;
  };
  for (const Case& c : {
           Case{"a", "n"},
           Case{"1 1.5 .5 1e10 0x1f 0b10 1f \\N $12.50", "111111111"},
           Case{"24px 7up", "nn"},
           Case{"1union", "1U"},
           Case{"1.0union", "1U"},
           Case{"'a' \"b\" 'it''s' 'a\\'b' N'x' x'1f' U&'x' q'[it's]' $$a$$ $t$a$t$", "ssssssssss"},
           Case{"`a` [b c] [1]", "nn?1?"},
           Case{"@a @@b @`c` @'d'", "vvvv"},
           Case{"= <> != <= >= <=> || && :: := + - * / % ^ ~", "oooooo&&ooooooooo"},
           Case{"a /* b */ c -- d\ne", "ncncn"},
           Case{"/*! a */", "X"},
           Case{"/* a /* b */", "X"},
           Case{"select from where union and in null varchar drop", "EkkU&ovtT"},
           Case{"select.1", "E1"},
           Case{"a.b.c", "n"},
           Case{"(a,b);", "(n,n);"},
           Case{"a\xc2\xa0"
                "b\xa0"
                "c",
                "nnn"},
           Case{"日本語 or", "n&"},
           Case{"a # b", "n?n"},
       }) {
    EXPECT_EQ(kinds(c.text), c.kinds) << c.text;
  }
}

TEST(SqlLexer, ReadsCommentsOfBothDialects) {
  EXPECT_EQ(kinds("1--1", 0, Dialect::kStandard), "1c");
  EXPECT_EQ(kinds("1--1", 0, Dialect::kMySql), "1oo1");
  EXPECT_EQ(kinds("1 #1\n2", 0, Dialect::kMySql), "1c1");
}

TEST(SqlLexer, BeginsInsideAString) {
  EXPECT_EQ(kinds("a' or 1", '\''), "s&1");
  EXPECT_EQ(kinds("a\" or 1", '\''), "s");
  EXPECT_EQ(kinds("a\\' b' c", '\''), "sn");
  EXPECT_EQ(kinds("", '\''), "s");
}

// Each of these repeats what a careless reader would look for the end of again and again.
TEST(SqlLexer, StaysLinear) {
  for (const std::string_view piece :
       {"q'[",  "$a$",  "$",  "/*",  "'",    "\"", "`",    "\\", "--",
        "#",    "@",    "@@", "[a",  "1.",   "0x", "1e",   "a.", "select.",
        "\xa0", "\xc2", "x'", "u&'", "((((", "::", "a\xa0"}) {
    std::string text;
    while (text.size() < 100'000) text += piece;
    for (const char quote : {'\0', '\'', '"'}) {
      for (const Dialect dialect : {Dialect::kStandard, Dialect::kMySql}) {
        kinds(text, quote, dialect);
      }
    }
  }
}

TEST(SqlFold, FoldsWhatAnAttackerCanVary) {
  const auto shape_of = [](std::string_view text, char quote = 0) {
    Lexer lexer(text, quote, Dialect::kStandard);
    Shape shape;
    fold(lexer, shape);
    std::string letters;
    for (std::size_t i = 0; i < shape.count; ++i) {
      letters.push_back(static_cast<char>(shape.kind(i)));
    }
    return letters;
  };
  EXPECT_EQ(shape_of("1+2*3"), "1");
  EXPECT_EQ(shape_of("-+-1"), "1");
  EXPECT_EQ(shape_of("((1))"), "1))");
  EXPECT_EQ(shape_of("1 or ((2))"), "1&1)");
  EXPECT_EQ(shape_of("1 union all select 1,2,3"), "1UE1");
  EXPECT_EQ(shape_of("a b c d"), "n");
  EXPECT_EQ(shape_of("1 /* x */ or /* y */ 2"), "1&1");
  EXPECT_EQ(shape_of("1 /* x */"), "1c");
  EXPECT_EQ(shape_of("sleep (1)"), "f(1)");
  EXPECT_EQ(shape_of("nosuch (1)"), "n(1)");
  EXPECT_EQ(shape_of("a not in (1)"), "no(1)");
  EXPECT_EQ(shape_of("a in b"), "n");
  EXPECT_EQ(shape_of("x' 'y' or 1", '\''), "s&1");
}

}  // namespace
}  // namespace yagura::waf::sqli
