#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "sensor/analysis/facts/testing/event_builder.hpp"
#include "sensor/analysis/patterns/crypto_mining.hpp"
#include "sensor/analysis/patterns/reverse_shell.hpp"

namespace yagura::sensor {
namespace {

using namespace std::string_literals;
using testing::EventBuilder;
using testing::make_container;
using testing::RecordingSink;

StandardStream socket_stream(bool is_server = false, std::uint16_t family = AF_INET) {
  StandardStream stream{.is_open = true, .is_socket = true};
  stream.file.mode = S_IFSOCK | 0777;
  stream.socket = testing::make_socket("203.0.113.9", 4444, 40000);
  stream.socket.family = family;
  stream.socket.is_server = is_server ? 1 : 0;
  return stream;
}

StandardStream file_stream(std::uint32_t type, std::uint64_t inode) {
  StandardStream stream{.is_open = true};
  stream.file.mode = type | 0600;
  stream.file.ino = inode;
  return stream;
}

class ProcessPatterns : public ::testing::Test {
 protected:
  // Arguments behind the program's own name, each ended by a zero.
  std::shared_ptr<Process> process(std::uint32_t pid, std::string_view exe, std::string arguments,
                                   std::vector<StandardStream> streams) {
    auto made = testing::make_process(pid, exe, container_);
    auto image = std::make_shared<Image>(*made->image);
    image->argv = std::string(exe) + '\0' + arguments;
    image->streams = std::move(streams);
    made->image = image;
    return made;
  }
  template <typename Finder>
  void feed(Finder& finder, const SensorEvent& event) {
    EventFacts facts{.event_class = class_of(event), .scope = 7};
    facts.peer = read_peer(event, facts.event_class);
    DnsMessage message;
    if (facts.event_class == EventClass::kDns) {
      message = *read_dns_message(event.record->text(YGR_S_DATA));
      facts.dns = &message;
    }
    finder.on_event(event, facts);
  }

