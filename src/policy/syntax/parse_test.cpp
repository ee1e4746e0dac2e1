#include "policy/syntax/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "policy/syntax/unparse.hpp"

namespace yagura::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The tree in prefix form, macros expanded: "a + b.c" is (_+_ a (. b c)).
std::string shape(const Ast& ast, const Expr* expr);

std::string shapes(const Ast& ast, std::span<const Expr* const> exprs) {
  std::string out;
  for (const Expr* expr : exprs) out += " " + shape(ast, expr);
  return out;
}

std::string entries(const Ast& ast, const Expr* expr) {
  std::string out;
  for (const Entry& entry : expr->entries) {
    out += entry.optional ? " ?" : " ";
    out += entry.key != nullptr ? shape(ast, entry.key) : std::string(entry.field);
    out += "=" + shape(ast, entry.value);
  }
  return out;
}

std::string shape(const Ast& ast, const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::kConstant: {
      if (expr->constant.kind == ConstantKind::kString)
        return "'" + std::string(expr->constant.text) + "'";
      if (expr->constant.kind == ConstantKind::kBytes)
        return "b'" + std::string(expr->constant.text) + "'";
      Ast none;
      return unparse(none, *expr);
    }
    case ExprKind::kIdent:
      return std::string(expr->name);
    case ExprKind::kSelect:
      return (expr->test_only ? "(has " : "(. ") + shape(ast, expr->target) + " " +
             std::string(expr->name) + ")";
    case ExprKind::kCall: {
      std::string out = "(" + std::string(expr->name);
      if (expr->target != nullptr) out += " " + shape(ast, expr->target) + " .";
      return out + shapes(ast, expr->args) + ")";
    }
    case ExprKind::kList: {
      std::string out = "[" + shapes(ast, expr->args);
      for (const std::uint32_t index : expr->optional_indices) out += " ?" + std::to_string(index);
      return out + "]";
    }
    case ExprKind::kMap:
      return "{" + entries(ast, expr) + "}";
    case ExprKind::kStruct:
      return std::string(expr->name) + "{" + entries(ast, expr) + "}";
    case ExprKind::kComprehension: {
      const Comprehension& c = *expr->comprehension;
      std::string out = "(fold " + std::string(c.iter_var);
      if (!c.iter_var2.empty()) out += "," + std::string(c.iter_var2);
      out += " " + shape(ast, c.range) + " " + std::string(c.accu_var) + "=";
      return out + shape(ast, c.init) + " while " + shape(ast, c.condition) + " do " +
             shape(ast, c.step) + " give " + shape(ast, c.result) + ")";
    }
  }
  return "?";
}

std::string tree(std::string_view source, const ParseOptions& options = {}) {
  const ParsedExpression parsed = parse(source, options);
  if (!parsed) return to_string(parsed.issues, source);
  return shape(*parsed.ast, parsed.ast->root);
}

std::vector<std::string> issues(std::string_view source, const ParseOptions& options = {}) {
  const ParsedExpression parsed = parse(source, options);
  EXPECT_EQ(parsed.ast == nullptr, !parsed.issues.empty());
  std::vector<std::string> out;
  for (const Issue& issue : parsed.issues) {
    out.push_back(std::to_string(issue.line) + ":" + std::to_string(issue.column) + ": " +
                  issue.message);
  }
  return out;
}

struct Case {
  const char* source;
  const char* tree;
};

TEST(CelParse, GivesOperatorsTheirPrecedenceAndSide) {
  const Case cases[] = {
      {"a + b * c", "(_+_ a (_*_ b c))"},
      {"a - b - c", "(_-_ (_-_ a b) c)"},
      {"a ? b : c ? d : e", "(_?_:_ a b (_?_:_ c d e))"},
      {"a || b && c", "(_||_ a (_&&_ b c))"},
      {"a < b == c", "(_==_ (_<_ a b) c)"},
      {"x in [1, 2,]", "(@in x [ 1 2])"},
      {"-a.b", "(-_ (. a b))"},
      {"!a(b)", "(!_ (a b))"},
      {"a && b && c && d", "(_&&_ (_&&_ a b) (_&&_ c d))"},
      {"a[0].b(c)[?1].?d", "(_?._ (_[?_] (b (_[_] a 0) . c) 1) 'd')"},
      {"!!a", "a"},
      {"!!!a", "(!_ a)"},
      {"--a", "a"},
      {"- 1.b()", "(b -1 .)"},
      {"1 - -1", "(_-_ 1 -1)"},
      {".a.b", "(. .a b)"},
      {".a.f(b)", "(f .a . b)"},
      {"a // to the end\n + b", "(_+_ a b)"},
  };
  for (const Case& c : cases) EXPECT_EQ(tree(c.source), c.tree) << c.source;
}

