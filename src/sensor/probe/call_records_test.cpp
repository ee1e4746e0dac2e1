// Sockets, descriptors, credentials and what else calls tell.

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {
namespace {

using CallRecords = ProbeFixture;

struct Listener {
  int fd = -1;
  sockaddr_in address{};
};

// On a port that the kernel chose.
Listener listen_on_loopback(int type) {
  Listener listener;
  listener.fd = socket(AF_INET, type, 0);
  listener.address.sin_family = AF_INET;
  listener.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(listener.address);
  bind(listener.fd, reinterpret_cast<sockaddr*>(&listener.address), size);
  if (type == SOCK_STREAM) listen(listener.fd, 4);
  getsockname(listener.fd, reinterpret_cast<sockaddr*>(&listener.address), &size);
  return listener;
}

TEST_F(CallRecords, ConnectionsTellBothEnds) {
  const Listener listener = listen_on_loopback(SOCK_STREAM);
  ASSERT_NO_FATAL_FAILURE(watch({"connect", "accept", "accept4", "socket"}));
  in_child([&] {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    static_cast<void>(!connect(client, reinterpret_cast<const sockaddr*>(&listener.address),
                               sizeof(listener.address)));
    accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
  });
  const std::uint16_t port = ntohs(listener.address.sin_port);
  EXPECT_EQ(call("socket").get<ygr_socket>(YGR_S_SOCKET)->type, SOCK_STREAM);
  const RecordView connected = call("connect");
  EXPECT_EQ(connected.text(YGR_S_ADDRESS).size(), sizeof(sockaddr_in));
  EXPECT_EQ(
      std::memcmp(connected.text(YGR_S_ADDRESS).data(), &listener.address, sizeof(sockaddr_in)), 0);
  const ygr_socket client = connected.get<ygr_socket>(YGR_S_SOCKET).value();
  EXPECT_EQ(client.family, AF_INET);
  EXPECT_EQ(client.protocol, IPPROTO_TCP);
  EXPECT_EQ(client.state, 1);
  EXPECT_EQ(client.remote_port, port);
  EXPECT_NE(client.local_port, 0);
  EXPECT_EQ(client.is_server, 0);
  EXPECT_EQ(std::memcmp(client.remote, "\x7f\0\0\x01", 4), 0);
  const ygr_socket server = call("accept4").get<ygr_socket>(YGR_S_SOCKET).value();
  EXPECT_EQ(server.local_port, port);
  EXPECT_EQ(server.remote_port, client.local_port);
  EXPECT_EQ(server.is_server, 1);
  close(listener.fd);
}

TEST_F(CallRecords, AcceptedConnectionsAreServersInLaterCalls) {
  const Listener listener = listen_on_loopback(SOCK_STREAM);
  ASSERT_NO_FATAL_FAILURE(watch({"accept4", "sendto"}));
  in_child([&] {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    static_cast<void>(!connect(client, reinterpret_cast<const sockaddr*>(&listener.address),
                               sizeof(listener.address)));
    const int server = accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
    static_cast<void>(!send(server, "server", 6, 0));
    static_cast<void>(!send(client, "client", 6, 0));
  });
  close(listener.fd);
  EXPECT_EQ(call("sendto").text(YGR_S_DATA), "server");
  EXPECT_EQ(call("sendto").get<ygr_socket>(YGR_S_SOCKET)->is_server, 1);
  EXPECT_EQ(call("sendto", 1).text(YGR_S_DATA), "client");
  EXPECT_EQ(call("sendto", 1).get<ygr_socket>(YGR_S_SOCKET)->is_server, 0);
}

TEST_F(CallRecords, ListeningOnIpv6) {
  ASSERT_NO_FATAL_FAILURE(watch({"bind", "listen"}));
  in_child([] {
    const int fd = socket(AF_INET6, SOCK_STREAM, 0);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_addr = in6addr_loopback;
    static_cast<void>(!bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof(any)));
    listen(fd, 1);
  });
  EXPECT_EQ(call("bind").text(YGR_S_ADDRESS).size(), sizeof(sockaddr_in6));
  const ygr_socket socket = call("listen").get<ygr_socket>(YGR_S_SOCKET).value();
  EXPECT_EQ(socket.family, AF_INET6);
  EXPECT_EQ(socket.is_server, 1);
  EXPECT_NE(socket.local_port, 0);
  EXPECT_EQ(std::memcmp(socket.local, &in6addr_loopback, 16), 0);
}

TEST_F(CallRecords, UnixSocketsTellTheirName) {
  ASSERT_NO_FATAL_FAILURE(watch({"bind", "connect"}));
  in_child([] {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "the.sock");
    const int server = socket(AF_UNIX, SOCK_STREAM, 0);
    static_cast<void>(!bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    listen(server, 1);
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    static_cast<void>(
        !connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  });
  EXPECT_EQ(call("bind").text(YGR_S_FD_PATH), "the.sock");
  EXPECT_EQ(call("connect").text(YGR_S_FD_PATH), "the.sock");
  EXPECT_EQ(call("connect").get<ygr_socket>(YGR_S_SOCKET)->family, AF_UNIX);
}

TEST_F(CallRecords, DatagramsTellAddressAndData) {
  const Listener listener = listen_on_loopback(SOCK_DGRAM);
  ASSERT_NO_FATAL_FAILURE(watch({"sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg"}));
  in_child([&] {
    const int client = socket(AF_INET, SOCK_DGRAM, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&listener.address);
    static_cast<void>(!sendto(client, "ping", 4, 0, address, sizeof(listener.address)));
    char buffer[64];
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    static_cast<void>(!recvfrom(listener.fd, buffer, sizeof(buffer), 0,
                                reinterpret_cast<sockaddr*>(&from), &size));
    iovec piece{buffer, 4};
    mmsghdr messages[1]{};
    messages[0].msg_hdr.msg_name = const_cast<sockaddr_in*>(&listener.address);
    messages[0].msg_hdr.msg_namelen = sizeof(listener.address);
    messages[0].msg_hdr.msg_iov = &piece;
    messages[0].msg_hdr.msg_iovlen = 1;
    sendmsg(client, &messages[0].msg_hdr, 0);
    sendmmsg(client, messages, 1, 0);
    messages[0].msg_hdr.msg_name = nullptr;
    messages[0].msg_hdr.msg_namelen = 0;
    piece.iov_len = sizeof(buffer);
    recvmsg(listener.fd, &messages[0].msg_hdr, 0);
  });
  close(listener.fd);
  for (const char* type : {"sendto", "recvfrom", "sendmsg", "sendmmsg"}) {
    EXPECT_EQ(call(type).text(YGR_S_DATA), "ping") << type;
    EXPECT_EQ(call(type).text(YGR_S_ADDRESS).size(), sizeof(sockaddr_in)) << type;
    EXPECT_EQ(call(type).get<ygr_socket>(YGR_S_SOCKET)->protocol, IPPROTO_UDP) << type;
  }
  EXPECT_EQ(call("recvmsg").text(YGR_S_DATA), "ping");
}

TEST_F(CallRecords, PairsOfDescriptors) {
  ASSERT_NO_FATAL_FAILURE(watch({"pipe2", "pipe", "socketpair", "dup", "dup2", "dup3"}));
  in_child([] {
    int ends[2];
    static_cast<void>(!pipe2(ends, O_CLOEXEC));
    static_cast<void>(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    static_cast<void>(!dup3(ends[0], 50, 0));
  });
  const RecordView pipe = call("pipe2");
  EXPECT_EQ(pipe.text(YGR_S_BLOB).size(), 8U);
  EXPECT_TRUE(S_ISFIFO(pipe.get<ygr_file>(YGR_S_FD)->mode));
  EXPECT_FALSE(pipe.has(YGR_S_FD_PATH));
  EXPECT_EQ(call("socketpair").get<ygr_socket>(YGR_S_SOCKET)->family, AF_UNIX);
  const RecordView copied = call("dup3");
  EXPECT_EQ(copied.get<ygr_file>(YGR_S_FD)->fd, 50);
  EXPECT_EQ(copied.get<ygr_file>(YGR_S_OTHER_FD)->fd,
            static_cast<int>(copied.get<ygr_args>(YGR_S_ARGS)->value[0]));
  EXPECT_EQ(copied.get<ygr_file>(YGR_S_OTHER_FD)->ino, copied.get<ygr_file>(YGR_S_FD)->ino);
}

TEST_F(CallRecords, CredentialsAreThoseAfterTheCall) {
  ASSERT_NO_FATAL_FAILURE(watch({"setresuid", "setresgid", "capset"}));
  in_child([] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    data[0] = {1U << CAP_SETUID | 1U << CAP_SETGID, 1U << CAP_SETUID | 1U << CAP_SETGID, 0};
    syscall(SYS_capset, &header, data);
    syscall(SYS_setresgid, 11, 12, 13);
    syscall(SYS_setresuid, 1, 2, 3);
  });
  const RecordView capabilities = call("capset");
  EXPECT_EQ(capabilities.text(YGR_S_BLOB).size(), 24U);
  EXPECT_EQ(capabilities.get<ygr_credentials>(YGR_S_CREDENTIALS)->cap_permitted, 0xc0U);
  const ygr_credentials user = call("setresuid").get<ygr_credentials>(YGR_S_CREDENTIALS).value();
  EXPECT_EQ(user.uid, 1U);
  EXPECT_EQ(user.euid, 2U);
  EXPECT_EQ(user.suid, 3U);
  EXPECT_EQ(user.fsuid, 2U);
  EXPECT_EQ(user.gid, 11U);
  EXPECT_EQ(user.egid, 12U);
  EXPECT_EQ(user.sgid, 13U);
  EXPECT_EQ(user.cap_effective, 0U);
}

TEST_F(CallRecords, NamespacesAreThoseAfterTheCall) {
  ASSERT_NO_FATAL_FAILURE(watch({"unshare", "setns"}));
  in_child([] {
    const int before = open("/proc/self/ns/uts", O_RDONLY);
    static_cast<void>(!unshare(CLONE_NEWUTS));
    static_cast<void>(!setns(before, CLONE_NEWUTS));
  });
  struct stat facts{};
  ASSERT_EQ(stat("/proc/self/ns/uts", &facts), 0);
  EXPECT_NE(call("unshare").get<ygr_task>(YGR_S_TASK)->uts_ns, facts.st_ino);
  EXPECT_EQ(call("setns").get<ygr_task>(YGR_S_TASK)->uts_ns, facts.st_ino);
  EXPECT_EQ(call("setns").get<ygr_file>(YGR_S_FD)->ino, facts.st_ino);
}

TEST_F(CallRecords, NamesOfThreadsOnly) {
  ASSERT_NO_FATAL_FAILURE(watch({"prctl"}));
  in_child([] {
    prctl(PR_SET_NAME, "disguise");
    prctl(PR_SET_DUMPABLE, 1);
  });
  EXPECT_EQ(call("prctl").text(YGR_S_PATH0), "disguise");
  EXPECT_FALSE(call("prctl", 1).has(YGR_S_PATH0));
  EXPECT_EQ(probe_->counts().unreadable, 0U);
}

TEST_F(CallRecords, CallsWithoutAPlanTellTheirArguments) {
  ASSERT_NO_FATAL_FAILURE(watch({"ptrace", "kill", "personality"}));
  in_child([] {
    ptrace(PTRACE_ATTACH, 0x7ffffff0, nullptr, nullptr);
    kill(0x7ffffff0, 0);
  });
  EXPECT_EQ(call("ptrace").get<ygr_args>(YGR_S_ARGS)->value[0],
            static_cast<unsigned>(PTRACE_ATTACH));
  EXPECT_EQ(call("kill").header().result, -ESRCH);
}

#if defined(__x86_64__)
TEST_F(CallRecords, CallsOf32BitsAreMarked) {
  ASSERT_NO_FATAL_FAILURE(watch({"setpgid"}));
  in_child([] {
    long result = 0;
    asm volatile("int $0x80" : "=a"(result) : "a"(57), "b"(0x7ffffff0), "c"(5) : "memory");
    if (result == -ENOSYS) _exit(77);
  });
  if (count(YGR_CALL, "setpgid") == 0) GTEST_SKIP() << "skipped: no 32-bit calls here";
  const RecordView old = call("setpgid");
  EXPECT_EQ(old.header().flags & YGR_COMPAT, YGR_COMPAT);
  EXPECT_EQ(old.get<ygr_args>(YGR_S_ARGS)->value[0], 0x7ffffff0U);
  EXPECT_EQ(old.get<ygr_args>(YGR_S_ARGS)->value[1], 5U);
}
#endif

TEST_F(CallRecords, EveryCallCanBePlannedAtOnce) {
  std::vector<std::string_view> all;
  for (std::size_t i = 1; i < rules::event_types().size(); ++i)
    all.push_back(rules::event_types()[i]);
  ASSERT_NO_FATAL_FAILURE(watch(all, {.tells_dns = true, .tells_libraries = true}));
  const int status = in_child([] {
    const char* const arguments[] = {"sh", "-c", "cat /proc/self/maps >/dev/null; ls -l /; true",
                                     nullptr};
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    execv("/bin/sh", const_cast<char* const*>(arguments));
  });
  EXPECT_EQ(status, 0);
  EXPECT_GE(records_.size(), 100U);
  EXPECT_EQ(probe_->counts().malformed, 0U);
  EXPECT_EQ(probe_->counts().sections_lost, 0U);
}

}  // namespace
}  // namespace yagura::sensor
