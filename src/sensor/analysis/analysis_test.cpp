#include "sensor/analysis/analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>

#include "rules/event_type.hpp"
#include "rules/load/definitions.hpp"
#include "rules/output/output_template.hpp"
#include "sensor/analysis/facts/testing/event_builder.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using testing::EventBuilder;
using ::testing::HasSubstr;
using testing::make_container;
using testing::make_process;
using testing::RecordingSink;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::string_view kKey = "shop/Deployment/web/main";

class AnalysisTest : public ::testing::Test {
 protected:
  AnalysisTest() {
    std::string name = (fs::temp_directory_path() / "yagura_analysis_XXXXXX").string();
    directory_ = mkdtemp(name.data());
    std::ofstream(directory_ / "c2.txt") << "192.0.2.0/24\n.evil.example\n";
    options_.state_directory = directory_ / "state";
    options_.watch_lists = {{.name = "c2", .path = directory_ / "c2.txt"}};
    start();
  }
  ~AnalysisTest() override { fs::remove_all(directory_); }

  void start() {
    analysis_ = std::make_unique<Analysis>(options_, sink_);
    problems_ = analysis_->load();
  }
  void feed(const SensorEvent& event) { analysis_->on_event(event); }

  fs::path directory_;
  AnalysisOptions options_;
  RecordingSink sink_;
  std::unique_ptr<Analysis> analysis_;
  std::vector<std::string> problems_;
  std::shared_ptr<const Container> container_ = make_container("web");
  EventBuilder build_{make_process(10, "/usr/bin/app", container_)};
};

TEST_F(AnalysisTest, WhatWasLearnedOutlivesTheProcess) {
  feed(build_.exec());
  feed(build_.open("/etc/hosts"));
  feed(build_.library("/lib/libc.so.6"));
  analysis_->profiler().finish_learning(kKey);
  EXPECT_TRUE(analysis_->save().empty());
  start();
  EXPECT_TRUE(problems_.empty());
  feed(build_.exec());
  feed(build_.open("/etc/hosts"));
  EXPECT_TRUE(sink_.alerts.empty());
  feed(build_.open("/root/.ssh/id_rsa"));
  EXPECT_EQ(sink_.count("New directory read in workload"), 1U);
  EXPECT_TRUE(analysis_->in_use().is_loaded("sha256:1", "/lib/libc.so.6"));
  EXPECT_EQ(analysis_->accept(kKey), 1U);
}

TEST_F(AnalysisTest, BrokenStateIsToldAndKept) {
  feed(build_.exec());
  EXPECT_TRUE(analysis_->save().empty());
  for (const auto& entry : fs::directory_iterator(directory_ / "state" / "profiles")) {
    std::ofstream(entry.path()) << "{";
  }
  std::ofstream(directory_ / "state" / "in-use.json") << "{";
  fs::remove(directory_ / "c2.txt");
  start();
  EXPECT_EQ(problems_.size(), 3U);
  EXPECT_TRUE(fs::exists(directory_ / "state" / "in-use.json.refused"));
  feed(build_.exec());
  EXPECT_TRUE(analysis_->save().empty());
}

TEST_F(AnalysisTest, AListedNameFromQuestionToConnection) {
  feed(build_.dns(testing::dns_answer("www.evil.example", "203.0.113.5")));
  feed(build_.connect("203.0.113.5", 443));
  feed(build_.connect("192.0.2.1", 443));
  EXPECT_EQ(sink_.count("Listed domain resolved"), 1U);
  EXPECT_EQ(sink_.count("Connection with an address of a listed domain"), 1U);
  EXPECT_EQ(sink_.count("Connection with a listed address"), 1U);
}

TEST_F(AnalysisTest, ReloadTakesUpLists) {
  std::ofstream(directory_ / "c2.txt") << "198.51.100.1\n";
  EXPECT_TRUE(analysis_->reload().empty());
  feed(build_.connect("198.51.100.1", 443));
  EXPECT_EQ(sink_.count("Connection with a listed address"), 1U);
}

TEST_F(AnalysisTest, AnAnswerOfOneContainerSaysNothingOfAnother) {
  feed(build_.dns(testing::dns_answer("www.evil.example", "203.0.113.5")));
  auto other = std::make_shared<Container>(*make_container("db"));
  other->cgroup_id = 99;
  build_.set_process(make_process(20, "/bin/db", other));
  feed(build_.connect("203.0.113.5", 443));
  EXPECT_EQ(sink_.count("Connection with an address of a listed domain"), 0U);
}

TEST_F(AnalysisTest, BeaconsToLearnedPeersAreUsual) {
  feed(build_.connect("203.0.113.77", 443));
  analysis_->profiler().finish_learning(kKey);
  for (int i = 0; i < 60; ++i) {
    feed(build_.connect("203.0.113.77", 443));
    feed(build_.connect("203.0.113.78", 443));
    build_.advance(60 * kSecond);
  }
  ASSERT_EQ(sink_.count("Regular connections to one peer (beaconing)"), 1U);
  EXPECT_EQ(sink_.count("New outbound peer of workload"), 1U);
}