TEST(CelParse, ReadsLiterals) {
  const Case cases[] = {
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"0xFFFFFFFFFFFFFFFFu", "18446744073709551615u"},
      {"-0x10", "-16"},
      {".5", "0.5"},
      {"1e3", "1000.0"},
      {"1e-999", "0.0"},
      {"0.00000000000000000000000000000000000000000000000000001e60", "1e+07"},
      {"'\\x41\\u00e9\\U0001F3EF\\101\\n\\`'", "'Aé🏯A\n`'"},
      {"b'\\xff\\377'", "b'\xff\xff'"},
      {"r'\\n'", "'\\n'"},
      {"bR\"\\x\"", "b'\\x'"},
      {"'''a'b''c\r\nd'''", "'a'b''c\nd'"},
      {"\"\"\"\\\"\"\"\"", "'\"'"},
      {"true ? null : false", "(_?_:_ true null false)"},
  };
  for (const Case& c : cases) EXPECT_EQ(tree(c.source), c.tree) << c.source;
}

TEST(CelParse, ReadsAggregates) {
  const Case cases[] = {
      {"[]", "[]"},
      {"[?a, b, ?c]", "[ a b c ?0 ?2]"},
      {"{?'a': b, c: 1}", "{ ?'a'=b c=1}"},
      {"a.b.C{x: 1, ?`y-z`: d,}", "a.b.C{ x=1 ?y-z=d}"},
      {".C{}", ".C{}"},
      {"a.`b-c/d.e f`", "(. a b-c/d.e f)"},
      {"a.if.in_", "(. (. a if) in_)"},
  };
  for (const Case& c : cases) EXPECT_EQ(tree(c.source), c.tree) << c.source;
}

TEST(CelParse, ExpandsMacros) {
  const Case cases[] = {
      {"has(a.b.c)", "(has (. a b) c)"},
      {"l.all(x, p)",
       "(fold x l @result=true while (@not_strictly_false @result) do (_&&_ @result p) give "
       "@result)"},
      {"l.exists(x, p)",
       "(fold x l @result=false while (@not_strictly_false (!_ @result)) do (_||_ @result p) give "
       "@result)"},
      {"l.exists_one(x, p)",
       "(fold x l @result=0 while true do (_?_:_ p (_+_ @result 1) @result) give (_==_ @result "
       "1))"},
      {"l.map(x, t)", "(fold x l @result=[] while true do (_+_ @result [ t]) give @result)"},
      {"l.map(x, p, t)",
       "(fold x l @result=[] while true do (_?_:_ p (_+_ @result [ t]) @result) give @result)"},
      {"l.filter(x, p)",
       "(fold x l @result=[] while true do (_?_:_ p (_+_ @result [ x]) @result) give @result)"},
      {"m.all(k, v, p)",
       "(fold k,v m @result=true while (@not_strictly_false @result) do (_&&_ @result p) give "
       "@result)"},
      {"m.transformList(k, v, p, t)",
       "(fold k,v m @result=[] while true do (_?_:_ p (_+_ @result [ t]) @result) give @result)"},
      {"m.transformMap(k, v, t)",
       "(fold k,v m @result={} while true do (cel.@mapInsert @result k t) give @result)"},
      {"m.transformMapEntry(k, v, {v: k})",
       "(fold k,v m @result={} while true do (cel.@mapInsert @result { v=k}) give @result)"},
      {"cel.bind(x, 1, x)", "(fold #unused [] x=1 while false do x give x)"},
      {"a.optMap(x, e)",
       "(_?_:_ (hasValue a .) (optional.of (fold #unused [] x=(value a .) while false do x give "
       "e)) "
       "(optional.none))"},
      {"math.greatest(a)", "(math.@max a)"},
      {"math.least(a, b)", "(math.@min a b)"},
      {"math.least(a, b, 1)", "(math.@min [ a b 1])"},
      {"other.bind(x, 1, x)", "(bind other . x 1 x)"},
      {"all(x, p)", "(all x p)"},
  };
  for (const Case& c : cases) EXPECT_EQ(tree(c.source), c.tree) << c.source;
}

TEST(CelParse, LeavesMacrosAloneThatAreOff) {
  const ParseOptions off = {.macros = MacroSets::none()};
  EXPECT_EQ(tree("has(a.b)", off), "(has (. a b))");
  EXPECT_EQ(tree("l.all(x, p)", off), "(all l . x p)");
  EXPECT_EQ(tree("cel.index(1)"), "(index cel . 1)");
  EXPECT_EQ(tree("cel.block([1], cel.index(0))", {.macros = {.block = true}}),
            "(cel.@block [ 1] @index0)");
}

