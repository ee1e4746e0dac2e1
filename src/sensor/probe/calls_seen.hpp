#pragma once

// Which system calls containers make, whatever rules ask for: a kernel program that marks a bit a
// call (bpf/calls_seen.bpf.c). For profiles; costs some 30 ns a call of every process of the node.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "rules/event_type.hpp"

namespace yagura::sensor {

// One thread.
class CallsSeen {
 public:
  static constexpr std::size_t kMaxCgroups = 20'000;

  // Errors: as Probe::open().
  [[nodiscard]] static Result<std::unique_ptr<CallsSeen>> open();
  ~CallsSeen();
  CallsSeen(const CallsSeen&) = delete;
  CallsSeen& operator=(const CallsSeen&) = delete;

  // From now on calls of this cgroup's own tasks are marked (not of cgroups below it). False: there
  // are kMaxCgroups already.
  bool add(std::uint64_t cgroup_id);
  void remove(std::uint64_t cgroup_id);

  // Calls that were made since the last time, by rules::EventType, each once; a call that several
  // names stand for is told once. Calls without a name are left out.
  using OnCalls = std::function<void(std::uint64_t cgroup_id, std::span<const rules::EventType>)>;
  void take(const OnCalls& on_calls);

 private:
  struct State;
  explicit CallsSeen(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
