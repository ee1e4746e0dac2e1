#pragma once

// A process as it is known when an event is judged. Kept by the process table (process/), which
// alone changes it; everybody else reads, on the pipeline's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sensor/event/container.hpp"
#include "sensor/record/record.h"

namespace yagura::sensor {

// A descriptor of the first three, as it was at exec or after the last dup onto it.
struct StandardStream {
  bool is_open = false;
  ygr_file file{};
  bool is_socket = false;
  ygr_socket socket{};
};

// What one exec made; shared by a process and whatever it forks, until they exec. Immutable.
struct Image {
  std::string exe_path;  // resolved, in the container's mount namespace; "memfd:name" forms as
                         // the kernel names them
  std::string filename;  // as it was asked for (of a script: the script)
  std::string comm;      // at exec
  std::string argv;      // each argument ended by a zero
  std::string env;       // the same
  ygr_file exe{};
  std::uint64_t exec_ns = 0;  // CLOCK_BOOTTIME; 0: it was there before us
  std::uint64_t number = 0;   // unique in this run; equal images have equal numbers
  bool is_argv_truncated = false;
  bool is_env_truncated = false;
  bool is_setuid = false;
  std::vector<StandardStream> streams;  // 0, 1, 2; fewer where unknown
};

struct Process {
  std::uint32_t pid = 0;               // thread group, host's number
  std::uint64_t start_ns = 0;          // CLOCK_BOOTTIME; (pid, start_ns) is unique
  std::shared_ptr<const Image> image;  // never null; an empty one where nothing is known
  // Who made it, also after that one is gone. Null: the first process, or unknown. The chain is at
  // most 128 long; where dead ancestors were left out, is_ancestry_cut.
  std::shared_ptr<Process> parent;
  bool is_ancestry_cut = false;
  std::uint32_t parent_pid = 0;  // as the kernel has it now; differs from parent after reparenting
  std::string comm;              // of the main thread, now
  // comm as exec or fork left it: what rules call proc.name. A later prctl(PR_SET_NAME) does not
  // change it, so that nobody gets out of a rule by calling himself sshd.
  std::string name;
  std::string cwd;
  ygr_credentials credentials{};
  std::uint32_t login_uid = 0xffffffff;
  std::uint32_t session_id = 0xffffffff;
  std::uint32_t tty = 0;
  std::uint32_t pgid = 0, sid = 0;
  std::uint32_t vpid = 0, vpgid = 0, vsid = 0;
  std::uint32_t mnt_ns = 0, pid_ns = 0, net_ns = 0, user_ns = 0;
  std::uint64_t pid_ns_start_ns = 0;
  std::uint64_t cgroup_id = 0;
  std::uint64_t fd_limit = 0;
  std::uint64_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
  std::uint32_t threads = 1;
  bool is_kernel_thread = false;
  bool has_exited = false;
  bool is_from_start_up = false;  // it was there before us: what it did before is unknown
  std::shared_ptr<const Container> container;  // null: the host
  // Changes whenever anything above does that a rule could ask for, of this process or (by the time
  // its next event is told) of an ancestor: verdicts may be remembered for it
  // (detect/verdict_cache.hpp). No two processes ever have the same. Page counts (vm_…) and
  // `threads` do not count.
  std::uint64_t generation = 0;
};

}  // namespace yagura::sensor
