#pragma once

// Tier B's refusal of programs: the kernel asks before it opens one to start it (fanotify), and
// this process answers, on a thread of its own. When the process dies the kernel lets everything
// through again; programs that kill (bpf/fallback_calls.h) are then what is left.
//
// Scripts are judged as well as their interpreters: the kernel opens both to start them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/enforce/compile/group.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor::enforce {

class ExecGuard {
 public:
  struct Options {
    std::filesystem::path cgroup_root;
    std::vector<std::uint32_t> exempt_pids;
    // Whether a policy in mode block still blocks; it is told of a denial by that. Called by the
    // guard's thread. None: all do.
    std::function<bool(std::uint32_t policy)> still_blocks;
  };
  // What it judges by; control groups without a group of their own have that of the nearest above.
  struct Policing {
    std::uint64_t seed = 0;
    std::map<std::uint64_t, std::shared_ptr<const Group>> groups;
  };

  [[nodiscard]] static Result<std::unique_ptr<ExecGuard>> start(Options options);
  ~ExecGuard();
  ExecGuard(const ExecGuard&) = delete;
  ExecGuard& operator=(const ExecGuard&) = delete;

  void set_policing(std::shared_ptr<const Policing> policing);
  // From now on it is asked for programs on the file system that `path` lies on. Again: nothing.
  // Error: the file system cannot be watched.
  Result<void> watch(const std::filesystem::path& path);

  // Gives refusals since the last call, oldest first; at most 4096 are kept.
  void take_verdicts(const std::function<void(const RecordView&)>& take);

 private:
  ExecGuard();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor::enforce