  std::shared_ptr<const Container> container_ = make_container("web");
  RecordingSink sink_;
  EventBuilder build_{testing::make_process(1, "/app", container_)};
};

class ReverseShell : public ProcessPatterns {
 protected:
  void exec(std::shared_ptr<Process> who) {
    build_.set_process(std::move(who));
    feed(finder_, build_.exec());
  }
  ReverseShellFinder finder_{sink_};
  StandardStream pipe_a_ = file_stream(S_IFIFO, 100);
  StandardStream pipe_b_ = file_stream(S_IFIFO, 200);
  StandardStream terminal_ = file_stream(S_IFCHR, 3);
};

constexpr std::string_view kShellRule = "Shell on a network connection";

TEST_F(ReverseShell, AShellOnASocket) {
  exec(process(10, "/bin/sh", "-i\0"s, {socket_stream(), socket_stream(), socket_stream()}));
  ASSERT_EQ(sink_.count(kShellRule), 1U);
  EXPECT_EQ(sink_.alerts[0].priority, "Critical");
  EXPECT_EQ(sink_.alerts[0].fields["yagura.peer"], "203.0.113.9:4444");
}

TEST_F(ReverseShell, BusyboxIsWhatItIsCalledAs) {
  auto shell = process(10, "/bin/busybox", "", {socket_stream(), socket_stream()});
  auto image = std::make_shared<Image>(*shell->image);
  image->argv = "sh\0-i\0"s;
  shell->image = image;
  exec(shell);
  EXPECT_EQ(sink_.count(kShellRule), 1U);
  EXPECT_TRUE(is_shell(*process(1, "/bin/busybox", "ash\0"s, {})->image));
  EXPECT_FALSE(is_shell(*process(1, "/bin/busybox", "ls\0"s, {})->image));
}

TEST_F(ReverseShell, ServersOfInetdAreNoShells) {
  exec(process(10, "/usr/sbin/in.ftpd", "", {socket_stream(true), socket_stream(true)}));
  exec(process(11, "/bin/sh", "", {terminal_, terminal_, terminal_}));
  exec(process(12, "/bin/sh", "", {socket_stream(false, AF_UNIX), socket_stream(false, AF_UNIX)}));
  exec(process(13, "/bin/sh", "-c\0healthcheck\0"s, {terminal_, socket_stream()}));
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(ReverseShell, InterpretersThatRedirectThemselves) {
  auto python = process(10, "/usr/bin/python3.11", "-c\0import socket…\0"s,
                        {socket_stream(), terminal_, terminal_});
  build_.set_process(python);
  feed(finder_, build_.begin("dup2", 0).event());
  EXPECT_TRUE(sink_.alerts.empty()) << "only its input so far";
  auto both = process(10, "/usr/bin/python3.11", "-c\0import socket…\0"s,
                      {socket_stream(), socket_stream(), terminal_});
  build_.set_process(both);
  feed(finder_, build_.begin("dup2", 1).event());
  feed(finder_, build_.begin("dup2", 2).event());
  EXPECT_EQ(sink_.count("Standard streams on a network connection"), 1U) << "once";
}

TEST_F(ReverseShell, ServersThatForkForAConnectionAreNone) {
  build_.set_process(
      process(10, "/usr/sbin/xinetd", "", {socket_stream(true), socket_stream(true)}));
  feed(finder_, build_.begin("dup2", 1).event());
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(ReverseShell, AShellBetweenPipesInEitherOrder) {
  exec(process(10, "/bin/sh", "-i\0"s, {pipe_a_, pipe_b_, pipe_b_}));
  EXPECT_TRUE(sink_.alerts.empty());
  build_.set_process(process(11, "/usr/bin/nc", "", {pipe_b_, pipe_a_}));
  feed(finder_, build_.connect("203.0.113.9", 4444));
  ASSERT_EQ(sink_.count(kShellRule), 1U);
  EXPECT_EQ(sink_.alerts[0].fields["yagura.through"], "pipes");

  build_.set_process(process(21, "/usr/bin/nc", "", {file_stream(S_IFIFO, 300), pipe_a_}));
  feed(finder_, build_.connect("203.0.113.9", 4444, -EINPROGRESS));
  exec(process(20, "/bin/bash", "", {pipe_a_, file_stream(S_IFIFO, 300)}));
  EXPECT_EQ(sink_.count(kShellRule), 2U);
}

TEST_F(ReverseShell, PipelinesOfScriptsAreNone) {
  exec(process(10, "/bin/sh", "-c\0pg_dump | gzip\0"s, {pipe_a_, pipe_b_}));
  exec(process(11, "/bin/bash", "/opt/backup.sh\0"s, {pipe_a_, pipe_b_}));
  build_.set_process(process(12, "/usr/bin/curl", "-T\0-\0"s, {pipe_b_, terminal_}));
  feed(finder_, build_.connect("203.0.113.9", 443));
  build_.set_process(process(13, "/usr/bin/curl", "", {terminal_, pipe_b_}));
  feed(finder_, build_.connect("203.0.113.9", 443));
  EXPECT_TRUE(sink_.alerts.empty());
}

TEST_F(ReverseShell, ReadsCommandsOrNot) {
  EXPECT_TRUE(reads_commands(*process(1, "/bin/sh", "-i\0"s, {})->image));
  EXPECT_TRUE(reads_commands(*process(1, "/bin/bash", "--norc\0-i\0"s, {})->image));
  EXPECT_FALSE(reads_commands(*process(1, "/bin/sh", "-ec\0true\0"s, {})->image));
  EXPECT_FALSE(reads_commands(*process(1, "/bin/sh", "x.sh\0"s, {})->image));
}

class Mining : public ProcessPatterns {
 protected:
  MiningFinder finder_{sink_};
};

TEST_F(Mining, StratumInWhatIsSent) {
  const char* lines[] = {
      R"({"id":1,"method":"mining.subscribe","params":["cpuminer/2.5"]})",
      R"({"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4A…","pass":"x","agent":"XMRig/6.2","algo":["rx/0"]}})",
      R"({"jsonrpc":"2.0","method":"job","params":{"blob":"0e…","job_id":"q7","target":"b88d0600"}})"};
  std::uint32_t pid = 50;
  for (const char* line : lines) {
    build_.set_process(process(pid++, "/app", "", {}));
    feed(finder_, build_.begin("sendto", 80)
                      .with(YGR_S_SOCKET, testing::make_socket("203.0.113.9", 443, 40000))
                      .text(YGR_S_DATA, line)
                      .event());
  }
  EXPECT_EQ(sink_.count("Crypto-mining"), 3U);
}

TEST_F(Mining, OtherJsonIsNone) {
  for (const char* line : {R"({"id":1,"method":"login","params":{"user":"a","password":"b"}})",
                           R"({"jsonrpc":"2.0","method":"eth_call","params":[]})",
                           R"(the miners said "mining.subscribe")", "{}"}) {
    EXPECT_EQ(find_stratum(line), "") << line;
  }
}

TEST_F(Mining, CommandLinesAndPools) {
  build_.set_process(process(10, "/tmp/x", "-o\0stratum+tcp://pool:3333\0"s, {}));
  feed(finder_, build_.exec(YGR_LAYER_UPPER));
  build_.set_process(process(11, "/tmp/xmrig", "", {}));
  feed(finder_, build_.exec(YGR_LAYER_UPPER));
  feed(finder_, build_.dns(testing::dns_question("xmr-eu1.nanopool.org")));
  EXPECT_EQ(sink_.count("Crypto-mining"), 3U);
  EXPECT_FALSE(is_mining_pool("notnanopool.org"));
  EXPECT_EQ(find_miner_argument("/usr/bin/grep\0xmrig\0/var/log\0"s), "");
}

TEST_F(Mining, APortAloneIsNone) {
  feed(finder_, build_.connect("203.0.113.9", 3333));
  EXPECT_TRUE(sink_.alerts.empty());
  auto written = process(10, "/tmp/x", "", {});
  auto image = std::make_shared<Image>(*written->image);
  image->exe.layer = YGR_LAYER_UPPER;
  written->image = image;
  build_.set_process(written);
  feed(finder_, build_.connect("10.0.0.7", 3333));
  EXPECT_TRUE(sink_.alerts.empty()) << "a service of the cluster";
  feed(finder_, build_.connect("203.0.113.9", 3333));
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

TEST_F(Mining, OnceAnHour) {
  build_.set_process(process(10, "/app", "", {}));
  for (int i = 0; i < 10; ++i)
    feed(finder_, build_.dns(testing::dns_question("pool.supportxmr.com")));
  EXPECT_EQ(sink_.alerts.size(), 1U);
}

}  // namespace
}  // namespace yagura::sensor
