#include "sensor/probe/call_plans.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "rules/fields/event_parameters.hpp"
#include "sensor/probe/call_numbers.hpp"

namespace yagura::sensor {
namespace {

rules::EventType type_of(std::string_view name) { return rules::find_event_type(name).value(); }

const ygr_call_plan& plan_of(const CallPlanTable& table, std::string_view call) {
  return table.at(static_cast<std::size_t>(native_call_number(call)));
}

TEST(CallPlans, EveryCallOfThisMachineThatRulesKnowIsPlanned) {
  const CallPlanTable table = make_call_plans({});
  for (const CallNumber& call : native_calls()) {
    const auto type = rules::find_event_type(event_name_of_call(call.name));
    if (!type || call.number >= YGR_CALLS) continue;
    EXPECT_EQ(table[call.number].type, *type) << call.name;
    EXPECT_NE(table[call.number].when, 0) << call.name;
  }
}

TEST(CallPlans, OnlyWantedCallsArePlanned) {
  const rules::EventType wanted[] = {type_of("openat")};
  const CallPlanTable table = make_call_plans({.event_types = wanted});
  EXPECT_EQ(plan_of(table, "openat").type, wanted[0]);
  EXPECT_EQ(std::ranges::count_if(table, [](const auto& plan) { return plan.when != 0; }),
            compat_calls().empty() ? 1 : 2);
}

TEST(CallPlans, PathsRelativeToADirectoryNameTheArgument) {
  const CallPlanTable table = make_call_plans({});
  const ygr_call_plan& rename = plan_of(table, "renameat2");
  EXPECT_EQ(rename.text[0], 2);
  EXPECT_EQ(rename.directory[0], 1);
  EXPECT_EQ(rename.text[1], 4);
  EXPECT_EQ(rename.directory[1], 3);
}

TEST(CallPlans, OnlyPlansOfANameAndItsDescriptorHaveTheShapeOfAnOpen) {
  const CallPlanTable table = make_call_plans({.opens = OpenInterest::kNotReadOnly});
  EXPECT_EQ(plan_of(table, "openat").shape, YGR_SHAPE_OPEN);
  EXPECT_EQ(plan_of(table, "memfd_create").shape, YGR_SHAPE_OPEN);
  EXPECT_EQ(plan_of(table, "openat2").shape, YGR_SHAPE_ANY);       // open_how
  EXPECT_EQ(plan_of(table, "finit_module").shape, YGR_SHAPE_ANY);  // the descriptor is given
  EXPECT_EQ(plan_of(table, "unlinkat").shape, YGR_SHAPE_ANY);      // there is none
}

TEST(CallPlans, NewerNamesOfACallAreTheSameEvent) {
  EXPECT_EQ(event_name_of_call("pread64"), "pread");
  EXPECT_EQ(event_name_of_call("chown32"), "chown");
  EXPECT_EQ(event_name_of_call("openat"), "openat");
}

TEST(CallPlans, DnsIsReadThoughNobodyWantsTheCall) {
  const rules::EventType wanted[] = {type_of("openat")};
  const CallPlanTable table = make_call_plans({.event_types = wanted, .tells_dns = true});
  EXPECT_EQ(plan_of(table, "recvfrom").flags, YGR_PLAN_DNS | YGR_PLAN_NO_EVENT);
  EXPECT_EQ(plan_of(table, "recvfrom").when, YGR_WHEN_SUCCESS);
}

}  // namespace
}  // namespace yagura::sensor
