/* Drops what the sockets of a cgroup send and receive: also those that were connected before. */

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* The loopback device's number in every network namespace (LOOPBACK_IFINDEX). */
#define YGR_LOOPBACK 1

const volatile unsigned int ygr_keep_loopback = 1;
unsigned long long ygr_dropped_out = 0;
unsigned long long ygr_dropped_in = 0;

static __always_inline int ygr_judge(struct __sk_buff* packet, unsigned long long* dropped) {
  if (ygr_keep_loopback && packet->ifindex == YGR_LOOPBACK) return 1;
  __sync_fetch_and_add(dropped, 1);
  return 0;
}

SEC("cgroup_skb/egress")
int isolate_out(struct __sk_buff* packet) { return ygr_judge(packet, &ygr_dropped_out); }

SEC("cgroup_skb/ingress")
int isolate_in(struct __sk_buff* packet) { return ygr_judge(packet, &ygr_dropped_in); }

char LICENSE[] SEC("license") = "Dual BSD/GPL";
