#include "sensor/enforce/kernel/gone_links.hpp"

#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace yagura::sensor::enforce {
namespace {

bool is_there(std::uint32_t id) {
  const int fd = bpf_link_get_fd_by_id(id);
  if (fd < 0) return false;
  close(fd);
  return true;
}

// Returns after a grace period of RCU, which is what links are freed after.
void pass_time() { syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0); }

}  // namespace

void GoneLinks::note(const std::filesystem::path& pin) {
  const int fd = bpf_obj_get(pin.c_str());
  if (fd < 0) return;
  bpf_link_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) ids_.push_back(info.id);
  close(fd);
}

void GoneLinks::wait() const {
  if (ids_.empty()) return;
  int turns = 0;
  for (const std::uint32_t id : ids_) {
    while (is_there(id) && turns++ < kMostTurns) pass_time();
  }
  // The number goes just before the program does.
  pass_time();
}

}  // namespace yagura::sensor::enforce
