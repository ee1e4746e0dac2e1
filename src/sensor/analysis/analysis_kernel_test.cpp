// From the kernel to an alert: what real processes do in a cgroup of the test's own, through probe
// and pipeline, is learned and judged.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "sensor/analysis/analysis.hpp"
#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/probe/probe_fixture.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {
namespace {

constexpr std::string_view kKey = "shop/Deployment/web/main";

// The test's cgroup is a container; all else is the host.
class OneContainer : public ContainerResolver {
 public:
  OneContainer(std::uint64_t cgroup_id, std::shared_ptr<const Container> container)
      : cgroup_id_(cgroup_id), container_(std::move(container)) {}
  void on_cgroup_made(std::uint64_t, std::string_view) override {}
  void on_cgroup_gone(std::uint64_t) override {}
  std::shared_ptr<const Container> find(std::uint64_t cgroup_id) override {
    return cgroup_id == cgroup_id_ ? container_ : nullptr;
  }
  [[nodiscard]] std::uint64_t generation() const override { return 1; }

 private:
  std::uint64_t cgroup_id_;
  std::shared_ptr<const Container> container_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class AnalysisKernel : public ProbeFixture {
 protected:
  void watch_all() {
    std::vector<std::string_view> types;
    for (const std::uint16_t type : analysed_calls()) types.push_back(rules::event_type_name(type));
    watch(types, {.tells_dns = true, .tells_libraries = true});
  }
  void analyse() {
    auto container = std::make_shared<Container>(*sensor::testing::make_container("web"));
    container->cgroup_id = cgroup_.id();
    OneContainer resolver(cgroup_.id(), container);
    Pipeline pipeline(resolver, {});
    pipeline.add_consumer(analysis_);
    for (const KeptRecord& kept : records_) pipeline.feed(kept.view(), kept.ring);
  }
  [[nodiscard]] std::vector<std::string> learned(FeatureKind kind) const {
    std::vector<std::string> texts;
    const Profile* profile = analysis_.profiler().find(kKey);
    if (profile == nullptr) return texts;
    for (const Feature& feature : profile->table(kind).all()) texts.emplace_back(feature.text);
    return texts;
  }

  sensor::testing::RecordingSink sink_;
  Analysis analysis_{AnalysisOptions{}, sink_};
};

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(AnalysisKernel, LearnsProgramsLibrariesFilesAndPeers) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_NO_FATAL_FAILURE(watch_all());
  const std::string written = directory() + "/written";
  in_child([&] {
    const int out = open(written.c_str(), O_WRONLY | O_CREAT, 0600);
    static_cast<void>(out);
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    static_cast<void>(connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
    execl("/bin/cat", "cat", "/etc/hostname", nullptr);
  });
  close(listener);
  analyse();
  EXPECT_THAT(learned(FeatureKind::kExecutable), Contains(HasSubstr("/bin/cat")));
  EXPECT_THAT(learned(FeatureKind::kLibrary), Contains(HasSubstr("libc.so")));
  EXPECT_THAT(learned(FeatureKind::kReadDirectory), Contains("/etc"));
  EXPECT_THAT(learned(FeatureKind::kWriteDirectory), Contains(StartsWith("/tmp/yagura-probe-")));
  EXPECT_THAT(learned(FeatureKind::kCall), Contains("connect"));
  const Profile* profile = analysis_.profiler().find(kKey);
  ASSERT_NE(profile, nullptr);
  ASSERT_EQ(profile->peers.groups().size(), 1U);
  EXPECT_EQ(profile->peers.groups()[0].networks[0].to_string(), "127.0.0.1/32");
  EXPECT_TRUE(analysis_.in_use().images() == 1);
}

TEST_F(AnalysisKernel, FindsAShellOnASocket) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_NO_FATAL_FAILURE(watch_all());
  std::thread server([listener] {
    const int shell = accept(listener, nullptr, nullptr);
    static_cast<void>(!write(shell, "exit 7\n", 7));
    close(shell);
  });
  const int status = in_child([&] {
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) _exit(98);
    for (int fd = 0; fd < 3; ++fd) dup2(peer, fd);
    execl("/bin/sh", "sh", nullptr);
  });
  server.join();
  close(listener);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  analyse();
  EXPECT_EQ(sink_.count("Standard streams on a network connection"), 1U) << "before the exec";
  ASSERT_EQ(sink_.count("Shell on a network connection"), 1U);
  EXPECT_THAT(sink_.alerts.back().fields["yagura.peer"], StartsWith("127.0.0.1:"));
}

TEST_F(AnalysisKernel, ReadsDnsOfRealSockets) {
  // An address of this machine where nobody else serves names.
  const int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(53);
  address.sin_addr.s_addr = htonl(0x7f000000U | (static_cast<unsigned>(getpid()) & 0xffffff) | 2);
  if (bind(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(server);
    GTEST_SKIP() << "skipped: port 53 may not be bound";
  }
  ASSERT_NO_FATAL_FAILURE(watch_all());
  std::thread answering([server] {
    char question[512];
    sockaddr_in asker{};
    socklen_t size = sizeof(asker);
    recvfrom(server, question, sizeof(question), 0, reinterpret_cast<sockaddr*>(&asker), &size);
    const std::string answer = sensor::testing::dns_answer("api.example.com", "203.0.113.9");
    sendto(server, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&asker), size);
  });
  const std::string question = sensor::testing::dns_question("api.example.com");
  in_child([&] {
    char answer[512];
    const int client = socket(AF_INET, SOCK_DGRAM, 0);
    // As resolvers of C libraries do: connected.
    if (connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) _exit(98);
    send(client, question.data(), question.size(), 0);
    recvfrom(client, answer, sizeof(answer), 0, nullptr, nullptr);
  });
  answering.join();
  close(server);
  analyse();
  EXPECT_THAT(learned(FeatureKind::kDomain), Contains("api.example.com"));
  const auto names = analysis_.domain_names().find(cgroup_.id(), *IpAddress::parse("203.0.113.9"),
                                                   records_.back().view().header().time_ns);
  EXPECT_THAT(names, Contains("api.example.com"));
}

}  // namespace
}  // namespace yagura::sensor
