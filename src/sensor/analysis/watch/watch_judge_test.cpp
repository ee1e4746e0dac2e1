#include "sensor/analysis/watch/watch_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/dns/domain_names.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using testing::EventBuilder;
using testing::RecordingSink;

constexpr std::int64_t kSecond = 1'000'000'000;

class WatchJudgeTest : public ::testing::Test {
 protected:
  WatchJudgeTest() {
    std::string name = (fs::temp_directory_path() / "yagura_watch_XXXXXX").string();
    directory_ = mkdtemp(name.data());
    write("192.0.2.0/24\n.evil.example\n");
    lists_ = std::make_unique<WatchLists>(std::vector<WatchListOptions>{
        {.name = "c2", .path = directory_ / "c2.txt", .priority = "Error"}});
    EXPECT_TRUE(lists_->load().empty());
    judge_ = std::make_unique<WatchJudge>(WatchOptions{}, *lists_, sink_);
  }
  ~WatchJudgeTest() override { fs::remove_all(directory_); }

  // As editors and downloads do: a new file takes the old one's name.
  void write(std::string_view text) const {
    std::ofstream(directory_ / "new") << text;
    fs::rename(directory_ / "new", directory_ / "c2.txt");
  }
  void feed(const SensorEvent& event) {
    EventFacts facts{.event_class = class_of(event), .scope = 7};
    facts.peer = read_peer(event, facts.event_class);
    std::optional<DnsMessage> message;
    if (facts.event_class == EventClass::kDns) {
      if (auto read = read_dns_message(event.record->text(YGR_S_DATA))) message = std::move(*read);
    }
    if (message) {
      facts.dns = &*message;
      names_.learn(7, *message, 1);
    }
    if (facts.peer) facts.peer_names = names_.find(7, facts.peer->address, 1);
    judge_->on_event(event, facts);
  }

  fs::path directory_;
  RecordingSink sink_;
  DomainNames names_;
  std::unique_ptr<WatchLists> lists_;
  std::unique_ptr<WatchJudge> judge_;
  EventBuilder build_{testing::make_process(10, "/app", testing::make_container("web"))};
};

TEST_F(WatchJudgeTest, ListedAddressesInBothDirections) {
  feed(build_.connect("192.0.2.7", 443, -115));
  feed(build_.connect("198.51.100.1", 443));
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].rule, "Connection with a listed address");
  EXPECT_EQ(sink_.alerts[0].priority, "Error");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.list"], "c2");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.entry"], "192.0.2.0/24");
  build_.advance(601 * kSecond);
  feed(build_.accept("192.0.2.9", 50000, 80));
  EXPECT_EQ(sink_.alerts.size(), 2U);
}

TEST_F(WatchJudgeTest, OnceInTenMinutes) {
  for (int i = 0; i < 100; ++i) feed(build_.connect("192.0.2.7", 443));
  EXPECT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(judge_->hits(), 100U);
  build_.advance(601 * kSecond);
  feed(build_.connect("192.0.2.7", 443));
  EXPECT_EQ(sink_.alerts.size(), 2U);
}

TEST_F(WatchJudgeTest, ListedNamesAndWhatTheyAreAnsweredWith) {
  feed(build_.dns(testing::dns_question("www.evil.example")));
  feed(build_.dns(testing::dns_answer("www.evil.example", "203.0.113.5")));
  EXPECT_EQ(sink_.count("Listed domain resolved"), 1U);
  feed(build_.connect("203.0.113.5", 443));
  ASSERT_EQ(sink_.count("Connection with an address of a listed domain"), 1U);
  EXPECT_EQ(sink_.alerts.back().fields["yagura.subject"], "www.evil.example");
  feed(build_.dns(testing::dns_answer("good.example", "192.0.2.200")));
  EXPECT_EQ(sink_.alerts.back().fields["yagura.entry"], "192.0.2.0/24");
}

TEST_F(WatchJudgeTest, ChangedFilesAreTakenUp) {
  write("198.51.100.1\n");
  judge_->on_tick(build_.time());
  lists_->wait();
  feed(build_.connect("198.51.100.1", 443));
  EXPECT_EQ(sink_.alerts.size(), 1U);
  feed(build_.connect("192.0.2.7", 443));
  EXPECT_EQ(sink_.alerts.size(), 1U) << "no longer listed";
}

TEST_F(WatchJudgeTest, AFileThatIsGoneChangesNothing) {
  fs::remove(directory_ / "c2.txt");
  lists_->poll();
  lists_->wait();
  EXPECT_THAT(lists_->states().at(0).problem, ::testing::HasSubstr("c2.txt"));
  feed(build_.connect("192.0.2.7", 443));
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(WatchJudgeTest, NetworksCanBeGivenToTheKernel) {
  std::vector<std::string> networks;
  lists_->current()->for_each_network(
      [&](const WatchedNetwork& network) { networks.push_back(network.to_string()); });
  EXPECT_THAT(networks, ::testing::ElementsAre("192.0.2.0/24"));
}

}  // namespace
}  // namespace yagura::sensor
