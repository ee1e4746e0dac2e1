#pragma once

/* What a task is: struct ygr_task and struct ygr_credentials. */

#include "sensor/bpf/scratch.h"

enum {
  YGR_PF_KTHREAD = 0x00200000,
  YGR_PIDTYPE_PGID = 2,
  YGR_PIDTYPE_SID = 3,
  YGR_RLIMIT_NOFILE = 7,
};

/* Number of a struct pid in the initial namespace, and in the innermost one. */
YGR_INLINE ygr_u32 ygr_number_of(struct pid* pid) {
  return pid ? BPF_CORE_READ(pid, numbers[0].nr) : 0;
}
YGR_INLINE ygr_u32 ygr_number_within(struct pid* pid, ygr_u32 level) {
  ygr_u32 deepest;
  if (!pid) return 0;
  deepest = BPF_CORE_READ(pid, level);
  if (level > deepest) return 0; /* a process group of outside of the namespace */
  return ygr_read32((ygr_u64)pid + YGR_OFFSET(pid, numbers) +
                    (ygr_u64)level * bpf_core_type_size(struct upid) + YGR_OFFSET(upid, nr));
}

YGR_INLINE void ygr_read_namespaces(struct task_struct* task, struct ygr_task* out) {
  struct nsproxy* set = BPF_CORE_READ(task, nsproxy);
  if (set) {
    out->mnt_ns = BPF_CORE_READ(set, mnt_ns, ns.inum);
    out->net_ns = BPF_CORE_READ(set, net_ns, ns.inum);
    out->uts_ns = BPF_CORE_READ(set, uts_ns, ns.inum);
    out->ipc_ns = BPF_CORE_READ(set, ipc_ns, ns.inum);
    out->cgroup_ns = BPF_CORE_READ(set, cgroup_ns, ns.inum);
  }
  out->user_ns = BPF_CORE_READ(task, real_cred, user_ns, ns.inum);
}

YGR_INLINE void ygr_read_pids(struct task_struct* task, struct ygr_task* out) {
  struct pid* own = BPF_CORE_READ(task, thread_pid);
  struct pid* group = BPF_CORE_READ(task, group_leader, thread_pid);
  struct signal_struct* signal = BPF_CORE_READ(task, signal);
  struct pid* process_group = BPF_CORE_READ(signal, pids[YGR_PIDTYPE_PGID]);
  struct pid* session = BPF_CORE_READ(signal, pids[YGR_PIDTYPE_SID]);
  ygr_u32 level = BPF_CORE_READ(own, level);
  out->pgid = ygr_number_of(process_group);
  out->sid = ygr_number_of(session);
  out->vtid = ygr_number_within(own, level);
  out->vpid = ygr_number_within(group, level);
  out->vpgid = ygr_number_within(process_group, level);
  out->vsid = ygr_number_within(session, level);
  struct pid_namespace* space = (struct pid_namespace*)ygr_read64(
      (ygr_u64)own + YGR_OFFSET(pid, numbers) + (ygr_u64)level * bpf_core_type_size(struct upid) +
      YGR_OFFSET(upid, ns));
  if (own && space) {
    out->pid_ns = BPF_CORE_READ(space, ns.inum);
    out->pid_ns_start_ns = BPF_CORE_READ(space, child_reaper, start_boottime);
  }
}

YGR_INLINE void ygr_read_memory(struct task_struct* task, struct ygr_task* out) {
  struct mm_struct* memory = BPF_CORE_READ(task, mm);
  ygr_s64 resident = 0;
  ygr_s64 swapped = 0;
  if (!memory) return;
  out->vm_size_kb = BPF_CORE_READ(memory, total_vm) * ygr_page_kb;
  /* MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES */
  if (bpf_core_type_exists(struct mm_rss_stat)) {
    struct mm_struct___plain* plain = (struct mm_struct___plain*)memory;
    resident = BPF_CORE_READ(plain, rss_stat.count[0].counter) +
               BPF_CORE_READ(plain, rss_stat.count[1].counter) +
               BPF_CORE_READ(plain, rss_stat.count[3].counter);
    swapped = BPF_CORE_READ(plain, rss_stat.count[2].counter);
  } else {
    struct mm_struct___percpu* percpu = (struct mm_struct___percpu*)memory;
    resident = BPF_CORE_READ(percpu, rss_stat[0].count) + BPF_CORE_READ(percpu, rss_stat[1].count) +
               BPF_CORE_READ(percpu, rss_stat[3].count);
    swapped = BPF_CORE_READ(percpu, rss_stat[2].count);
  }
  out->vm_rss_kb = resident > 0 ? (ygr_u64)resident * ygr_page_kb : 0;
  out->vm_swap_kb = swapped > 0 ? (ygr_u64)swapped * ygr_page_kb : 0;
}

