#pragma once

/* Cgroups of the cgroup2 hierarchy that come and go, and tasks that move into them. */

#include "sensor/bpf/scoped.h"
#include "sensor/bpf/text.h"

/* Not those of cgroup v1 hierarchies, whose directories have numbers of their own. */
YGR_INLINE int ygr_is_cgroup2(struct cgroup* cgroup) {
  return BPF_CORE_READ(cgroup, root, hierarchy_id) == 0;
}

YGR_INLINE int ygr_tell_cgroup(ygr_u8 kind, struct cgroup* cgroup, const char* path,
                               struct task_struct* task) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct kernfs_node* node = BPF_CORE_READ(cgroup, kn);
  if (!scratch || !ygr_is_cgroup2(cgroup) || !ygr_is_node_in_scope((ygr_u64)node)) return 0;
  ygr_begin(scratch, kind, 0, 0);
  ygr_header_of(scratch)->cgroup_id = BPF_CORE_READ(node, id);
  if (task) {
    ygr_header_of(scratch)->tid = BPF_CORE_READ(task, pid);
    ygr_header_of(scratch)->pid = BPF_CORE_READ(task, tgid);
  }
  ygr_put_kernel_text(ygr_untyped(scratch, path), YGR_S_PATH0);
  ygr_send(YGR_RING_VITAL);
  return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(ygr_cgroup_made, struct cgroup* cgroup, const char* path) {
  return ygr_tell_cgroup(YGR_CGROUP_MADE, cgroup, path, 0);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(ygr_cgroup_gone, struct cgroup* cgroup, const char* path) {
  return ygr_tell_cgroup(YGR_CGROUP_GONE, cgroup, path, 0);
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(ygr_cgroup_moved, struct cgroup* cgroup, const char* path, struct task_struct* task) {
  return ygr_tell_cgroup(YGR_CGROUP_MOVED, cgroup, path, task);
}
