#pragma once

/* exec, fork and exit: what the process table lives on. All go to the vital ring. */

#include "sensor/bpf/call_registers.h"
#include "sensor/bpf/images.h"
#include "sensor/bpf/scoped.h"
#include "sensor/bpf/tasks.h"
#include "sensor/bpf/text.h"

enum {
  YGR_SIGNAL_GROUP_EXIT = 4,
  YGR_CLONE_VFORK_VM = 0x4100,
};

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
  ygr_put_streams((ygr_u64)BPF_CORE_READ(task, files, fdt));
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
