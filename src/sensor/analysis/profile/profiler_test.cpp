#include "sensor/analysis/profile/profiler.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "rules/event_type.hpp"
#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/dns/domain_names.hpp"

namespace yagura::sensor {
namespace {

using testing::EventBuilder;
using ::testing::HasSubstr;
using testing::make_container;
using testing::make_process;
using testing::RecordingSink;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::string_view kKey = "shop/Deployment/web/main";

class ProfilerTest : public ::testing::Test {
 protected:
  ProfilerTest() { start({}); }

  void start(ProfileOptions options) {
    profiler_ = std::make_unique<Profiler>(std::move(options), sink_);
  }
  void feed(const SensorEvent& event) {
    EventFacts facts{.event_class = class_of(event),
                     .workload = workloads_.find(event.process->container)};
    facts.peer = read_peer(event, facts.event_class);
    const auto message = read_dns_message(event.record->text(YGR_S_DATA));
    if (facts.event_class == EventClass::kDns && message) {
      facts.dns = &*message;
      names_.learn(1, *message, event.record->header().time_ns);
    }
    if (facts.peer) {
      facts.peer_names = names_.find(1, facts.peer->address, event.record->header().time_ns);
    }
    profiler_->on_event(event, facts);
  }
  // Days pass while the workload does the same again and again.
  void learn() {
    for (int i = 0; i < 24 * 60 + 2; ++i) {
      feed(build_.open("/etc/hosts"));
      build_.advance(60 * kSecond);
      profiler_->on_tick(build_.time());
    }
  }

  RecordingSink sink_;
  WorkloadTable workloads_;
  DomainNames names_;
  std::unique_ptr<Profiler> profiler_;
  std::shared_ptr<const Container> container_ = make_container("web");
  std::shared_ptr<Process> shell_ = make_process(10, "/bin/sh", container_);
  EventBuilder build_{shell_};
};

TEST_F(ProfilerTest, LearnsSilentlyAndThenTells) {
  feed(build_.open("/etc/hosts"));
  learn();
  EXPECT_EQ(profiler_->find(kKey)->state, ProfileState::kLearned);
  EXPECT_TRUE(sink_.alerts.empty());
  feed(build_.open("/etc/resolv.conf"));
  EXPECT_TRUE(sink_.alerts.empty()) << "the same directory";
  feed(build_.open("/root/.ssh/id_rsa"));
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].rule, "New directory read in workload");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.new"], "/root/.ssh");
  EXPECT_THAT(sink_.alerts[0].fields["yagura.usual"], HasSubstr("/etc"));
  feed(build_.open("/root/.ssh/id_rsa"));
  feed(build_.open("/root/.ssh/config"));
  EXPECT_EQ(sink_.alerts.size(), 1U) << "once";
}

TEST_F(ProfilerTest, GradesByWhatIsNew) {
  learn();
  build_.set_process(make_process(11, "/tmp/.x/miner", container_, shell_));
  feed(build_.exec(YGR_LAYER_UPPER));
  build_.set_process(make_process(12, "/usr/bin/nc", container_, shell_));
  feed(build_.exec());
  feed(build_.dns(testing::dns_answer("evil.example", "203.0.113.66")));
  feed(build_.open("/opt/x"));
  ASSERT_EQ(sink_.alerts.size(), 5U);  // execve itself is new as well
  std::vector<std::pair<std::string, double>> grades;
  for (const auto& alert : sink_.alerts) {
    if (alert.rule == "New system call in workload") continue;
    grades.emplace_back(alert.priority, std::stod(alert.fields.at("yagura.score")));
  }
  ASSERT_EQ(grades.size(), 4U);
  EXPECT_EQ(grades[0].first, "Critical");
  EXPECT_EQ(grades[1].first, "Warning");
  EXPECT_EQ(grades[3].first, "Informational");
  for (std::size_t i = 1; i < grades.size(); ++i) EXPECT_LT(grades[i].second, grades[i - 1].second);
}

