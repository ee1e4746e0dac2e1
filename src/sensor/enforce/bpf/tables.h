#pragma once

/*
 * The tables that kernel programs judge by, as user space fills them. C (BPF) and C++. They are
 * pinned, and programs of a later version may find them: whoever changes a layout here raises
 * YGR_TABLES_VERSION, which is part of the name of the folder of pins.
 *
 * A task is judged by the group of its nearest control group that has one. A group is what all
 * policies that select the same containers say together.
 */

#include "sensor/enforce/operations.h"
#include "sensor/record/record.h"

enum { YGR_TABLES_VERSION = 1 };

enum {
  YGR_MAX_CGROUPS = 32768,
  YGR_MAX_RULES = 262144,
  YGR_MAX_NAMES = 16384,
  YGR_MAX_OPERATIONS = 65536,
  YGR_MAX_NETWORKS = 131072,
  YGR_MAX_PORTS = 131072,
  YGR_MAX_HASHES = 65536,
  YGR_MAX_POLICIES = 4096,
  YGR_MAX_EXEMPT = 256,
  YGR_MAX_NODE_ADDRESSES = 4096,
  YGR_NAME_BYTES = 64,
};

/* Strength of what denies: enforce::Mode. 0: nothing does. */
enum { YGR_MODE_OBSERVE = 1, YGR_MODE_ALERT = 2, YGR_MODE_BLOCK = 3, YGR_MODES = 4 };

enum ygr_match {
  YGR_MATCH_EXACT = 0,  /* subject: the path's number */
  YGR_MATCH_TREE = 1,   /* subject: number of the path, or of one above it */
  YGR_MATCH_NUMBER = 2, /* subject: as ygr_verdict.subject */
  YGR_MATCH_HASH = 3,   /* subject: first 8 bytes of the SHA-256 */
  YGR_MATCH_LISTED = 4, /* subject: number of a watch list that the address stands in */
};

struct ygr_rule_key {
  ygr_u64 subject;
  ygr_u32 group;
  ygr_u16 operation;
  ygr_u16 match;
};
YGR_ASSERT_SIZE(ygr_rule_key, 16);

/* What rules say of one subject: the strongest that denies, and the modes of those that allow. */
struct ygr_rule_value {
  ygr_u32 policy;
  ygr_u32 rule;
  ygr_u8 deny;  /* mode */
  ygr_u8 allow; /* bits of 1 << mode */
  ygr_u16 reserved;
};
YGR_ASSERT_SIZE(ygr_rule_value, 12);

/* Names that begin so, in a directory: a trie, whose entries say all that shorter ones say. */
struct ygr_name_key {
  ygr_u32 bits; /* of what follows */
  ygr_u32 group;
  ygr_u32 operation;
  ygr_u32 parent_low;
  ygr_u32 parent_high;
  ygr_u8 name[YGR_NAME_BYTES];
};
YGR_ASSERT_SIZE(ygr_name_key, 84);

struct ygr_operation_key {
  ygr_u32 group;
  ygr_u32 operation;
};

/* ygr_operation_value.flags: which tables to ask */
enum {
  YGR_HAS_PATHS = 1,
  YGR_HAS_NAMES = 2,
  YGR_HAS_NUMBERS = 4,
  YGR_HAS_HASHES = 8,
  YGR_HAS_NETWORKS = 16,
  YGR_HAS_LISTS = 64,  /* watch lists */
  YGR_JUDGES_NODE = 32 /* of YGR_OP_INGRESS: not to be spared are packets of the node itself */
};

struct ygr_rule_name {
  ygr_u32 policy;
  ygr_u32 rule;
};

/* What a group says of an operation. Not there: nothing. */
struct ygr_operation_value {
  struct ygr_rule_value whole; /* whatever the subject */
  ygr_u8 flags;
  ygr_u8 rest;         /* modes in which what nobody allows is denied: bits */
  ygr_u8 unknown_hash; /* mode in which an executable of unknown hash is denied */
  ygr_u8 reserved;
  struct ygr_rule_name rest_by[YGR_MODES]; /* by whom */
  struct ygr_rule_name unknown_hash_by;
};
YGR_ASSERT_SIZE(ygr_operation_value, 56);

