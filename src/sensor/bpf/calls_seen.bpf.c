/*
 * Which system calls containers make at all: a bit a call, no records. User space gives a set of
 * bits to each cgroup that it wants to know about; tasks elsewhere cost one look into a table. An
 * object of its own: attaching to every call has a price, which only those pay who learn calls.
 */

#include "sensor/bpf/call_registers.h"

enum { YGR_SEEN_WORDS = 16 }; /* 512 native calls, then 512 of 32-bit programs */

struct ygr_calls_seen {
  ygr_u64 words[YGR_SEEN_WORDS];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 20000);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, ygr_u64);
  __type(value, struct ygr_calls_seen);
} calls_seen SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(ygr_note_call, struct pt_regs* regs, long number) {
  ygr_u64 cgroup = bpf_get_current_cgroup_id();
  struct ygr_calls_seen* seen = bpf_map_lookup_elem(&calls_seen, &cgroup);
  ygr_u64 at = (ygr_u64)number;
  ygr_u64 bit;
  if (!seen || at >= 512) return 0;
  if (ygr_is_compat()) at += 512;
  bit = 1ULL << (at & 63);
  at >>= 6;
  /* It is below YGR_SEEN_WORDS; the verifier of 6.1 has to see it, the compiler must not. */
  asm volatile("%0 &= 15" : "+r"(at));
  if ((seen->words[at] & bit) == 0) __sync_fetch_and_or(&seen->words[at], bit);
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
