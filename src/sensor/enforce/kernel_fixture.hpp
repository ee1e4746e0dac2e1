#pragma once

// For tests: an Enforcer of one tier, policies in a control group and a folder of the test's own.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "sensor/enforce/enforcer.hpp"
#include "sensor/enforce/testing.hpp"

namespace yagura::sensor::enforce {

using testing::attempt;
using testing::error_of;
using testing::Outcome;
using testing::OwnCgroup;
using testing::policies_of;

inline const Outcome kDone{};
inline const Outcome kRefused{.error = EPERM};
inline const Outcome kKilled{.signal = SIGKILL};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A listening socket, and the port that the kernel gave it.
class Listener {
 public:
  Listener() {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(fd_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

inline int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  return error_of(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

inline int connect_mapped(std::uint16_t port) {
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
  return error_of(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

inline int send_datagram(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in address = loopback(port);
  return error_of(
      sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

inline int bind_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  return error_of(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

struct Verdict {
  ygr_header header;
  ygr_verdict verdict;
  std::string path;
  std::string spelled;
  std::string comm;
  std::string address;  // a sockaddr
};

class KernelTest : public ::testing::Test {
 protected:
  explicit KernelTest(char tier) : tier_(tier) {}

  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "skipped: not root";
    if (!policed_) policed_ = std::make_unique<OwnCgroup>("enforce");
    if (!policed_->is_there()) GTEST_SKIP() << "skipped: no cgroup2";
    if (!enforcer_) {
      const Ladder ladder = probe_ladder(tier_);
      if (ladder.tier() > tier_) {
        GTEST_SKIP() << "skipped: no tier " << tier_ << " here: "
                     << (tier_ == 'A' ? ladder.lsm : ladder.cgroup_hooks + ladder.tracepoints);
      }
      pins_ = "/sys/fs/bpf/yagura-test-" + std::to_string(getpid());
      start(tier_);
    }
    char name[] = "/tmp/yagura-enforce-XXXXXX";
    folder_ = mkdtemp(name);
  }

  void TearDown() override {
    if (enforcer_) {
      const PolicedContainer container = policed_->container();
      EXPECT_TRUE(enforcer_->apply({}, std::span(&container, 1)).has_value());
      verdicts();
    }
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  static void TearDownTestSuite() {
    enforcer_.reset();
    policed_.reset();
    if (!pins_.empty()) {
      EXPECT_TRUE(Enforcer::remove_all(pins_).has_value());
    }
  }

  static void start(char tier, bool spares_runtime = false) {
    enforcer_.reset();
    auto opened = Enforcer::open({.pins = pins_,
                                  .attach_cgroup = policed_->folder(),
                                  .strongest_tier = tier,
                                  .spares_runtime = spares_runtime,
                                  .host_mount_namespace = "/proc/self/ns/mnt",
                                  .host_network = host_network_});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    enforcer_ = std::move(*opened);
  }

  void apply(const std::vector<std::string>& specs) {
    const PolicedContainer container = policed_->container();
    ASSERT_TRUE(enforcer_->apply(policies_of(specs), std::span(&container, 1)).has_value());
    for (const std::string& problem : enforcer_->status().problems) ADD_FAILURE() << problem;
  }

  // What the action ended with in the policed group.
  Outcome inside(const std::function<int()>& action) { return attempt(policed_.get(), action); }
  static Outcome outside(const std::function<int()>& action) { return attempt(nullptr, action); }

  std::vector<Verdict> verdicts() {
    std::vector<Verdict> result;
    const auto take = [&](const RecordView& record) {
      result.push_back({.header = record.header(),
                        .verdict = record.get<ygr_verdict>(YGR_S_VERDICT).value_or(ygr_verdict{}),
                        .path = std::string(record.text(YGR_S_FD_PATH)),
                        .spelled = std::string(record.text(YGR_S_PATH0)),
                        .comm = std::string(record.text(YGR_S_COMM)),
                        .address = std::string(record.text(YGR_S_ADDRESS))});
    };
    EXPECT_TRUE(enforcer_->poll(std::chrono::milliseconds(0), take).has_value());
    return result;
  }

  static int run(const std::string& path) {
    execl(path.c_str(), path.c_str(), static_cast<char*>(nullptr));
    return errno;
  }
  std::string program(std::string_view name) {
    const auto path = folder_ / name;
    std::filesystem::copy_file("/bin/true", path);
    return path;
  }

  std::string file(std::string_view name, std::string_view text = "x") {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }

  char tier_;
  // Loading takes its time, so the tests of a suite share one.
  static inline std::unique_ptr<OwnCgroup> policed_;
  static inline std::filesystem::path pins_;
  static inline std::filesystem::path host_network_ = "/proc/self/net";
  static inline std::unique_ptr<Enforcer> enforcer_;
  std::filesystem::path folder_;
};

}  // namespace yagura::sensor::enforce
