// What is told beside calls: DNS messages, mapped libraries, tasks that were there before.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "sensor/probe/probe_fixture.hpp"
#include "sensor/probe/start_up.hpp"

namespace yagura::sensor {
namespace {

using SideRecords = ProbeFixture;

// A DNS server of a network namespace that has nothing but a loopback.
void ask_and_answer() {
  if (unshare(CLONE_NEWNET) != 0) _exit(77);
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  const int client = socket(AF_INET, SOCK_DGRAM, 0);
  if (system("ip link set lo up") != 0) _exit(77);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  if (bind(server, name, sizeof(address)) != 0) _exit(77);
  const std::string question(200, 'q');
  if (sendto(client, question.data(), question.size(), 0, name, sizeof(address)) < 0) _exit(1);
  char buffer[512];
  sockaddr_in from{};
  socklen_t size = sizeof(from);
  if (recvfrom(server, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &size) < 0)
    _exit(1);
  const std::string answer(300, 'a');
  if (sendto(server, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size) < 0)
    _exit(1);
  iovec piece{buffer, sizeof(buffer)};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof(from);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (recvmsg(client, &message, 0) < 0) _exit(1);
}

TEST_F(SideRecords, DnsQuestionsAndAnswersAreToldWithoutTheirCalls) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat2"}, {.tells_dns = true}));
  const int status = in_child(ask_and_answer);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "skipped: no network namespace of our own";
  ASSERT_EQ(status, 0);
  EXPECT_EQ(count(YGR_DNS, "sendto"), 1U);  // not the server's answer
  const RecordView question = record(YGR_DNS, "sendto");
  EXPECT_EQ(question.text(YGR_S_DATA), std::string(200, 'q'));
  EXPECT_EQ(question.get<ygr_socket>(YGR_S_SOCKET)->protocol, IPPROTO_UDP);
  EXPECT_EQ(question.text(YGR_S_ADDRESS).size(), sizeof(sockaddr_in));
  EXPECT_EQ(record(YGR_DNS, "recvmsg").text(YGR_S_DATA), std::string(300, 'a'));
  EXPECT_EQ(count(YGR_DNS, "recvfrom"), 0U);
  EXPECT_EQ(count(YGR_CALL, "sendto"), 0U);
}

TEST_F(SideRecords, LibrariesAreToldOnceAProcess) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat2"}, {.tells_libraries = true}));
  const std::string library = directory() + "/library";
  close(open(library.c_str(), O_CREAT | O_WRONLY, 0755));
  in_child([&] {
    const int file = open(library.c_str(), O_RDONLY);
    mmap(nullptr, 64, PROT_READ, MAP_PRIVATE, file, 0);
    mmap(nullptr, 64, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
    mmap(nullptr, 64, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
    mmap(nullptr, 64, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  });
  EXPECT_EQ(count(YGR_LIBRARY, "mmap"), 1U);
  struct stat facts{};
  ASSERT_EQ(stat(library.c_str(), &facts), 0);
  const RecordView mapped = record(YGR_LIBRARY, "mmap");
  EXPECT_EQ(mapped.get<ygr_file>(YGR_S_FD)->ino, facts.st_ino);
  EXPECT_EQ(mapped.text(YGR_S_FD_PATH), std::filesystem::canonical(library).string());
  EXPECT_EQ(count(YGR_CALL, "mmap"), 0U);
}

// A process in the test's cgroup that waits until it is killed.
class Sleeper {
 public:
  explicit Sleeper(const TestCgroup& cgroup) {
    pid_ = fork();
    if (pid_ == 0) {
      const char* const arguments[] = {"sleep", "1000", nullptr};
      const char* const environment[] = {"A=b", nullptr};
      execve("/bin/sleep", const_cast<char* const*>(arguments),
             const_cast<char* const*>(environment));
      _exit(1);
    }
    // Its memory is its own once another program runs in it.
    const std::string link = "/proc/" + std::to_string(pid_) + "/exe";
    const std::string ours = std::filesystem::canonical("/proc/self/exe").string();
    std::error_code error;
    while (std::filesystem::read_symlink(link, error) == ours) sched_yield();
    cgroup.add(pid_);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  [[nodiscard]] int pid() const { return pid_; }

 private:
  int pid_ = 0;
};

TEST_F(SideRecords, TasksThatWereThereBeforeAreTold) {
  const Sleeper sleeper(cgroup_);
  ASSERT_NO_FATAL_FAILURE(watch({}));
  const auto told = probe_->start_up([this](const RecordView& task, unsigned ring) {
    records_.push_back({{task.bytes().begin(), task.bytes().end()}, ring});
  });
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_EQ(*told, 1U);
  const RecordView running = record(YGR_TASK, "");
  EXPECT_EQ(running.header().pid, static_cast<unsigned>(sleeper.pid()));
  EXPECT_EQ(running.header().cgroup_id, cgroup_.id());
  EXPECT_EQ(running.text(YGR_S_ARGV), std::string_view("sleep\0001000\0", 11));
  EXPECT_EQ(running.text(YGR_S_ENV), std::string_view("A=b\0", 4));
  EXPECT_EQ(running.text(YGR_S_COMM), "sleep");
  EXPECT_EQ(running.text(YGR_S_CWD), std::filesystem::current_path().string());
  EXPECT_EQ(running.text(YGR_S_EXE_PATH), std::filesystem::canonical("/bin/sleep").string());
  EXPECT_EQ(running.get<ygr_task>(YGR_S_TASK)->parent_pid, static_cast<unsigned>(getpid()));
  EXPECT_TRUE(running.has(YGR_S_CREDENTIALS));
  EXPECT_EQ(running.count<ygr_file>(YGR_S_FDS), 3U);
}

TEST_F(SideRecords, AllTasksOfTheMachineCanBeTold) {
  ASSERT_NO_FATAL_FAILURE(watch({}));
  std::size_t own = 0;
  std::size_t kernel = 0;
  const auto told = tell_running_tasks({}, [&](const RecordView& task, unsigned) {
    const auto facts = task.get<ygr_task>(YGR_S_TASK);
    ASSERT_TRUE(facts.has_value());
    kernel += (facts->flags & YGR_TASK_KERNEL_THREAD) != 0;
    if (facts->tid != static_cast<unsigned>(getpid())) return;
    ++own;
    EXPECT_EQ(task.text(YGR_S_EXE_PATH), std::filesystem::canonical("/proc/self/exe").string());
    EXPECT_FALSE(task.text(YGR_S_ARGV).empty());
  });
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_EQ(own, 1U);
  EXPECT_GT(kernel, 0U);
}

}  // namespace
}  // namespace yagura::sensor
