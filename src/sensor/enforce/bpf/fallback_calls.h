#pragma once

/* Everything but addresses: judged as a call begins, or when it has ended where only the result
 * says what it was about. */

#include "sensor/enforce/bpf/call_table.h"
#include "sensor/enforce/bpf/executable.h"
#include "sensor/enforce/bpf/spelled.h"

enum { YGR_WRITE_OR_EXEC = 6, YGR_TRUNCATES = 01000 };

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, YGR_CALL_NUMBERS);
  __type(key, ygr_u32);
  __type(value, struct ygr_judged_call);
} calls SEC(".maps");

/* Calls whose path could not be read as they began: it can when they have ended. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, ygr_u64);
  __type(value, ygr_u8);
} unread SEC(".maps");

YGR_INLINE ygr_u64 ygr_argument(struct pt_regs* regs, ygr_u32 index) {
#if defined(__TARGET_ARCH_arm64)
  ygr_u64 value = 0;
  if (index == 0) return BPF_CORE_READ(regs, orig_x0); /* the result stands in its place */
  bpf_probe_read_kernel(&value, sizeof(value), &regs->regs[index & 7]);
  return value;
#else
  switch (index) {
    case 0:
      return BPF_CORE_READ(regs, di);
    case 1:
      return BPF_CORE_READ(regs, si);
    case 2:
      return BPF_CORE_READ(regs, dx);
    case 3:
      return BPF_CORE_READ(regs, r10);
    case 4:
      return BPF_CORE_READ(regs, r8);
    default:
      return BPF_CORE_READ(regs, r9);
  }
#endif
}

/* 32-bit calls have other numbers: they are not judged here. */
YGR_INLINE int ygr_is_compat(void) {
#if defined(__TARGET_ARCH_arm64)
  return 0;
#else
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  return (BPF_CORE_READ(task, thread_info.status) & 2) != 0;
#endif
}

YGR_INLINE struct ygr_judged_call* ygr_find_call(ygr_u64 number) {
  ygr_u32 key = (ygr_u32)number;
  struct ygr_judged_call* call;
  if (number >= YGR_CALL_NUMBERS) return 0;
  call = bpf_map_lookup_elem(&calls, &key);
  return call && call->kind != YGR_CALL_NOT_JUDGED && !ygr_is_compat() ? call : 0;
}

YGR_INLINE int ygr_check_argument_path(ygr_u32 group, ygr_u32 operation, struct pt_regs* regs,
                                       ygr_u8 directory, ygr_u8 path) {
  ygr_s32 fd =
      directory == YGR_NO_DIRECTORY ? YGR_AT_FDCWD : (ygr_s32)ygr_argument(regs, directory);
  return ygr_check_spelled(group, operation, fd, ygr_argument(regs, path));
}

YGR_INLINE void ygr_judge_call(ygr_u32 group, struct pt_regs* regs, struct ygr_judged_call* call) {
  ygr_u64 first = ygr_argument(regs, call->first);
  switch (call->kind) {
    case YGR_CALL_WHOLE:
      ygr_check_number(group, call->operation, 0, YGR_BY_KILL);
      return;
    case YGR_CALL_NUMBER:
      ygr_check_number(group, call->operation, (ygr_u32)first, YGR_BY_KILL);
      return;
    case YGR_CALL_NAMESPACES:
      ygr_check_namespaces(group, first, YGR_BY_KILL);
      return;
    case YGR_CALL_SETNS:
      ygr_check_namespaces(group, first == 0 ? YGR_ANY_NAMESPACE : first, YGR_BY_KILL);
      return;
    case YGR_CALL_MEMORY:
      if ((first & YGR_WRITE_OR_EXEC) == YGR_WRITE_OR_EXEC) {
        ygr_check_number(group, call->operation, first, YGR_BY_KILL);
      }
      return;
    case YGR_CALL_SOCKET:
      ygr_check_number(group, call->operation, first, YGR_BY_KILL);
      ygr_check_number(group, call->operation, first | (ygr_argument(regs, 1) & 15) << 16,
                       YGR_BY_KILL);
      return;
    default:
      return;
  }
}

