#pragma once

/*
 * From a dentry up to the root of its mount namespace (not of the task: chroot must not rename what
 * policies speak of). The walk keeps hashes of names, see path_hash.h. Loops are bpf_loop's, and
 * what changes from turn to turn lies in the slot: the verifier looks at one turn.
 */

#include "sensor/enforce/bpf/path_hash.h"
#include "sensor/enforce/bpf/who.h"

enum { YGR_END_NONE = 0, YGR_END_ROOT = 1, YGR_END_PSEUDO = 2 };

struct ygr_turn {
  struct ygr_slot* slot;
};

YGR_INLINE void ygr_enter_mount(struct ygr_slot* slot, struct mount* mount) {
  slot->mount = (ygr_u64)mount;
  slot->mount_root = (ygr_u64)BPF_CORE_READ(mount, mnt.mnt_root);
}

YGR_INLINE void ygr_begin_walk(struct ygr_slot* slot) {
  ygr_u64 holder = slot->path_mount - bpf_core_field_offset(struct mount, mnt);
  slot->dentry = slot->path_dentry;
  slot->count = 0;
  slot->walk_end = YGR_END_NONE;
  ygr_enter_mount(slot, (struct mount*)holder);
}

/* 1: that was the root. */
YGR_INLINE int ygr_leave_mount(struct ygr_slot* slot) {
  struct mount* mount = (struct mount*)slot->mount;
  struct mount* above = BPF_CORE_READ(mount, mnt_parent);
  if (!above || above == mount) {
    slot->walk_end = YGR_END_ROOT;
    return 1;
  }
  slot->dentry = (ygr_u64)BPF_CORE_READ(mount, mnt_mountpoint);
  ygr_enter_mount(slot, above);
  return 0;
}

/* Of the name in slot->name. */
YGR_INLINE ygr_u64 ygr_hash_name(struct ygr_slot* slot, ygr_u32 length) {
  ygr_u64 hash = slot->seed;
  for (ygr_u32 at = 0; at < 256; at += 8) {
    ygr_u64 word;
    if (at >= length) break;
    word = *(ygr_u64*)(slot->name + at);
    if (length - at < 8) word &= (1ULL << (8 * (length & 7))) - 1;
    hash = ygr_hash_word(hash, word);
  }
  return ygr_hash_end(hash, length);
}

YGR_INLINE void ygr_keep_leaf(struct ygr_slot* slot, ygr_u32 length) {
  __builtin_memset(slot->leaf.name, 0, YGR_NAME_BYTES);
  if (length > YGR_NAME_BYTES) length = YGR_NAME_BYTES;
  slot->leaf_length = length;
  bpf_probe_read_kernel(slot->leaf.name, length, slot->name);
}

static long ygr_hash_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  struct dentry* dentry = (struct dentry*)slot->dentry;
  struct dentry* parent;
  struct qstr name;
  ygr_u32 length;
  if (slot->dentry == slot->mount_root) return ygr_leave_mount(slot);
  parent = BPF_CORE_READ(dentry, d_parent);
  if (parent == dentry || !parent) {
    slot->walk_end = YGR_END_PSEUDO;
    return 1;
  }
  length = BPF_CORE_READ(dentry, d_name.len) & 255;
  name.name = BPF_CORE_READ(dentry, d_name.name);
  bpf_probe_read_kernel(slot->name, length, name.name);
  if (slot->count == 0) ygr_keep_leaf(slot, length);
  slot->name_hash[slot->count & (YGR_HASHED_NAMES - 1)] = ygr_hash_name(slot, length);
  slot->count += 1;
  slot->dentry = (ygr_u64)parent;
  return 0;
}

/* Fills name_hash, count and leaf for path_dentry on path_mount. 0: it ended. */
YGR_INLINE int ygr_walk(struct ygr_slot* slot) {
  struct ygr_turn turn = {.slot = slot};
  ygr_u32 zero = 0;
  struct ygr_settings* set = bpf_map_lookup_elem(&settings, &zero);
  slot->seed = set ? set->seed : 0;
  slot->leaf_length = 0;
  ygr_begin_walk(slot);
  bpf_loop(YGR_MAX_STEPS, ygr_hash_turn, &turn, 0);
  return slot->walk_end == YGR_END_NONE;
}

static long ygr_text_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  struct dentry* dentry = (struct dentry*)slot->dentry;
  struct dentry* parent;
  ygr_u32 length;
  if (slot->dentry == slot->mount_root && slot->count != 0) return ygr_leave_mount(slot);
  parent = BPF_CORE_READ(dentry, d_parent);
  if (slot->dentry == slot->mount_root && parent != dentry) return ygr_leave_mount(slot);
  length = BPF_CORE_READ(dentry, d_name.len) & 255;
  if (slot->text_at < length + 1) return 1;
  if (parent == dentry && slot->dentry == slot->mount_root) {
    /* The root of a mount: of one that hangs somewhere, or of an object without a place. */
    struct mount* mount = (struct mount*)slot->mount;
    if (BPF_CORE_READ(mount, mnt_parent) != mount) return ygr_leave_mount(slot);
  }
  slot->text_at -= length;
  bpf_probe_read_kernel(slot->text + (slot->text_at & (YGR_MAX_PATH - 1)), length,
                        BPF_CORE_READ(dentry, d_name.name));
  if (parent == dentry) {
    slot->walk_end = YGR_END_PSEUDO;
    return 1;
  }
  slot->text_at -= 1;
  slot->text[slot->text_at & (YGR_MAX_PATH - 1)] = '/';
  slot->count += 1;
  slot->dentry = (ygr_u64)parent;
  return 0;
}

/* Writes the path to the end of slot->text, from text_at on; what does not fit is missing before.
 */
YGR_INLINE void ygr_write_path(struct ygr_slot* slot) {
  struct ygr_turn turn = {.slot = slot};
  ygr_begin_walk(slot);
  slot->text_at = YGR_MAX_PATH;
  bpf_loop(YGR_MAX_STEPS, ygr_text_turn, &turn, 0);
  if (slot->text_at == YGR_MAX_PATH) {
    slot->text_at -= 1;
    slot->text[YGR_MAX_PATH - 1] = '/';
  }
}
