// What comes in for a policed control group, under tier A and B (YAGURA_TESTED_TIER). Each case
// runs in a network namespace of its own: addresses of its loopback device talk to each other.

#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "sensor/enforce/kernel_fixture.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint16_t kPort = 7001;
constexpr std::uint16_t kOtherPort = 7002;
constexpr const char* kPod = "10.77.0.1";
constexpr const char* kPeer = "10.77.0.2";
constexpr const char* kOtherPeer = "10.77.0.3";
constexpr const char* kPod6 = "fd77::1";
constexpr const char* kPeer6 = "fd77::2";

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address address_of(const char* text, std::uint16_t port) {
  Address address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size = sizeof(*four);
  } else if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size = sizeof(*six);
  }
  return address;
}

const sockaddr* raw(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

// In the child process of one case; a step that must not fail ends it with the step's line.
#define STEP(condition)                         \
  do {                                          \
    if (!(condition)) {                         \
      std::fprintf(stderr, "%s\n", #condition); \
      _exit(__LINE__ % 200 + 50);               \
    }                                           \
  } while (0)

void add_address(const char* label, const char* text) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, label, IFNAMSIZ - 1);
  const Address address = address_of(text, 0);
  std::memcpy(&request.ifr_addr, &address.storage, sizeof(request.ifr_addr));
  STEP(ioctl(fd, SIOCSIFADDR, &request) == 0);
  close(fd);
}

// False: no IPv6 here.
bool add_address6(const char* text) {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  if (fd < 0) return false;
  in6_ifreq request{};
  const Address address = address_of(text, 0);
  request.ifr6_addr = reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr;
  request.ifr6_prefixlen = 128;
  request.ifr6_ifindex = 1;
  const bool ok = ioctl(fd, SIOCSIFADDR, &request) == 0;
  close(fd);
  return ok;
}

