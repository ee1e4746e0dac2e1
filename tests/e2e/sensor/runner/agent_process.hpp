#pragma once

// `yagura sensor run` as a process of its own, as an operator starts it.

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "fixture/pods.hpp"
#include "fixture/scratch.hpp"

namespace yagura::sensor::e2e {

// Asks again and again, for as long as no working program takes. The answer at the end.
[[nodiscard]] bool comes_true(const std::function<bool()>& is_so);

// `yagura WORD…`, to its end.
[[nodiscard]] CommandResult run_yagura(std::vector<std::string> words);

struct AgentOptions {
  std::vector<std::filesystem::path> rules;
  std::filesystem::path file;  // file_output; empty: none
  std::string program;         // program_output; empty: none
  std::string name = "agent";  // of its files in the pods' directory
  std::vector<std::filesystem::path> policies;
  std::filesystem::path policy_pins;  // with policies
};

class AgentProcess {
 public:
  // Returns when it watches the pods' cgroup. The error has what it said.
  [[nodiscard]] static Result<AgentProcess> start(const Pods& pods, const AgentOptions& options);
  AgentProcess(AgentProcess&& other) noexcept;
  AgentProcess& operator=(AgentProcess&&) = delete;
  // SIGTERM, and waits.
  ~AgentProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_running();
  // Its status as wait() tells it.
  int end_by(int signal);
  [[nodiscard]] std::string said() const;

 private:
  AgentProcess(pid_t pid, std::filesystem::path log);

  pid_t pid_;
  std::filesystem::path log_;
};

}  // namespace yagura::sensor::e2e
