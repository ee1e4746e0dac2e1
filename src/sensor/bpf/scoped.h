#pragma once

/* Whose doings are told: everybody's but ours; with a scope, those of certain cgroups only. */

#include "sensor/bpf/scoped_cgroups.h"

__noinline int ygr_is_in_scope(void) {
  for (int level = 1; level < YGR_SCOPE_LEVELS; ++level) {
    ygr_u64 id = bpf_get_current_ancestor_cgroup_id(level);
    if (id == 0) return 0;
    if (ygr_is_scope(id)) return 1;
  }
  return 0;
}

/* `task`: see ygr_current. */
YGR_INLINE int ygr_is_wanted(struct task_struct* task) {
  ygr_u32 pid = ygr_has_task_btf ? (ygr_u32)task->tgid : bpf_get_current_pid_tgid() >> 32;
  if (pid == ygr_own_pid) return 0;
  if (!ygr_is_scoped) return 1;
  /* Most often it is the cgroup itself. */
  if (ygr_has_task_btf && ygr_is_scope(task->cgroups->dfl_cgrp->kn->id)) return 1;
  return ygr_is_in_scope();
}

YGR_INLINE int ygr_is_wanted_task(void) { return ygr_is_wanted(ygr_current()); }
