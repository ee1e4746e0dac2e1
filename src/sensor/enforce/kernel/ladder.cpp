#include "sensor/enforce/kernel/ladder.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "enforce_ladder.skel.h"
#include "sensor/enforce/kernel/quiet_libbpf.hpp"

namespace yagura::sensor::enforce {
namespace {

struct Destroy {
  void operator()(enforce_ladder_bpf* skeleton) const { enforce_ladder_bpf__destroy(skeleton); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using Skeleton = std::unique_ptr<enforce_ladder_bpf, Destroy>;
using Link = std::unique_ptr<bpf_link, Destroy>;

enum class Rung { kLsm, kTracepoint, kCgroup };

void run_something() {
  const int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) close(fd);
}

std::string try_rung(Rung rung) {
  const QuietLibbpf quiet;
  Skeleton skeleton(enforce_ladder_bpf__open());
  if (!skeleton) return "the object does not open";
  bpf_program__set_autoload(skeleton->progs.ladder_lsm, rung == Rung::kLsm);
  bpf_program__set_autoload(skeleton->progs.ladder_tracepoint, rung == Rung::kTracepoint);
  bpf_program__set_autoload(skeleton->progs.ladder_connect4, rung == Rung::kCgroup);
  skeleton->rodata->ygr_asking_pid = static_cast<unsigned>(getpid());
  if (const int error = enforce_ladder_bpf__load(skeleton.get()); error != 0) {
    return fmt::format("does not load: {}", std::strerror(-error));
  }
  if (rung == Rung::kCgroup) return {};
  const Link link(bpf_program__attach(rung == Rung::kLsm ? skeleton->progs.ladder_lsm
                                                         : skeleton->progs.ladder_tracepoint));
  if (!link) return fmt::format("does not attach: {}", std::strerror(errno));
  run_something();
  const bool ran =
      (rung == Rung::kLsm ? skeleton->bss->ygr_lsm_ran : skeleton->bss->ygr_tracepoint_ran) != 0;
  return ran ? std::string()
             : "loads, but is not called (is \"bpf\" among lsm= of the kernel's command line?)";
}

std::string try_fanotify() {
  const int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::strerror(errno);
  close(fd);
  return {};
}

}  // namespace

char Ladder::tier() const {
  if (lsm.empty()) return 'A';
  return cgroup_hooks.empty() || tracepoints.empty() || fanotify.empty() ? 'B' : 'C';
}

Ladder probe_ladder(char strongest_tier) {
  Ladder ladder{.lsm = strongest_tier == 'A' ? try_rung(Rung::kLsm) : "not asked"};
  if (ladder.lsm.empty()) {
    ladder.cgroup_hooks = ladder.tracepoints = ladder.fanotify = "not asked: tier A works";
    return ladder;
  }
  ladder.cgroup_hooks = try_rung(Rung::kCgroup);
  ladder.tracepoints = try_rung(Rung::kTracepoint);
  ladder.fanotify = try_fanotify();
  return ladder;
}

}  // namespace yagura::sensor::enforce
