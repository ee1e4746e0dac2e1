#pragma once

// The agent: kernel programs, pipeline, rules, outputs in one process. One thread calls everything
// here, but for metrics(), status() and problem().

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "rules/judge/rule_files.hpp"
#include "sensor/agent/configuration.hpp"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor {

struct AgentHooks {
  // A line for the operator: what an output says, what was given up. Several threads call it.
  std::function<void(std::string_view line)> message;
};

struct AgentParts {
  rules::LoadedRules rules;  // its set is not null
  std::vector<enforce::Policy> policies;
};

class Agent {
 public:
  // Loads and attaches; from then on events are seen. Gives up capabilities that it does not need.
  // Errors: the kernel or the operator's configuration;
  // nothing stays behind.
  [[nodiscard]] static Result<std::unique_ptr<Agent>> start(Configuration configuration,
                                                            AgentParts parts, AgentHooks hooks);
  ~Agent();  // writes the alerts that wait
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Judges what there is, waits at most 10 ms if there is nothing. Errors: the rings are broken.
  [[nodiscard]] Result<void> turn();
  // From the next event on; kinds of events that nobody asked for before are attached.
  // Policies that come or go altogether need a new start, which the message says.
  [[nodiscard]] Result<void> replace(AgentParts parts);
  void reopen_outputs();

  // For the pages; any thread.
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] std::string status() const;   // JSON
  [[nodiscard]] std::string problem() const;  // empty: healthy
  [[nodiscard]] std::uint16_t port() const;   // of the pages; 0: none

 private:
  struct State;
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
