#include <gtest/gtest.h>

#include <cerrno>
#include <random>
#include <string>

#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/analysis/patterns/beacon.hpp"
#include "sensor/analysis/patterns/distinct_counter.hpp"
#include "sensor/analysis/patterns/dns_tunnel.hpp"
#include "sensor/analysis/patterns/port_scan.hpp"

namespace yagura::sensor {
namespace {

using testing::EventBuilder;
using testing::RecordingSink;

constexpr std::int64_t kSecond = 1'000'000'000;

class NetworkPatterns : public ::testing::Test {
 protected:
  EventFacts facts_of(const SensorEvent& event) {
    EventFacts facts{.event_class = class_of(event), .scope = 7};
    facts.peer = read_peer(event, facts.event_class);
    if (facts.event_class == EventClass::kDns) {
      message_ = *read_dns_message(event.record->text(YGR_S_DATA));
      facts.dns = &message_;
    }
    return facts;
  }
  template <typename Finder>
  void feed(Finder& finder, const SensorEvent& event) {
    finder.on_event(event, facts_of(event));
  }

  RecordingSink sink_;
  DnsMessage message_;
  EventBuilder build_{testing::make_process(10, "/app", testing::make_container("web"))};
  std::mt19937 random_{5};
};

// --- beaconing

class Beaconing : public NetworkPatterns {
 protected:
  void connect_every(double seconds, double jitter, int times,
                     std::string_view ip = "203.0.113.9") {
    std::uniform_real_distribution<double> spread(1 - jitter, 1 + jitter);
    for (int i = 0; i < times; ++i) {
      feed(finder_, build_.connect(ip, 443));
      build_.advance(static_cast<std::int64_t>(seconds * spread(random_) * 1e9));
    }
  }
  bool is_usual_ = false;
  BeaconFinder finder_{BeaconOptions{}, sink_, [this](const EventFacts&) { return is_usual_; }};
};

TEST_F(Beaconing, ATimerIsToldOnce) {
  connect_every(60, 0, 100);
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.interval_seconds"], "60.0");
}

TEST_F(Beaconing, JitterDoesNotHideIt) {
  connect_every(300, 0.4, 60);
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(Beaconing, FewConnectionsAreNoPattern) {
  connect_every(60, 0, 12);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(Beaconing, PeopleAreIrregular) {
  std::exponential_distribution<double> wait(1.0 / 60);
  for (int i = 0; i < 300; ++i) {
    feed(finder_, build_.connect("203.0.113.9", 443));
    build_.advance(static_cast<std::int64_t>((6 + wait(random_)) * 1e9));
  }
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(Beaconing, ScrapesAndHealthChecksInTheClusterAreUsual) {
  connect_every(15, 0, 100, "10.244.1.7");
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(Beaconing, WhatTheProfileKnowsIsUsual) {
  is_usual_ = true;
  connect_every(60, 0, 100);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(Beaconing, ABurstIsOneBeat) {
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 6; ++k) {
      feed(finder_, build_.connect("203.0.113.9", 443));
      build_.advance(kSecond / 100);
    }
    build_.advance(60 * kSecond);
  }
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(Beaconing, RequestsWithoutPauseAreNone) {
  connect_every(2, 0, 1000);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(Beaconing, PeersAreBounded) {
  BeaconFinder finder({.max_peers = 100}, sink_, nullptr);
  for (int i = 0; i < 10'000; ++i) {
    feed(finder, build_.connect(
                     "203." + std::to_string(i % 200) + "." + std::to_string(i / 200) + ".1", 443));
  }
  EXPECT_LE(finder.peers(), 100U);
}

// --- port scans

class PortScan : public NetworkPatterns {
 protected:
  PortScanFinder finder_{PortScanOptions{}, sink_};
};

TEST_F(PortScan, ManyPortsOfOneHost) {
  for (std::uint16_t port = 1; port <= 100; ++port) {
    feed(finder_, build_.connect("10.0.0.5", port, -ECONNREFUSED));
    build_.advance(kSecond / 100);
  }
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.scan"], "ports of one host");
}

TEST_F(PortScan, ManyHostsAtOnePort) {
  for (int i = 0; i < 100; ++i) {
    feed(finder_, build_.connect("10.0.0." + std::to_string(i), 22, -EHOSTUNREACH));
  }
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.scan"], "hosts at one port");
}

TEST_F(PortScan, ManyHostsWithoutResults) {
  for (int i = 0; i < 600; ++i) {
    feed(finder_, build_.connect("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250),
                                 6379, -EINPROGRESS));
  }
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(PortScan, AMonitoringSystemIsNone) {
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) {
      feed(finder_, build_.connect("10.0.0." + std::to_string(i), 9100, -EINPROGRESS));
    }
    build_.advance(15 * kSecond);
  }
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(PortScan, SomeFailuresOfAServiceAreNone) {
  for (int i = 0; i < 1000; ++i) {
    feed(finder_,
         build_.connect("10.0.0." + std::to_string(i % 40), 5432, i % 5 == 0 ? -ECONNREFUSED : 0));
    feed(finder_,
         build_.connect("10.0.1.1", static_cast<std::uint16_t>(8080 + i % 10), -ECONNREFUSED));
  }
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(PortScan, ASlowWalkThroughPortsIsBelowTheWindow) {
  for (std::uint16_t port = 1; port <= 200; ++port) {
    feed(finder_, build_.connect("10.0.0.5", port, -ECONNREFUSED));
    build_.advance(10 * kSecond);
  }
  EXPECT_TRUE(sink_.alerts.empty()) << "a documented limit";
}

TEST(DistinctCounter, CountsWithinSomePercent) {
  DistinctCounter<1024> counter;
  std::mt19937_64 random(3);
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t hash = random();
    counter.add(hash);
    counter.add(hash);
  }
  EXPECT_NEAR(counter.count(), 500, 50);
}

// --- DNS tunnelling

class DnsTunnel : public NetworkPatterns {
 protected:
  void ask(const std::string& name, std::uint16_t type = kDnsA) {
    feed(finder_, build_.dns(testing::dns_question(name, type)));
    build_.advance(kSecond / 10);
  }
  std::string data(std::size_t size) {
    static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += kLetters[random_() % 32];
    return text;
  }
  DnsTunnelFinder finder_{DnsTunnelOptions{}, sink_};
};

TEST_F(DnsTunnel, DataInNames) {
  for (int i = 0; i < 200; ++i) ask(data(50) + "." + data(30) + ".t.evil.example");
  ASSERT_EQ(sink_.alerts.size(), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.domain"], "evil.example");
}

TEST_F(DnsTunnel, ShorterOnesInTxtQuestions) {
  for (int i = 0; i < 300; ++i) ask(data(14) + ".evil.example", kDnsTxt);
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(DnsTunnel, NamesOfACdnAreAskedForAgain) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i)
    names.push_back("d" + data(13) + ".edge-" + data(12) + ".cdn.example.net");
  for (int i = 0; i < 2000; ++i) ask(names[static_cast<std::size_t>(i) % names.size()]);
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(DnsTunnel, BlockListsAndReverseLookUpsAreShortOrLeftOut) {
  for (int i = 0; i < 2000; ++i) {
    const std::string reversed =
        std::to_string(i % 256) + "." + std::to_string(i / 256) + ".113.203";
    ask(reversed + ".zen.dnsbl.example");
    ask(reversed + ".in-addr.arpa", kDnsPtr);
  }
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(DnsTunnel, ServicesOfTheClusterAreLeftOut) {
  for (int i = 0; i < 1000; ++i) ask("svc-" + data(30) + ".shop.svc.cluster.local");
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(DnsTunnel, PackageMirrorsAreFew) {
  for (int i = 0; i < 500; ++i) {
    ask("deb.debian.org");
    ask("security.ubuntu.com");
    ask("mirror-" + std::to_string(i % 20) + ".download.example.org");
  }
  EXPECT_TRUE(sink_.alerts.empty());
}

}  // namespace
}  // namespace yagura::sensor
