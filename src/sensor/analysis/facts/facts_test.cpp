#include <gtest/gtest.h>

#include <cerrno>

#include "sensor/analysis/facts/domain_shape.hpp"
#include "sensor/analysis/facts/event_class.hpp"
#include "sensor/analysis/facts/known_facts.hpp"
#include "sensor/analysis/facts/peer.hpp"
#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/analysis/facts/workload.hpp"

namespace yagura::sensor {
namespace {

using testing::EventBuilder;
using testing::make_container;
using testing::make_process;

EventBuilder builder() { return EventBuilder(make_process(10, "/app", make_container("web"))); }

TEST(EventClass, KnowsCallsByName) {
  auto build = builder();
  EXPECT_EQ(class_of(build.open("/etc/passwd")), EventClass::kOpen);
  EXPECT_EQ(class_of(build.connect("10.0.0.1", 80)), EventClass::kConnect);
  EXPECT_EQ(class_of(build.exec()), EventClass::kExec);
  EXPECT_EQ(class_of(build.begin("getpid").event()), EventClass::kOther);
  EXPECT_EQ(class_of_call(65535), EventClass::kOther);
}

TEST(Peer, OfAConnectIsWhatWasAskedFor) {
  auto build = builder();
  const auto peer =
      read_peer(build.connect("203.0.113.9", 443, -EINPROGRESS), EventClass::kConnect);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->address.to_string(), "203.0.113.9");
  EXPECT_EQ(peer->port, 443);
  EXPECT_EQ(peer->direction, Direction::kOutbound);
  EXPECT_TRUE(peer->is_established);
  EXPECT_FALSE(read_peer(build.connect("203.0.113.9", 443, -ECONNREFUSED), EventClass::kConnect)
                   ->is_established);
}

TEST(Peer, OfAnAcceptIsInbound) {
  auto build = builder();
  const auto peer = read_peer(build.accept("2001:db8::5", 51000, 8080), EventClass::kAccept);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->direction, Direction::kInbound);
  EXPECT_EQ(peer->service_port(), 8080);
}

TEST(Peer, DatagramsFromAServedPortAreAnswers) {
  auto build = builder();
  const auto& event = build.begin("sendto", 10)
                          .text(YGR_S_ADDRESS, testing::socket_address("10.0.0.9", 51000))
                          .with(YGR_S_SOCKET, testing::make_socket("0.0.0.0", 0, 53, 2))
                          .event();
  EXPECT_EQ(read_peer(event, EventClass::kSend)->direction, Direction::kInbound);
}

TEST(Peer, UnixSocketsHaveNone) {
  auto build = builder();
  EXPECT_FALSE(read_peer(build.begin("connect").text(YGR_S_ADDRESS, "\x01\0/run/x").event(),
                         EventClass::kConnect));
  EXPECT_FALSE(read_socket_address("\x0a\0\0\0\0\0\0\0\0\0"));
}

TEST(Workload, ReplicasAreOne) {
  WorkloadTable table;
  const auto first = make_container("web");
  const auto second = make_container("web");
  Workload* workload = table.find(first);
  ASSERT_NE(workload, nullptr);
  EXPECT_EQ(workload->key, "shop/Deployment/web/main");
  EXPECT_EQ(table.find(second), workload);
  EXPECT_NE(table.find(make_container("db")), workload);
  EXPECT_EQ(table.find(first), workload);
}

TEST(Workload, HostAndSandboxesAreNone) {
  WorkloadTable table;
  EXPECT_EQ(table.find(nullptr), nullptr);
  WorkloadTable with_host({.with_host = true});
  EXPECT_EQ(with_host.find(nullptr)->key, "host");
  Container sandbox;
  sandbox.is_sandbox = true;
  EXPECT_EQ(workload_key(&sandbox), "");
}

TEST(Workload, WaitsForMetadata) {
  Container container;
  container.image_repository = "docker.io/library/nginx";
  EXPECT_EQ(workload_key(&container), "");
  container.metadata = Metadata::kComplete;
  EXPECT_EQ(workload_key(&container), "image:docker.io/library/nginx");
}

TEST(Workload, RefusesMoreThanItsLimit) {
  WorkloadTable table({.max_workloads = 1});
  EXPECT_NE(table.find(make_container("a")), nullptr);
  EXPECT_EQ(table.find(make_container("b")), nullptr);
  EXPECT_EQ(table.refused(), 1U);
}

TEST(KnownFacts, ForgetsButNeverInvents) {
  KnownFacts facts(4);
  for (std::uint64_t i = 1; i < 1000; ++i) {
    const std::uint64_t fact = combine_hash(1, i);
    EXPECT_FALSE(facts.has(fact));
    facts.add(fact);
    EXPECT_TRUE(facts.has(fact));
  }
}

TEST(Hash, EveryByteCounts) {
  std::string text(40, 'a');
  const std::uint64_t hash = hash_text(text, 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'b';
    EXPECT_NE(hash_text(other, 1), hash) << i;
  }
  EXPECT_NE(hash_text(text.substr(1), 1), hash);
}

TEST(DomainShape, FindsWhatIsRegistered) {
  EXPECT_EQ(registered_domain("a.b.example.com"), "example.com");
  EXPECT_EQ(registered_domain("example.com"), "example.com");
  EXPECT_EQ(registered_domain("www.example.co.uk"), "example.co.uk");
  EXPECT_EQ(registered_domain("co.uk"), "co.uk");
  EXPECT_EQ(registered_domain("x.t.co"), "t.co");
  EXPECT_EQ(registered_domain("web.shop.svc.cluster.local"), "cluster.local");
  EXPECT_EQ(registered_domain("localhost"), "localhost");
  EXPECT_EQ(registered_domain(""), "");
}

TEST(DomainShape, EntropyTellsWordsFromData) {
  EXPECT_EQ(text_entropy("aaaa"), 0);
  EXPECT_EQ(text_entropy("abcd"), 2);
  EXPECT_GT(text_entropy("k3v9x1q7z5m2p8w4"), text_entropy("download-mirrors"));
}

}  // namespace
}  // namespace yagura::sensor
