#pragma once

/* exec, fork and exit: what the process table lives on. All go to the vital ring. */

#include "sensor/bpf/call_registers.h"
#include "sensor/bpf/files.h"
#include "sensor/bpf/scoped.h"
#include "sensor/bpf/tasks.h"
#include "sensor/bpf/text.h"

enum {
  YGR_S_ISUID = 04000,
  YGR_S_ISGID_EXECUTABLE = 02010,
  YGR_CAP_DAC_OVERRIDE = 1,
  YGR_CAP_FOWNER = 3,
  YGR_SIGNAL_GROUP_EXIT = 4,
  YGR_CLONE_VFORK_VM = 0x4100,
};

/* Whether the task could write a file of that owner and mode: by bits, or as one who may override
 * them. */
YGR_INLINE int ygr_may_write(const struct ygr_file* file, ygr_u64 cred) {
  ygr_u32 fsuid = ygr_read32(cred + YGR_OFFSET(cred, fsuid));
  ygr_u32 fsgid = ygr_read32(cred + YGR_OFFSET(cred, fsgid));
  ygr_u64 effective = ygr_read64(cred + YGR_OFFSET(cred, cap_effective));
  if ((file->mode & 0002) != 0) return 1;
  if (file->uid == fsuid && (file->mode & 0200) != 0) return 1;
  if (file->gid == fsgid && (file->mode & 0020) != 0) return 1;
  return (effective & (1ULL << YGR_CAP_DAC_OVERRIDE | 1ULL << YGR_CAP_FOWNER)) != 0;
}

/* YGR_S_EXE and YGR_S_EXE_PATH; says whether the file's bits gave privileges. */
__noinline int ygr_put_executable(ygr_u64 address, ygr_u64 cred) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  struct ygr_file* file;
  int gives_privileges;
  if (!scratch || address == 0) return 0;
  file = ygr_structure(scratch, sizeof(*file));
  if (!file) return 0;
  ygr_read_file(scratch, address, -1, file, &parts, 0);
  if (ygr_may_write(file, cred)) file->flags |= YGR_FILE_WRITABLE;
  gives_privileges = (file->mode & YGR_S_ISUID) != 0 ||
                     (file->mode & YGR_S_ISGID_EXECUTABLE) == YGR_S_ISGID_EXECUTABLE;
  ygr_end_section(scratch, YGR_S_EXE, 0, sizeof(*file));
  ygr_put_path(parts.dentry, parts.mount, YGR_S_EXE_PATH, 0);
  return gives_privileges;
}

/* YGR_S_FDS and YGR_S_FDS_SOCKETS: descriptors 0, 1 and 2. */
__noinline int ygr_put_streams(void) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  ygr_u64 sockets[3] = {0, 0, 0};
  ygr_u32 files_size = 0;
  ygr_u32 sockets_size = 0;
  if (!scratch ||
      !ygr_has_room(scratch, 3 * (sizeof(struct ygr_file) + sizeof(struct ygr_socket)))) {
    return 0;
  }
  for (int fd = 0; fd < 3; ++fd) {
    ygr_u64 address = ygr_file_of(fd);
    struct ygr_file* file;
    if (address == 0) continue;
    file = (struct ygr_file*)ygr_at(scratch,
                                    scratch->position + sizeof(struct ygr_section) + files_size);
    ygr_read_file(scratch, address, fd, file, &parts, 0);
    if ((file->mode & YGR_S_IFMT) == YGR_S_IFSOCK) sockets[fd] = parts.private_data;
    files_size += sizeof(*file);
  }
  if (files_size == 0) return 0;
  ygr_end_section(scratch, YGR_S_FDS, 0, files_size);
  for (int fd = 0; fd < 3; ++fd) {
    struct ygr_socket* socket;
    if (sockets[fd] == 0) continue;
    socket = (struct ygr_socket*)ygr_at(
        scratch, scratch->position + sizeof(struct ygr_section) + sockets_size);
    ygr_read_sock(scratch, ygr_read64(sockets[fd] + YGR_OFFSET(socket, sk)), 0, socket);
    sockets_size += sizeof(*socket);
  }
  if (sockets_size != 0) ygr_end_section(scratch, YGR_S_FDS_SOCKETS, 0, sockets_size);
  return 0;
}

