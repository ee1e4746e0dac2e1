#include "runner/agent_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.hpp"

namespace yagura::sensor::e2e {
namespace {

namespace fs = std::filesystem;

std::string configuration(const Pods& pods, const AgentOptions& options) {
  std::string text = "rules_files:\n";
  for (const fs::path& rules : options.rules) text += "  - " + rules.string() + "\n";
  text += "rule_matching: all\njson_output: true\nstdout_output: {enabled: false}\n";
  if (!options.file.empty()) {
    text += "file_output: {enabled: true, filename: " + options.file.string() + "}\n";
  }
  if (!options.program.empty()) {
    text += "program_output: {enabled: true, program: '" + options.program + "'}\n";
  }
  const fs::path state = pods.directory() / options.name;
  text += "webserver: {listen_port: 0}\nyagura:\n  node_name: e2e\n  aggregation: 0\n";
  text += "  analysis: false\n  kubernetes: false\n  state_directory: " + state.string() + "\n";
  text += "  scope: [" + pods.cgroup().path_in_hierarchy().substr(1) + "]\n";
  text += "  runtime_endpoints: [" + pods.containerd().socket().string() + "]\n";
  text += "  runtime_states: [" + pods.containerd().state().string() + "]\n";
  if (!options.policies.empty()) {
    text += "  policy_pins: " + options.policy_pins.string() + "\n  policies:\n";
    for (const fs::path& policy : options.policies) text += "    - " + policy.string() + "\n";
  }
  return text;
}

}  // namespace

CommandResult run_yagura(std::vector<std::string> words) {
  words.insert(words.begin(), YAGURA_BINARY);
  return run_command(words);
}

bool comes_true(const std::function<bool()>& is_so) {
  constexpr int kTries = 1500;  // of 20 ms
  for (int tries = 0; tries < kTries; ++tries) {
    if (is_so()) return true;
    usleep(20'000);
  }
  return is_so();
}

AgentProcess::AgentProcess(pid_t pid, fs::path log) : pid_(pid), log_(std::move(log)) {}

AgentProcess::AgentProcess(AgentProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), log_(std::move(other.log_)) {}

AgentProcess::~AgentProcess() {
  if (pid_ > 0) end_by(SIGTERM);
}

Result<AgentProcess> AgentProcess::start(const Pods& pods, const AgentOptions& options) {
  const fs::path file = pods.directory() / (options.name + ".yaml");
  const fs::path log = pods.directory() / (options.name + ".log");
  YAGURA_TRY_VOID(core::write_file(file, configuration(pods, options)));
  fs::remove(log);
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(out, 1);
    dup2(out, 2);
    execl(YAGURA_BINARY, "yagura", "sensor", "run", "--config", file.c_str(), nullptr);
    _exit(127);
  }
  AgentProcess agent(child, log);
  const bool watches = comes_true([&] {
    return agent.said().find("watching, with") != std::string::npos || !agent.is_running();
  });
  if (!watches || !agent.is_running()) {
    return fail(ErrorCode::kIo, "the agent does not watch: " + agent.said());
  }
  return agent;
}

bool AgentProcess::is_running() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

int AgentProcess::end_by(int signal) {
  int status = 0;
  kill(pid_, signal);
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

std::string AgentProcess::said() const { return core::read_file(log_).value_or(""); }

}  // namespace yagura::sensor::e2e
