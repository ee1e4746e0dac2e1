#pragma once

/*
 * What comes in for sockets of policed control groups, whoever's turn it is on the CPU: 0 drops, 1
 * lets be. What begins something is judged: a TCP connection's first segment at a listening socket,
 * an SCTP association's first chunk, and datagrams, but answers to own ones. So what the group's
 * own sockets began goes on, and most packets cost a look at their header.
 */

#include "sensor/enforce/bpf/network.h"

enum {
  YGR_LOOPBACK_DEVICE = 1, /* in every network namespace */
  YGR_UDP_LITE = 136,
  YGR_STATE_CONNECTED = 1, /* of bpf_sock.state: TCP_ESTABLISHED, for UDP too */
  YGR_STATE_LISTENING = 10,
  YGR_IPV6_HEADERS = 24, /* that are followed to the one of the transport */
  YGR_FLOWS = 65536,
  YGR_VERDICTS_OF_PACKETS = 100, /* a second and CPU */
};

#define YGR_SECOND_NS 1000000000ULL
#define YGR_FLOW_NS (180 * YGR_SECOND_NS)

/* Datagrams that a socket sent, to when it last did: their answers are let in. */
struct ygr_flow {
  ygr_u64 cookie;
  ygr_u8 address[16];
  ygr_u16 port;
  ygr_u16 reserved[3];
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, YGR_FLOWS);
  __type(key, struct ygr_flow);
  __type(value, ygr_u64);
} flows SEC(".maps");

/* The node's own. */
YGR_HASH(node_addresses, YGR_MAX_NODE_ADDRESSES, struct ygr_node_address, ygr_u8);

/* Whoever sends packets chooses how many there are, and must not fill the ring with them. */
struct ygr_told {
  ygr_u64 second;
  ygr_u64 count;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, ygr_u32);
  __type(value, struct ygr_told);
} told SEC(".maps");

struct ygr_packet {
  struct ygr_endpoint from;
  struct ygr_endpoint to;
  ygr_u8 begins; /* TCP and SCTP: it is the first of a connection */
};

enum ygr_reading { YGR_UNJUDGED = 0, YGR_READ = 1, YGR_UNREADABLE = 2 };

/* Past IPv6's further headers. 0: there are too many, or it is a fragment. */
YGR_INLINE ygr_u32 ygr_find_transport(struct __sk_buff* context, ygr_u16* protocol) {
  ygr_u32 at = 40;
  for (int i = 0; i < YGR_IPV6_HEADERS; ++i) {
    ygr_u8 header[4] = {};
    ygr_u16 kind = *protocol;
    if (kind != 0 && kind != 43 && kind != 44 && kind != 51 && kind != 60) return at;
    if (bpf_skb_load_bytes(context, at, header, sizeof(header))) return 0;
    *protocol = header[0];
    if (kind == 44) {
      if (header[2] != 0 || (header[3] & 0xf8) != 0) return 0;
      at += 8;
    } else if (kind == 51) {
      at += (header[1] + 2U) * 4;
    } else {
      at += (header[1] + 1U) * 8;
    }
  }
  return 0;
}

YGR_INLINE ygr_u32 ygr_read_addresses(struct __sk_buff* context, struct ygr_packet* packet) {
  ygr_u8 header[40];
  ygr_u32 address;
  if (bpf_skb_load_bytes(context, 0, header, 20)) return 0;
  if (header[0] >> 4 == 4) {
    packet->from.protocol = header[9];
    __builtin_memcpy(&address, header + 12, 4);
    ygr_set_ipv4(&packet->from, address);
    __builtin_memcpy(&address, header + 16, 4);
    ygr_set_ipv4(&packet->to, address);
    return (header[0] & 15) * 4;
  }
  if (bpf_skb_load_bytes(context, 0, header, 40)) return 0;
  packet->from.protocol = header[6];
  packet->from.family = packet->to.family = YGR_AF_INET6;
  __builtin_memcpy(packet->from.address, header + 8, 16);
  __builtin_memcpy(packet->to.address, header + 24, 16);
  return ygr_find_transport(context, &packet->from.protocol);
}

YGR_INLINE enum ygr_reading ygr_read_packet(struct __sk_buff* context, struct ygr_packet* packet) {
  ygr_u8 head[14] = {};
  ygr_u32 at = ygr_read_addresses(context, packet);
  ygr_u16 protocol = packet->from.protocol;
  if (at == 0) return YGR_UNREADABLE;
  if (protocol == YGR_TCP) {
    if (bpf_skb_load_bytes(context, at, head, 14)) return YGR_UNREADABLE;
    packet->begins = (head[13] & 0x12) == 0x02; /* SYN without ACK */
  } else if (protocol == YGR_SCTP) {
    if (bpf_skb_load_bytes(context, at, head, 13)) return YGR_UNREADABLE;
    packet->begins = head[12] == 1; /* INIT */
  } else if (protocol == YGR_UDP || protocol == YGR_UDP_LITE) {
    if (bpf_skb_load_bytes(context, at, head, 4)) return YGR_UNREADABLE;
  } else {
    return YGR_UNJUDGED;
  }
  packet->to.protocol = protocol;
  packet->from.port = (ygr_u16)(head[0] << 8 | head[1]);
  packet->to.port = (ygr_u16)(head[2] << 8 | head[3]);
  return YGR_READ;
}