/* YGR_S_ARGV and YGR_S_ENV of the current task's memory. */
YGR_INLINE void ygr_put_strings(struct mm_struct* memory) {
  ygr_u64 start = BPF_CORE_READ(memory, arg_start);
  ygr_put_user_bytes(start, BPF_CORE_READ(memory, arg_end) - start, YGR_MAX_ARGV, YGR_S_ARGV);
  start = BPF_CORE_READ(memory, env_start);
  ygr_put_user_bytes(start, BPF_CORE_READ(memory, env_end) - start, YGR_MAX_ENV, YGR_S_ENV);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(ygr_exec, struct task_struct* task, int old_pid, struct linux_binprm* bprm) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct mm_struct* memory = BPF_CORE_READ(task, mm);
  ygr_u64 cred = (ygr_u64)BPF_CORE_READ(task, cred);
  ygr_u16 type = ygr_type_execve;
  ygr_u32 flags = 0;
  if (!scratch || !ygr_is_wanted_task()) return 0;
  if (ygr_has_task_regs) {
    struct pt_regs* regs = (struct pt_regs*)bpf_task_pt_regs(bpf_get_current_task_btf());
    if (YGR_CALL_NUMBER(regs) == ygr_call_execveat && !ygr_is_compat()) type = ygr_type_execveat;
  }
  ygr_begin(scratch, YGR_EXEC, type, 0);
  if (BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec)) flags = YGR_TASK_SETUID_EXEC;
  if (ygr_put_executable((ygr_u64)BPF_CORE_READ(memory, exe_file), cred)) {
    flags = YGR_TASK_SETUID_EXEC;
  }
  ygr_put_task(ygr_untyped(scratch, task), flags, 0, 0);
  ygr_put_credentials(cred);
  ygr_put_comm(ygr_untyped(scratch, task));
  ygr_put_kernel_text((ygr_u64)BPF_CORE_READ(bprm, filename), YGR_S_FILENAME);
  ygr_put_cwd(YGR_S_CWD);
  ygr_put_streams();
  ygr_put_strings(memory);
  ygr_send(YGR_RING_VITAL);
  return 0;
}

struct ygr_clone_call {
  ygr_u16 type;
  ygr_u64 flags;
};

/* Which call the current task is making children with, as far as it can be known. */
YGR_INLINE void ygr_read_clone_call(struct ygr_clone_call* call) {
  call->type = ygr_type_clone;
  call->flags = 0;
  if (!ygr_has_task_regs || ygr_is_compat()) return;
  struct pt_regs* regs = (struct pt_regs*)bpf_task_pt_regs(bpf_get_current_task_btf());
  int number = YGR_CALL_NUMBER(regs);
#if defined(__TARGET_ARCH_arm64)
  ygr_u64 argument = regs->orig_x0;
#else
  ygr_u64 argument = regs->di;
#endif
  if (number == ygr_call_clone) {
    call->flags = argument;
  } else if (number == ygr_call_clone3) {
    call->type = ygr_type_clone3;
    bpf_probe_read_user(&call->flags, sizeof(call->flags), (const void*)argument);
  } else if (number == ygr_call_fork) {
    call->type = ygr_type_fork;
  } else if (number == ygr_call_vfork) {
    call->type = ygr_type_vfork;
    call->flags = YGR_CLONE_VFORK_VM;
  }
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(ygr_fork, struct task_struct* parent, struct task_struct* child) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_clone_call call;
  struct ygr_header* header;
  if (!scratch || !ygr_is_wanted_task()) return 0;
  ygr_read_clone_call(&call);
  ygr_begin(scratch, YGR_FORK, call.type, 0);
  header = ygr_header_of(scratch);
  header->tid = BPF_CORE_READ(child, pid);
  header->pid = BPF_CORE_READ(child, tgid);
  header->cgroup_id = BPF_CORE_READ(child, cgroups, dfl_cgrp, kn, id);
  ygr_put_task(ygr_untyped(scratch, child), 0, (ygr_u32)bpf_get_current_pid_tgid(), call.flags);
  ygr_put_credentials((ygr_u64)BPF_CORE_READ(child, cred));
  ygr_put_comm(ygr_untyped(scratch, child));
  ygr_send(YGR_RING_VITAL);
  return 0;
}

/* Status as wait() tells it: of a whole group that was ended, the group's. */
YGR_INLINE ygr_s64 ygr_exit_status(struct task_struct* task) {
  struct signal_struct* signal = BPF_CORE_READ(task, signal);
  if ((BPF_CORE_READ(signal, flags) & YGR_SIGNAL_GROUP_EXIT) != 0) {
    return BPF_CORE_READ(signal, group_exit_code);
  }
  return BPF_CORE_READ(task, exit_code);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(ygr_exit, struct task_struct* task) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u32 flags = 0;
  if (!scratch || !ygr_is_wanted_task()) return 0;
  if (BPF_CORE_READ(task, signal, live.counter) == 0) flags = YGR_TASK_GROUP_GONE;
  ygr_begin(scratch, YGR_EXIT, ygr_type_exit, ygr_exit_status(task));
  ygr_put_task(ygr_untyped(scratch, task), flags, 0, 0);
  ygr_put_comm(ygr_untyped(scratch, task));
  ygr_send(YGR_RING_VITAL);
  return 0;
}