YGR_INLINE int ygr_has_paths(struct ygr_judged_call* call) {
  return call->kind == YGR_CALL_PATH || call->kind == YGR_CALL_TWO_PATHS;
}

/* 1: some text could not be read. */
YGR_INLINE int ygr_judge_paths(ygr_u32 group, struct pt_regs* regs, struct ygr_judged_call* call) {
  int missing = ygr_check_argument_path(group, call->operation, regs, call->first, call->second);
  if (call->kind == YGR_CALL_TWO_PATHS) {
    missing |= ygr_check_argument_path(group, call->operation, regs, call->third, call->fourth);
  }
  return missing;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(kill_at_enter, struct pt_regs* regs, long number) {
  struct ygr_judged_call* call = ygr_find_call(number);
  ygr_u32 group;
  if (!call || call->kind == YGR_CALL_OPENED) return 0;
  group = ygr_judging_group();
  if (group == 0) return 0;
  if (!ygr_has_paths(call)) {
    ygr_judge_call(group, regs, call);
  } else if (ygr_judge_paths(group, regs, call)) {
    ygr_u64 task = bpf_get_current_pid_tgid();
    ygr_u8 one = 1;
    bpf_map_update_elem(&unread, &task, &one, BPF_ANY);
  }
  return 0;
}

/* What was opened: nothing can be read or written any more, the task does not return to its
 * program. */
YGR_INLINE void ygr_judge_opened(ygr_u32 group, ygr_s32 fd) {
  struct file* file = ygr_file_of_descriptor(fd);
  ygr_u32 flags;
  ygr_u64 dentry;
  ygr_u64 mount;
  if (!file) return;
  flags = BPF_CORE_READ(file, f_flags);
  dentry = (ygr_u64)BPF_CORE_READ(file, f_path.dentry);
  mount = (ygr_u64)BPF_CORE_READ(file, f_path.mnt);
  if ((flags & 010000000) != 0) return; /* O_PATH opens nothing */
  if ((flags & 3) != 1) ygr_check_path(group, YGR_OP_READ, dentry, mount, YGR_BY_KILL);
  if ((flags & 3) != 0 || (flags & YGR_TRUNCATES) != 0) {
    ygr_check_path(group, YGR_OP_WRITE, dentry, mount, YGR_BY_KILL);
  }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(kill_at_exit, struct pt_regs* regs, long result) {
#if defined(__TARGET_ARCH_arm64)
  ygr_u64 number = (ygr_u32)BPF_CORE_READ(regs, syscallno);
#else
  ygr_u64 number = BPF_CORE_READ(regs, orig_ax);
#endif
  struct ygr_judged_call* call = ygr_find_call(number);
  ygr_u32 group;
  if (!call || (call->kind != YGR_CALL_OPENED && !ygr_has_paths(call))) return 0;
  group = ygr_judging_group();
  if (group == 0) return 0;
  if (call->kind == YGR_CALL_OPENED) {
    if (result >= 0) ygr_judge_opened(group, (ygr_s32)result);
  } else {
    ygr_u64 task = bpf_get_current_pid_tgid();
    if (bpf_map_delete_elem(&unread, &task) == 0) ygr_judge_paths(group, regs, call);
  }
  return 0;
}

/* Before the first instruction of the new program. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(kill_at_exec, struct task_struct* task, int old_pid, struct linux_binprm* bprm) {
  struct file* file = BPF_CORE_READ(bprm, file);
  ygr_u32 group = ygr_judging_group_of_exec(file);
  if (group != 0) ygr_check_executable(group, file, YGR_BY_KILL);
  return 0;
}

/* Whoever comes from a container's program is the container's. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(note_fork, struct task_struct* parent, struct task_struct* child) {
  if (ygr_judging_group() != 0) ygr_mark_inmate(child);
  return 0;
}
