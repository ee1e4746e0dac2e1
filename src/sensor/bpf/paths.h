#pragma once

/*
 * The absolute path of a dentry in its mount namespace: up to the root of its mount, on at the
 * mount's own place, and so on. The task's root is stepped over: chroot("/etc") must not make
 * "/shadow" of "/etc/shadow". The names are collected on the way up and written on the way down.
 */

#include "sensor/bpf/scratch.h"

enum { YGR_PATH_STEPS = 64 }; /* names and crossings of mounts */

struct ygr_place {
  ygr_u64 dentry;
  ygr_u64 mount; /* struct vfsmount */
};

YGR_INLINE void ygr_cwd_of_current(struct ygr_place* cwd) {
  if (ygr_has_task_btf) {
    struct task_struct* task = bpf_get_current_task_btf();
    struct fs_struct* fs = task->fs;
    cwd->dentry = (ygr_u64)fs->pwd.dentry;
    cwd->mount = (ygr_u64)fs->pwd.mnt;
  } else {
    struct task_struct* task = (struct task_struct*)bpf_get_current_task();
    cwd->dentry = (ygr_u64)BPF_CORE_READ(task, fs, pwd.dentry);
    cwd->mount = (ygr_u64)BPF_CORE_READ(task, fs, pwd.mnt);
  }
}

enum ygr_walk_end {
  YGR_WALK_ROOT = 0,   /* names hang below a slash */
  YGR_WALK_PSEUDO = 1, /* an object without a place: "memfd:x", "[eventpoll]" */
  YGR_WALK_CUT = 2,    /* too deep or too long: a suffix */
  YGR_WALK_ON = 3,     /* not yet */
};

YGR_INLINE void ygr_enter_mount(struct ygr_walk* walk, ygr_u64 mount) {
  walk->mount = mount;
  walk->mount_root = ygr_read64(mount + YGR_OFFSET(vfsmount, mnt_root));
}

/* From the root of a mount to the place where it is mounted; 0: nowhere. */
YGR_INLINE int ygr_leave_mount(struct ygr_walk* walk) {
  ygr_u64 holder = walk->mount - YGR_OFFSET(mount, mnt);
  ygr_u64 above = ygr_read64(holder + YGR_OFFSET(mount, mnt_parent));
  walk->dentry = ygr_read64(holder + YGR_OFFSET(mount, mnt_mountpoint));
  walk->mount = above;
  if (above == holder || above == 0) return 0;
  ygr_enter_mount(walk, above + YGR_OFFSET(mount, mnt));
  return 1;
}

/* Parent and name of walk->dentry; 0: unreadable. The parent goes to scratch->pointer. */
YGR_INLINE int ygr_read_dentry(struct ygr_scratch* scratch, struct ygr_name* name) {
  const ygr_u64 base = YGR_OFFSET(dentry, d_parent);
  const ygr_u64 size = 64;
  ygr_u64 address = scratch->walk.dentry;
  if (bpf_probe_read_kernel(scratch->chunk, size, (const void*)(address + base))) return 0;
  scratch->pointer = ygr_pick64(scratch->chunk, size, address, base, base);
  name->length =
      ygr_pick32(scratch->chunk, size, address, base, YGR_OFFSET(dentry, d_name.len)) & 255;
  name->text = (const unsigned char*)ygr_pick64(scratch->chunk, size, address, base,
                                                YGR_OFFSET(dentry, d_name.name));
  return 1;
}

/* One name or one mount upwards. */
YGR_INLINE int ygr_step_up(struct ygr_scratch* scratch) {
  struct ygr_walk* walk = &scratch->walk;
  ygr_u64 dentry = walk->dentry;
  ygr_u64 parent;
  struct ygr_name* name;
  if (dentry == walk->mount_root) return ygr_leave_mount(walk) ? YGR_WALK_ON : YGR_WALK_ROOT;
  if (walk->used >= YGR_MAX_COMPONENTS) return YGR_WALK_CUT;
  name = &scratch->names[walk->used & 63];
  if (!ygr_read_dentry(scratch, name)) return YGR_WALK_CUT;
  parent = scratch->pointer;
  if (parent == dentry) {
    walk->used += name->length != 0;
    return YGR_WALK_PSEUDO;
  }
  if (walk->length + name->length + 1 > YGR_MAX_PATH) return YGR_WALK_CUT;
  walk->length += name->length + 1;
  ++walk->used;
  walk->dentry = parent;
  return YGR_WALK_ON;
}

/* Collects the names of a path, innermost first, in scratch->names; tells enum ygr_walk_end. */
__noinline int ygr_walk_up(ygr_u64 dentry, ygr_u64 mount) {
  struct ygr_scratch* scratch = ygr_scratch();
  if (!scratch) return YGR_WALK_CUT;
  scratch->walk.dentry = dentry;
  scratch->walk.used = 0;
  scratch->walk.length = 0;
  ygr_enter_mount(&scratch->walk, mount);
  for (int step = 0; step < YGR_PATH_STEPS; ++step) {
    int end = ygr_step_up(scratch);
    if (end != YGR_WALK_ON) return end;
  }
  return YGR_WALK_CUT;
}

YGR_INLINE void ygr_write_name(struct ygr_scratch* scratch, ygr_u32 index, int has_slash) {
  const struct ygr_name* name = &scratch->names[index & 63];
  ygr_u64 length = name->length & 255;
  if (has_slash) {
    *ygr_at(scratch, scratch->cursor) = '/';
    ++scratch->cursor;
  }
  bpf_probe_read_kernel(ygr_at(scratch, scratch->cursor), length, name->text);
  scratch->cursor += length;
}

/* Writes what ygr_walk_up collected as section `id`. */
__noinline int ygr_write_names(ygr_u32 id, ygr_u32 walk_end) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u32 start;
  if (!scratch) return 0;
  if (!ygr_has_room(scratch, YGR_MAX_PATH + 256)) {
    ygr_section_lost(scratch);
    return 0;
  }
  start = scratch->position + sizeof(struct ygr_section);
  scratch->cursor = start;
  if (scratch->walk.used == 0) {
    if (walk_end != YGR_WALK_ROOT) return 0;
    *ygr_at(scratch, start) = '/';
    ++scratch->cursor;
  }
  for (ygr_u32 i = 0; i < YGR_MAX_COMPONENTS; ++i) {
    if (i >= scratch->walk.used) break;
    ygr_write_name(scratch, scratch->walk.used - 1 - i, walk_end != YGR_WALK_PSEUDO || i != 0);
  }
  ygr_end_section(scratch, id, walk_end == YGR_WALK_CUT ? YGR_TRUNCATED : 0,
                  scratch->cursor - start);
  return 0;
}

YGR_INLINE void ygr_put_path(ygr_u64 dentry, ygr_u64 mount, ygr_u32 id) {
  if (dentry == 0 || mount == 0) return;
  ygr_write_names(id, ygr_walk_up(dentry, mount));
}

__noinline int ygr_put_cwd(ygr_u32 id) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_place cwd;
  if (!scratch) return 0;
  ygr_cwd_of_current(&cwd);
  ygr_put_path(ygr_untyped(scratch, (const void*)cwd.dentry),
               ygr_untyped(scratch, (const void*)cwd.mount), id);
  return 0;
}
