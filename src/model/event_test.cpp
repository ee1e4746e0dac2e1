#include "model/event.hpp"

#include <gtest/gtest.h>

#include <set>

namespace yagura::model {
namespace {

TEST(Event, EveryKindHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(EventKind::kSystem); ++i)
    names.insert(to_string(static_cast<EventKind>(i)));
  EXPECT_EQ(names.size(), 8U);
  EXPECT_EQ(to_string(EventKind::kAdmission), "admission");
  EXPECT_EQ(to_string(EventKind::kSystem), "system");
}

TEST(Event, OutcomeNamesFollowTheEnumeration) {
  EXPECT_EQ(to_string(Outcome::kUnknown), "unknown");
  EXPECT_EQ(to_string(Outcome::kAllowed), "allowed");
  EXPECT_EQ(to_string(Outcome::kDenied), "denied");
  EXPECT_EQ(to_string(Outcome::kFailed), "failed");
}

TEST(Event, ClaimsNothingByDefault) {
  const Event event;
  EXPECT_EQ(event.outcome, Outcome::kUnknown);
  EXPECT_EQ(event.severity, Severity::kInfo);
  EXPECT_EQ(event.resource, nullptr);
  EXPECT_FALSE(event.truncated);
  EXPECT_EQ(event.lost_before, 0U);
}

}  // namespace
}  // namespace yagura::model
