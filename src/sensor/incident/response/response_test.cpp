// Every response against real processes in cgroups that the test made.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>

#include "core/file.hpp"
#include "sensor/identity/testing.hpp"
#include "sensor/identity/testing_api_server.hpp"
#include "sensor/incident/response/container_cgroup.hpp"
#include "sensor/incident/response/freezer.hpp"
#include "sensor/incident/response/kill_process.hpp"
#include "sensor/incident/response/network_isolation.hpp"
#include "sensor/incident/response/pod_label.hpp"
#include "sensor/incident/response/responder.hpp"

namespace yagura::sensor {
namespace {

const std::string kUid = "72f7f152-440c-66ac-9084-e0fc1d8a910c";

// A process that does what it is given, in a cgroup; killed at the end.
class Child {
 public:
  template <typename Work>
  Child(const std::string& cgroup, Work work) {
    int ready[2];
    EXPECT_EQ(::pipe2(ready, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      if (!cgroup.empty()) {
        std::ofstream(cgroup + "/cgroup.procs") << ::getpid() << std::flush;
      }
      [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
      work();
      ::_exit(0);
    }
    ::close(ready[1]);
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
  }
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  [[nodiscard]] std::uint64_t start_ns() const {
    const auto text = core::read_file(fmt::format("/proc/{}/stat", pid_));
    std::istringstream fields(text->substr(text->rfind(')') + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i) {
      fields >> field;
    }
    return std::stoull(field) * 10'000'000 + 1234;
  }
  [[nodiscard]] bool is_running() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  // Waits for its end.
  int ending_signal() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_ = -1;
};

void pause_forever() {
  while (true) {
    ::pause();
  }
}

TEST(KillProcess, KillsTheOneThatIsMeant) {
  Child child("", pause_forever);
  const auto killed = kill_process(child.pid(), child.start_ns());
  ASSERT_TRUE(killed) << killed.error().message;
  EXPECT_EQ(child.ending_signal(), SIGKILL);
}

TEST(KillProcess, SparesWhoeverGotItsNumberLater) {
  Child child("", pause_forever);
  for (const std::uint64_t other :
       {child.start_ns() - 10'000'000, child.start_ns() + 10'000'000, std::uint64_t{0}}) {
    EXPECT_EQ(kill_process(child.pid(), other).error().code, ErrorCode::kNotFound);
  }
  EXPECT_TRUE(child.is_running());
}

TEST(KillProcess, NeverTakesTheFirstNorItselfNorAKernelThread) {
  EXPECT_EQ(kill_process(1, 0).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(kill_process(2, 0).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(kill_process(static_cast<std::uint32_t>(::getpid()), 0).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(kill_process(4'194'304, 0).error().code, ErrorCode::kNotFound);
}

class ResponseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cgroups_.is_usable()) {
      GTEST_SKIP() << "skipped: no cgroups can be made here";
    }
    made_ = cgroups_.make("/kubepods/pod" + kUid + "/" + testing::container_id(1));
    container_ = std::make_shared<Container>();
    container_->id = testing::container_id(1);
    container_->cgroup_id = made_.id;
    container_->cgroup_path = made_.path;
    container_->pod = std::make_shared<const Pod>(
        Pod{.name = "web", .name_space = "shop", .uid = kUid, .host_network = true});
  }
  [[nodiscard]] std::string directory() const { return cgroups_.mount() + made_.path; }

  testing::OwnCgroups cgroups_;
  testing::OwnCgroups::Made made_;
  std::shared_ptr<Container> container_;
};

TEST_F(ResponseTest, FindsTheCgroupThatIsMeant) {
  const auto found = find_container_cgroup(*container_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->unified, directory());
  EXPECT_EQ(find_pod_cgroup(*container_).value(),
            cgroups_.mount() + cgroups_.top() + "/kubepods/pod" + kUid);
  Container other = *container_;
  ++other.cgroup_id;
  EXPECT_EQ(find_container_cgroup(other).error().code, ErrorCode::kNotFound);
  other = *container_;
  other.cgroup_path += "/../../x";
  EXPECT_EQ(find_container_cgroup(other).error().code, ErrorCode::kInvalidInput);
}

// A page that parent and child share.
std::atomic<std::uint64_t>* shared_counter() {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return new (page) std::atomic<std::uint64_t>(0);
}

// Returns when the counter moved on.
bool moves(const std::atomic<std::uint64_t>& counter) {
  const std::uint64_t before = counter;
  for (int i = 0; i < 30'000 && counter == before; ++i) {
    ::usleep(1000);
  }
  return counter != before;
}

void check_freezing(const ContainerCgroup& cgroup, const std::string& directory) {
  auto* counter = shared_counter();
  const Child child(directory, [counter] {
    while (true) {
      ++*counter;
      ::usleep(100);
    }
  });
  ASSERT_TRUE(moves(*counter));
  const auto frozen = freeze(cgroup);
  ASSERT_TRUE(frozen) << frozen.error().message;
  const std::uint64_t before = *counter;
  ::usleep(20'000);
  EXPECT_EQ(*counter, before);
  const auto thawed = thaw(cgroup);
  ASSERT_TRUE(thawed) << thawed.error().message;
  EXPECT_TRUE(moves(*counter));
  ::munmap(counter, 4096);
}

TEST_F(ResponseTest, FreezesAndThawsAContainer) {
  check_freezing({.unified = directory()}, directory());
  EXPECT_EQ(freeze({.unified = "/nowhere"}).error().code, ErrorCode::kNotFound);
}

TEST_F(ResponseTest, FreezesWithTheFreezerOfOld) {
  const std::string top = fmt::format("/sys/fs/cgroup/freezer/yagura-response-{}", ::getpid());
  if (::mkdir(top.c_str(), 0755) != 0) {
    GTEST_SKIP() << "skipped: this machine has no freezer of cgroups version 1";
  }
  check_freezing({.freezer = top}, top);
  ::rmdir(top.c_str());
}

// A socket in the cgroup that sends to one outside when it is told to, and says how that went.
class Sender {
 public:
  explicit Sender(const std::string& cgroup) {
    receiver_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(receiver_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(receiver_, reinterpret_cast<sockaddr*>(&address), &size);
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control_), 0);
    child_ = std::make_unique<Child>(cgroup, [this, address] { serve(address); });
  }
  ~Sender() {
    child_.reset();
    ::close(receiver_);
    ::close(control_[0]);
    ::close(control_[1]);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // errno of sending.
  int send() {
    EXPECT_EQ(::send(control_[0], "s", 1, MSG_NOSIGNAL), 1);
    int error = -1;
    EXPECT_EQ(::recv(control_[0], &error, sizeof(error), 0), sizeof(error));
    return error;
  }
  bool has_arrived() const {
    char byte = 0;
    return ::recv(receiver_, &byte, 1, 0) == 1;
  }

 private:
  void serve(const sockaddr_in& address) const {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      return;
    }
    char byte = 0;
    while (::recv(control_[1], &byte, 1, 0) == 1) {
      const int error = ::send(fd, "x", 1, 0) == 1 ? 0 : errno;
      [[maybe_unused]] const auto sent = ::send(control_[1], &error, sizeof(error), MSG_NOSIGNAL);
    }
  }

  int receiver_ = -1;
  int control_[2] = {-1, -1};
  std::unique_ptr<Child> child_;
};

TEST_F(ResponseTest, IsolatesWhatIsConnectedAlreadyAndLetsGo) {
  Sender sender(directory());
  EXPECT_EQ(sender.send(), 0);
  EXPECT_TRUE(sender.has_arrived());
  NetworkIsolation isolation("");
  const auto isolated =
      isolation.isolate(kUid, find_pod_cgroup(*container_).value(), Loopback::kDropped);
  if (!isolated && isolated.error().code == ErrorCode::kUnsupported) {
    GTEST_SKIP() << "skipped: " << isolated.error().message;
  }
  ASSERT_TRUE(isolated) << isolated.error().message;
  EXPECT_TRUE(isolation.is_isolated(kUid));
  EXPECT_EQ(sender.send(), EPERM);
  EXPECT_FALSE(sender.has_arrived());
  EXPECT_EQ(isolation.counts(kUid).dropped_out, 1U);
  EXPECT_TRUE(isolation.isolate(kUid, directory(), Loopback::kDropped)) << "once is enough";
  ASSERT_TRUE(isolation.release(kUid));
  EXPECT_EQ(sender.send(), 0);
  EXPECT_TRUE(sender.has_arrived());
  EXPECT_EQ(isolation.release(kUid).error().code, ErrorCode::kNotFound);
}

TEST_F(ResponseTest, KeepsLoopbackInPodsWithANetworkOfTheirOwn) {
  Sender sender(directory());
  NetworkIsolation isolation("");
  const auto isolated = isolation.isolate(kUid, directory(), Loopback::kKept);
  if (!isolated && isolated.error().code == ErrorCode::kUnsupported) {
    GTEST_SKIP() << "skipped: " << isolated.error().message;
  }
  EXPECT_EQ(sender.send(), 0);
  EXPECT_EQ(isolation.counts(kUid).dropped_out, 0U);
}

TEST_F(ResponseTest, LeavesIsolationBehindWhereItIsPinned) {
  const std::string pins = fmt::format("/sys/fs/bpf/yagura-response-{}", ::getpid());
  if (::mkdir(pins.c_str(), 0700) != 0) {
    GTEST_SKIP() << "skipped: no bpffs at /sys/fs/bpf";
  }
  Sender sender(directory());
  auto first = std::make_unique<NetworkIsolation>(pins);
  const auto isolated = first->isolate(kUid, directory(), Loopback::kDropped);
  const bool is_unsupported = !isolated && isolated.error().code == ErrorCode::kUnsupported;
  if (!is_unsupported) {
    EXPECT_TRUE(isolated) << isolated.error().message;
    first.reset();
    EXPECT_EQ(sender.send(), EPERM) << "the one who isolated is gone";
    NetworkIsolation second(pins);
    EXPECT_TRUE(second.is_isolated(kUid));
    EXPECT_FALSE(second.is_isolated("../x"));
    EXPECT_TRUE(second.release(kUid));
    EXPECT_EQ(sender.send(), 0);
  }
  ::rmdir(pins.c_str());
  if (is_unsupported) {
    GTEST_SKIP() << "skipped: " << isolated.error().message;
  }
}

TEST(PodLabel, IsAPatchOfThatPodAlone) {
  EXPECT_EQ(label_patch({.name = "web", .uid = kUid}, "a/b", "x\"y"),
            R"({"metadata":{"uid":")" + kUid + R"(","labels":{"a/b":"x\"y"}}})");
  EXPECT_EQ(label_patch({.uid = "a3e4f1b2c5d60798a3e4f1b2c5d60798"}, "k", ""),
            R"({"metadata":{"labels":{"k":null}}})");
}

TEST(PodLabel, GoesToTheApiServer) {
  testing::ApiServer server("secret");
  ASSERT_TRUE(server.is_running());
  HttpsClient client({.server = server.url(), .ca_pem = server.certificate(), .token = "secret"});
  const Pod pod{.name = "web", .name_space = "shop", .uid = kUid};
  const auto labelled = label_pod(client, pod, "k", "v");
  ASSERT_TRUE(labelled) << labelled.error().message;
  const auto request = server.requests().back();
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.path, "/api/v1/namespaces/shop/pods/web");
  EXPECT_EQ(request.content_type, "application/merge-patch+json");
  EXPECT_EQ(request.body, label_patch(pod, "k", "v"));
  server.refuse_with(409);
  EXPECT_EQ(label_pod(client, pod, "k", "v").error().code, ErrorCode::kNotFound);
  server.refuse_with(403);
  EXPECT_EQ(label_pod(client, pod, "k", "v").error().code, ErrorCode::kIo);
  EXPECT_EQ(label_pod(client, {}, "k", "v").error().code, ErrorCode::kNotFound);
}

// Collects what the responder did.
class Reports {
 public:
  [[nodiscard]] Responder::OnDone sink() {
    return [this](const ResponseRequest& request, const Result<void>& done) {
      const std::lock_guard lock(mutex_);
      reports_[request.action] = done ? "" : done.error().message;
      changed_.notify_all();
    };
  }
  // "": it was done.
  std::string wait(ResponseAction action) {
    std::unique_lock lock(mutex_);
    const bool is_there = changed_.wait_for(lock, std::chrono::seconds(60),
                                            [&] { return reports_.contains(action); });
    return is_there ? reports_[action] : "no report";
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<ResponseAction, std::string> reports_;
};

TEST_F(ResponseTest, ResponderActsOnContainersAlone) {
  testing::ApiServer server("secret");
  Child child(directory(), pause_forever);
  Process process;
  process.pid = child.pid();
  process.start_ns = child.start_ns();
  Reports reports;
  ResponderOptions options;
  options.pin_directory = "";
  options.kubernetes =
      HttpsEndpoint{.server = server.url(), .ca_pem = server.certificate(), .token = "secret"};
  Responder responder(options, reports.sink());
  responder.submit(response_to(ResponseAction::kKill, process, "on the host"));
  EXPECT_NE(reports.wait(ResponseAction::kKill), "");
  EXPECT_TRUE(child.is_running());

  process.container = container_;
  for (const auto action : {ResponseAction::kPause, ResponseAction::kResume, ResponseAction::kLabel,
                            ResponseAction::kUnlabel}) {
    responder.submit(response_to(action, process, "a rule"));
    EXPECT_EQ(reports.wait(action), "") << to_string(action);
  }
  EXPECT_NE(server.requests().at(0).body.find("yagura.dev/quarantine\":\"true\""),
            std::string::npos);
  responder.submit(response_to(ResponseAction::kRelease, process, "never isolated"));
  EXPECT_NE(reports.wait(ResponseAction::kRelease), "");
  responder.submit(response_to(ResponseAction::kKill, process, "a rule"));
  EXPECT_EQ(child.ending_signal(), SIGKILL);
  EXPECT_EQ(responder.counts().failed, 2U);
}

TEST(Responder, RefusesWhatDoesNotFit) {
  ResponderOptions options;
  options.pin_directory = "";
  options.max_queue = 0;
  Responder responder(options, {});
  EXPECT_FALSE(responder.submit({}));
  EXPECT_EQ(responder.counts().refused, 1U);
}

TEST(Responder, KnowsItsActionsByName) {
  for (const char* name : {"kill", "pause", "resume", "isolate", "release", "label", "unlabel"}) {
    const auto action = find_response_action(name);
    ASSERT_TRUE(action) << name;
    EXPECT_EQ(to_string(*action), name);
  }
  EXPECT_FALSE(find_response_action("nuke"));
}

}  // namespace
}  // namespace yagura::sensor