YGR_INLINE void ygr_read_terminal(struct signal_struct* signal, struct ygr_task* out) {
  struct tty_struct* tty = BPF_CORE_READ(signal, tty);
  if (!tty) return;
  ygr_u32 major = BPF_CORE_READ(tty, driver, major);
  ygr_u32 minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
  out->tty = (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12;
}

/* YGR_S_TASK of a task_struct. */
__noinline int ygr_put_task(ygr_u64 address, ygr_u32 flags, ygr_u32 creator_tid,
                            ygr_u64 clone_flags) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct task_struct* task = (struct task_struct*)address;
  struct ygr_task* out;
  if (!scratch) return 0;
  out = ygr_structure(scratch, sizeof(*out));
  if (!out) return 0;
  __builtin_memset(out, 0, sizeof(*out));
  struct task_struct* parent = BPF_CORE_READ(task, real_parent);
  struct signal_struct* signal = BPF_CORE_READ(task, signal);
  out->start_ns = BPF_CORE_READ(task, start_boottime);
  out->parent_start_ns = BPF_CORE_READ(parent, group_leader, start_boottime);
  out->tid = BPF_CORE_READ(task, pid);
  out->pid = BPF_CORE_READ(task, tgid);
  out->parent_pid = BPF_CORE_READ(parent, tgid);
  out->creator_tid = creator_tid;
  out->clone_flags = clone_flags;
  out->flags = flags;
  if (BPF_CORE_READ(task, flags) & YGR_PF_KTHREAD) out->flags |= YGR_TASK_KERNEL_THREAD;
  if (out->tid == out->pid) out->flags |= YGR_TASK_MAIN_THREAD;
  out->login_uid = 0xffffffff;
  out->session_id = 0xffffffff;
  if (YGR_EXISTS(task_struct___audit, loginuid)) {
    struct task_struct___audit* audited = (struct task_struct___audit*)task;
    out->login_uid = BPF_CORE_READ(audited, loginuid.val);
    out->session_id = BPF_CORE_READ(audited, sessionid);
  }
  if (YGR_EXISTS(task_struct, seccomp)) out->seccomp_mode = BPF_CORE_READ(task, seccomp.mode);
  out->fd_limit = BPF_CORE_READ(signal, rlim[YGR_RLIMIT_NOFILE].rlim_cur);
  ygr_read_terminal(signal, out);
  ygr_read_pids(task, out);
  ygr_read_namespaces(task, out);
  ygr_read_memory(task, out);
  ygr_end_section(scratch, YGR_S_TASK, 0, sizeof(*out));
  return 0;
}

/* YGR_S_CREDENTIALS of a struct cred. */
__noinline int ygr_put_credentials(ygr_u64 cred) {
  struct ygr_scratch* scratch = ygr_scratch();
  const ygr_u64 size = 192;
  struct ygr_credentials* out;
  if (!scratch || cred == 0) return 0;
  out = ygr_structure(scratch, sizeof(*out));
  if (!out) return 0;
  ygr_u8* chunk = scratch->chunk;
  bpf_probe_read_kernel(chunk, size, (const void*)cred);
  out->uid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, uid));
  out->euid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, euid));
  out->suid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, suid));
  out->fsuid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, fsuid));
  out->gid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, gid));
  out->egid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, egid));
  out->sgid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, sgid));
  out->fsgid = ygr_pick32(chunk, size, cred, 0, YGR_OFFSET(cred, fsgid));
  out->cap_inheritable = ygr_pick64(chunk, size, cred, 0, YGR_OFFSET(cred, cap_inheritable));
  out->cap_permitted = ygr_pick64(chunk, size, cred, 0, YGR_OFFSET(cred, cap_permitted));
  out->cap_effective = ygr_pick64(chunk, size, cred, 0, YGR_OFFSET(cred, cap_effective));
  out->cap_bounding = ygr_pick64(chunk, size, cred, 0, YGR_OFFSET(cred, cap_bset));
  out->cap_ambient = ygr_pick64(chunk, size, cred, 0, YGR_OFFSET(cred, cap_ambient));
  ygr_end_section(scratch, YGR_S_CREDENTIALS, 0, sizeof(*out));
  return 0;
}

/* YGR_S_COMM */
__noinline int ygr_put_comm(ygr_u64 task) {
  struct ygr_scratch* scratch = ygr_scratch();
  long length;
  if (!scratch) return 0;
  void* place = ygr_structure(scratch, 16);
  if (!place) return 0;
  length =
      bpf_probe_read_kernel_str(place, 16, (const void*)(task + YGR_OFFSET(task_struct, comm)));
  if (length <= 0) return 0;
  ygr_end_section(scratch, YGR_S_COMM, 0, (ygr_u32)(length - 1) & 15);
  return 0;
}
