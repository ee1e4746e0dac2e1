#pragma once

// Policies in force on this node: chooses the strongest tier that the kernel has, keeps its tables,
// and tells verdicts.
//
//   A  BPF LSM: EPERM before the effect.
//   B  connections: EPERM by programs of control groups; programs: EPERM by fanotify; everything
//      else: SIGKILL, when the call may have had its effect.
//   C  detection only.
//
// What is enforced stays so when the process dies: programs, links and tables are pinned, and the
// next Enforcer takes them over without a gap. (Fanotify alone ends with the process.)
//
// Only tasks below policed control groups are judged. This process and `exempt_pids` never are, and
// a control group that holds one of them is not policed; status() says so.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/dns/message.hpp"
#include "sensor/enforce/compile/watched.hpp"
#include "sensor/enforce/kernel/ladder.hpp"
#include "sensor/enforce/kernel/programs.hpp"
#include "sensor/enforce/policy/policy.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor::enforce {

struct EnforcerOptions {
  std::filesystem::path pins = "/sys/fs/bpf/yagura";
  std::filesystem::path cgroup_root;    // of cgroup2; empty: where it is mounted
  std::filesystem::path attach_cgroup;  // tier B's programs of control groups; empty: the root
  char strongest_tier = 'A';            // 'B' and 'C' for those who want less than the node can
  std::vector<std::uint32_t> exempt_pids;
  // Containers of which too little is known to say whether a policy selects them: policed by it
  // (true), or not until more is known.
  bool polices_unknown = false;
  // The container's runtime prepares it from within its control group, and is not judged there
  // until it starts the container's program.
  bool spares_runtime = true;
  std::filesystem::path host_mount_namespace = "/proc/1/ns/mnt";
  std::filesystem::path host_network = "/proc/1/net";  // where the node's own addresses stand
};

struct PolicedContainer {
  std::uint64_t cgroup_id = 0;
  std::shared_ptr<const Container> container;
};

struct PolicyStatus {
  std::string name;
  Mode mode = Mode::kAlert;    // as written
  bool is_reverted = false;    // fell back from block to alert, see AutoRevert
  std::uint32_t denials = 0;   // in mode block, since it was applied
  std::size_t containers = 0;  // that it selects
};

struct EnforcerStatus {
  char tier = 'C';
  Ladder ladder;
  std::vector<HookState> hooks;
  std::vector<PolicyStatus> policies;
  std::size_t policed_cgroups = 0;
  std::size_t unknown_containers = 0;  // selected perhaps: metadata is missing
  std::uint64_t judged = 0;
  std::uint64_t verdicts = 0;
  std::uint64_t verdicts_lost = 0;    // decided, but the ring had no room to tell
  std::uint64_t let_through = 0;      // for want of memory on that CPU
  std::vector<std::string> problems;  // what is not in force, and why; for people
};

// For people: a line a hook.
[[nodiscard]] std::string to_text(const EnforcerStatus& status);

// Not thread-safe.
class Enforcer {
 public:
  // Errors: no BPF file system at the place of the pins, a kernel that loads nothing.
  [[nodiscard]] static Result<std::unique_ptr<Enforcer>> open(EnforcerOptions options);
  ~Enforcer();  // what is in force stays
  Enforcer(const Enforcer&) = delete;
  Enforcer& operator=(const Enforcer&) = delete;

  // Replaces all policies and containers. Each container goes over from what it had to what it gets
  // in one step. What could not be put in force is in status().problems.
  [[nodiscard]] Result<void> apply(std::vector<Policy> policies,
                                   std::span<const PolicedContainer> containers);

  // A container that is new, or of which more is known. Containers that are made in a pod which is
  // policed as a whole are judged from their first program on, before this is called.
  void on_container(const PolicedContainer& container);
  void on_container_gone(std::uint64_t cgroup_id);
  // An answer that somebody in the container got: addresses of domains that its policies name.
  void on_dns_answer(std::uint64_t cgroup_id, const DnsMessage& answer,
                     std::chrono::nanoseconds since_boot);
  // Forgets addresses whose time is over. Call it every few seconds.
  void tick(std::chrono::nanoseconds since_boot);

  // The addresses of the watch lists that policies name, replaced in one step. Whoever is not among
  // them is denied nothing. Outlives the process like everything that is in force. Errors: a kernel
  // before 5.10, no memory; what was there stays in force.
  [[nodiscard]] Result<void> set_watched(const WatchedLines& lines);
  // Names of the lists that policies speak of.
  [[nodiscard]] std::set<std::string> named_watch_lists() const;

  // A verdict's record; valid during the call.
  using OnVerdict = std::function<void(const RecordView&)>;
  // Gives what there is, waits for the first at most `timeout`. Also computes hashes of programs
  // that a policy asks for. Returns how many there were.
  [[nodiscard]] Result<std::size_t> poll(std::chrono::milliseconds timeout,
                                         const OnVerdict& on_verdict);

  [[nodiscard]] EnforcerStatus status() const;
  // What is not in force, and why: at most 100 since policies were applied.
  [[nodiscard]] const std::vector<std::string>& problems() const;
  // "name of the policy", "spec.files[0]" of a verdict's numbers; empty: unknown.
  [[nodiscard]] std::pair<std::string, std::string> names_of(const ygr_verdict& verdict) const;

  // Ends all enforcement whose pins lie there.
  [[nodiscard]] static Result<void> remove_all(const std::filesystem::path& pins);

 private:
  Enforcer();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor::enforce