/* Addresses to classes: a class is all the rules whose networks hold the address. */
struct ygr_network_key {
  ygr_u32 bits;
  ygr_u32 group;
  ygr_u32 operation;
  ygr_u8 address[16]; /* IPv4 as ::ffff:a.b.c.d */
};
YGR_ASSERT_SIZE(ygr_network_key, 28);

struct ygr_port_key {
  ygr_u32 bits;
  ygr_u32 network_class;
  ygr_u16 protocol; /* IPPROTO_TCP, _UDP, _SCTP; others are 0 */
  ygr_u8 port[2];   /* most significant byte first */
};
YGR_ASSERT_SIZE(ygr_port_key, 12);

struct ygr_node_address {
  ygr_u8 bytes[16]; /* as in ygr_network_key */
};

/* A file as long as nobody changes it. */
struct ygr_file_key {
  ygr_u64 dev;
  ygr_u64 ino;
  ygr_u64 ctime_ns;
  ygr_u64 size;
};

/* A policy in mode block falls back to alert when its time or its number of denials is reached. */
struct ygr_policy_state {
  ygr_u64 deadline_ns; /* CLOCK_BOOTTIME; 0: none */
  ygr_u64 content;     /* hash of what it says: a changed policy begins anew */
  ygr_u32 max_denials; /* 0: no limit */
  ygr_u32 denials;     /* in mode block */
  ygr_u32 is_reverted;
  ygr_u32 reserved;
};
YGR_ASSERT_SIZE(ygr_policy_state, 32);

/* Of a control group's group: it is a container's, whose runtime prepares it from within. */
enum { YGR_SPARES_RUNTIME = 0x80000000 };

struct ygr_settings {
  ygr_u64 seed; /* of path_hash.h */
  ygr_u32 host_mnt_ns;
  ygr_u32 judges_packets; /* some group speaks of YGR_OP_INGRESS */
  ygr_u32 next_group;     /* user space: numbers are never used twice */
  ygr_u32 next_class;
};

/*
 * Addresses of watch lists, millions of them: words in lines of 16, as compile/watched.hpp makes
 * them. The first line is the head. Points are beginnings of ranges of addresses, sorted, that
 * reach up to the next one; each has a class, which is a line with the numbers of the lists that
 * hold the range (0: no more). Class 0 is no list.
 */
enum { YGR_LINE_WORDS = 16, YGR_MAX_LISTS_OF_ADDRESS = 16, YGR_MAX_POINTS = 1 << 26 };

struct ygr_watched_line {
  ygr_u32 word[YGR_LINE_WORDS];
};
YGR_ASSERT_SIZE(ygr_watched_line, 64);

struct ygr_watched_head { /* positions are those of words */
  ygr_u32 classes_at;     /* lines */
  ygr_u32 v4_shift;       /* an address's bucket is what is left of it */
  ygr_u32 v4_buckets_at;  /* first point of each, and one more */
  ygr_u32 v4_points_at;   /* a word each */
  ygr_u32 v4_classes_at;  /* half a word each */
  ygr_u32 v4_points;
  ygr_u32 v6_points_at; /* four words each, the most significant one first */
  ygr_u32 v6_classes_at;
  ygr_u32 v6_points;
  ygr_u32 reserved[7];
};
YGR_ASSERT_SIZE(ygr_watched_head, 64);

/* Counters, one structure a CPU. */
struct ygr_enforce_counts {
  ygr_u64 judged;        /* operations of policed tasks that a group speaks of */
  ygr_u64 verdicts;      /* records made */
  ygr_u64 verdicts_lost; /* the ring was full: decided, but not told */
  ygr_u64 busy;          /* no scratch memory free: let through */
  ygr_u64 too_deep;      /* more names than can be followed: refused where paths are judged */
  ygr_u64 sequence;      /* of the last record */
};