TEST_F(AnalysisTest, PodsAreKnownByTheirLabels) {
  auto database = std::make_shared<Container>(*make_container("db"));
  auto pod = std::make_shared<Pod>(*database->pod);
  pod->ip = "10.244.0.50";
  pod->labels = {{"app", "db"}, {"pod-template-hash", "5d9f"}};
  database->pod = pod;
  build_.set_process(make_process(20, "/bin/db", database));
  feed(build_.exec());
  build_.set_process(make_process(10, "/usr/bin/app", container_));
  feed(build_.connect("10.244.0.50", 5432));
  const Profile* profile = analysis_->profiler().find(kKey);
  ASSERT_EQ(profile->table(FeatureKind::kPeerPod).size(), 1U);
  EXPECT_EQ(profile->table(FeatureKind::kPeerPod).all()[0].text, "outbound tcp 5432 shop app=db");
  EXPECT_TRUE(profile->peers.groups().empty());
  EXPECT_EQ(profile->labels, (Labels{{"app", "web"}}));
}

TEST_F(AnalysisTest, TheHostIsLeftAloneUnlessAskedFor) {
  build_.set_process(make_process(5, "/bin/sh", nullptr));
  feed(build_.open("/etc/hosts"));
  EXPECT_EQ(analysis_->profiler().counts().profiles, 0U);
  options_.with_host = true;
  start();
  feed(build_.open("/etc/hosts"));
  EXPECT_NE(analysis_->profiler().find("host"), nullptr);
}

TEST_F(AnalysisTest, BrokenDnsIsCounted) {
  feed(build_.dns("xx"));
  feed(build_.dns(testing::dns_question("a.example")));
  const std::string metrics = analysis_->metrics();
  EXPECT_THAT(metrics, HasSubstr("yagura_sensor_analysis_dns_messages_total 2\n"));
  EXPECT_THAT(metrics, HasSubstr("yagura_sensor_analysis_dns_broken_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr("watch_entries{list=\"c2\",kind=\"network\"} 1\n"));
}

// Every kind of alert: Falco's fields in its output exist.
TEST_F(AnalysisTest, OutputsAreTemplates) {
  for (std::size_t i = 0; i < kNovelties; ++i) {
    const NoticeKind& kind = grade_of(static_cast<Novelty>(i)).notice;
    EXPECT_TRUE(rules::OutputTemplate::parse(rules::Source::kSyscall, kind.output)) << kind.rule;
    EXPECT_TRUE(rules::find_priority(kind.priority)) << kind.rule;
  }
  feed(build_.exec());
  EXPECT_TRUE(analysis_->profiler().finish_learning(kKey));
  feed(build_.dns(testing::dns_answer("www.evil.example", "203.0.113.5")));
  feed(build_.connect("203.0.113.5", 443));
  feed(build_.connect("192.0.2.1", 443));
  for (std::uint16_t port = 1; port < 60; ++port) feed(build_.connect("10.0.0.5", port, -111));
  std::mt19937 random(9);
  for (int i = 0; i < 200; ++i) {
    std::string name;
    for (int k = 0; k < 40; ++k) name += static_cast<char>('a' + random() % 26);
    feed(build_.dns(testing::dns_question(name + ".t.example.org")));
  }
  feed(build_.dns(testing::dns_question("pool.supportxmr.com")));
  for (int i = 0; i < 60; ++i) {
    feed(build_.connect("203.0.113.78", 443));
    build_.advance(60 * kSecond);
  }
  std::set<std::string> rules_seen;
  for (const auto& alert : sink_.alerts) {
    rules_seen.insert(alert.rule);
    EXPECT_TRUE(rules::OutputTemplate::parse(rules::Source::kSyscall, alert.output)) << alert.rule;
    EXPECT_TRUE(rules::find_priority(alert.priority)) << alert.rule;
    EXPECT_FALSE(alert.tags.empty()) << alert.rule;
  }
  EXPECT_GE(rules_seen.size(), 9U) << ::testing::PrintToString(rules_seen);
}

TEST(AnalysedCalls, AreThoseThatTellSomething) {
  const auto calls = analysed_calls();
  const auto has = [&](std::string_view name) {
    return std::ranges::find(calls, *rules::find_event_type(name)) != calls.end();
  };
  EXPECT_TRUE(has("openat"));
  EXPECT_TRUE(has("connect"));
  EXPECT_TRUE(has("mount"));
  EXPECT_FALSE(has("read"));
  EXPECT_FALSE(has("sendto"));
}

}  // namespace
}  // namespace yagura::sensor
