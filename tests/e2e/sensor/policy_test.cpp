// Runtime policies on real pods, through `yagura sensor run`. The node enforces by tier B here:
// connections and programs are refused, of everything else the process is killed.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/file.hpp"
#include "runner/agent_process.hpp"

namespace yagura::sensor::e2e {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// One rule, as an agent wants one; nothing fulfills it.
constexpr std::string_view kRules = R"(- rule: Nothing
  desc: never
  condition: evt.type = open and fd.name = /never
  output: never
  priority: DEBUG
)";

// PORT is the denied listener's. "guard" knows its pods by what the runtime wrote down before it
// started them, "web" and "watch" by labels.
constexpr std::string_view kPolicies = R"(apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: guard}
spec:
  selector: {namespaces: [shop]}
  mode: block
  executables: {deny: [/opt/bin/xmrig]}
  namespaces: {deny: [user, mount]}
  mounts: deny
  ptrace: deny
---
apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: web}
spec:
  selector: {podSelector: {matchExpressions: [{key: app, operator: In, values: [web, old]}]}}
  mode: block
  executables: {deny: [/opt/bin/nc]}
  files:
    - {action: deny, operations: [read], paths: [/etc/shadow]}
  network:
    egress: {deny: [{cidrs: [127.0.0.1/32], ports: [{port: PORT, protocol: TCP}]}]}
---
apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: watch}
spec:
  selector: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [free]}]}}
  mode: alert
  executables: {deny: [/opt/bin/socat]}
  files:
    - {action: deny, operations: [read], paths: [/etc/sudoers]}
---
apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: trial}
spec:
  selector: {namespaces: [trial]}
  mode: block
  autoRevert: {afterDenials: 2}
  executables: {deny: [/opt/bin/nc]}
