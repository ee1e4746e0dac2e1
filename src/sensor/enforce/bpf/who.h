#pragma once

/* Whether the current task is policed, and by which group. */

#include "sensor/enforce/bpf/maps.h"

enum { YGR_CGROUP_LEVELS = 16, YGR_TICK_NS = 10000000 /* as /proc counts */ };

YGR_INLINE int ygr_is_exempt(struct task_struct* task) {
  ygr_u32 pid = BPF_CORE_READ(task, tgid);
  ygr_u64* start = bpf_map_lookup_elem(&exempt, &pid);
  if (!start) return 0;
  return *start == BPF_CORE_READ(task, group_leader, start_boottime) / YGR_TICK_NS;
}

/* The group of the nearest control group that has one; 0: none. */
YGR_NOINLINE ygr_u32 ygr_group_of(struct task_struct* task) {
  struct cgroup* cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
  for (int level = 0; level < YGR_CGROUP_LEVELS; ++level) {
    struct cgroup_subsys_state* above;
    ygr_u32* group;
    ygr_u64 id;
    if (!cgroup) return 0;
    id = BPF_CORE_READ(cgroup, kn, id);
    group = bpf_map_lookup_elem(&cgroups, &id);
    if (group) return *group;
    above = BPF_CORE_READ(cgroup, self.parent);
    if (!above) return 0;
    cgroup = BPF_CORE_READ(above, cgroup);
  }
  return 0;
}

YGR_INLINE ygr_u32 ygr_group_of_current(void) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  ygr_u32 group = ygr_group_of(task);
  if (group == 0 || ygr_is_exempt(task)) return 0;
  return group;
}

/* Whether a file lies on a mount of a container: not of the host's namespace, nor of none (memfd).
 */
YGR_INLINE int ygr_is_containers(struct file* file) {
  struct vfsmount* mount = BPF_CORE_READ(file, f_path.mnt);
  ygr_u64 holder = (ygr_u64)mount - bpf_core_field_offset(struct mount, mnt);
  struct mnt_namespace* space;
  ygr_u32 zero = 0;
  struct ygr_settings* set = bpf_map_lookup_elem(&settings, &zero);
  ygr_u32 number = 0;
  if (!mount || !set) return 0;
  space = BPF_CORE_READ((struct mount*)holder, mnt_ns);
  if (!space || ((ygr_s64)space >= -4095 && (ygr_s64)space < 0))
    return 0; /* an error's number: kernel's own */
  number = BPF_CORE_READ(space, ns.inum);
  return number != 0 && number != set->host_mnt_ns;
}

/*
 * The runtime prepares a container from within its control group: "runc init" mounts, changes root
 * and drops capabilities before it starts the container's program. It is known by this: it runs a
 * program of the host, or one in memory (runc's copy of itself), and neither it nor anybody that it
 * comes from has run one of the container's.
 */
YGR_INLINE int ygr_is_runtime(struct task_struct* task) {
  if (bpf_task_storage_get(&inmates, task, 0, 0)) return 0;
  return !ygr_is_containers(BPF_CORE_READ(task, mm, exe_file));
}

YGR_INLINE void ygr_mark_inmate(struct task_struct* task) {
  bpf_task_storage_get(&inmates, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* The group by which the current task is judged; none for the runtime's. */
YGR_CHECKED int ygr_judging_group(void) {
  struct task_struct* task = bpf_get_current_task_btf();
  ygr_u32 group = ygr_group_of_current();
  if ((group & YGR_SPARES_RUNTIME) == 0) return group;
  if (ygr_is_runtime(task)) return 0;
  return group & ~(ygr_u32)YGR_SPARES_RUNTIME;
}

/* The same for a program that is to be started: of the runtime's that of the container is judged.
 */
YGR_INLINE ygr_u32 ygr_judging_group_of_exec(struct file* file) {
  struct task_struct* task = bpf_get_current_task_btf();
  ygr_u32 group = ygr_group_of_current();
  if ((group & YGR_SPARES_RUNTIME) == 0) return group;
  if (ygr_is_containers(file) || !ygr_is_runtime(task)) {
    ygr_mark_inmate(task);
    return group & ~(ygr_u32)YGR_SPARES_RUNTIME;
  }
  return 0;
}

YGR_INLINE struct ygr_operation_value* ygr_find_operation(ygr_u32 group, ygr_u32 operation) {
  struct ygr_operation_key key = {.group = group, .operation = operation};
  return bpf_map_lookup_elem(&operations, &key);
}
