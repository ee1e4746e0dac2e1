#include <gtest/gtest.h>

#include "rules/field.hpp"

namespace yagura::rules {
namespace {

FieldRef field(std::string_view text, Source source = Source::kSyscall) {
  const auto found = resolve_field(source, text);
  EXPECT_TRUE(found.has_value()) << text;
  return found.value_or(FieldRef{});
}

std::string problem(std::string_view text, Source source = Source::kSyscall) {
  const auto found = resolve_field(source, text);
  return found ? "" : found.error().message;
}

TEST(FieldReferences, HaveArguments) {
  EXPECT_EQ(field("proc.aname[2]").index, 2);
  EXPECT_EQ(field("proc.aname").index, FieldRef::kNoIndex);
  EXPECT_EQ(field("proc.aname").id, field("proc.aname[1]").id);
  EXPECT_EQ(field("evt.arg[0]").index, 0);
  EXPECT_EQ(field("evt.arg.flags").key, "flags");
  EXPECT_EQ(field("evt.arg[flags]"), field("evt.arg.flags"));
  EXPECT_EQ(field("evt.arg[flags]").key, "flags");
  EXPECT_EQ(field("container.mount.dest[/proc*]").key, "/proc*");
  EXPECT_EQ(field("jevt.value[/a/b]", Source::kK8sAudit).key, "/a/b");
  EXPECT_EQ(field("ka.req.pod.containers.image[0]", Source::kK8sAudit).index, 0);
}

TEST(FieldReferences, AreRefusedWhereTheyCannotBe) {
  EXPECT_EQ(problem("proc.nmae"), "unknown field \"proc.nmae\"");
  EXPECT_EQ(problem("ka.verb"), "unknown field \"ka.verb\"");
  EXPECT_EQ(problem("proc.name", Source::kK8sAudit), "unknown field \"proc.name\"");
  EXPECT_EQ(problem("proc.name[1]"), "\"proc.name\" takes no argument");
  EXPECT_EQ(problem("evt.arg"), "\"evt.arg\" needs an argument");
  EXPECT_EQ(problem("proc.aname[x]"), "the argument of \"proc.aname[x]\" is no index");
  EXPECT_EQ(problem("proc.aname[-1]"), "the argument of \"proc.aname[-1]\" is no index");
  EXPECT_EQ(problem("proc.aname[99999999999]"),
            "the argument of \"proc.aname[99999999999]\" is no index");
  EXPECT_EQ(problem("proc.aname[]"), "the argument of \"proc.aname[]\" is empty or does not end");
  EXPECT_EQ(problem("evt.arg."), "unknown field \"evt.arg.\"");
}

}  // namespace
}  // namespace yagura::rules
