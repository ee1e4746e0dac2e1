#pragma once

/*
 * What paths.h does, by plain loads (kernels from 6.2 on): it lies on the path of every open. What
 * changes from turn to turn stays in registers, but begins as a number that was read from memory,
 * and is masked or compared at each turn: to the verifier every turn looks like the one before.
 */

#include "sensor/bpf/paths.h"

enum { YGR_SHORT_NAME = 32 };

/* From the root of a mount to the place where it is mounted; 0: nowhere. */
YGR_INLINE int ygr_leave_mount_typed(struct ygr_scratch* scratch, struct ygr_place* place) {
  ygr_u64 holder = place->mount - YGR_OFFSET(mount, mnt);
  struct mount* mount = YGR_TYPED(mount, holder);
  ygr_u64 above = ygr_untyped(scratch, mount->mnt_parent);
  if (above == holder || above == 0) return 0;
  place->dentry = ygr_untyped(scratch, mount->mnt_mountpoint);
  place->mount = above + YGR_OFFSET(mount, mnt);
  return 1;
}

/* As ygr_walk_up. */
YGR_INLINE int ygr_walk_typed(struct ygr_scratch* scratch, ygr_u64 dentry, ygr_u64 mount) {
  struct ygr_place place = {.dentry = dentry, .mount = mount};
  ygr_u64 root = ygr_untyped(scratch, YGR_TYPED(vfsmount, mount)->mnt_root);
  ygr_u64 used = ygr_untyped(scratch, 0);
  ygr_u64 length = ygr_untyped(scratch, 0);
  int end = YGR_WALK_CUT;
  for (int step = 0; step < YGR_PATH_STEPS; ++step) {
    if (place.dentry == root) {
      if (!ygr_leave_mount_typed(scratch, &place)) {
        end = YGR_WALK_ROOT;
        break;
      }
      root = ygr_untyped(scratch, YGR_TYPED(vfsmount, place.mount)->mnt_root);
      continue;
    }
    if (used >= YGR_MAX_COMPONENTS) break;
    struct dentry* here = YGR_TYPED(dentry, place.dentry);
    struct ygr_name* name = &scratch->names[used & 63];
    ygr_u64 parent = ygr_untyped(scratch, here->d_parent);
    name->length = here->d_name.len & 255;
    name->text = here->d_name.name;
    if (parent == 0) break;
    if (parent == place.dentry) {
      used += name->length != 0;
      end = YGR_WALK_PSEUDO;
      break;
    }
    length += name->length + 1;
    if (length > YGR_MAX_PATH) break;
    ++used;
    place.dentry = parent;
  }
  scratch->walk.used = used;
  return end;
}

/*
 * A name of at most YGR_SHORT_NAME bytes by whole words: what they hold beyond the name is written
 * over by what follows. Reading past its end is harmless: see read.h.
 */
YGR_INLINE void ygr_copy_name(struct ygr_scratch* scratch, const struct ygr_name* name,
                              ygr_u64 length, ygr_u64 cursor) {
  ygr_u8* place = ygr_at(scratch, cursor);
  ygr_u64 text = (ygr_u64)name->text;
  if (length > YGR_SHORT_NAME) {
    bpf_probe_read_kernel(place, length, name->text);
    return;
  }
  for (ygr_u64 at = 0; at < YGR_SHORT_NAME; at += 8) {
    if (at >= length) break;
    *(ygr_u64*)(place + at) = YGR_WORD(text + at);
  }
}

/* As ygr_write_names; there is room. */
YGR_INLINE void ygr_write_names_typed(struct ygr_scratch* scratch, ygr_u32 id, ygr_u32 walk_end) {
  ygr_u64 start = scratch->position + sizeof(struct ygr_section);
  ygr_u64 cursor = start;
  ygr_u64 left = scratch->walk.used;
  ygr_u64 slash = walk_end != YGR_WALK_PSEUDO;
  if (left == 0) {
    if (walk_end != YGR_WALK_ROOT) return;
    *ygr_at(scratch, cursor++) = '/';
  }
  for (ygr_u32 i = 0; i < YGR_MAX_COMPONENTS; ++i) {
    const struct ygr_name* name;
    ygr_u64 length;
    if (left == 0) break;
    --left;
    name = &scratch->names[left & 63];
    length = name->length & 255;
    *ygr_at(scratch, cursor) = '/';
    cursor += slash;
    slash = 1;
    ygr_copy_name(scratch, name, length, cursor);
    cursor = ygr_masked(cursor + length);
  }
  ygr_end_section(scratch, id, walk_end == YGR_WALK_CUT ? YGR_TRUNCATED : 0, cursor - start);
}

YGR_INLINE void ygr_put_path_typed(struct ygr_scratch* scratch, ygr_u64 dentry, ygr_u64 mount,
                                   ygr_u32 id) {
  if (dentry == 0 || mount == 0) return;
  if (!ygr_has_room(scratch, YGR_MAX_PATH + 256)) {
    ygr_section_lost(scratch);
    return;
  }
  ygr_write_names_typed(scratch, id, ygr_walk_typed(scratch, dentry, mount));
}

__noinline int ygr_put_cwd_typed(ygr_u32 id) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_place cwd;
  if (!scratch) return 0;
  ygr_cwd_of_current(&cwd);
  ygr_put_path_typed(scratch, ygr_untyped(scratch, (const void*)cwd.dentry),
                     ygr_untyped(scratch, (const void*)cwd.mount), id);
  return 0;
}
