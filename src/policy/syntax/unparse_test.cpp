#include "policy/syntax/unparse.hpp"

#include <gtest/gtest.h>

#include "policy/syntax/parse.hpp"

namespace yagura::policy {
namespace {

std::string round(std::string_view source) {
  const ParsedExpression parsed = parse(source);
  if (!parsed) return to_string(parsed.issues, source);
  return unparse(*parsed.ast);
}

TEST(CelUnparse, WritesWhatWasReadInOneForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"a+b*c", "a + b * c"},
      {"(a+b)*c", "(a + b) * c"},
      {"a-(b-c)", "a - (b - c)"},
      {"(a-b)-c", "a - b - c"},
      {"a&&(b||c)&&(d&&e)", "a && (b || c) && d && e"},
      {"a?b:(c?d:e)", "a ? b : c ? d : e"},
      {"(a?b:c)?d:e", "(a ? b : c) ? d : e"},
      {"!(a&&b)", "!(a && b)"},
      {"-(1)", "-(1)"},
      {"-(-1)", "-(-1)"},
      {"-(1.a)", "-(1.a)"},
      {"-a.b", "-a.b"},
      {"(-a).b", "(-a).b"},
      {"!(!a)", "!(!a)"},
      {"-1.0", "-1.0"},
      {"1e100", "1e+100"},
      {"'it\\'s \"x\" \\u00e9\\n'", "\"it's \\\"x\\\" é\\n\""},
      {"b'\\xff\\x00a'", "b\"\\xff\\x00a\""},
      {"l.all(x,has(x.y)&&x.y>0)", "l.all(x, has(x.y) && x.y > 0)"},
      {"(a + b).map(x, x)", "(a + b).map(x, x)"},
      {"!l.exists(x, x)", "!l.exists(x, x)"},
      {"m.transformMap(k,v,k)", "m.transformMap(k, v, k)"},
      {"cel.bind(x,1,x+1)", "cel.bind(x, 1, x + 1)"},
      {"math.greatest(1,2,3)", "math.greatest(1, 2, 3)"},
      {"a.?b[?c].optMap(x, x)", "a.?b[?c].optMap(x, x)"},
      {"[?a,b]", "[?a, b]"},
      {"{?'k':1}", "{?\"k\": 1}"},
      {"a.B{x:1,?`y-z`:d}", "a.B{x: 1, ?`y-z`: d}"},
      {"a.`b-c`.`plain`", "a.`b-c`.plain"},
      {"x in [1]", "x in [1]"},
      {".a.b", ".a.b"},
  };
  for (const auto& [source, text] : cases) {
    EXPECT_EQ(round(source), text);
    EXPECT_EQ(round(text), text);
  }
}

TEST(CelUnparse, PrintsASubexpression) {
  const ParsedExpression parsed = parse("l.all(x, x.y > 1 + 2)");
  ASSERT_TRUE(parsed);
  const Comprehension& fold = *parsed.ast->root->comprehension;
  EXPECT_EQ(unparse(*parsed.ast, *fold.step->args[1]), "x.y > 1 + 2");
  EXPECT_EQ(unparse(*parsed.ast, *fold.range), "l");
}

}  // namespace
}  // namespace yagura::policy
