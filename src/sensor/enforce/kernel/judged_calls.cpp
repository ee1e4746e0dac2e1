#include "sensor/enforce/kernel/judged_calls.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "sensor/enforce/bpf/call_table.h"
#include "sensor/enforce/operations.h"

namespace yagura::sensor::enforce {
namespace {

struct Entry {
  long number;
  ygr_judged_call call;
};

ygr_judged_call make(ygr_call_kind kind, ygr_operation operation, int first = 0, int second = 0,
                     int third = 0, int fourth = 0) {
  return {.kind = static_cast<ygr_u8>(kind),
          .first = static_cast<ygr_u8>(first),
          .second = static_cast<ygr_u8>(second),
          .third = static_cast<ygr_u8>(third),
          .fourth = static_cast<ygr_u8>(fourth),
          .operation = static_cast<ygr_u8>(operation),
          .reserved = 0};
}

constexpr int kNone = YGR_NO_DIRECTORY;

std::vector<Entry> entries() {
  std::vector<Entry> all{
      {SYS_openat, make(YGR_CALL_OPENED, YGR_OP_READ)},
      {SYS_openat2, make(YGR_CALL_OPENED, YGR_OP_READ)},
      {SYS_truncate, make(YGR_CALL_PATH, YGR_OP_WRITE, kNone, 0)},
      {SYS_unlinkat, make(YGR_CALL_PATH, YGR_OP_DELETE, 0, 1)},
      {SYS_renameat2, make(YGR_CALL_TWO_PATHS, YGR_OP_RENAME, 0, 1, 2, 3)},
      {SYS_linkat, make(YGR_CALL_TWO_PATHS, YGR_OP_LINK, 0, 1, 2, 3)},
      {SYS_symlinkat, make(YGR_CALL_PATH, YGR_OP_SYMLINK, 1, 2)},
      {SYS_mkdirat, make(YGR_CALL_PATH, YGR_OP_MKDIR, 0, 1)},
      {SYS_mknodat, make(YGR_CALL_PATH, YGR_OP_MKNOD, 0, 1)},
      {SYS_fchmodat, make(YGR_CALL_PATH, YGR_OP_CHMOD, 0, 1)},
      {SYS_fchownat, make(YGR_CALL_PATH, YGR_OP_CHOWN, 0, 1)},
      {SYS_mount, make(YGR_CALL_WHOLE, YGR_OP_MOUNT)},
      {SYS_umount2, make(YGR_CALL_WHOLE, YGR_OP_MOUNT)},
      {SYS_pivot_root, make(YGR_CALL_WHOLE, YGR_OP_MOUNT)},
      {SYS_move_mount, make(YGR_CALL_WHOLE, YGR_OP_MOUNT)},
      {SYS_fsmount, make(YGR_CALL_WHOLE, YGR_OP_MOUNT)},
      {SYS_ptrace, make(YGR_CALL_WHOLE, YGR_OP_PTRACE)},
      {SYS_process_vm_readv, make(YGR_CALL_WHOLE, YGR_OP_PTRACE)},
      {SYS_process_vm_writev, make(YGR_CALL_WHOLE, YGR_OP_PTRACE)},
      {SYS_unshare, make(YGR_CALL_NAMESPACES, YGR_OP_NAMESPACE, 0)},
      {SYS_clone, make(YGR_CALL_NAMESPACES, YGR_OP_NAMESPACE, 0)},
      {SYS_setns, make(YGR_CALL_SETNS, YGR_OP_NAMESPACE, 1)},
      {SYS_init_module, make(YGR_CALL_WHOLE, YGR_OP_MODULE)},
      {SYS_finit_module, make(YGR_CALL_WHOLE, YGR_OP_MODULE)},
      {SYS_bpf, make(YGR_CALL_NUMBER, YGR_OP_BPF, 0)},
      {SYS_setuid, make(YGR_CALL_NUMBER, YGR_OP_SETUID, 0)},
      {SYS_setreuid, make(YGR_CALL_NUMBER, YGR_OP_SETUID, 1)},
      {SYS_setresuid, make(YGR_CALL_NUMBER, YGR_OP_SETUID, 1)},
      {SYS_mmap, make(YGR_CALL_MEMORY, YGR_OP_WX_MEMORY, 2)},
      {SYS_mprotect, make(YGR_CALL_MEMORY, YGR_OP_WX_MEMORY, 2)},
      {SYS_io_uring_setup, make(YGR_CALL_WHOLE, YGR_OP_IO_URING)},
      {SYS_userfaultfd, make(YGR_CALL_WHOLE, YGR_OP_USERFAULTFD)},
      {SYS_listen, make(YGR_CALL_WHOLE, YGR_OP_LISTEN)},
      {SYS_socket, make(YGR_CALL_SOCKET, YGR_OP_SOCKET, 0)},
  };
#if defined(SYS_open)
  const std::vector<Entry> old{
      {SYS_open, make(YGR_CALL_OPENED, YGR_OP_READ)},
      {SYS_creat, make(YGR_CALL_OPENED, YGR_OP_READ)},
      {SYS_unlink, make(YGR_CALL_PATH, YGR_OP_DELETE, kNone, 0)},
      {SYS_rmdir, make(YGR_CALL_PATH, YGR_OP_DELETE, kNone, 0)},
      {SYS_rename, make(YGR_CALL_TWO_PATHS, YGR_OP_RENAME, kNone, 0, kNone, 1)},
      {SYS_renameat, make(YGR_CALL_TWO_PATHS, YGR_OP_RENAME, 0, 1, 2, 3)},
      {SYS_link, make(YGR_CALL_TWO_PATHS, YGR_OP_LINK, kNone, 0, kNone, 1)},
      {SYS_symlink, make(YGR_CALL_PATH, YGR_OP_SYMLINK, kNone, 1)},
      {SYS_mkdir, make(YGR_CALL_PATH, YGR_OP_MKDIR, kNone, 0)},
      {SYS_mknod, make(YGR_CALL_PATH, YGR_OP_MKNOD, kNone, 0)},
      {SYS_chmod, make(YGR_CALL_PATH, YGR_OP_CHMOD, kNone, 0)},
      {SYS_chown, make(YGR_CALL_PATH, YGR_OP_CHOWN, kNone, 0)},
      {SYS_lchown, make(YGR_CALL_PATH, YGR_OP_CHOWN, kNone, 0)},
  };
  all.insert(all.end(), old.begin(), old.end());
#endif
  return all;
}

}  // namespace

Result<void> fill_judged_calls(const Programs& programs) {
  for (const Entry& entry : entries()) {
    const auto key = static_cast<std::uint32_t>(entry.number);
    if (bpf_map_update_elem(programs.map("calls"), &key, &entry.call, BPF_ANY) != 0) {
      return fail(ErrorCode::kIo,
                  fmt::format("writing the table of calls: {}", std::strerror(errno)));
    }
  }
  return {};
}

}  // namespace yagura::sensor::enforce