// False: no IPv6 in it.
bool enter_own_network() {
  STEP(unshare(CLONE_NEWNET) == 0);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
  STEP(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
  close(fd);
  add_address("lo:1", kPod);
  add_address("lo:2", kPeer);
  add_address("lo:3", kOtherPeer);
  return add_address6(kPod6) && add_address6(kPeer6);
}

int socket_at(const char* text, std::uint16_t port, int type) {
  const Address address = address_of(text, port);
  const int fd = socket(address.storage.ss_family, type, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  STEP(bind(fd, raw(address), address.size) == 0);
  return fd;
}

int listener_at(const char* text, std::uint16_t port) {
  const int fd = socket_at(text, port, SOCK_STREAM);
  STEP(listen(fd, 8) == 0);
  return fd;
}

// Of a connection from one address to another. A segment that is dropped is known by no answer.
bool connects(const char* from, const char* to, std::uint16_t port) {
  const int fd = socket_at(from, 0, SOCK_STREAM);
  const timeval patience{.tv_sec = 0, .tv_usec = 300'000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const Address address = address_of(to, port);
  const bool done = connect(fd, raw(address), address.size) == 0;
  if (!done) STEP(errno == EINPROGRESS);
  close(fd);
  return done;
}

void send_to(int fd, const char* text, const char* to, std::uint16_t port) {
  const Address address = address_of(to, port);
  STEP(sendto(fd, text, 1, 0, raw(address), address.size) == 1);
}

char receive(int fd) {
  char byte = 0;
  STEP(recv(fd, &byte, 1, 0) == 1);
  return byte;
}

class Packets : public KernelTest {
 protected:
  Packets() : KernelTest(YAGURA_TESTED_TIER) {}

  // Sockets that are made before it is called are another's.
  void enter_policed() {
    const int entry = open((policed_->folder() / "cgroup.procs").c_str(), O_WRONLY);
    STEP(write(entry, "0", 1) == 1);
    close(entry);
  }
  void expect_verdict(const Verdict& seen, ygr_action action, const char* peer,
                      std::uint16_t port) {
    EXPECT_EQ(seen.verdict.operation, YGR_OP_INGRESS);
    EXPECT_EQ(seen.verdict.action, action);
    EXPECT_EQ(seen.verdict.tier, YAGURA_TESTED_TIER);
    EXPECT_EQ(seen.verdict.subject, port);
    EXPECT_EQ(seen.header.cgroup_id, policed_->id());
    EXPECT_EQ(seen.header.pid, 0U);
    EXPECT_EQ(seen.header.tid, 0U);
    sockaddr_in6 address{};
    ASSERT_LE(seen.address.size(), sizeof(address));
    std::memcpy(&address, seen.address.data(), seen.address.size());
    const Address expected = address_of(peer, ntohs(address.sin6_port));
    EXPECT_EQ(std::memcmp(&address, &expected.storage, expected.size), 0);
    EXPECT_NE(address.sin6_port, 0);
  }
};

TEST_F(Packets, DropsConnectionsByPeerAndPort) {
  apply(
      {"mode: block, network: {ingress: {deny: [{cidrs: [10.77.0.2], ports: [{port: 7001, "
       "protocol: TCP}]}]}}"});
  EXPECT_EQ(outside([&] {
              enter_own_network();
              listener_at(kOtherPeer, kPort);
              enter_policed();
              listener_at(kPod, kPort);
              listener_at(kPod, kOtherPort);
              STEP(!connects(kPeer, kPod, kPort));
              STEP(connects(kOtherPeer, kPod, kPort));
              STEP(connects(kPeer, kPod, kOtherPort));
              STEP(connects(kPeer, kOtherPeer, kPort));
              return 0;
            }),
            kDone);
  const auto seen = verdicts();
  ASSERT_FALSE(seen.empty());
  expect_verdict(seen[0], YGR_BLOCKED, kPeer, kPort);
  EXPECT_EQ(enforcer_->names_of(seen[0].verdict).second, "spec.network.ingress.deny[0]");
}

TEST_F(Packets, DropsThemOverIPv6) {
  apply({"mode: block, network: {ingress: {allow: [{cidrs: [10.0.0.0/8]}]}}"});
  constexpr int kNoIPv6 = 42;
  const Outcome outcome = outside([&] {
    if (!enter_own_network()) return kNoIPv6;
    enter_policed();
    listener_at("::", kPort);
    STEP(!connects(kPeer6, kPod6, kPort));
    STEP(connects("::1", "::1", kPort));
    STEP(connects(kPeer, kPod, kPort));
    return 0;
  });
  if (outcome == Outcome{.error = kNoIPv6}) GTEST_SKIP() << "skipped: no IPv6";
  EXPECT_EQ(outcome, kDone);
  const auto seen = verdicts();
  ASSERT_FALSE(seen.empty());
  expect_verdict(seen[0], YGR_BLOCKED, kPeer6, kPort);
}

TEST_F(Packets, DropsDatagramsByPeerAndPort) {
  apply(
      {"mode: block, network: {ingress: {allow: [{cidrs: [10.77.0.3], ports: [{port: 7001, "
       "protocol: UDP}]}]}}"});
  EXPECT_EQ(outside([&] {
              enter_own_network();
              const int peer = socket_at(kPeer, 0, SOCK_DGRAM);
              const int other = socket_at(kOtherPeer, 0, SOCK_DGRAM);
              enter_policed();
              const int pod = socket_at(kPod, kPort, SOCK_DGRAM);
              send_to(peer, "x", kPod, kPort);
              send_to(other, "y", kPod, kPort);
              STEP(receive(pod) == 'y');
              return 0;
            }),
            kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 1U);
  expect_verdict(seen[0], YGR_BLOCKED, kPeer, kPort);
}

TEST_F(Packets, LetsInWhatTheGroupItselfBegan) {
  apply({"mode: block, network: {ingress: {allow: []}}"});
  EXPECT_EQ(outside([&] {
              enter_own_network();
              const int server = listener_at(kPeer, kPort);
              const int peer = socket_at(kPeer, kPort, SOCK_DGRAM);
              const int stranger = socket_at(kPeer, kOtherPort, SOCK_DGRAM);
              enter_policed();
              const int connection = socket_at(kPod, 0, SOCK_STREAM);
              const Address to = address_of(kPeer, kPort);
              STEP(connect(connection, raw(to), to.size) == 0);
              const int accepted = accept(server, nullptr, nullptr);
              STEP(send(accepted, "a", 1, 0) == 1);
              STEP(receive(connection) == 'a');
              // Answers, and what comes from elsewhere before them.
              const int pod = socket_at(kPod, kPort, SOCK_DGRAM);
              send_to(pod, "q", kPeer, kPort);
              STEP(receive(peer) == 'q');
              send_to(stranger, "x", kPod, kPort);
              send_to(peer, "y", kPod, kPort);
              STEP(receive(pod) == 'y');
              const int connected = socket_at(kPod, kOtherPort, SOCK_DGRAM);
              STEP(connect(connected, raw(to), to.size) == 0);
              send_to(peer, "z", kPod, kOtherPort);
              STEP(receive(connected) == 'z');
              // Its own loopback device.
              listener_at("0.0.0.0", kOtherPort);
              STEP(connects("127.0.0.1", "127.0.0.1", kOtherPort));
              STEP(connects(kPod, kPod, kOtherPort));
              STEP(!connects(kPeer, kPod, kOtherPort));
              return 0;
            }),
            kDone);
  const auto seen = verdicts();
  ASSERT_GE(seen.size(), 2U);
  expect_verdict(seen[0], YGR_BLOCKED, kPeer, kPort);
  expect_verdict(seen[1], YGR_BLOCKED, kPeer, kOtherPort);
}

TEST_F(Packets, SparesTheNodeUnlessThePolicySaysOtherwise) {
  std::filesystem::create_directory(folder_ / "net");
  std::ofstream(folder_ / "net/fib_trie") << "  |-- " << kPeer << "\n     /32 host LOCAL\n";
  host_network_ = folder_ / "net";
  start(tier_);
  const auto probe = [&](const std::string& from_node) {
    apply({"mode: block, network: {ingress: {deny: [{cidrs: [10.77.0.0/16]}]" + from_node + "}}"});
    int connected = 0;
    const Outcome outcome = outside([&] {
      enter_own_network();
      enter_policed();
      listener_at(kPod, kPort);
      STEP(!connects(kOtherPeer, kPod, kPort));
      return connects(kPeer, kPod, kPort) ? 1 : 2;
    });
    connected = outcome.error;
    return connected == 1;
  };
  EXPECT_TRUE(probe(""));
  EXPECT_FALSE(probe(", fromNode: deny"));
  EXPECT_TRUE(probe(", fromNode: allow"));
  host_network_ = "/proc/self/net";
  start(tier_);
}

TEST_F(Packets, ObserveAndAlertDropNothing) {
  for (const auto& [mode, action] :
       {std::pair{"observe", YGR_OBSERVED}, {"alert", YGR_WOULD_BLOCK}}) {
    apply({std::string("mode: ") + mode + ", network: {ingress: {allow: []}}"});
    EXPECT_EQ(outside([&] {
                enter_own_network();
                enter_policed();
                listener_at(kPod, kPort);
                STEP(connects(kPeer, kPod, kPort));
                return 0;
              }),
              kDone);
    const auto seen = verdicts();
    ASSERT_EQ(seen.size(), 1U) << mode;
    expect_verdict(seen[0], action, kPeer, kPort);
  }
}

// Whoever sends chooses how much: neither may it fill the ring nor make the policy fall back.
TEST_F(Packets, AFloodNeitherFillsTheRingNorRevertsThePolicy) {
  apply({"mode: block, autoRevert: {afterDenials: 2}, network: {ingress: {allow: []}}"});
  const std::uint64_t lost = enforcer_->status().verdicts_lost;
  constexpr int kDatagrams = 50'000;
  EXPECT_EQ(outside([&] {
              enter_own_network();
              const int peer = socket_at(kPeer, 0, SOCK_DGRAM);
              enter_policed();
              socket_at(kPod, kPort, SOCK_DGRAM);
              for (int i = 0; i < kDatagrams; ++i) send_to(peer, "x", kPod, kPort);
              listener_at(kPod, kPort);
              STEP(!connects(kPeer, kPod, kPort));
              return 0;
            }),
            kDone);
  const EnforcerStatus status = enforcer_->status();
  EXPECT_GT(status.verdicts_lost, lost);
  EXPECT_FALSE(status.policies.at(0).is_reverted);
  EXPECT_LT(verdicts().size(), std::size_t{kDatagrams});
}

}  // namespace
}  // namespace yagura::sensor::enforce
