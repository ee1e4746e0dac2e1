#pragma once

/*
 * A path as a caller spells it, judged before the call has resolved it: its directory is resolved,
 * "." and ".." are taken out, symbolic links are not followed. Tier B alone needs it.
 */

#include "sensor/enforce/bpf/judge.h"

enum { YGR_AT_FDCWD = -100 };

YGR_INLINE struct file* ygr_file_of_descriptor(ygr_s32 fd) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct fdtable* table = BPF_CORE_READ(task, files, fdt);
  struct file** slots = BPF_CORE_READ(table, fd);
  struct file* file = 0;
  if (fd < 0 || (ygr_u32)fd >= BPF_CORE_READ(table, max_fds)) return 0;
  bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
  return file;
}

/* Where relative paths begin. */
YGR_INLINE void ygr_begin_directory(struct ygr_slot* slot, ygr_s32 fd) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  if (fd == YGR_AT_FDCWD) {
    slot->path_dentry = (ygr_u64)BPF_CORE_READ(task, fs, pwd.dentry);
    slot->path_mount = (ygr_u64)BPF_CORE_READ(task, fs, pwd.mnt);
  } else {
    struct file* file = ygr_file_of_descriptor(fd);
    if (!file) return;
    slot->path_dentry = (ygr_u64)BPF_CORE_READ(file, f_path.dentry);
    slot->path_mount = (ygr_u64)BPF_CORE_READ(file, f_path.mnt);
  }
}

YGR_INLINE ygr_u64 ygr_top(struct ygr_slot* slot) {
  return slot->above[(slot->depth - 1) & (YGR_HASHED_NAMES - 1)];
}

YGR_INLINE void ygr_push(struct ygr_slot* slot, ygr_u64 name) {
  ygr_u64 number = ygr_hash_path(ygr_top(slot), name);
  slot->above[slot->depth & (YGR_HASHED_NAMES - 1)] = number;
  if (slot->depth < YGR_HASHED_NAMES) slot->depth += 1;
}

static long ygr_directory_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  if (slot->left == 0) return 1;
  slot->left -= 1;
  ygr_push(slot, slot->name_hash[slot->left & (YGR_HASHED_NAMES - 1)]);
  return 0;
}

YGR_INLINE void ygr_end_name(struct ygr_slot* slot) {
  if (slot->length == 0 || (slot->dots == 1 && slot->length == 1)) return;
  if (slot->dots == 2 && slot->length == 2) {
    if (slot->depth > 1) slot->depth -= 1;
    return;
  }
  if ((slot->length & 7) != 0) slot->name_so_far = ygr_hash_word(slot->name_so_far, slot->word);
  ygr_push(slot, ygr_hash_end(slot->name_so_far, slot->length));
}

YGR_INLINE void ygr_begin_name(struct ygr_slot* slot) {
  slot->length = 0;
  slot->dots = 0;
  slot->word = 0;
  slot->name_so_far = slot->seed;
}

static long ygr_spelling_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  ygr_u64 byte = slot->text[slot->at & (YGR_MAX_PATH - 1)];
  slot->at += 1;
  if (byte == 0 || byte == '/') {
    ygr_end_name(slot);
    ygr_begin_name(slot);
    return byte == 0;
  }
  slot->word |= byte << (8 * (slot->length & 7));
  slot->length += 1;
  if (byte == '.' && slot->dots + 1 == slot->length) slot->dots += 1;
  if ((slot->length & 7) == 0) {
    slot->name_so_far = ygr_hash_word(slot->name_so_far, slot->word);
    slot->word = 0;
  }
  return 0;
}

static long ygr_above_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  if (turn >= slot->depth) return 1;
  ygr_ask(slot, slot->above[turn & (YGR_HASHED_NAMES - 1)], YGR_MATCH_TREE);
  return 0;
}

/* Judges; names that begin so are not asked for. 1: the text lies on a page that is not there yet.
 */
YGR_CHECKED int ygr_check_spelled(ygr_u32 group, ygr_u32 operation, ygr_s32 directory,
                                  ygr_u64 text) {
  struct ygr_slot* slot = ygr_begin(group, operation);
  struct ygr_turn turn = {.slot = slot};
  long size;
  if (!slot) return 0;
  size = bpf_probe_read_user_str(slot->text, YGR_MAX_PATH, (const void*)text);
  if (size > 1) {
    int is_relative = slot->text[0] != '/';
    ygr_begin_name(slot);
    if (is_relative) ygr_begin_directory(slot, directory);
    slot->left = 0;
    slot->count = 0;
    ygr_walk(slot);
    if (slot->path_dentry != 0) slot->left = slot->count;
    slot->above[0] = slot->seed;
    slot->depth = 1;
    slot->at = 0;
    bpf_loop(YGR_HASHED_NAMES, ygr_directory_turn, &turn, 0);
    ygr_begin_name(slot);
    bpf_loop(YGR_MAX_PATH, ygr_spelling_turn, &turn, 0);
    bpf_loop(YGR_HASHED_NAMES, ygr_above_turn, &turn, 0);
    ygr_ask(slot, ygr_top(slot), YGR_MATCH_EXACT);
    slot->path_dentry = 0;
    slot->text_size = (ygr_u32)size - 1;
    ygr_act(slot, ygr_conclude(slot), YGR_BY_KILL);
  }
  ygr_give_slot(slot);
  return size < 0;
}
