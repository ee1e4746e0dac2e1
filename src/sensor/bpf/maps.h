#pragma once

#include "sensor/bpf/call_plan.h"
#include "sensor/bpf/counters.h"
#include "sensor/bpf/helpers.h"
#include "sensor/bpf/kernel_types.h"
#include "sensor/bpf/uring_plan.h"

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 8 << 20);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4 << 20);
} vital SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, YGR_CALLS + YGR_COMPAT_CALLS);
  __type(key, ygr_u32);
  __type(value, struct ygr_call_plan);
} plans SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, YGR_URING_OPERATIONS);
  __type(key, ygr_u32);
  __type(value, struct ygr_uring_plan);
} uring_plans SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, ygr_u32);
  __type(value, struct ygr_cpu_counts);
} counts SEC(".maps");

struct ygr_name {
  const unsigned char* text;
  ygr_u64 length;
};

/*
 * Where paths.h stands on the way up. Kept in memory rather than in registers: what the verifier
 * does not follow cannot make the turns of a loop differ, so that it looks at each turn once.
 */
struct ygr_walk {
  ygr_u64 dentry;
  ygr_u64 mount;
  ygr_u64 mount_root;
  ygr_u32 used;
  ygr_u32 length;
};

/*
 * Where a record is made. One for each CPU, as elements of a plain array (per-CPU maps hold at most
 * 32 KiB): no program here sleeps or is preempted by another one of ours.
 * A record is at most 32 KiB, and a position is masked to 15 bits before it is used; behind the
 * largest position there is room for the largest section, which is all that the verifier asks for.
 */
struct ygr_scratch {
  ygr_u32 position;
  ygr_u32 first_byte;  /* of the text that was put last */
  ygr_u16 protocol;    /* of the socket that was put last, and the port … */
  ygr_u16 remote_port; /* … that it is connected to, or that an address names; host byte order */
  ygr_u32 file_dev;    /* of the YGR_S_FD that was put last */
  ygr_u64 file_ino;
  ygr_u64 cursor;
  volatile ygr_u64 pointer; /* see ygr_untyped */
  struct ygr_walk walk;
  struct ygr_name names[64];
  ygr_u8 chunk[256]; /* a piece of a kernel structure */
  ygr_u8 bytes[2 * YGR_MAX_RECORD];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* user space: number of possible CPUs */
  __type(key, ygr_u32);
  __type(value, struct ygr_scratch);
} scratches SEC(".maps");

/* Executable files that a process has mapped already. */
struct ygr_mapped_file {
  ygr_u64 ino;
  ygr_u64 start_ns;
  ygr_u32 dev;
  ygr_u32 pid;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, struct ygr_mapped_file);
  __type(value, ygr_u8);
} mapped_files SEC(".maps");

/*
 * Ports of connections that were accepted, by their struct sock: that an end is a server's is
 * nowhere written in it. One that was freed and made anew is told apart by its ports.
 */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, ygr_u64);
  __type(value, ygr_u32);
} accepted SEC(".maps");
