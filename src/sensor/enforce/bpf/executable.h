#pragma once

/* Programs that are to be started: where they lie, what they are, what they consist of. */

#include "sensor/enforce/bpf/judge.h"

YGR_INLINE ygr_u64 ygr_ctime_of(struct inode* inode) {
  if (bpf_core_field_exists(struct inode___seconds, i_ctime_sec)) {
    struct inode___seconds* times = (struct inode___seconds*)inode;
    return (ygr_u64)BPF_CORE_READ(times, i_ctime_sec) * 1000000000ULL +
           BPF_CORE_READ(times, i_ctime_nsec);
  }
  if (bpf_core_field_exists(struct inode___hidden_ctime, __i_ctime)) {
    struct inode___hidden_ctime* times = (struct inode___hidden_ctime*)inode;
    return (ygr_u64)BPF_CORE_READ(times, __i_ctime.tv_sec) * 1000000000ULL +
           BPF_CORE_READ(times, __i_ctime.tv_nsec);
  }
  struct inode___ctime* times = (struct inode___ctime*)inode;
  return (ygr_u64)BPF_CORE_READ(times, i_ctime.tv_sec) * 1000000000ULL +
         BPF_CORE_READ(times, i_ctime.tv_nsec);
}

/* An overlay's inode has the upper layer's dentry right behind the common inode. */
YGR_INLINE ygr_u8 ygr_layer_of(struct inode* inode) {
  ygr_u64 upper = 0;
  bpf_probe_read_kernel(&upper, sizeof(upper),
                        (void*)((ygr_u64)inode + bpf_core_type_size(struct inode)));
  return upper != 0 ? YGR_LAYER_UPPER : YGR_LAYER_LOWER;
}

YGR_INLINE void ygr_describe_file(struct file* file, struct ygr_file* out) {
  struct inode* inode = BPF_CORE_READ(file, f_inode);
  __builtin_memset(out, 0, sizeof(*out));
  out->fd = -1;
  out->mode = BPF_CORE_READ(inode, i_mode);
  out->links = BPF_CORE_READ(inode, i_nlink);
  out->dev = BPF_CORE_READ(inode, i_sb, s_dev);
  out->ino = BPF_CORE_READ(inode, i_ino);
  out->ctime_ns = ygr_ctime_of(inode);
  out->size = BPF_CORE_READ(inode, i_size);
  out->uid = BPF_CORE_READ(inode, i_uid.val);
  out->fs_magic = (ygr_u32)BPF_CORE_READ(inode, i_sb, s_magic);
  if (out->links == 0) out->flags |= YGR_FILE_UNLINKED;
  if (out->fs_magic == YGR_OVERLAY_MAGIC) out->layer = ygr_layer_of(inode);
}

YGR_INLINE void ygr_keep_file(struct ygr_slot* slot, struct file* file) {
  slot->path_dentry = (ygr_u64)BPF_CORE_READ(file, f_path.dentry);
  slot->path_mount = (ygr_u64)BPF_CORE_READ(file, f_path.mnt);
  ygr_describe_file(file, &slot->file);
  slot->has_file = 1;
}

/* A mode, if the hash is not known and that is denied; adds what rules say of a known one. */
YGR_INLINE ygr_u32 ygr_ask_hash(struct ygr_slot* slot) {
  struct ygr_file_key key = {.dev = slot->file.dev,
                             .ino = slot->file.ino,
                             .ctime_ns = slot->file.ctime_ns,
                             .size = slot->file.size};
  ygr_u64* hash = bpf_map_lookup_elem(&hashes, &key);
  if (hash) {
    ygr_ask(slot, *hash, YGR_MATCH_HASH);
    return 0;
  }
  /* The path may allow it, but for a list of hashes that denies. User space hashes it now. */
  slot->subject = 1;
  return slot->said_of_operation.unknown_hash;
}

YGR_CHECKED int ygr_check_program(ygr_u32 group, ygr_u64 address, ygr_u32 means) {
  struct file* file = (struct file*)address;
  struct ygr_slot* slot = ygr_begin(group, YGR_OP_EXEC);
  ygr_u32 unknown = 0;
  ygr_u32 mode;
  int result;
  if (!slot) return 0;
  ygr_keep_file(slot, file);
  if (ygr_ask_path(slot)) {
    mode = ygr_too_deep(slot);
  } else {
    if ((slot->said_of_operation.flags & YGR_HAS_HASHES) != 0) unknown = ygr_ask_hash(slot);
    mode = ygr_conclude(slot);
    if (unknown > mode) {
      slot->policy = slot->said_of_operation.unknown_hash_by.policy;
      slot->rule = slot->said_of_operation.unknown_hash_by.rule;
      slot->operation = YGR_OP_EXEC_HASH;
      mode = unknown;
    }
  }
  result = ygr_act(slot, mode, means);
  /* Not denied, but to be hashed: user space must hear of it. */
  if (mode == 0 && slot->subject == 1) {
    slot->operation = YGR_OP_EXEC_HASH;
    slot->policy = 0;
    ygr_tell(slot, YGR_OBSERVED);
  }
  ygr_give_slot(slot);
  return result;
}

/* Rules that speak of what a program is, whatever its path. */
YGR_CHECKED int ygr_check_kind(ygr_u32 group, ygr_u32 operation, ygr_u64 address, ygr_u32 means) {
  struct file* file = (struct file*)address;
  struct ygr_slot* slot = ygr_begin(group, operation);
  int result = 0;
  int applies;
  if (!slot) return 0;
  ygr_keep_file(slot, file);
  applies =
      operation == YGR_OP_EXEC_MEMFD ? slot->file.links == 0 : slot->file.layer == YGR_LAYER_UPPER;
  if (applies) result = ygr_act(slot, ygr_conclude(slot), means);
  ygr_give_slot(slot);
  return result;
}

YGR_INLINE int ygr_check_executable(ygr_u32 group, struct file* executable, ygr_u32 means) {
  ygr_u64 file = (ygr_u64)executable;
  if (ygr_check_kind(group, YGR_OP_EXEC_MEMFD, file, means)) return -YGR_EPERM;
  if (ygr_check_kind(group, YGR_OP_EXEC_UPPER, file, means)) return -YGR_EPERM;
  return ygr_check_program(group, file, means);
}