YGR_INLINE int ygr_is_datagram(const struct ygr_packet* packet) {
  return packet->to.protocol == YGR_UDP || packet->to.protocol == YGR_UDP_LITE;
}

/* The group of the nearest control group of the socket's that has one; 0: none. */
YGR_INLINE ygr_u32 ygr_group_of_socket(struct __sk_buff* context) {
  for (int level = YGR_CGROUP_LEVELS - 1; level >= 0; --level) {
    ygr_u64 id = bpf_skb_ancestor_cgroup_id(context, level);
    ygr_u32* group;
    if (id == 0) continue;
    group = bpf_map_lookup_elem(&cgroups, &id);
    if (group) return *group & ~(ygr_u32)YGR_SPARES_RUNTIME; /* it has no sockets there */
  }
  return 0;
}

YGR_INLINE int ygr_is_any_judged(void) {
  ygr_u32 zero = 0;
  struct ygr_settings* set = bpf_map_lookup_elem(&settings, &zero);
  return set && set->judges_packets;
}

YGR_INLINE ygr_u32 ygr_socket_state(struct __sk_buff* context) {
  struct bpf_sock* sock = context->sk;
  if (!sock) return 0;
  sock = bpf_sk_fullsock(sock);
  return sock ? sock->state : 0;
}

YGR_INLINE int ygr_is_answer(struct __sk_buff* context, const struct ygr_packet* packet) {
  struct ygr_flow flow = {.cookie = bpf_get_socket_cookie(context), .port = packet->from.port};
  ygr_u64* sent;
  __builtin_memcpy(flow.address, packet->from.address, 16);
  sent = bpf_map_lookup_elem(&flows, &flow);
  return sent && bpf_ktime_get_boot_ns() - *sent < YGR_FLOW_NS;
}

/* Its own loopback device: what containers of a pod say to each other. */
YGR_INLINE int ygr_is_own(struct __sk_buff* context, const struct ygr_packet* packet) {
  static const ygr_u8 loopback6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  if (context->ifindex != YGR_LOOPBACK_DEVICE) return 0;
  if (packet->from.family == YGR_AF_INET && packet->from.address[12] == 127) return 1;
  if (__builtin_memcmp(packet->from.address, loopback6, 16) == 0) return 1;
  return __builtin_memcmp(packet->from.address, packet->to.address, 16) == 0;
}

YGR_INLINE int ygr_is_nodes(const struct ygr_packet* packet) {
  struct ygr_node_address address;
  __builtin_memcpy(address.bytes, packet->from.address, 16);
  return bpf_map_lookup_elem(&node_addresses, &address) != 0;
}

YGR_INLINE int ygr_may_tell(void) {
  ygr_u32 zero = 0;
  struct ygr_told* so_far = bpf_map_lookup_elem(&told, &zero);
  ygr_u64 second = bpf_ktime_get_boot_ns() / YGR_SECOND_NS;
  if (!so_far) return 0;
  if (so_far->second != second) {
    so_far->second = second;
    so_far->count = 0;
  }
  return ++so_far->count <= YGR_VERDICTS_OF_PACKETS;
}

/* No task is to blame: the record has none, and the socket's control group. */
YGR_INLINE void ygr_tell_packet(struct __sk_buff* context, struct ygr_slot* slot, ygr_u32 action) {
  struct ygr_header* header = (struct ygr_header*)slot->record;
  struct ygr_enforce_counts* counted = ygr_counts();
  struct ygr_verdict* verdict;
  ygr_u32 at = sizeof(struct ygr_header);
  if (!ygr_may_tell()) {
    YGR_COUNT(verdicts_lost);
    return;
  }
  __builtin_memset(slot->record, 0, 256);
  header->kind = YGR_VERDICT;
  header->sections = 2;
  header->time_ns = bpf_ktime_get_boot_ns();
  header->sequence = counted ? __sync_fetch_and_add(&counted->sequence, 1) + 1 : 0;
  header->cgroup_id = bpf_skb_cgroup_id(context);
  header->cpu = bpf_get_smp_processor_id();
  header->result = action == YGR_BLOCKED ? -YGR_EPERM : 0;
  at = ygr_put_section(slot, at, YGR_S_VERDICT, 0, sizeof(*verdict));
  verdict = (struct ygr_verdict*)(slot->record + at);
  verdict->policy = slot->policy;
  verdict->rule = slot->rule;
  verdict->operation = slot->operation;
  verdict->action = action;
  verdict->tier = YGR_TIER;
  verdict->subject = slot->subject;
  at += sizeof(*verdict) + 4;
  at = ygr_put_section(slot, at, YGR_S_ADDRESS, 0, slot->address_size);
  __builtin_memcpy(slot->record + at, slot->address, 28);
  at += slot->address_size == 16 ? 20 : 28; /* to a multiple of 8 */
  header->size = at;
  if (bpf_ringbuf_output(&verdicts, slot->record, at, 0) == 0) {
    YGR_COUNT(verdicts);
  } else {
    YGR_COUNT(verdicts_lost);
  }
}