---
apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: strict}
spec:
  selector: {namespaces: [vault]}
  mode: block
  executables:
    allow: [/opt/bin/actor, /bin/cp]
    writableLayer: deny
    memfd: deny
  files:
    - {action: deny, operations: [modify], paths: [/dev/**, /proc/**, /sys/**]}
    - {action: deny, operations: [all], paths: [/etc/**, /run/**]}
  capabilities: {deny: [SYS_ADMIN, NET_RAW]}
  namespaces: {deny: [user, mount, pid, network, ipc, uts, cgroup]}
  users: {deny: [0, 33]}
  mounts: deny
  ptrace: deny
  kernelModules: deny
  bpf: deny
  ioUring: deny
  userfaultfd: deny
)";

// A listener on this machine's own address that accepts nothing: the kernel alone answers.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
        listen(fd_, SOMAXCONN) == 0 &&
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      port_ = std::to_string(ntohs(address.sin_port));
    }
  }
  ~Listener() { close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] const std::string& port() const { return port_; }

 private:
  int fd_;
  std::string port_;
};

// What to do in a pod, and what becomes of it there.
struct Deed {
  std::string name;
  std::vector<std::string> command;  // of the actor's `run`
  int status = 0;                    // of a policed pod; 0 elsewhere
  std::string said;                  // on standard error of a policed pod
  std::string policy;                // that the alert names; empty: none
  std::string action;
  std::string operation;
};

constexpr int kNotStarted = 127;
constexpr int kKilled = 128 + SIGKILL;
constexpr const char* kRefused = "Operation not permitted";

class Policy : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto pods = Pods::start({.actor = YAGURA_ACTOR, .busybox = "/bin/busybox"});
    if (!pods) {
      missing_ = "skipped: no containers here: " + pods.error().message;
      ASSERT_EQ(pods.error().code, ErrorCode::kNotFound) << missing_;
      return;
    }
    pods_ = std::move(*pods);
    pins_ = "/sys/fs/bpf/yagura-e2e-" + std::to_string(getpid());
    alerts_ = pods_->directory() / "alerts.jsonl";
    std::string policies(kPolicies);
    policies.replace(policies.find("PORT"), 4, denied_.port());
    ASSERT_TRUE(core::write_file(pods_->directory() / "policies.yaml", policies));
    ASSERT_TRUE(core::write_file(pods_->directory() / "rules.yaml", kRules));
    if (run_yagura({"sensor", "policy", "node"}).output.find("tier B") == std::string::npos) {
      missing_ = "skipped: no tier B here";
      return;
    }
    old_ = start_pod({.name = "old", .name_space = "shop", .digit = '6'});
    start_agent("first");
    if (!agent_) return;
    web_ = start_pod({.name = "web", .name_space = "shop", .digit = '3'});
    free_ = start_pod({.name = "free", .name_space = "other", .digit = '4'});
    if (!old_ || !web_ || !free_) return;
    // Its labels come from the runtime, a little later than the pod.
    for (const auto* pod : {&old_, &web_}) {
      ASSERT_TRUE(comes_true([&] { return run(**pod, connect(denied_)).exit_code != 0; }))
          << agent_->said();
    }
  }

  static void TearDownTestSuite() {
    agent_.reset();
    if (!pins_.empty()) (void)run_yagura({"sensor", "policy", "remove", "--pins", pins_.string()});
    EXPECT_FALSE(fs::exists(pins_));
    pods_.reset();
  }

  void SetUp() override {
    if (!missing_.empty()) GTEST_SKIP() << missing_;
    ASSERT_TRUE(agent_ && old_ && web_ && free_);
  }

  static void start_agent(const std::string& name) {
    auto agent = AgentProcess::start(*pods_, {.rules = {pods_->directory() / "rules.yaml"},
                                              .file = alerts_,
                                              .program = {},
                                              .name = name,
                                              .policies = {pods_->directory() / "policies.yaml"},
                                              .policy_pins = pins_});
    if (!agent && agent.error().message.find("the kernel programs") != std::string::npos) {
      missing_ = "skipped: no sensor here: " + agent.error().message;
      return;
    }
    ASSERT_TRUE(agent) << agent.error().message;
    agent_.emplace(std::move(*agent));
  }
  static std::optional<RunningPod> start_pod(const PodRequest& request) {
    auto pod = pods_->start_pod(request);
    EXPECT_TRUE(pod) << pod.error().message;
    if (!pod) return std::nullopt;
    return std::move(*pod);
  }

  static std::vector<std::string> connect(const Listener& listener) {
    return {"/opt/bin/actor", "connect", "127.0.0.1", listener.port()};
  }
  static CriExecResult run(const RunningPod& pod, std::vector<std::string> command) {
    command.insert(command.begin(), {"/opt/bin/actor", "run"});
    const auto result =
        pods_->containerd().cri().exec_sync(pod.container_id, command, std::chrono::seconds(60));
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(CriExecResult{.out = {}, .err = "no answer", .exit_code = -1});
  }

  static bool is_running(const std::string& pod) {
    const auto containers = pods_->containerd().cri().list_containers();
    return !containers || std::ranges::any_of(*containers, [&](const CriContainer& container) {
      return container.state == CriContainerState::kRunning &&
             std::ranges::any_of(container.labels,
                                 [&](const auto& label) { return label.second == pod; });
    });
  }

  // Lines of alerts with all of these in them.
  static std::size_t alerts(const std::vector<std::string>& needles) {
    std::size_t found = 0;
    const std::string text = core::read_file(alerts_).value_or("");
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
         at = end + 1) {
      const std::string_view line = std::string_view(text).substr(at, end - at);
      found += std::ranges::all_of(needles, [&](const std::string& needle) {
        return line.find(needle) != std::string_view::npos;
      });
    }
    return found;
  }
  static std::string field(const std::string& name, const std::string& value) {
    return "\"" + name + "\":\"" + value + "\"";
  }
  static std::vector<std::string> alert_of(const Deed& deed, const RunningPod& pod) {
    return {field("rule", "Policy " + deed.policy),
            field("yagura.policy", deed.policy),
            field("yagura.action", deed.action),
            field("yagura.tier", "B"),
            field("yagura.operation", deed.operation),
            field("k8s.pod.name", pod.specification.name),
            field("k8s.ns.name", pod.specification.name_space)};
  }
  static std::string said() {
    return agent_->said() + core::read_file(alerts_).value_or("no alerts");
  }

  static std::vector<Deed> deeds() {
    const std::string actor = "/opt/bin/actor";
    return {
        {"denied program", {"/opt/bin/nc"}, kNotStarted, kRefused, "web", "blocked", "exec"},
        {"other program", {"/opt/bin/ncat"}, 0, "", "", "", ""},
        {"denied connection", connect(denied_), 1, kRefused, "web", "blocked", "network.egress"},
        {"other connection", connect(allowed_), 0, "", "", "", ""},
        {"protected file",
         {actor, "open", "/etc/shadow"},
         kKilled,
         "",
         "web",
         "killed",
         "file.read"},
        {"other file", {actor, "open", "/etc/passwd"}, 0, "", "", "", ""},
        {"tracing", {actor, "traceme"}, kKilled, "", "guard", "killed", "ptrace"},
        {"user namespace", {actor, "unshare-user"}, kKilled, "", "guard", "killed", "namespace"},
        {"watched program", {"/opt/bin/socat"}, 0, "", "watch", "would_block", "exec"},
        {"watched file",
         {actor, "open", "/etc/sudoers"},
         0,
         "",
         "watch",
         "would_block",
         "file.read"},
    };
  }

  static void expect_deed(const RunningPod& pod, const Deed& deed) {
    SCOPED_TRACE(deed.name);
    const auto alert = alert_of(deed, pod);
    const std::size_t before = alerts(alert);
    const CriExecResult result = run(pod, deed.command);
    EXPECT_EQ(result.exit_code, deed.status) << result.err;
    EXPECT_THAT(result.err, HasSubstr(deed.said));
    if (deed.policy.empty()) return;
    EXPECT_TRUE(comes_true([&] { return alerts(alert) == before + 1; }))
        << alerts(alert) << " alerts\n"
        << said();
  }
  static void expect_deeds(const RunningPod& pod) {
    for (const Deed& deed : deeds()) expect_deed(pod, deed);
  }

  static inline const Listener denied_;
  static inline const Listener allowed_;
  static inline std::unique_ptr<Pods> pods_;
  static inline std::optional<AgentProcess> agent_;
  static inline std::optional<RunningPod> old_;  // was there before the agent
  static inline std::optional<RunningPod> web_;
  static inline std::optional<RunningPod> free_;
  static inline std::string missing_;
  static inline fs::path pins_;
  static inline fs::path alerts_;
};

// The fixture started the pods under the policies: nothing of what the runtime did was judged.
TEST_F(Policy, LetsTheRuntimePrepareContainers) {
  // The refused connection that the fixture waited for came after them.
  EXPECT_TRUE(comes_true([] { return alerts({field("yagura.operation", "network.egress")}) > 0; }));
  for (const char* operation : {"mount", "ptrace", "namespace"}) {
    EXPECT_EQ(alerts({field("yagura.operation", operation)}), 0U) << said();
  }
}

TEST_F(Policy, RefusesWhatASelectedPodMustNotDo) { expect_deeds(*web_); }
TEST_F(Policy, RefusesItInPodsThatWereThereBefore) { expect_deeds(*old_); }

TEST_F(Policy, LeavesOtherPodsAlone) {
  for (const Deed& deed : deeds()) {
    const CriExecResult result = run(*free_, deed.command);
    EXPECT_EQ(result.exit_code, 0) << deed.name << ": " << result.err;
  }
  // An alert of the policed pod behind it: had there been others, they were there.
  const std::size_t before = alerts({field("yagura.operation", "network.egress")});
  EXPECT_EQ(run(*web_, connect(denied_)).exit_code, 1);
  EXPECT_TRUE(
      comes_true([&] { return alerts({field("yagura.operation", "network.egress")}) > before; }));
  EXPECT_EQ(alerts({field("k8s.pod.name", "free")}), 0U) << said();
  EXPECT_TRUE(is_running("free"));
}

// A policy that denies nearly all that a runtime does for its containers, from the pod's start.
TEST_F(Policy, SparesTheRuntimeAloneOfAStrictPolicy) {
  const auto vault = start_pod({.name = "vault", .name_space = "vault", .digit = '7'});
  ASSERT_TRUE(vault) << said();
  const std::string actor = "/opt/bin/actor";
  const std::vector<Deed> strict = {
      {"allowed program", {actor, "noop"}, 0, "", "", "", ""},
      {"program on no list", {"/opt/bin/nc"}, kNotStarted, kRefused, "strict", "blocked", "exec"},
      {"copy", {"/bin/cp", "/opt/bin/actor", "/tmp/new"}, 0, "", "", "", ""},
      {"copied program", {"/tmp/new"}, kNotStarted, kRefused, "strict", "blocked", "exec"},
      {"memory", {actor, "memfd", "x", "noop"}, kKilled, "", "strict", "killed", "exec.memfd"},
      {"becomes a user", {actor, "setuid", "33"}, kKilled, "", "strict", "killed", "setuid"},
      {"user namespace", {actor, "unshare-user"}, kKilled, "", "strict", "killed", "namespace"},
      {"module", {actor, "module"}, kKilled, "", "strict", "killed", "kernelModule"},
      {"program of the kernel", {actor, "bpf", "0"}, kKilled, "", "strict", "killed", "bpf"},
      {"faults", {actor, "userfault"}, kKilled, "", "strict", "killed", "userfaultfd"},
      {"reads", {actor, "open", "/etc/motd"}, kKilled, "", "strict", "killed", "file.read"},
  };
  for (const Deed& deed : strict) expect_deed(*vault, deed);
  EXPECT_TRUE(is_running("vault"));
}

// The same policy again, but for whom it is or what it denies: no pod is started anew for it.
TEST_F(Policy, TakesAChangedFileForPodsThatRun) {
  const fs::path file = pods_->directory() / "policies.yaml";
  const std::string before = core::read_file(file).value_or("");
  const auto ncat = [] { return run(*web_, {"/opt/bin/ncat"}).exit_code; };
  ASSERT_EQ(ncat(), 0);
  std::string changed = before;
  changed.replace(changed.find("deny: [/opt/bin/nc]"), 19, "deny: [/opt/bin/ncat]");
  ASSERT_TRUE(core::write_file(file, changed));
  EXPECT_TRUE(comes_true([&] { return ncat() == kNotStarted; })) << said();
  EXPECT_EQ(run(*web_, {"/opt/bin/nc"}).exit_code, 0) << said();
  ASSERT_TRUE(core::write_file(file, "kind: RuntimePolicy\nwrong: [\n"));
  EXPECT_TRUE(comes_true([] { return agent_->said().find("policies.yaml") != std::string::npos; }));
  EXPECT_EQ(ncat(), kNotStarted) << "a wrong file leaves the old policies in force";
  ASSERT_TRUE(core::write_file(file, before));
  EXPECT_TRUE(comes_true([&] { return ncat() == 0; })) << said();
  EXPECT_EQ(run(*web_, {"/opt/bin/nc"}).exit_code, kNotStarted) << said();
}

TEST_F(Policy, FallsBackToAlertAfterSoManyDenials) {
  const auto trial = start_pod({.name = "trial", .name_space = "trial", .digit = '8'});
  ASSERT_TRUE(trial) << said();
  const auto nc = [&] { return run(*trial, {"/opt/bin/nc"}).exit_code; };
  const auto alert = [](const std::string& action) {
    return std::vector{field("rule", "Policy trial"), field("yagura.action", action),
                       field("k8s.pod.name", "trial")};
  };
  EXPECT_EQ(nc(), kNotStarted);
  EXPECT_EQ(nc(), kNotStarted);
  EXPECT_EQ(nc(), 0) << said();
  EXPECT_TRUE(comes_true([&] { return alerts(alert("would_block")) == 1; })) << said();
  EXPECT_EQ(alerts(alert("blocked")), 2U) << said();
}

// No exec behind its back: the container's own first program is one that must not run.
TEST_F(Policy, PolicesANewPodFromItsFirstProgram) {
  (void)pods_->start_pod(
      {.name = "miner", .name_space = "shop", .digit = '5', .command = {"/opt/bin/xmrig", "wait"}});
  EXPECT_TRUE(comes_true([&] {
    return alerts({field("rule", "Policy guard"), field("yagura.operation", "exec"),
                   field("k8s.pod.name", "miner"), field("yagura.subject", "/opt/bin/xmrig"),
                   " subject=/opt/bin/xmrig"}) > 0;
  })) << said();
  EXPECT_TRUE(comes_true([] { return !is_running("miner"); })) << said();
}

TEST_F(Policy, OutlivesTheAgentUntilItIsRemoved) {
  (void)agent_->end_by(SIGKILL);
  EXPECT_EQ(run(*web_, connect(denied_)).exit_code, 1) << "nobody is there";
  EXPECT_EQ(run(*web_, {"/opt/bin/actor", "open", "/etc/shadow"}).exit_code, kKilled);
  // Nobody answers fanotify; the kernel's own program ends it before its first instruction.
  EXPECT_EQ(run(*web_, {"/opt/bin/nc"}).exit_code, kKilled);
  ASSERT_NO_FATAL_FAILURE(start_agent("second"));
  const std::vector<std::string> refused = {field("yagura.operation", "network.egress"),
                                            field("k8s.pod.name", "web")};
  const std::size_t before = alerts(refused);
  const CriExecResult result = run(*web_, connect(denied_));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(comes_true([&] { return alerts(refused) > before; })) << said();
  EXPECT_EQ(run(*web_, {"/opt/bin/nc"}).exit_code, kNotStarted) << said();

  (void)agent_->end_by(SIGKILL);
  EXPECT_EQ(run(*web_, connect(denied_)).exit_code, 1);
  const CommandResult removed =
      run_yagura({"sensor", "policy", "remove", "--pins", pins_.string()});
  EXPECT_EQ(removed.status, 0) << removed.output;
  EXPECT_FALSE(fs::exists(pins_));
  for (const Deed& deed : deeds()) {
    EXPECT_EQ(run(*web_, deed.command).exit_code, 0) << deed.name;
  }
  agent_.reset();
}

}  // namespace
}  // namespace yagura::sensor::e2e
