/*
 * Who is there already when the probe starts. An object of its own with maps of its own: an
 * iterator may be preempted, so that it must not share the memory in which the watching programs
 * make their records.
 */

#include "sensor/bpf/images.h"
#include "sensor/bpf/scoped_cgroups.h"
#include "sensor/bpf/tasks.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct seq_file;
struct bpf_iter_meta {
  struct seq_file* seq;
};
struct bpf_iter__task {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
};
#pragma clang attribute pop

YGR_INLINE void ygr_begin_task(struct ygr_scratch* scratch, struct task_struct* task) {
  struct ygr_header* header;
  ygr_begin(scratch, YGR_TASK, 0, 0);
  header = ygr_header_of(scratch);
  header->tid = BPF_CORE_READ(task, pid);
  header->pid = BPF_CORE_READ(task, tgid);
  header->uid = BPF_CORE_READ(task, cred, uid.val);
  header->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

/* What threads share is told of the main thread. */
YGR_INLINE void ygr_put_process(struct task_struct* task) {
  struct fs_struct* fs = BPF_CORE_READ(task, fs);
  ygr_put_executable((ygr_u64)BPF_CORE_READ(task, mm, exe_file),
                     (ygr_u64)BPF_CORE_READ(task, cred));
  if (fs) {
    ygr_put_path((ygr_u64)BPF_CORE_READ(fs, pwd.dentry), (ygr_u64)BPF_CORE_READ(fs, pwd.mnt),
                 YGR_S_CWD);
  }
  ygr_put_streams((ygr_u64)BPF_CORE_READ(task, files, fdt));
}

SEC("iter/task")
int ygr_running_task(struct bpf_iter__task* context) {
  struct seq_file* out = context->meta->seq;
  struct task_struct* task = context->task;
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u64 size;
  if (!task || !scratch) return 0;
  if (!ygr_is_node_in_scope((ygr_u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn))) return 0;
  ygr_begin_task(scratch, task);
  ygr_put_task(ygr_untyped(scratch, task), 0, 0, 0);
  ygr_put_credentials((ygr_u64)BPF_CORE_READ(task, cred));
  ygr_put_comm(ygr_untyped(scratch, task));
  if (BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid)) ygr_put_process(task);
  size = scratch->position;
  if (size > YGR_MAX_RECORD) return 0;
  ygr_header_of(scratch)->size = size;
  bpf_seq_write(out, scratch->bytes, size);
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
