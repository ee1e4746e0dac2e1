#include "sensor/detect/detector.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "sensor/detect/testing/scene.hpp"

namespace yagura::sensor {
namespace {

using testing::rules_of;
using testing::Scene;

constexpr std::string_view kRules = R"(
- rule: Secret read
  desc: x
  condition: evt.type in (open, openat) and evt.is_open_read=true and fd.name=/etc/secret
  output: file=%fd.name by=%proc.name
  priority: WARNING
- rule: Anything below etc
  desc: x
  condition: evt.type in (open, openat) and fd.directory=/etc and proc.name != trusted
  output: file=%fd.name
  priority: NOTICE
- rule: Old process reads hosts
  desc: x
  condition: evt.type=openat and fd.name=/etc/../tmp/hosts and proc.duration > 1000
  output: x
  priority: DEBUG
)";

TEST(Detector, FirstMatchingTellsTheFirstRuleAlone) {
  Scene scene(rules_of(kRules), Matching::kFirst);
  scene.feed(scene.open(Scene::kInit, "/etc/secret", O_RDONLY));
  EXPECT_EQ(scene.alerts.rules, std::vector<std::string>{"Secret read"});
  Scene all(rules_of(kRules), Matching::kAll);
  all.feed(all.open(Scene::kInit, "/etc/secret", O_RDONLY));
  EXPECT_EQ(all.alerts.rules, (std::vector<std::string>{"Secret read", "Anything below etc"}));
  EXPECT_EQ(all.detector.fired_by_rule()[0], 1U);
}

TEST(Detector, BothNamesOfAFileAreJudged) {
  Scene scene(rules_of(kRules));
  scene.feed(scene.open(Scene::kInit, "/tmp/link", O_RDONLY, "/etc/secret"));
  EXPECT_TRUE(scene.alerts.has("Secret read"));
  EXPECT_FALSE(scene.alerts.by_given_name.at(0));
  scene.feed(scene.open(Scene::kInit, "/etc/secret", O_RDONLY, "/data/x"));
  ASSERT_TRUE(scene.alerts.has("Secret read"));
  EXPECT_TRUE(scene.alerts.by_given_name.at(0));
  scene.feed(scene.open(Scene::kInit, "../etc/./secret", O_RDONLY, "/etc/secret"));
  EXPECT_EQ(scene.alerts.rules.size(), 2U);  // the same name: each rule once
}

TEST(Detector, EqualUninterestingEventsAreRememberedAndOthersAreNot) {
  Scene scene(rules_of(kRules));
  scene.feed(scene.open(Scene::kInit, "/usr/lib/x", O_RDONLY));
  EXPECT_EQ(scene.detector.counts().remembered, 0U);
  scene.feed(scene.open(Scene::kInit, "/usr/lib/x", O_RDONLY));
  EXPECT_EQ(scene.detector.counts().remembered, 1U);
  scene.feed(scene.open(Scene::kInit, "/usr/lib/y", O_RDONLY));
  scene.feed(scene.open(Scene::kInit, "/usr/lib/x", O_WRONLY));
  scene.feed(scene.open(Scene::kLogin, "/usr/lib/x", O_RDONLY));
  EXPECT_EQ(scene.detector.counts().remembered, 1U);
}

TEST(Detector, AChangeOfTheProcessForgetsItsVerdicts) {
  Scene scene(rules_of(kRules));
  scene.start(300, Scene::kInit, "/bin/trusted", {"trusted"});
  for (int i = 0; i < 3; ++i) {
    scene.feed(scene.open(300, "/etc/hosts", O_RDONLY));
    EXPECT_TRUE(scene.alerts.rules.empty());
  }
  EXPECT_EQ(scene.detector.counts().remembered, 2U);
  scene.feed(scene.exec(300, Scene::kInit, "/bin/other", {"other"}));
  scene.feed(scene.open(300, "/etc/hosts", O_RDONLY));
  EXPECT_TRUE(scene.alerts.has("Anything below etc"));
}

TEST(Detector, WhatHangsOnTimeIsJudgedEachTime) {
  Scene scene(rules_of(kRules));
  for (int i = 0; i < 3; ++i) {
    scene.feed(scene.open(Scene::kInit, "/etc/../tmp/hosts", O_RDONLY, "/etc/../tmp/hosts"));
  }
  EXPECT_TRUE(scene.alerts.has("Old process reads hosts"));
  Scene young(rules_of(R"(
- rule: Old
  desc: x
  condition: evt.type=openat and proc.duration > 2500000
  output: x
  priority: DEBUG
)"));
  young.start(300, Scene::kInit, "/bin/a", {"a"});
  young.feed(young.open(300, "/x", O_RDONLY));
  EXPECT_TRUE(young.alerts.rules.empty());
  young.feed(young.open(300, "/x", O_RDONLY));
  young.feed(young.open(300, "/x", O_RDONLY));
  EXPECT_TRUE(young.alerts.has("Old"));
}

TEST(Detector, NewRulesForgetWhatOldOnesSaid) {
  Scene scene(rules_of(kRules));
  for (int i = 0; i < 2; ++i) scene.feed(scene.open(Scene::kInit, "/usr/lib/x", O_RDONLY));
  EXPECT_EQ(scene.detector.counts().remembered, 1U);
  scene.detector.set_rules(rules_of(R"(
- rule: Library
  desc: x
  condition: evt.type=openat and fd.name=/usr/lib/x
  output: x
  priority: DEBUG
)"));
  scene.feed(scene.open(Scene::kInit, "/usr/lib/x", O_RDONLY));
  EXPECT_TRUE(scene.alerts.has("Library"));
}

TEST(Detector, RulesBelowTheMinimumAreNotThere) {
  testing::ScriptedResolver resolver;
  Pipeline pipeline(resolver, {});
  testing::Names alerts;
  Detector detector(rules_of(kRules), {.minimum = rules::Priority::kNotice}, {}, alerts);
  pipeline.add_consumer(detector);
  testing::RecordMaker record(YGR_CALL, "openat", 5);
  record.args({0, 0, O_WRONLY}).text(YGR_S_PATH0, "/etc/x").file(3, "/etc/x");
  pipeline.feed(record.view());
  EXPECT_EQ(alerts.rules, std::vector<std::string>{"Anything below etc"});
}

}  // namespace
}  // namespace yagura::sensor
