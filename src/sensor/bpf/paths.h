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

YGR_INLINE void ygr_enter_mount(struct ygr_walk* walk, ygr_u64 mount, const int typed) {
  walk->mount = mount;
  walk->mount_root = typed ? (ygr_u64)YGR_TYPED(vfsmount, mount)->mnt_root
                           : ygr_read64(mount + YGR_OFFSET(vfsmount, mnt_root));
}

/* From the root of a mount to the place where it is mounted; 0: nowhere. */
YGR_INLINE int ygr_leave_mount(struct ygr_walk* walk, const int typed) {
  ygr_u64 holder = walk->mount - YGR_OFFSET(mount, mnt);
  ygr_u64 above;
  if (typed) {
    struct mount* mount = YGR_TYPED(mount, holder);
    walk->dentry = (ygr_u64)mount->mnt_mountpoint;
    walk->mount = (ygr_u64)mount->mnt_parent;
  } else {
    walk->dentry = ygr_read64(holder + YGR_OFFSET(mount, mnt_mountpoint));
    walk->mount = ygr_read64(holder + YGR_OFFSET(mount, mnt_parent));
  }
  above = walk->mount;
  if (above == holder || above == 0) return 0;
  ygr_enter_mount(walk, above + YGR_OFFSET(mount, mnt), typed);
  return 1;
}

/* Parent and name of walk->dentry; 0: unreadable. The parent goes to scratch->pointer. */
YGR_INLINE int ygr_read_dentry(struct ygr_scratch* scratch, struct ygr_name* name,
                               const int typed) {
  const ygr_u64 base = YGR_OFFSET(dentry, d_parent);
  const ygr_u64 size = 64;
  ygr_u64 address = scratch->walk.dentry;
  if (typed) {
    struct dentry* dentry = YGR_TYPED(dentry, address);
    scratch->pointer = (ygr_u64)dentry->d_parent;
    name->length = dentry->d_name.len & 255;
    name->text = dentry->d_name.name;
    return scratch->pointer != 0;
  }
  if (bpf_probe_read_kernel(scratch->chunk, size, (const void*)(address + base))) return 0;
  scratch->pointer = ygr_pick64(scratch->chunk, size, address, base, base);
  name->length =
      ygr_pick32(scratch->chunk, size, address, base, YGR_OFFSET(dentry, d_name.len)) & 255;
  name->text = (const unsigned char*)ygr_pick64(scratch->chunk, size, address, base,
                                                YGR_OFFSET(dentry, d_name.name));
  return 1;
}

