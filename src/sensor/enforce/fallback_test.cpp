// Tier B on this machine, in control groups of the test's own.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "sensor/enforce/kernel_fixture.hpp"

namespace yagura::sensor::enforce {
namespace {

class TierB : public KernelTest {
 protected:
  TierB() : KernelTest('B') {}
};

TEST_F(TierB, SaysWhatTheNodeCanRefuse) {
  const EnforcerStatus status = enforcer_->status();
  EXPECT_EQ(status.tier, 'B');
  EXPECT_THAT(to_text(status), ::testing::HasSubstr("cgroup/connect4 in force"));
  for (const HookState& hook : status.hooks)
    EXPECT_TRUE(hook.is_attached) << hook.name << hook.problem;
}

TEST_F(TierB, RefusesConnectionsByAddressAndPort) {
  const Listener listener;
  const Listener other;
  apply({"mode: block, network: {egress: {deny: [{cidrs: [127.0.0.0/8], ports: [{port: " +
         std::to_string(listener.port()) + ", protocol: TCP}]}]}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  EXPECT_EQ(inside([&] { return connect_mapped(listener.port()); }), kRefused);
  EXPECT_EQ(inside([&] { return connect_to(other.port()); }), kDone);
  EXPECT_EQ(outside([&] { return connect_to(listener.port()); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].verdict.action, YGR_BLOCKED);
  EXPECT_EQ(seen[0].verdict.tier, 'B');
  EXPECT_EQ(seen[0].verdict.operation, YGR_OP_EGRESS);
  EXPECT_EQ(seen[0].verdict.subject, listener.port());
  EXPECT_EQ(enforcer_->names_of(seen[0].verdict).second, "spec.network.egress.deny[0]");
}

TEST_F(TierB, RefusesDatagramsAndPorts) {
  const Listener free;  // to know a port that nobody else has
  apply(
      {"mode: block, network: {egress: {deny: [{ports: [{port: 53, protocol: UDP}]}]}, bind: "
       "{deny: [{port: " +
       std::to_string(free.port()) + "}]}}"});
  EXPECT_EQ(inside([] { return send_datagram(53); }), kRefused);
  EXPECT_EQ(inside([] { return send_datagram(54); }), kDone);
  EXPECT_EQ(inside([&] { return bind_to(free.port()); }), kRefused);
  EXPECT_EQ(inside([] { return bind_to(0); }), kDone);
}

TEST_F(TierB, AllowListsOfPeersDenyTheRest) {
  const Listener listener;
  apply({"mode: block, network: {egress: {allow: [{cidrs: [127.0.0.1], ports: [{port: " +
         std::to_string(listener.port()) + "}]}]}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
  EXPECT_EQ(inside([] { return connect_to(1); }), kRefused);
}

TEST_F(TierB, ObserveAndAlertRefuseNothing) {
  const Listener listener;
  for (const auto& [mode, action] :
       {std::pair{"observe", YGR_OBSERVED}, {"alert", YGR_WOULD_BLOCK}}) {
    apply({std::string("mode: ") + mode + ", network: {egress: {allow: []}}, mounts: deny"});
    EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
    EXPECT_EQ(inside([&] {
                return error_of(mount("none", folder_.c_str(), "nosuch", 0, nullptr));
              }).signal,
              0);
    const auto seen = verdicts();
    ASSERT_EQ(seen.size(), 2U) << mode;
    EXPECT_EQ(seen[0].verdict.action, action);
    EXPECT_EQ(seen[1].verdict.action, action);
    EXPECT_EQ(seen[1].verdict.operation, YGR_OP_MOUNT);
  }
}

TEST_F(TierB, TierCRefusesNothingButTells) {
  start('C');
  const Listener listener;
  apply({"mode: block, network: {egress: {allow: []}}, ptrace: deny"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
  EXPECT_EQ(inside([] { return error_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].verdict.action, YGR_WOULD_BLOCK);
  EXPECT_EQ(seen[0].verdict.tier, 'C');
  start('B');
}

TEST_F(TierB, KillsWhoOpensADeniedFile) {
  const std::string secret = file("secret");
  const std::string other = file("other");
  std::filesystem::create_symlink(secret, folder_ / "alias");
  apply({"mode: block, files: [{action: deny, operations: [read], paths: [" + secret +
         "]}, "
         "{action: deny, operations: [write], paths: [" +
         (folder_ / "tree").string() + "/**]}]"});
  std::filesystem::create_directory(folder_ / "tree");
  const auto read_it = [](const std::string& path) {
    return [path] { return error_of(open(path.c_str(), O_RDONLY)); };
  };
  EXPECT_EQ(inside(read_it(secret)), kKilled);
  EXPECT_EQ(inside(read_it(folder_ / "alias")), kKilled);
  EXPECT_EQ(inside(read_it("/proc/self/root" + secret)), kKilled);
  EXPECT_EQ(inside(read_it(other)), kDone);
  EXPECT_EQ(inside([&] { return error_of(open(secret.c_str(), O_PATH)); }), kDone);
  EXPECT_EQ(outside(read_it(secret)), kDone);
  EXPECT_EQ(inside([&] {
              return error_of(open((folder_ / "tree/new").c_str(), O_CREAT | O_WRONLY, 0600));
            }),
            kKilled);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 4U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(seen[i].verdict.action, YGR_KILLED);
    EXPECT_EQ(seen[i].path, secret);
  }
  EXPECT_EQ(seen[3].path, folder_ / "tree/new");
}

TEST_F(TierB, KillsByPathsAsTheyAreSpelled) {
  const std::string kept = file("kept");
  const std::string name = folder_.filename();
  apply(
      {"mode: block, files: [{action: deny, operations: [delete, chmod], paths: [" + kept + "]}]"});
  for (const std::string& path :
       {kept, "/tmp/./" + name + "/../" + name + "//kept", "/proc/../tmp/" + name + "/kept"}) {
    EXPECT_EQ(inside([&] { return error_of(chmod(path.c_str(), 0600)); }), kKilled) << path;
  }
  EXPECT_EQ(
      inside([&] { return chdir(folder_.c_str()) != 0 ? 99 : error_of(chmod("kept", 0600)); }),
      kKilled);
  EXPECT_EQ(inside([&] {
              const int directory = open(folder_.c_str(), O_PATH | O_DIRECTORY);
              return error_of(fchmodat(directory, "kept", 0600, 0));
            }),
            kKilled);
  EXPECT_EQ(inside([&] { return error_of(chmod((kept + "2").c_str(), 0600)); }),
            (Outcome{.error = ENOENT}));
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[0].spelled, kept);
  EXPECT_EQ(seen[3].spelled, "kept");
}

TEST_F(TierB, KillsWhatPodsNeverDo) {
  apply(
      {"mode: block, ptrace: deny, namespaces: {deny: [user]}, kernelModules: deny, bpf: deny, "
       "ioUring: deny, "
       "userfaultfd: deny, writableExecutableMemory: deny, users: {deny: [4711]}, network: "
       "{sockets: {deny: "
       "[packet]}, listen: deny}"});
  EXPECT_EQ(inside([] { return error_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(unshare(CLONE_NEWUSER)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(unshare(CLONE_NEWUTS)); }), kDone);
  EXPECT_EQ(inside([] { return error_of(syscall(SYS_finit_module, -1, "", 0)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(syscall(SYS_bpf, 0, nullptr, 0)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(syscall(SYS_io_uring_setup, 0, nullptr)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(syscall(SYS_userfaultfd, 0)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(setuid(4711)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(setuid(4712)); }), kDone);
  EXPECT_EQ(inside([] { return error_of(socket(AF_PACKET, SOCK_RAW, 0)); }), kKilled);
  EXPECT_EQ(inside([] { return error_of(socket(AF_INET, SOCK_STREAM, 0)); }), kDone);
  EXPECT_EQ(inside([] { return error_of(listen(socket(AF_INET, SOCK_STREAM, 0), 1)); }), kKilled);
  EXPECT_EQ(inside([] {
              void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return page == MAP_FAILED ? errno : 0;
            }),
            kKilled);
  EXPECT_EQ(outside([] { return error_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), kDone);
}

TEST_F(TierB, KillsProgramsBeforeTheirFirstInstruction) {
  std::filesystem::copy_file("/bin/true", folder_ / "denied");
  std::filesystem::copy_file("/bin/true", folder_ / "allowed");
  apply({"mode: block, executables: {deny: [" + (folder_ / "denied").string() + "], memfd: deny}"});
  EXPECT_EQ(inside([&] { return run(folder_ / "denied"); }), kKilled);
  EXPECT_EQ(inside([&] { return run(folder_ / "allowed"); }), kDone);
  EXPECT_EQ(outside([&] { return run(folder_ / "denied"); }), kDone);
  const auto in_memory = [&] {
    const int fd = memfd_create("payload", 0);
    std::ifstream program("/bin/true", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(program)), {});
    if (write(fd, bytes.data(), bytes.size()) < 0) return 98;
    char* arguments[] = {const_cast<char*>("x"), nullptr};
    syscall(SYS_execveat, fd, "", arguments, nullptr, AT_EMPTY_PATH);
    return errno;
  };
  EXPECT_EQ(inside(in_memory), kKilled);
  EXPECT_EQ(outside(in_memory), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].path, folder_ / "denied");
  EXPECT_EQ(seen[1].verdict.operation, YGR_OP_EXEC_MEMFD);
  EXPECT_THAT(seen[1].path, ::testing::HasSubstr("payload"));
}

TEST_F(TierB, GroupsBelowBelongToTheirs) {
  const Listener listener;
  apply({"mode: block, network: {egress: {allow: []}}"});
  const auto below = policed_->folder() / "below";
  ASSERT_EQ(mkdir(below.c_str(), 0755), 0);
  EXPECT_EQ(inside([&] {
              const int entry = open((below / "cgroup.procs").c_str(), O_WRONLY);
              if (write(entry, "0", 1) != 1) return 99;
              return connect_to(listener.port());
            }),
            kRefused);
  EXPECT_EQ(rmdir(below.c_str()), 0);
}

TEST_F(TierB, FallsBackToAlertAfterSoManyDenials) {
  const Listener listener;
  apply({"mode: block, autoRevert: {afterDenials: 2}, network: {egress: {allow: []}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[2].verdict.action, YGR_WOULD_BLOCK);
  const EnforcerStatus status = enforcer_->status();
  ASSERT_EQ(status.policies.size(), 1U);
  EXPECT_TRUE(status.policies[0].is_reverted);
  EXPECT_EQ(status.policies[0].denials, 2U);
  EXPECT_THAT(to_text(status), ::testing::HasSubstr("fell back to alert"));
  // The same policy again goes on as it was; another one begins anew.
  const PolicedContainer container = policed_->container();
  ASSERT_TRUE(
      enforcer_
          ->apply(
              policies_of(
                  {"mode: block, autoRevert: {afterDenials: 2}, network: {egress: {allow: []}}"}),
              std::span(&container, 1))
          .has_value());
  EXPECT_TRUE(enforcer_->status().policies[0].is_reverted);
  apply({"mode: block, autoRevert: {afterDenials: 3}, network: {egress: {allow: []}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
}

TEST_F(TierB, NeverPolicesItsOwnControlGroup) {
  PolicedContainer own = policed_->container();
  const auto path = std::filesystem::path("/proc/self/cgroup");
  std::string line;
  std::ifstream lines(path);
  while (std::getline(lines, line) && !line.starts_with("0::")) {
  }
  struct stat facts{};
  ASSERT_EQ(stat((policed_->folder().parent_path() / line.substr(4)).c_str(), &facts), 0);
  own.cgroup_id = facts.st_ino;
  ASSERT_TRUE(
      enforcer_
          ->apply(policies_of({"mode: block, network: {egress: {allow: []}}"}), std::span(&own, 1))
          .has_value());
  EXPECT_EQ(enforcer_->status().policed_cgroups, 0U);
  ASSERT_EQ(enforcer_->status().problems.size(), 1U);
  const Listener listener;
  EXPECT_EQ(outside([&] { return connect_to(listener.port()); }), kDone);
}

TEST_F(TierB, AddressesOfDomainsComeAndGo) {
  const Listener listener;
  apply({"mode: block, network: {egress: {deny: [{domains: [\"*.evil.example\"]}]}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
  DnsMessage answer{.is_answer = true};
  answer.questions.push_back({.name = "c2.evil.example", .type = kDnsA, .dns_class = 1});
  DnsAnswer record{.name = "c2.evil.example", .type = kDnsA, .dns_class = 1, .ttl_seconds = 60};
  record.address = *IpAddress::parse("127.0.0.1");
  answer.answers.push_back(record);
  enforcer_->on_dns_answer(policed_->id(), answer, std::chrono::seconds(100));
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  enforcer_->tick(std::chrono::seconds(399));
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  enforcer_->tick(std::chrono::seconds(400));
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
}

// What a runtime does: enters the group with a program of the host, makes a mount namespace, and
// starts a program of the container there.
TEST_F(TierB, SparesTheRuntimeUntilItStartsTheContainersProgram) {
  start('B', true);
  const std::string denied = program("denied");
  const std::string kept = file("kept");
  apply({"mode: block, namespaces: {deny: [mount]}, mounts: deny, executables: {deny: [" + denied +
         "]}, files: [{action: deny, operations: [read], paths: [" + kept + "]}]"});
  const auto prepare = [] { return unshare(CLONE_NEWNS) == 0 ? 0 : errno; };
  const auto shell = [](const std::string& command) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    return errno;
  };
  EXPECT_EQ(inside(prepare), kDone);
  EXPECT_EQ(inside([&] { return error_of(open(kept.c_str(), O_RDONLY)); }), kDone);
  EXPECT_EQ(verdicts().size(), 0U);
  EXPECT_EQ(inside([&] { return prepare() + run(denied); }), kKilled);
  EXPECT_EQ(inside([&] { return prepare() + run("/bin/true"); }), kDone);
  EXPECT_NE(inside([&] { return prepare() + shell("read x < " + kept + "; true < " + kept); }),
            kDone);
  EXPECT_EQ(inside([&] { return prepare() + shell("read x < /proc/self/stat"); }), kDone);
  const auto seen = verdicts();
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen[0].verdict.operation, YGR_OP_EXEC);
  EXPECT_EQ(seen[1].verdict.operation, YGR_OP_READ);
  start('B');
}

TEST_F(TierB, StaysInForceWhenTheProcessIsKilledAndIsTakenOver) {
  const Listener listener;
  enforcer_.reset();
  ASSERT_TRUE(Enforcer::remove_all(pins_).has_value());
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t agent = fork();
  if (agent == 0) {
    auto opened = Enforcer::open({.pins = pins_,
                                  .attach_cgroup = policed_->folder(),
                                  .strongest_tier = 'B',
                                  .spares_runtime = false});
    const PolicedContainer container = policed_->container();
    const bool ok = opened.has_value() &&
                    (*opened)
                        ->apply(policies_of({"mode: block, network: {egress: {allow: []}}"}),
                                std::span(&container, 1))
                        .has_value();
    if (write(ready[1], ok ? "y" : "n", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  kill(agent, SIGKILL);
  ASSERT_EQ(waitpid(agent, nullptr, 0), agent);
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  start('B');
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  EXPECT_EQ(verdicts().size(), 3U);  // those that nobody had read are still there
  apply({"mode: alert, network: {egress: {allow: []}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kDone);
  enforcer_.reset();
  ASSERT_TRUE(Enforcer::remove_all(pins_).has_value());
  EXPECT_FALSE(std::filesystem::exists(pins_));
}

}  // namespace
}  // namespace yagura::sensor::enforce
