#pragma once

/* The cgroups that a probe is confined to, if it is. */

#include "sensor/bpf/scratch.h"

enum { YGR_SCOPE_LEVELS = 10 };

YGR_INLINE int ygr_is_scope(ygr_u64 cgroup) {
  for (int i = 0; i < YGR_MAX_SCOPES; ++i) {
    if (ygr_scopes[i] == cgroup) return 1;
  }
  return 0;
}

YGR_INLINE ygr_u64 ygr_parent_node(ygr_u64 node) {
  if (YGR_EXISTS(kernfs_node___hidden_parent, __parent)) {
    return ygr_read64(node + YGR_OFFSET(kernfs_node___hidden_parent, __parent));
  }
  return ygr_read64(node + YGR_OFFSET(kernfs_node___parent, parent));
}

__noinline int ygr_is_node_in_scope(ygr_u64 node) {
  if (!ygr_is_scoped) return 1;
  for (int level = 0; level < YGR_SCOPE_LEVELS; ++level) {
    ygr_u64 id;
    if (node == 0) return 0;
    id = ygr_read64(node + YGR_OFFSET(kernfs_node, id));
    if (ygr_is_scope(id)) return 1;
    node = ygr_parent_node(node);
  }
  return 0;
}
