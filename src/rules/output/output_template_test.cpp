#include "rules/output/output_template.hpp"

#include <gtest/gtest.h>

#include "rules/language/parser.hpp"
#include "rules/output/testing.hpp"

namespace yagura::rules {
namespace {

const FixedEvent& sample() {
  static const std::string_view images[] = {"nginx:1.27", "busybox"};
  static const FixedEvent event(Source::kSyscall,
                                {{"proc.name", Value::string("bash")},
                                 {"proc.aname[2]", Value::string("sshd")},
                                 {"proc.pid", Value::integer(42)},
                                 {"evt.arg[flags]", Value::string("O_RDONLY")},
                                 {"evt.arg[0]", Value::string("3")},
                                 {"evt.failed", Value::boolean(false)},
                                 {"fd.sip", Value::ip(std::string_view("\x0a\0\0\x01", 4))},
                                 {"k8s.pod.label[app.kubernetes.io/name]", Value::string("shop")},
                                 {"proc.cmdline", Value::string("sh -c \x1b[2J\nrm \xff")},
                                 {"fd.types", Value::strings(images)}});
  return event;
}

std::string rendered(std::string_view text) {
  const auto output = OutputTemplate::parse(Source::kSyscall, text);
  if (!output) return "problem: " + output.error().message;
  std::string out;
  output->append(out, sample());
  return out;
}

TEST(OutputTemplate, PutsFieldsInTheirPlaces) {
  EXPECT_EQ(rendered("Shell %proc.name (pid=%proc.pid)."), "Shell bash (pid=42).");
  EXPECT_EQ(rendered("%proc.name/%proc.pid"), "bash/42");
  EXPECT_EQ(rendered("%proc.aname[2]%proc.name"), "sshdbash");
  EXPECT_EQ(rendered("no field"), "no field");
  EXPECT_EQ(rendered(""), "");
}

TEST(OutputTemplate, TakesArgumentsInBracketsAndBehindDots) {
  EXPECT_EQ(rendered("%evt.arg.flags."), "O_RDONLY.");
  EXPECT_EQ(rendered("%evt.arg[flags]"), "O_RDONLY");
  EXPECT_EQ(rendered("%evt.arg[\"flags\"]"), "O_RDONLY");
  EXPECT_EQ(rendered("%evt.arg[0]"), "3");
  EXPECT_EQ(
      rendered("%k8s.pod.label.app.kubernetes.io/name, %k8s.pod.label[app.kubernetes.io/name]"),
      "shop, shop");
  EXPECT_EQ(rendered("%proc.name[1]"), "bash[1]");  // takes none: the bracket is text
}

TEST(OutputTemplate, SaysNaForWhatTheEventDoesNotKnow) {
  EXPECT_EQ(rendered("user=%user.name"), "user=<NA>");
  EXPECT_EQ(rendered("*user=%user.name"), "user=<NA>");
}

TEST(OutputTemplate, WritesEachKindOfValue) {
  EXPECT_EQ(rendered("%evt.failed %fd.sip %fd.types"), "false 10.0.0.1 (nginx:1.27,busybox)");
}

TEST(OutputTemplate, KeepsHostileBytesFromTheTerminalAndTheLine) {
  EXPECT_EQ(rendered("%proc.cmdline"), "sh -c \\x1b[2J\\nrm \xEF\xBF\xBD");
}

TEST(OutputTemplate, CutsAndFillsToAWidth) {
  EXPECT_EQ(rendered("[%6proc.name][%2proc.name]"), "[bash  ][ba]");
  EXPECT_EQ(rendered("%1001proc.name").substr(0, 8), "problem:");
  EXPECT_EQ(rendered("%0proc.name").substr(0, 8), "problem:");
}

TEST(OutputTemplate, PutsFieldsThroughTransformers) {
  EXPECT_EQ(rendered("%toupper(proc.name)"), "BASH");
  EXPECT_EQ(rendered("[%len(proc.name)] %6toupper(evt.arg.flags)."), "[4] O_RDON.");
  EXPECT_EQ(rendered("%tolower(toupper(proc.aname[2]))!"), "sshd!");
  EXPECT_EQ(rendered("%toupper(user.name)"), "<NA>");
  EXPECT_EQ(rendered("%proc.name(x)"), "bash(x)");
  EXPECT_EQ(rendered("%toupper(proc.name"),
            "problem: toupper( is not closed behind its field in the output");
  EXPECT_EQ(rendered("%uppercase(proc.name)"),
            "problem: unknown field \"uppercase\" of source syscall in the output");
  EXPECT_EQ(rendered("%toupper(proc.pid)"),
            "problem: toupper() of a number: proc.pid is no text in the output");
  std::string many = "%";
  for (int i = 0; i <= kMaxConditionDepth; ++i) many += "toupper(";
  EXPECT_EQ(rendered(many + "proc.name"),
            "problem: transformers nested deeper than 200 in the output");
}

TEST(OutputTemplate, JoinsValues) {
  EXPECT_EQ(rendered("%concat(proc.name, \":\", proc.pid)."), "bash:42.");
  EXPECT_EQ(rendered("<%join(\" -> \", (fd.sip, proc.name))>"), "<10.0.0.1 -> bash>");
  EXPECT_EQ(rendered("%toupper(join(\",\", fd.types))"), "NGINX:1.27,BUSYBOX");
}

TEST(OutputTemplate, PrintsNothingForWhatOlderRulesAskFor) {
  EXPECT_EQ(rendered("%proc.name %container.info."), "bash .");
}

TEST(OutputTemplate, WritesPercentSigns) { EXPECT_EQ(rendered("100%% %proc.name"), "100% bash"); }

TEST(OutputTemplate, RefusesWhatNamesNoField) {
  EXPECT_EQ(rendered("%proc.nam"),
            "problem: unknown field \"proc.nam\" of source syscall in the output");
  EXPECT_EQ(rendered("100%"), "problem: a percent sign without a field behind it in the output");
  EXPECT_EQ(rendered("%evt.arg"), "problem: \"evt.arg\" needs an argument in the output");
  EXPECT_EQ(rendered("%evt.arg["),
            "problem: the argument of field evt.arg has no end in the output");
  EXPECT_EQ(rendered("%proc.aname[x]"),
            "problem: the argument of \"proc.aname[x]\" is no index in the output");
  EXPECT_EQ(rendered(std::string(OutputTemplate::kMaxText + 1, 'x')),
            "problem: the output is too long");
}

TEST(OutputTemplate, ListsEachFieldOnceByName) {
  const auto output = OutputTemplate::parse(Source::kSyscall, "%proc.pid %evt.arg.flags %proc.pid");
  ASSERT_TRUE(output);
  ASSERT_EQ(output->fields().size(), 2U);
  EXPECT_EQ(output->fields()[0].name, "evt.arg.flags");
  EXPECT_EQ(output->fields()[1].name, "proc.pid");
}

}  // namespace
}  // namespace yagura::rules
