#pragma once

/* The tables (tables.h) as maps. Every one is pinned under its name. */

#include "sensor/enforce/bpf/kernel.h"
#include "sensor/enforce/bpf/tables.h"

#define YGR_HASH(name, entries, key_type, value_type) \
  struct {                                            \
    __uint(type, BPF_MAP_TYPE_HASH);                  \
    __uint(max_entries, entries);                     \
    __uint(map_flags, BPF_F_NO_PREALLOC);             \
    __type(key, key_type);                            \
    __type(value, value_type);                        \
  } name SEC(".maps")

#define YGR_TRIE(name, entries, key_type, value_type) \
  struct {                                            \
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);              \
    __uint(max_entries, entries);                     \
    __uint(map_flags, BPF_F_NO_PREALLOC);             \
    __type(key, key_type);                            \
    __type(value, value_type);                        \
  } name SEC(".maps")

YGR_HASH(cgroups, YGR_MAX_CGROUPS, ygr_u64, ygr_u32);
YGR_HASH(operations, YGR_MAX_OPERATIONS, struct ygr_operation_key, struct ygr_operation_value);
YGR_HASH(rules, YGR_MAX_RULES, struct ygr_rule_key, struct ygr_rule_value);
YGR_TRIE(names, YGR_MAX_NAMES, struct ygr_name_key, struct ygr_rule_value);
YGR_TRIE(networks, YGR_MAX_NETWORKS, struct ygr_network_key, ygr_u32);
YGR_TRIE(ports, YGR_MAX_PORTS, struct ygr_port_key, struct ygr_rule_value);
YGR_HASH(policies, YGR_MAX_POLICIES, ygr_u32, struct ygr_policy_state);
/* Process, to when it began, in ticks since boot: who has the number later is not meant. */
YGR_HASH(exempt, YGR_MAX_EXEMPT, ygr_u32, ygr_u64);

/* Replaced whole: an inner map is never changed. Before 5.10 all of them would have one size. */
struct ygr_watched_lines {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(ygr_u32));
  __uint(value_size, sizeof(struct ygr_watched_line));
};
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 1);
  __type(key, ygr_u32);
  __array(values, struct ygr_watched_lines);
} watched SEC(".maps");

/* Tasks that have begun the container's own programs, or come from such. */
struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, ygr_u32);
} inmates SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, YGR_MAX_HASHES);
  __type(key, struct ygr_file_key);
  __type(value, ygr_u64);
} hashes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, ygr_u32);
  __type(value, struct ygr_settings);
} settings SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, ygr_u32);
  __type(value, struct ygr_enforce_counts);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} verdicts SEC(".maps");

enum { YGR_SLOTS = 3, YGR_HASHED_NAMES = 64, YGR_MAX_STEPS = 1 << 16 };

/*
 * Memory to judge one operation in. Programs may be preempted by another task's on the same CPU, so
 * there are several for each CPU, and one is taken before it is used.
 */
struct ygr_slot {
  ygr_u64 in_use;
  ygr_u32 index; /* of this one */
  /* Where the walk up a path is, and what it found. */
  ygr_u64 dentry;
  ygr_u64 mount; /* struct mount */
  ygr_u64 mount_root;
  ygr_u64 seed;
  ygr_u64 number;
  ygr_u64 parent;
  ygr_u32 count; /* names so far */
  ygr_u32 left;
  ygr_u32 text_at;
  ygr_u32 walk_end;
  ygr_u64 name_hash[YGR_HASHED_NAMES]; /* a ring: of deep paths those next to the root stay */
  ygr_u32 leaf_length;
  struct ygr_name_key leaf;
  /* Of spelled.h: numbers of the path so far and of all above it, and the name that is being read.
   */
  ygr_u64 above[YGR_HASHED_NAMES];
  ygr_u64 word;
  ygr_u64 name_so_far;
  ygr_u32 depth;
  ygr_u32 at;
  ygr_u32 length;
  ygr_u32 dots; /* 1, 2: the name is as many dots so far */
  /* The case. */
  ygr_u32 group;
  ygr_u32 operation;
  ygr_u64 subject;
  struct ygr_operation_value said_of_operation;
  struct ygr_rule_value said;
  ygr_u32 policy;
  ygr_u32 rule;
  /* Of watched.h: the address in host order, and what is left to search. */
  ygr_u32 wanted[4];
  ygr_u32 low;
  ygr_u32 high;
  /* What the record tells. */
  ygr_u64 path_dentry;
  ygr_u64 path_mount; /* struct vfsmount */
  ygr_u32 has_file;
  ygr_u32 address_size;
  ygr_u32 text_size; /* of a path as the caller gave it, at the start of `text` */
  struct ygr_file file;
  ygr_u8 address[28];
  ygr_u8 name[256];
  ygr_u8 text[YGR_MAX_PATH + 256];
  ygr_u8 record[256 + YGR_MAX_PATH + 16];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, YGR_SLOTS);
  __type(key, ygr_u32);
  __type(value, struct ygr_slot);
} slots SEC(".maps");

YGR_INLINE struct ygr_enforce_counts* ygr_counts(void) {
  ygr_u32 zero = 0;
  return bpf_map_lookup_elem(&counts, &zero);
}

#define YGR_COUNT(field)                                   \
  do {                                                     \
    struct ygr_enforce_counts* counted = ygr_counts();     \
    if (counted) __sync_fetch_and_add(&counted->field, 1); \
  } while (0)

YGR_INLINE struct ygr_slot* ygr_take_slot(void) {
  for (ygr_u32 i = 0; i < YGR_SLOTS; ++i) {
    ygr_u32 index = i;
    struct ygr_slot* slot = bpf_map_lookup_elem(&slots, &index);
    if (slot && __sync_lock_test_and_set(&slot->in_use, 1) == 0) {
      slot->index = i;
      return slot;
    }
  }
  YGR_COUNT(busy);
  return 0;
}

YGR_INLINE void ygr_give_slot(struct ygr_slot* slot) { __sync_lock_test_and_set(&slot->in_use, 0); }
