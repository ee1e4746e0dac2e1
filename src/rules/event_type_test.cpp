#include "rules/event_type.hpp"

#include <gtest/gtest.h>

#include "rules/event_view.hpp"

namespace yagura::rules {
namespace {

TEST(EventTypes, EveryNameIsFoundByItsNumber) {
  for (std::size_t i = 0; i < event_types().size(); ++i) {
    EXPECT_EQ(find_event_type(event_types()[i]), i);
    EXPECT_EQ(event_type_name(static_cast<EventType>(i)), event_types()[i]);
  }
}

TEST(EventTypes, NamesOfBothArchitecturesAreKnown) {
  for (const std::string_view name : {"open", "openat2", "execveat", "io_uring_setup", "procexit",
                                      "container", "fchmodat", "userfaultfd", "accept4"}) {
    EXPECT_TRUE(find_event_type(name).has_value()) << name;
  }
  EXPECT_FALSE(find_event_type("opennat").has_value());
  EXPECT_FALSE(find_event_type("").has_value());
  EXPECT_EQ(event_type_name(65535), "");
}

TEST(Values, KeepWhatTheyWereMadeOf) {
  EXPECT_TRUE(Value().is_absent());
  EXPECT_EQ(Value::string("sh").as_string(), "sh");
  EXPECT_EQ(Value::integer(-1).as_integer(), -1);
  const std::string_view names[] = {"a", "b"};
  EXPECT_EQ(Value::strings(names).as_strings().size(), 2U);
  EXPECT_EQ(Value::ip({"\x7f\0\0\1", 4}).kind(), Value::Kind::kIp);
}

TEST(Sources, AreFoundByName) {
  EXPECT_EQ(find_source("k8s_audit"), Source::kK8sAudit);
  EXPECT_EQ(find_source(to_string(Source::kSyscall)), Source::kSyscall);
  EXPECT_FALSE(find_source("aws_cloudtrail").has_value());
}

}  // namespace
}  // namespace yagura::rules
