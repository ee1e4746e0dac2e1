#pragma once

/* What a group says of an operation: compile/group.hpp says how rules meet, compile/judge.cpp is
 * the same in user space. */

#include "sensor/enforce/bpf/verdict.h"

/* A slot for a case, where the group speaks of the operation; 0: it does not. */
YGR_INLINE struct ygr_slot* ygr_begin(ygr_u32 group, ygr_u32 operation) {
  struct ygr_operation_value* said = ygr_find_operation(group, operation);
  struct ygr_slot* slot;
  if (!said) return 0;
  slot = ygr_take_slot();
  if (!slot) return 0;
  YGR_COUNT(judged);
  slot->group = group;
  slot->operation = operation;
  slot->subject = 0;
  slot->path_dentry = 0;
  slot->path_mount = 0;
  slot->has_file = 0;
  slot->address_size = 0;
  slot->text_size = 0;
  slot->said_of_operation = *said;
  slot->said = said->whole;
  return slot;
}

YGR_INLINE void ygr_merge(struct ygr_slot* slot, const struct ygr_rule_value* value) {
  if (!value) return;
  slot->said.allow |= value->allow;
  if (value->deny > slot->said.deny) {
    slot->said.deny = value->deny;
    slot->said.policy = value->policy;
    slot->said.rule = value->rule;
  }
}

YGR_INLINE void ygr_ask(struct ygr_slot* slot, ygr_u64 subject, ygr_u16 match) {
  struct ygr_rule_key key = {
      .subject = subject, .group = slot->group, .operation = slot->operation, .match = match};
  ygr_merge(slot, bpf_map_lookup_elem(&rules, &key));
}

/* The mode in which it is denied, with policy and rule in the slot; 0: it is not. */
YGR_INLINE ygr_u32 ygr_conclude(struct ygr_slot* slot) {
  const struct ygr_operation_value* operation = &slot->said_of_operation;
#pragma unroll
  for (ygr_u32 mode = YGR_MODE_BLOCK; mode >= YGR_MODE_OBSERVE; --mode) {
    if (slot->said.deny == mode) {
      slot->policy = slot->said.policy;
      slot->rule = slot->said.rule;
      return mode;
    }
    if (((operation->rest >> mode) & 1) != 0 && (slot->said.allow >> mode) == 0) {
      slot->policy = operation->rest_by[mode].policy;
      slot->rule = operation->rest_by[mode].rule;
      return mode;
    }
  }
  return 0;
}

static long ygr_path_turn(ygr_u32 turn, struct ygr_turn* context) {
  struct ygr_slot* slot = context->slot;
  if (slot->left == 0) return 1;
  slot->left -= 1;
  slot->parent = slot->number;
  slot->number = ygr_hash_path(slot->number, slot->name_hash[slot->left & (YGR_HASHED_NAMES - 1)]);
  ygr_ask(slot, slot->number, YGR_MATCH_TREE);
  return slot->left == 0;
}

YGR_INLINE void ygr_ask_name(struct ygr_slot* slot) {
  slot->leaf.group = slot->group;
  slot->leaf.operation = slot->operation;
  slot->leaf.parent_low = (ygr_u32)slot->parent;
  slot->leaf.parent_high = slot->parent >> 32;
  slot->leaf.bits = 128 + 8 * slot->leaf_length;
  ygr_merge(slot, bpf_map_lookup_elem(&names, &slot->leaf));
}

/* Adds what rules say of path_dentry on path_mount. 1: the path is too deep to say. */
YGR_INLINE int ygr_ask_path(struct ygr_slot* slot) {
  struct ygr_turn turn = {.slot = slot};
  if ((slot->said_of_operation.flags & (YGR_HAS_PATHS | YGR_HAS_NAMES)) == 0) return 0;
  if (ygr_walk(slot)) return 1;
  slot->number = slot->seed;
  slot->left = slot->count;
  ygr_ask(slot, slot->number, YGR_MATCH_TREE);
  bpf_loop(YGR_HASHED_NAMES, ygr_path_turn, &turn, 0);
  if (slot->left != 0) return 0; /* deeper than rules can name: trees alone */
  ygr_ask(slot, slot->number, YGR_MATCH_EXACT);
  if ((slot->said_of_operation.flags & YGR_HAS_NAMES) != 0 && slot->count != 0) ygr_ask_name(slot);
  return 0;
}

/* Whoever hides behind so many directories is denied as strongly as anything is. */
YGR_INLINE ygr_u32 ygr_too_deep(struct ygr_slot* slot) {
  YGR_COUNT(too_deep);
  slot->policy = slot->said.policy;
  slot->rule = slot->said.rule;
  return YGR_MODE_BLOCK;
}

/* The whole judgement of a path. `mount` is a struct vfsmount. */
YGR_CHECKED int ygr_check_path(ygr_u32 group, ygr_u32 operation, ygr_u64 dentry, ygr_u64 mount,
                               ygr_u32 means) {
  struct ygr_slot* slot = ygr_begin(group, operation);
  ygr_u32 mode;
  int result;
  if (!slot) return 0;
  slot->path_dentry = dentry;
  slot->path_mount = mount;
  mode = ygr_ask_path(slot) ? ygr_too_deep(slot) : ygr_conclude(slot);
  result = ygr_act(slot, mode, means);
  ygr_give_slot(slot);
  return result;
}

/* The same of a number: a capability, a command, a user. */
YGR_CHECKED int ygr_check_number(ygr_u32 group, ygr_u32 operation, ygr_u64 subject, ygr_u32 means) {
  struct ygr_slot* slot = ygr_begin(group, operation);
  int result;
  if (!slot) return 0;
  slot->subject = subject;
  if ((slot->said_of_operation.flags & YGR_HAS_NUMBERS) != 0)
    ygr_ask(slot, subject, YGR_MATCH_NUMBER);
  result = ygr_act(slot, ygr_conclude(slot), means);
  ygr_give_slot(slot);
  return result;
}

enum { YGR_ANY_NAMESPACE = 0x7e020080 }; /* every CLONE_NEW… */

/* Each bit of CLONE_NEW… by itself. */
YGR_CHECKED int ygr_check_namespaces(ygr_u32 group, ygr_u64 flags, ygr_u32 means) {
  static const ygr_u32 kinds[8] = {0x00000080, 0x00020000, 0x02000000, 0x04000000,
                                   0x08000000, 0x10000000, 0x20000000, 0x40000000};
  for (int i = 0; i < 8; ++i) {
    if ((flags & kinds[i]) != 0 && ygr_check_number(group, YGR_OP_NAMESPACE, kinds[i], means)) {
      return -YGR_EPERM;
    }
  }
  return 0;
}