TEST(CelParse, RecordsWhereMacrosWere) {
  const ParsedExpression parsed = parse("l.all(x, has(x.y) && x.z.exists(q, q))");
  ASSERT_TRUE(parsed);
  std::vector<std::string> names;
  for (const MacroCall& macro : parsed.ast->macro_calls) names.emplace_back(macro.name);
  EXPECT_THAT(names, ElementsAre("has", "exists", "all"));
  const MacroCall* all = parsed.ast->find_macro(parsed.ast->root->id);
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(unparse(*parsed.ast, *all->call->args[1]), "has(x.y) && x.z.exists(q, q)");
}

TEST(CelParse, IdsAreUniqueAlsoInWhatAMacroCopies) {
  const ParsedExpression parsed = parse("l.map(x, x.a)[?0].optMap(y, y).optFlatMap(z, f(z))");
  ASSERT_TRUE(parsed);
  std::vector<int> seen(parsed.ast->max_id + 1, 0);
  const auto visit = [&seen](const auto& self, const Expr* expr) -> void {
    if (expr == nullptr) return;
    ASSERT_EQ(++seen.at(expr->id), 1);
    self(self, expr->target);
    for (const Expr* arg : expr->args) self(self, arg);
    if (const Comprehension* c = expr->comprehension) {
      for (const Expr* part : {c->range, c->init, c->condition, c->step, c->result})
        self(self, part);
    }
  };
  visit(visit, parsed.ast->root);
}

TEST(CelParse, CountsPositionsInCodePoints) {
  const ParsedExpression parsed = parse("'é🏯' + b\n  + c");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed.ast->root->offset, 11U);
  EXPECT_EQ(parsed.ast->root->args[0]->args[1]->offset, 7U);
  EXPECT_THAT(issues("'é🏯' +\n é"),
              ElementsAre(HasSubstr("2:2: Syntax error: unexpected character 'é'")));
}

TEST(CelParse, TellsWhatIsWrong) {
  const Case cases[] = {
      {"", "1:1: Syntax error: the expression is empty"},
      {"a +", "1:4: Syntax error: unexpected end of expression, expected an expression"},
      {"(a", "1:3: Syntax error: unexpected end of expression, expected ')'"},
      {"a b", "1:3: Syntax error: unexpected 'b', expected an operator or the end"},
      {"f(a b)", "1:5: Syntax error: unexpected 'b', expected ',' or ')'"},
      {"a = b", "1:3: Syntax error: '=' is no operator: use '=='"},
      {"a & b", "1:3: Syntax error: '&' is no operator: use '&&'"},
      {"'abc", "1:1: Syntax error: unterminated string"},
      {"'''a''", "1:1: Syntax error: unterminated string"},
      {"'a\nb'", "1:1: Syntax error: unterminated string"},
      {"'a\\q'", "1:3: Syntax error: unknown escape sequence: write \\\\ for a backslash"},
      {"'\\ud800'", "1:2: Syntax error: the escape is no Unicode code point"},
      {"'\\400'", "1:2: Syntax error: unknown escape sequence: write \\\\ for a backslash"},
      {"b'\\u0041'", "1:3: Syntax error: \\u is not allowed in bytes: use \\x"},
      {"a.`b", "1:3: Syntax error: unterminated quoted identifier"},
      {"a.`b$`",
       "1:3: Syntax error: a quoted identifier may have letters, digits, '_', '.', '-', '/' and "
       "blanks only"},
      {"`a`", "1:1: Syntax error: unexpected a quoted identifier, expected an expression"},
      {"9223372036854775808", "1:1: invalid int literal: 9223372036854775808 does not fit 64 bits"},
      {"18446744073709551616u",
       "1:1: invalid uint literal: 18446744073709551616u does not fit 64 bits"},
      {"1e999", "1:1: invalid double literal: 1e999 is too large"},
      {"for + 1", "1:1: reserved identifier: for"},
      {"has(a)", "1:5: invalid argument to has() macro: it takes a field selection, has(a.b)"},
      {"l.all(1, p)", "1:7: argument must be a simple name"},
      {"l.all(.x, p)", "1:7: argument must be a simple name"},
      {"l.all(x, x, p)", "1:10: duplicate variable name: x"},
      {"math.greatest()", "1:6: math.greatest() requires at least one argument"},
      {"math.least('a')", "1:12: math.least() invalid single argument value"},
      {"proto.hasExt(a, b.c)",
       "1:7: proto.hasExt() is not supported: there are no protobuf messages here"},
      {"{a 1}", "1:4: Syntax error: unexpected '1', expected ':' behind the key of the map"},
      {"(a).B{}", "1:6: Syntax error: unexpected '{', expected an operator or the end"},
      {"a ? b",
       "1:6: Syntax error: unexpected end of expression, expected ':' of the condition '… ? … : "
       "…'"},
  };
  for (const Case& c : cases) EXPECT_THAT(issues(c.source), ElementsAre(c.tree)) << c.source;
}

