#include "rules/language/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/operand_parser.hpp"
#include "rules/language/suggest.hpp"

namespace yagura::rules {
namespace {

void unparse(const Expr& node, std::string& out);

void unparse_check(const Check& check, std::string& out) {
  out += to_string(check.left);
  out += ' ';
  out += to_string(ModifiedOperator{check.op, check.modifier});
  if (check.right) {
    out += " @" + to_string(*check.right);
  }
  if (check.is_list) out += " (";
  for (const ValueText& value : check.values) {
    out += value.quoted ? " '" + value.text + "'" : " " + value.text;
  }
  if (check.is_list) out += " )";
}

void unparse(const Expr& node, std::string& out) {
  if (node.kind == Expr::Kind::kMacro) {
    out += node.macro;
    return;
  }
  out += '[';
  if (node.kind == Expr::Kind::kCheck) {
    unparse_check(*node.check, out);
  } else {
    out += node.kind == Expr::Kind::kAnd ? "and" : node.kind == Expr::Kind::kOr ? "or" : "not";
    for (const auto& child : node.children) {
      out += ' ';
      unparse(*child, out);
    }
  }
  out += ']';
}

std::string parsed(std::string_view text) {
  ConditionText condition;
  condition.append(text, "test");
  const auto root = parse_condition(condition);
  if (!root) return "error " + std::to_string(root.error().offset) + ": " + root.error().message;
  std::string out;
  unparse(**root, out);
  return out;
}

struct Case {
  std::string_view text;
  std::string_view tree;
};

class ConditionGrammar : public testing::TestWithParam<Case> {};

TEST_P(ConditionGrammar, ReadsAs) { EXPECT_EQ(parsed(GetParam().text), GetParam().tree); }

INSTANTIATE_TEST_SUITE_P(
    Table, ConditionGrammar,
    testing::Values(
        Case{"proc.name=bash", "[proc.name = bash]"},
        Case{"proc.name == bash", "[proc.name = bash]"},
        Case{"proc.name!='a b'", "[proc.name != 'a b']"}, Case{"a and b or c", "[or [and a b] c]"},
        Case{"a or b and c", "[or a [and b c]]"}, Case{"(a or b) and c", "[and [or a b] c]"},
        Case{"a and(b)", "[and a b]"}, Case{"not a", "[not a]"}, Case{"not not a", "a"},
        Case{"not(a)", "[not a]"}, Case{"not (a) and b", "[and [not a] b]"},
        Case{"not not not(a)", "[not a]"},
        Case{"android and orbit and nothing", "[and android orbit nothing]"},
        Case{"fd.name exists", "[fd.name exists]"},
        Case{"proc.name in (a, 'b c', \"d\")", "[proc.name in ( a 'b c' 'd' )]"},
        Case{"proc.name in(a,b)", "[proc.name in ( a b )]"},
        Case{"proc.name in ()", "[proc.name in ( )]"},
        Case{"proc.name in shell_binaries", "[proc.name in ( shell_binaries )]"},
        Case{"fd.name pmatch (/etc, /usr/*/x)", "[fd.name pmatch ( /etc /usr/*/x )]"},
        Case{"ka.x.y intersects (a)", "[ka.x.y intersects ( a )]"},
        Case{"evt.num <= 0x1F", "[evt.num <= 0x1F]"}, Case{"evt.num>-3", "[evt.num > -3]"},
        Case{"proc.aname[2]=sh", "[proc.aname[2] = sh]"},
        Case{"evt.arg.flags contains O_CREAT", "[evt.arg.flags contains O_CREAT]"},
        Case{"jevt.value[/a/b~1c] = x", "[jevt.value[/a/b~1c] = x]"},
        Case{"container.mount.dest[\"a ] b\"] exists", "[container.mount.dest[a ] b] exists]"},
        Case{"tolower(proc.name) = x", "[tolower(proc.name) = x]"},
        Case{"toupper( basename( proc.exe ) ) glob\n*X", "[toupper(basename(proc.exe)) glob *X]"},
        Case{"len(proc.args) > 3", "[len(proc.args) > 3]"},
        Case{"proc.name = val(proc.pname)", "[proc.name = @proc.pname]"},
        Case{"proc.name in val( proc.pname )", "[proc.name in @proc.pname]"},
        Case{"proc.name = tolower(proc.pname)", "[proc.name = @tolower(proc.pname)]"},
        Case{"fd.name startswith /dev/tty and fd.name bstartswith 2f",
             "[and [fd.name startswith /dev/tty] [fd.name bstartswith 2f]]"},
        Case{R"(proc.args contains "a\"b\\c\n\td")", "[proc.args contains 'a\"b\\c\n\td']"},
        Case{R"(proc.args contains '\ x')", "[proc.args contains '\\x']"},
        Case{R"(proc.cmdline regex '^a+$')", "[proc.cmdline regex '^a+$']"},
        Case{"proc.name=\"\"", "[proc.name = '']"},
        Case{R"(fd.name contains "\x41\xffz")", "[fd.name contains 'A\xffz']"}));

INSTANTIATE_TEST_SUITE_P(
    Modifiers, ConditionGrammar,
    testing::Values(Case{"proc.name startswith anyof (kube-, 'etcd -')",
                         "[proc.name startswith anyof ( kube- 'etcd -' )]"},
                    Case{"proc.name=oneof(a)", "[proc.name = oneof ( a )]"},
                    Case{"proc.name != allof\n(a,b) and x", "[and [proc.name != allof ( a b )] x]"},
                    Case{"fd.name glob anyof names or x", "[or [fd.name glob anyof ( names )] x]"},
                    Case{"proc.name = anyof", "[proc.name = anyof]"},
                    Case{"proc.name = anyof and x", "[and [proc.name = anyof] x]"},
                    Case{"proc.name = 'anyof'", "[proc.name = 'anyof']"},
                    Case{"proc.name = anyofthem", "[proc.name = anyofthem]"},
                    Case{"proc.name regex allof ()", "[proc.name regex allof ( )]"},
                    Case{"proc.name in anyof (a)", "error 13: \"in\" takes no anyof"},
                    Case{"evt.num >= allof (1)", "error 11: \">=\" takes no allof"},
                    Case{"proc.name = anyof (a b)",
                         "error 21: expected , or ) in a list, found \"b\""},
                    Case{"proc.name = anyof (a", "error 18: a list that is not closed"}));

INSTANTIATE_TEST_SUITE_P(
    Calls, ConditionGrammar,
    testing::Values(
        Case{"join(',', fd.types) = x", "[join(\",\", fd.types) = x]"},
        Case{"concat( fd.rip ,\":\",fd.rport ) in (a)",
             "[concat(fd.rip, \":\", fd.rport) in ( a )]"},
        Case{"join(\"-\", (proc.name, tolower(proc.pname), 'x', -1)) = y",
             "[join(\"-\", (proc.name, tolower(proc.pname), \"x\", \"-1\")) = y]"},
        Case{"getopt(fd.types, \"ab:\")[b] = 1", "[getopt(fd.types, \"ab:\")[b] = 1]"},
        Case{"len(getopt(fd.types, 'a')) > 0", "[len(getopt(fd.types, \"a\")) > 0]"},
        Case{"join(',', ()) = x", "[join(\",\", ()) = x]"},
        Case{"proc.name = concat(proc.pname, 'd')", "[proc.name = @concat(proc.pname, \"d\")]"},
        Case{"concat(proc.name) exists", "[concat(proc.name) exists]"},
        Case{"concat(proc.name, x) = a", "error 18: expected a field, found \"x\""},
        Case{"concat(proc.name, 'x' = a", "error 0: concat( is not closed behind its values"},
        Case{"join('a', (proc.name) = x", "error 0: join( is not closed behind its values"},
        Case{"join('a', (proc.name 'b')) = x", "error 10: a list of values that is not closed"},
        Case{"concat(, 'x') = a", "error 7: expected a field, found \",\""},
        Case{"getopt(fd.types, 'a')[ = x", "error 21: a field's argument that does not end"},
        Case{"concat('a\\xg', 'b') = x", "error 9: unknown escape \\x in a quoted string"}));

INSTANTIATE_TEST_SUITE_P(
    Errors, ConditionGrammar,
    testing::Values(
        Case{"", "error 0: the condition ends where a check should stand"},
        Case{"a and", "error 5: the condition ends where a check should stand"},
        Case{"a b", "error 2: expected and, or or the end, found \"b\""},
        Case{"a)", "error 1: expected and, or or the end, found \")\""},
        Case{"(a", "error 0: a parenthesis that is not closed"},
        Case{"(a b)", "error 3: expected and, or or the end, found \"b\""},
        Case{"proc.name",
             "error 9: expected an operator behind proc.name, found the end of the "
             "condition"},
        Case{"proc.name is x", "error 10: expected an operator behind proc.name, found \"is\""},
        Case{"proc.name = ", "error 12: expected a value, found the end of the condition"},
        Case{"proc.name = )", "error 12: expected a value, found \")\""},
        Case{"proc.name in (a b)", "error 16: expected , or ) in a list, found \"b\""},
        Case{"proc.name in (a,",
             "error 16: expected a list's item, found the end of the condition"},
        Case{"proc.name in 'a'", "error 13: expected a list behind \"in\""},
        Case{"proc.name = 'a", "error 12: a quoted string that does not end"},
        Case{"proc.name = 'a\\q'", "error 14: unknown escape \\q in a quoted string"},
        Case{"evt.num < five", "error 10: \"<\" needs a number on its right side, found \"five\""},
        Case{"proc.aname[2 = x", "error 10: a field's argument that does not end"},
        Case{"upper(proc.name) = x", "error 5: expected and, or or the end, found \"(\""},
        Case{"tolower(name) = x", "error 8: expected a field, found \"name\""},
        Case{"tolower(proc.name = x", "error 0: tolower( is not closed behind its field"},
        Case{"val(proc.name) = x", "error 0: val() stands on the right side only"}));

TEST(ConditionLimits, DeepParenthesesAreAnError) {
  EXPECT_THAT(parsed(std::string(100'000, '(') + "a"), testing::HasSubstr("deeper than 200"));
  EXPECT_EQ(parsed(std::string(150, '(') + "a" + std::string(150, ')')), "a");
}

TEST(ConditionLimits, DeepTransformersAreAnError) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "tolower(";
  EXPECT_THAT(parsed(text + "proc.name"), testing::HasSubstr("nested deeper than 200"));
}

TEST(ConditionLimits, WideAndBranchingCallsAreAnError) {
  std::string wide = "concat('a'";
  for (std::size_t i = 0; i < kMaxArguments; ++i) wide += ", 'a'";
  EXPECT_THAT(parsed(wide + ") = x"), testing::HasSubstr("more than 32 values"));
  std::string branches = "concat(";
  for (std::size_t i = 0; i <= kMaxLeaves / 8; ++i) {
    branches += std::string(i == 0 ? "" : ", ") + "concat('a','a','a','a','a','a','a','a')";
  }
  EXPECT_THAT(parsed(branches + ") = x"), testing::HasSubstr("more than 64 fields"));
  std::string lists = "join('', ";
  for (int i = 0; i < 50'000; ++i) lists += '(';
  EXPECT_THAT(parsed(lists), testing::HasSubstr("nested deeper than 200"));
}

TEST(ConditionLimits, ManyNotsAreNoDepth) {
  std::string text;
  for (int i = 0; i < 100'001; ++i) text += "not ";
  EXPECT_EQ(parsed(text + "a"), "[not a]");
}

TEST(ConditionLimits, SizeIsBounded) {
  EXPECT_THAT(parsed(std::string(kMaxConditionSize + 1, 'a')), testing::HasSubstr("more than"));
}

TEST(Items, AreQuotedOrAsTheyStand) {
  EXPECT_EQ(parse_item("a=b(c)")->text, "a=b(c)");
  EXPECT_EQ(parse_item("\"a b\"")->text, "a b");
  EXPECT_TRUE(parse_item("a b")->quoted);
  EXPECT_FALSE(parse_item("shell_binaries")->quoted);
  EXPECT_FALSE(parse_item("'a' b").has_value());
  EXPECT_EQ(parse_items("(a, b)")->size(), 2U);
  EXPECT_FALSE(parse_items("(a, b").has_value());
}

TEST(Operators, HaveModifiersBehindBlanks) {
  EXPECT_EQ(to_string(*find_modified_operator("  startswith \t anyof ")), "startswith anyof");
  EXPECT_EQ(to_string(*find_modified_operator("==")), "=");
  for (const char* bad : {"", "  ", "anyof", "in oneof", ">= anyof", "= anyof x", "exists allof"}) {
    EXPECT_FALSE(find_modified_operator(bad).has_value()) << bad;
  }
}

TEST(Suggestions, AreNearAndNotFarFetched) {
  EXPECT_EQ(nearest_name("proc.nmae", {"proc.name", "proc.pname"}), "proc.name");
  EXPECT_EQ(nearest_name("zzz", {"proc.name"}), "");
}

TEST(ConditionPlaces, FollowFoldedLines) {
  const auto source = std::make_shared<const kube::Source>(
      "a.yaml", "condition: >\n    a and\n\n    b = c\nnext: 1\n", kube::SourceFormat::kYaml);
  ConditionText text;
  text.append("a and\nb = c\n", source, 11, 34);
  text.append("and d", "more");
  EXPECT_EQ(text.place(0).line, 2U);
  EXPECT_EQ(text.place(0).column, 5U);
  EXPECT_EQ(text.place(6).line, 4U);
  EXPECT_EQ(text.place(10).column, 9U);
  EXPECT_EQ(text.place(text.text().size() - 1).file, "more");
}

}  // namespace
}  // namespace yagura::rules
