#include "sensor/agent/rule_responses.hpp"

#include <gtest/gtest.h>

namespace yagura::sensor {
namespace {

class Counter final : public AlertSink {
 public:
  void on_alert(const SensorAlert&) override { ++count; }
  int count = 0;
};

class RuleResponsesTest : public testing::Test {
 protected:
  RuleResponsesTest() {
    auto container = std::make_shared<Container>();
    container->id = "c1";
    process_.pid = 7;
    process_.start_ns = 70;
    process_.container = container;
    event_.process = &process_;
    event_.wall_ns = 1;
  }
  void make(std::vector<ResponseSelection> selections) {
    responses_ = std::make_unique<RuleResponses>(
        std::move(selections),
        [this](const ResponseRequest& request) { asked_.push_back(request); }, next_);
  }
  void fire(std::string_view rule, AlertOrigin origin = AlertOrigin::kRule) {
    responses_->on_alert({.origin = origin, .rule = rule, .tags = tags_, .event = &event_});
  }

  Process process_;
  SensorEvent event_;
  std::vector<std::string> tags_ = {"container", "mitre_execution"};
  Counter next_;
  std::vector<ResponseRequest> asked_;
  std::unique_ptr<RuleResponses> responses_;
};

TEST_F(RuleResponsesTest, AnswerByNameAndByTag) {
  make({{.rule = "Terminal *", .tag = "", .actions = {"pause", "label"}},
        {.rule = "", .tag = "mitre_execution", .actions = {"kill"}},
        {.rule = "", .tag = "other", .actions = {"isolate"}}});
  fire("Terminal shell in container");
  ASSERT_EQ(asked_.size(), 3U);
  EXPECT_EQ(asked_[0].action, ResponseAction::kPause);
  EXPECT_EQ(asked_[1].action, ResponseAction::kLabel);
  EXPECT_EQ(asked_[2].action, ResponseAction::kKill);
  EXPECT_EQ(asked_[2].pid, 7U);
  EXPECT_EQ(asked_[2].start_ns, 70U);
  EXPECT_EQ(asked_[2].container, process_.container);
  EXPECT_EQ(asked_[2].reason, "Terminal shell in container");
  EXPECT_EQ(next_.count, 1);
}

TEST_F(RuleResponsesTest, LeaveTheHostAlone) {
  make({{.rule = "*", .tag = "", .actions = {"kill"}}});
  process_.container = nullptr;
  fire("x");
  EXPECT_TRUE(asked_.empty());
  EXPECT_EQ(next_.count, 1);
}

TEST_F(RuleResponsesTest, DoNothingOnGuessesUnlessTheyAreNamed) {
  make({{.rule = "*", .tag = "", .actions = {"kill"}},
        {.rule = "", .tag = "container", .actions = {"pause"}}});
  fire("Unusual counts", AlertOrigin::kStatistics);
  fire("New executable in workload", AlertOrigin::kProfile);
  EXPECT_TRUE(asked_.empty());
  make({{.rule = "New executable in workload", .tag = "", .actions = {"label"}}});
  fire("New executable in workload", AlertOrigin::kProfile);
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(RuleResponsesTest, AskOnceInAWhile) {
  make({{.rule = "*", .tag = "", .actions = {"kill", "pause"}}});
  fire("a");
  fire("b");
  EXPECT_EQ(asked_.size(), 2U);
  process_.pid = 8;
  fire("a");
  EXPECT_EQ(asked_.size(), 3U) << "another process, the same container";
  event_.wall_ns += 30'000'000'000;
  fire("a");
  EXPECT_EQ(asked_.size(), 5U);
}

TEST_F(RuleResponsesTest, ForgetWhomTheyAskedAboutLongAgo) {
  make({{.rule = "*", .tag = "", .actions = {"kill"}}});
  for (std::uint32_t pid = 1; pid <= 2 * RuleResponses::kMaxRemembered; ++pid) {
    process_.pid = pid;
    event_.wall_ns += 1'000'000'000;
    fire("a");
  }
  EXPECT_EQ(asked_.size(), 2 * RuleResponses::kMaxRemembered);
  fire("a");
  EXPECT_EQ(asked_.size(), 2 * RuleResponses::kMaxRemembered) << "the last one is remembered";
}

}  // namespace
}  // namespace yagura::sensor