TEST(CelParse, FindsSeveralErrorsInOneRun) {
  EXPECT_THAT(issues("f(a +, [1 2], {x: }) && for"),
              ElementsAre(HasSubstr("1:6: "), HasSubstr("1:11: "), HasSubstr("1:19: "),
                          HasSubstr("1:25: reserved identifier: for")));
}

TEST(CelParse, RefusesTheOptionalSyntaxWhereItIsOff) {
  const ParseOptions off = {.optional_syntax = false};
  for (const char* source : {"a.?b", "a[?b]", "[?a]", "{?a: b}", "T{?a: b}"}) {
    EXPECT_THAT(issues(source, off), ElementsAre(HasSubstr("unsupported syntax"))) << source;
  }
}

TEST(CelParse, ShowsThePlaceUnderTheLine) {
  const std::string source = "a &&\n b c";
  const ParsedExpression parsed = parse(source);
  EXPECT_EQ(to_string(parsed.issues, source, "p.yaml"),
            "ERROR: p.yaml:2:4: Syntax error: unexpected 'c', expected an operator or the end\n |  "
            "b c\n | ...^");
}

TEST(CelParse, ShowsOnlyAPartOfALongLine) {
  const std::string source = std::string(500, 'a') + " é b" + std::string(500, 'c');
  const std::string shown = to_string(parse(source).issues, source);
  EXPECT_LT(shown.size(), 300U);
  EXPECT_THAT(shown, HasSubstr("\n | …aaa"));
  EXPECT_THAT(shown, HasSubstr(" é bccc"));
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(CelParseLimits, NestingEndsInAnErrorNotInAnOverflow) {
  for (const auto& [open, close] : {std::pair{"(", ")"},
                                    {"[", "]"},
                                    {"f(", ")"},
                                    {"{1: ", "}"},
                                    {"a[", "]"},
                                    {"true ? 1 : ", ""},
                                    {"l.all(x, ", ")"},
                                    {"!(", ")"},
                                    {"-(", ")"}}) {
    const std::string deep = repeated(open, 5000) + "1" + repeated(close, 5000);
    EXPECT_THAT(issues(deep),
                ElementsAre(HasSubstr("expression too deeply nested: more than 250 levels")))
        << open;
    const std::string fine = repeated(open, 200) + "1" + repeated(close, 200);
    EXPECT_TRUE(parse(fine)) << open;
  }
  EXPECT_THAT(issues(repeated("(", 100'000)), ElementsAre(HasSubstr("too deeply nested")));
}

TEST(CelParseLimits, ChainsThatMakeHighTreesEndInAnError) {
  for (const char* link : {" + a", " * a", " < a", ".b", "[0]", ".f()"}) {
    EXPECT_THAT(issues("a" + repeated(link, 5000)),
                ElementsAre(HasSubstr("more than 1000 levels of operators and calls")))
        << link;
    EXPECT_TRUE(parse("a" + repeated(link, 900))) << link;
  }
}

TEST(CelParseLimits, LongLogicalChainsAreFineAndLow) {
  const ParsedExpression parsed = parse("a" + repeated(" && a", 19'000));
  ASSERT_TRUE(parsed);
  EXPECT_LT(parsed.ast->root->height, 20);
  EXPECT_TRUE(parse(repeated("!", 90'000) + "a"));
}

TEST(CelParseLimits, SizeIsCountedInCodePoints) {
  const ParseOptions ten = {.limits = {.max_code_points = 10}};
  EXPECT_TRUE(parse("'éééééééé'", ten));
  EXPECT_THAT(issues("'ééééééééé'", ten),
              ElementsAre("1:1: expression too long: more than 10 code points"));
  EXPECT_THAT(issues(std::string(50'000'000, ' ')), ElementsAre(HasSubstr("too long")));
}

TEST(CelParseLimits, MacrosCannotGrowTheTreeWithoutBound) {
  const std::string doubling = "a" + repeated(".optMap(x, x)", 100);
  EXPECT_THAT(issues(doubling), ElementsAre(HasSubstr("expression too large")));
}

TEST(CelParseLimits, KeepsOnlySoManyIssues) {
  EXPECT_EQ(issues("[" + repeated("for, ", 1000) + "1]").size(), 30U);
  // Also where what is wrong with a macro's arguments is no longer told.
  EXPECT_EQ(issues("[" + repeated("for, ", 1000) + "l.all(+, +)]").size(), 30U);
}

TEST(CelParse, RefusesInvalidUtf8AndControlCharacters) {
  EXPECT_THAT(issues("'é' + '\xff'"),
              ElementsAre("1:8: Syntax error: the expression is not valid UTF-8"));
  EXPECT_THAT(issues(std::string("a \0 b", 5)),
              ElementsAre("1:3: Syntax error: unexpected character '\\x00'"));
}

}  // namespace
}  // namespace yagura::policy
