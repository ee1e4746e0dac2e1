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

YGR_INLINE struct ygr_operation_value* ygr_find_operation(ygr_u32 group, ygr_u32 operation) {
  struct ygr_operation_key key = {.group = group, .operation = operation};
  return bpf_map_lookup_elem(&operations, &key);
}