/* One name or one mount upwards. */
YGR_INLINE int ygr_step_up(struct ygr_scratch* scratch, const int typed) {
  struct ygr_walk* walk = &scratch->walk;
  ygr_u64 dentry = walk->dentry;
  ygr_u64 parent;
  struct ygr_name* name;
  if (dentry == walk->mount_root) {
    return ygr_leave_mount(walk, typed) ? YGR_WALK_ON : YGR_WALK_ROOT;
  }
  if (walk->used >= YGR_MAX_COMPONENTS) return YGR_WALK_CUT;
  name = &scratch->names[walk->used & 63];
  if (!ygr_read_dentry(scratch, name, typed)) return YGR_WALK_CUT;
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

YGR_INLINE int ygr_walk(ygr_u64 dentry, ygr_u64 mount, const int typed) {
  struct ygr_scratch* scratch = ygr_scratch();
  if (!scratch) return YGR_WALK_CUT;
  scratch->walk.dentry = dentry;
  scratch->walk.used = 0;
  scratch->walk.length = 0;
  ygr_enter_mount(&scratch->walk, mount, typed);
  for (int step = 0; step < YGR_PATH_STEPS; ++step) {
    int end = ygr_step_up(scratch, typed);
    if (end != YGR_WALK_ON) return end;
  }
  return YGR_WALK_CUT;
}

/* Collects the names of a path, innermost first, in scratch->names; tells enum ygr_walk_end. */
__noinline int ygr_walk_up(ygr_u64 dentry, ygr_u64 mount) { return ygr_walk(dentry, mount, 0); }
__noinline int ygr_walk_up_typed(ygr_u64 dentry, ygr_u64 mount) {
  return ygr_walk(dentry, mount, 1);
}

enum { YGR_SHORT_NAME = 32 };

/*
 * A name of at most YGR_SHORT_NAME bytes by whole words: what they hold beyond the name is written
 * over by what follows. Reading past its end is harmless: see read.h.
 */
YGR_INLINE void ygr_copy_short_name(struct ygr_scratch* scratch, ygr_u64 text, ygr_u64 length) {
  ygr_u64 cursor = scratch->cursor;
  for (ygr_u64 at = 0; at < YGR_SHORT_NAME; at += 8) {
    if (at >= length) break;
    *(ygr_u64*)ygr_at(scratch, cursor + at) = ygr_word(scratch, text + at);
  }
}

YGR_INLINE void ygr_write_name(struct ygr_scratch* scratch, ygr_u32 index, int has_slash,
                               const int typed) {
  const struct ygr_name* name = &scratch->names[index & 63];
  ygr_u64 length = name->length & 255;
  if (has_slash) {
    *ygr_at(scratch, scratch->cursor) = '/';
    ++scratch->cursor;
  }
  if (typed && length <= YGR_SHORT_NAME) {
    ygr_copy_short_name(scratch, (ygr_u64)name->text, length);
  } else {
    bpf_probe_read_kernel(ygr_at(scratch, scratch->cursor), length, name->text);
  }
  scratch->cursor += length;
}

YGR_INLINE void ygr_write_all_names(ygr_u32 id, ygr_u32 walk_end, const int typed) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u32 start;
  if (!scratch) return;
  if (!ygr_has_room(scratch, YGR_MAX_PATH + 256)) {
    ygr_section_lost(scratch);
    return;
  }
  start = scratch->position + sizeof(struct ygr_section);
  scratch->cursor = start;
  if (scratch->walk.used == 0) {
    if (walk_end != YGR_WALK_ROOT) return;
    *ygr_at(scratch, start) = '/';
    ++scratch->cursor;
  }
  for (ygr_u32 i = 0; i < YGR_MAX_COMPONENTS; ++i) {
    if (i >= scratch->walk.used) break;
    ygr_write_name(scratch, scratch->walk.used - 1 - i, walk_end != YGR_WALK_PSEUDO || i != 0,
                   typed);
  }
  ygr_end_section(scratch, id, walk_end == YGR_WALK_CUT ? YGR_TRUNCATED : 0,
                  scratch->cursor - start);
}

/* Writes what ygr_walk_up collected as section `id`. */
__noinline int ygr_write_names(ygr_u32 id, ygr_u32 walk_end) {
  ygr_write_all_names(id, walk_end, 0);
  return 0;
}
__noinline int ygr_write_names_typed(ygr_u32 id, ygr_u32 walk_end) {
  ygr_write_all_names(id, walk_end, 1);
  return 0;
}

YGR_INLINE void ygr_put_path(ygr_u64 dentry, ygr_u64 mount, ygr_u32 id, const int typed) {
  if (dentry == 0 || mount == 0) return;
  if (typed) {
    ygr_write_names_typed(id, ygr_walk_up_typed(dentry, mount));
  } else {
    ygr_write_names(id, ygr_walk_up(dentry, mount));
  }
}

YGR_INLINE void ygr_put_working_directory(ygr_u32 id, const int typed) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_place cwd;
  if (!scratch) return;
  ygr_cwd_of_current(&cwd);
  cwd.dentry = ygr_untyped(scratch, (const void*)cwd.dentry);
  cwd.mount = ygr_untyped(scratch, (const void*)cwd.mount);
  ygr_put_path(cwd.dentry, cwd.mount, id, typed);
}

__noinline int ygr_put_cwd(ygr_u32 id) {
  ygr_put_working_directory(id, 0);
  return 0;
}
__noinline int ygr_put_cwd_typed(ygr_u32 id) {
  ygr_put_working_directory(id, 1);
  return 0;
}