TEST_F(ProfilerTest, ANewParentOfAKnownExecutableIsTold) {
  const auto server = make_process(20, "/usr/sbin/nginx", container_);
  build_.set_process(make_process(11, "/bin/ls", container_, shell_));
  feed(build_.exec());
  build_.set_process(shell_);
  learn();
  build_.set_process(make_process(12, "/bin/ls", container_, server));
  feed(build_.exec());
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.new"], "/usr/sbin/nginx -> /bin/ls");
}

TEST_F(ProfilerTest, AddressesOfKnownNamesAreUsual) {
  feed(build_.dns(testing::dns_answer("api.example.com", "203.0.113.1")));
  feed(build_.connect("203.0.113.1", 443));
  learn();
  feed(build_.dns(testing::dns_answer("api.example.com", "198.51.100.7")));
  feed(build_.connect("198.51.100.7", 443));
  EXPECT_TRUE(sink_.alerts.empty());
  feed(build_.connect("198.51.100.99", 443));
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].rule, "New outbound peer of workload");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.new"], "outbound tcp 198.51.100.99 443");
}

TEST_F(ProfilerTest, InboundPortsAndDirections) {
  feed(build_.accept("10.1.1.1", 50000, 8080));
  learn();
  feed(build_.accept("10.1.1.1", 50001, 8080));
  EXPECT_TRUE(sink_.alerts.empty());
  feed(build_.accept("10.1.1.1", 50001, 4444));
  EXPECT_EQ(sink_.count("New inbound peer of workload"), 1U);
}

TEST_F(ProfilerTest, FailedCallsTeachNothing) {
  feed(build_.begin("openat", -2).text(YGR_S_PATH0, "/nowhere/x").event());
  feed(build_.connect("203.0.113.1", 443, -111));
  const Profile* profile = profiler_->find(kKey);
  EXPECT_EQ(profile->table(FeatureKind::kReadDirectory).size(), 0U);
  EXPECT_TRUE(profile->peers.groups().empty());
  EXPECT_EQ(profile->table(FeatureKind::kCall).size(), 2U) << "but the calls were used";
}

TEST_F(ProfilerTest, WritesAndChangesAreWrites) {
  learn();
  feed(build_.open("/etc/hosts", O_WRONLY));
  feed(build_.begin("unlinkat").text(YGR_S_PATH0, "x").text(YGR_S_DIR0, "/var/log").event());
  ASSERT_EQ(sink_.count("New directory written in workload"), 2U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.new"], "/etc");
}

TEST_F(ProfilerTest, QuietWorkloadsAreLearnedEarlier) {
  for (int i = 0; i < 6 * 60 + 2; ++i) {
    feed(build_.open("/etc/hosts"));
    profiler_->on_tick(build_.time());
    build_.advance(60 * kSecond);
  }
  EXPECT_EQ(profiler_->find(kKey)->state, ProfileState::kLearned);
}

TEST_F(ProfilerTest, OnlyTimeInWhichItRunsCounts) {
  feed(build_.open("/etc/hosts"));
  for (int i = 0; i < 3 * 24 * 60; ++i) {
    build_.advance(60 * kSecond);
    profiler_->on_tick(build_.time());
  }
  EXPECT_EQ(profiler_->find(kKey)->state, ProfileState::kLearning);
}

TEST_F(ProfilerTest, AnotherImageIsLearnedAgain) {
  learn();
  const auto next = make_process(30, "/bin/sh", make_container("web", "sha256:2"));
  build_.set_process(next);
  feed(build_.open("/new/x"));
  EXPECT_EQ(profiler_->find(kKey)->state, ProfileState::kLearning);
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].rule, "New image of workload");
  EXPECT_EQ(profiler_->find(kKey)->table(FeatureKind::kReadDirectory).size(), 2U);
  for (int i = 0; i < 62; ++i) {
    feed(build_.open("/new/x"));
    profiler_->on_tick(build_.time());
    build_.advance(60 * kSecond);
  }
  EXPECT_EQ(profiler_->find(kKey)->state, ProfileState::kLearned);
  build_.set_process(shell_);
  feed(build_.open("/etc/hosts"));
  EXPECT_EQ(sink_.alerts.size(), 1U) << "replicas of the old one do not start it over";
}