/* Whoever sends must not make a policy fall back: packets do not count where denials are limited.
 */
YGR_INLINE int ygr_blocks_packets(struct ygr_slot* slot) {
  struct ygr_policy_state* state = bpf_map_lookup_elem(&policies, &slot->policy);
  if (!state) return 1;
  if (state->is_reverted) return 0;
  if (state->deadline_ns != 0 && bpf_ktime_get_boot_ns() >= state->deadline_ns) {
    state->is_reverted = 1;
    return 0;
  }
  if (state->max_denials == 0) __sync_fetch_and_add(&state->denials, 1);
  return 1;
}

/* 0: it is dropped. */
YGR_INLINE int ygr_check_packet(struct __sk_buff* context, ygr_u32 group,
                                struct ygr_packet* packet) {
  struct ygr_slot* slot = ygr_begin(group, YGR_OP_INGRESS);
  ygr_u32 action = YGR_OBSERVED;
  ygr_u32 mode;
  if (!slot) return 1;
  slot->subject = packet->to.port;
  ygr_keep_address(slot, &packet->from);
  packet->from.port = packet->to.port; /* rules speak of the peer's address and the own port */
  if ((slot->said_of_operation.flags & YGR_HAS_NETWORKS) != 0) ygr_ask_network(slot, &packet->from);
  mode = ygr_conclude(slot);
  if (mode >= YGR_MODE_ALERT) action = YGR_WOULD_BLOCK;
  if (mode == YGR_MODE_BLOCK && YGR_TIER != 'C' && ygr_blocks_packets(slot)) action = YGR_BLOCKED;
  if (mode != 0) ygr_tell_packet(context, slot, action);
  ygr_give_slot(slot);
  return action != YGR_BLOCKED;
}

SEC("cgroup_skb/ingress")
int packets_in(struct __sk_buff* context) {
  struct ygr_packet packet = {};
  struct ygr_operation_value* said;
  enum ygr_reading reading;
  ygr_u32 group;
  ygr_u32 state;
  if (!ygr_is_any_judged()) return 1;
  reading = ygr_read_packet(context, &packet);
  if (reading == YGR_UNJUDGED) return 1;
  if (reading == YGR_READ && !ygr_is_datagram(&packet) && !packet.begins) return 1;
  group = ygr_group_of_socket(context);
  if (group == 0) return 1;
  said = ygr_find_operation(group, YGR_OP_INGRESS);
  if (!said) return 1;
  if (reading == YGR_UNREADABLE) {
    YGR_COUNT(too_deep);
    return YGR_TIER == 'C';
  }
  state = ygr_socket_state(context);
  if (ygr_is_datagram(&packet)) {
    /* The kernel gives a connected socket what its peer sent alone. */
    if (state == YGR_STATE_CONNECTED || ygr_is_answer(context, &packet)) return 1;
  } else if (state != YGR_STATE_LISTENING) {
    return 1;
  }
  if (ygr_is_own(context, &packet)) return 1;
  if ((said->flags & YGR_JUDGES_NODE) == 0 && ygr_is_nodes(&packet)) return 1;
  return ygr_check_packet(context, group, &packet);
}

/* Remembers to whom datagrams went. */
SEC("cgroup_skb/egress")
int packets_out(struct __sk_buff* context) {
  struct ygr_packet packet = {};
  struct ygr_flow flow = {};
  ygr_u64 now;
  ygr_u32 group;
  if (!ygr_is_any_judged()) return 1;
  if (ygr_read_packet(context, &packet) != YGR_READ || !ygr_is_datagram(&packet)) return 1;
  if (ygr_socket_state(context) == YGR_STATE_CONNECTED) return 1;
  group = ygr_group_of_socket(context);
  if (group == 0 || !ygr_find_operation(group, YGR_OP_INGRESS)) return 1;
  flow.cookie = bpf_get_socket_cookie(context);
  flow.port = packet.to.port;
  __builtin_memcpy(flow.address, packet.to.address, 16);
  now = bpf_ktime_get_boot_ns();
  bpf_map_update_elem(&flows, &flow, &now, BPF_ANY);
  return 1;
}