TEST_F(ProfilerTest, OrIsJudgedAsItIs) {
  start({.on_image_change = ImageChange::kKeep});
  learn();
  build_.set_process(make_process(30, "/bin/sh", make_container("web", "sha256:2")));
  feed(build_.open("/new/x"));
  EXPECT_EQ(sink_.count("New directory read in workload"), 1U);
}

TEST_F(ProfilerTest, AcceptedIsUsual) {
  learn();
  feed(build_.connect("203.0.113.1", 443));
  ASSERT_EQ(sink_.count("New outbound peer of workload"), 1U);
  EXPECT_EQ(profiler_->accept(kKey), 2U);  // the peer, and connect itself
  EXPECT_TRUE(
      profiler_->find(kKey)->peers.contains(*parse_peer_text("outbound tcp 203.0.113.1 443")));
  EXPECT_EQ(profiler_->accept("no such"), 0U);
}

TEST_F(ProfilerTest, CountedCallsAreLearnedAndLaterKeptAsNew) {
  feed(build_.open("/etc/hosts"));
  Workload* workload = workloads_.find(container_);
  const auto type = [](std::string_view name) { return *rules::find_event_type(name); };
  profiler_->note_calls(*workload, std::array{type("getpid"), type("mount")});
  EXPECT_TRUE(profiler_->find(kKey)->has_all_calls);
  profiler_->finish_learning(std::string(kKey));
  profiler_->note_calls(*workload, std::array{type("getpid"), type("shmget"), type("ptrace")});
  const FeatureTable& calls = profiler_->find(kKey)->table(FeatureKind::kCall);
  EXPECT_EQ(calls.find("mount")->state, FeatureState::kLearned);
  EXPECT_EQ(calls.find("shmget")->state, FeatureState::kNew);
  EXPECT_EQ(calls.find("ptrace"), nullptr) << "its event is judged";
  EXPECT_TRUE(sink_.alerts.empty());
  feed(build_.begin("ptrace").event());
  EXPECT_EQ(sink_.count("New sensitive system call in workload"), 1U);
}

TEST_F(ProfilerTest, AFullTableIsNotAStormOfAlerts) {
  ProfileOptions options;
  options.limits.features[static_cast<std::size_t>(FeatureKind::kExecutable)] = 4;
  start(options);
  learn();
  for (std::uint32_t i = 0; i < 100; ++i) {
    build_.set_process(make_process(
        100 + i, "/bin/p" + std::to_string(i % 10) + "x" + std::to_string(i / 10), container_));
    feed(build_.exec());
  }
  EXPECT_EQ(sink_.count("New executable in workload"), 4U);
  EXPECT_GT(profiler_->counts().unjudged, 90U);
}

TEST_F(ProfilerTest, MemoryIsBounded) {
  start({.max_bytes = 64 << 10});
  for (int i = 0; i < 100'000; ++i) {
    feed(build_.open("/a" + std::string(200, 'x') + "b" + std::to_string(i % 99991) + "/dir" +
                     std::to_string(i) + "/f"));
  }
  EXPECT_LT(profiler_->counts().bytes, 256U << 10);
  EXPECT_TRUE(profiler_->find(kKey)->table(FeatureKind::kReadDirectory).is_full());
}

TEST_F(ProfilerTest, HostAndUnknownContainersAreLeftAlone) {
  build_.set_process(make_process(5, "/usr/bin/kubelet", nullptr));
  feed(build_.open("/etc/hosts"));
  EXPECT_EQ(profiler_->counts().profiles, 0U);
}

}  // namespace
}  // namespace yagura::sensor
