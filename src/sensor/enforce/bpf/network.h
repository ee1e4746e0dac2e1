#pragma once

/* Addresses and ports. */

#include "sensor/enforce/bpf/watched.h"

struct ygr_endpoint {
  ygr_u8 address[16]; /* IPv4 as ::ffff:a.b.c.d */
  ygr_u16 port;       /* host byte order */
  ygr_u16 protocol;
  ygr_u32 family;
};

YGR_INLINE void ygr_set_ipv4(struct ygr_endpoint* endpoint, ygr_u32 address) {
  __builtin_memset(endpoint->address, 0, 10);
  endpoint->address[10] = endpoint->address[11] = 0xff;
  __builtin_memcpy(endpoint->address + 12, &address, 4);
  endpoint->family = YGR_AF_INET;
}

YGR_INLINE void ygr_ask_network(struct ygr_slot* slot, const struct ygr_endpoint* endpoint) {
  struct ygr_network_key network = {
      .bits = 64 + 128, .group = slot->group, .operation = slot->operation};
  struct ygr_port_key port = {.bits = 64};
  ygr_u32* network_class;
  __builtin_memcpy(network.address, endpoint->address, 16);
  network_class = bpf_map_lookup_elem(&networks, &network);
  if (!network_class) return;
  port.network_class = *network_class;
  if (endpoint->protocol == YGR_TCP || endpoint->protocol == YGR_UDP ||
      endpoint->protocol == YGR_SCTP) {
    port.protocol = endpoint->protocol;
  }
  port.port[0] = endpoint->port >> 8;
  port.port[1] = (ygr_u8)endpoint->port;
  ygr_merge(slot, bpf_map_lookup_elem(&ports, &port));
}

YGR_INLINE void ygr_ask_watch_lists(struct ygr_slot* slot, const struct ygr_endpoint* endpoint) {
  const ygr_u8* first = endpoint->address + 12;
  ygr_u32 family = YGR_AF_INET6;
  ygr_u64 high, low;
  __builtin_memcpy(&high, endpoint->address, 8);
  __builtin_memcpy(&low, endpoint->address + 8, 8);
  /* ::ffff:a.b.c.d of a socket of IPv6 is the same peer. */
  if (high == 0 && (low & 0xffffffff) == bpf_htonl(0xffff)) {
    family = YGR_AF_INET;
  } else {
    first = endpoint->address;
  }
  for (int i = 0; i < 4; ++i) {
    ygr_u32 word;
    if (family == YGR_AF_INET && i != 0) break;
    __builtin_memcpy(&word, first + 4 * i, 4);
    slot->wanted[i] = bpf_ntohl(word);
  }
  ygr_ask_lists(slot->index, family);
}

/* A sockaddr for the record. */
YGR_INLINE void ygr_keep_address(struct ygr_slot* slot, const struct ygr_endpoint* endpoint) {
  __builtin_memset(slot->address, 0, sizeof(slot->address));
  slot->address[0] = endpoint->family;
  slot->address[2] = endpoint->port >> 8;
  slot->address[3] = (ygr_u8)endpoint->port;
  if (endpoint->family == YGR_AF_INET) {
    __builtin_memcpy(slot->address + 4, endpoint->address + 12, 4);
    slot->address_size = 16;
  } else {
    __builtin_memcpy(slot->address + 8, endpoint->address, 16);
    slot->address_size = 28;
  }
}

YGR_CHECKED int ygr_check_endpoint(ygr_u32 group, ygr_u32 operation,
                                   const struct ygr_endpoint* endpoint) {
  struct ygr_slot* slot;
  int result;
  if (!endpoint) return 0; /* for the verifier */
  slot = ygr_begin(group, operation);
  if (!slot) return 0;
  slot->subject = endpoint->port;
  ygr_keep_address(slot, endpoint);
  if ((slot->said_of_operation.flags & YGR_HAS_NETWORKS) != 0) ygr_ask_network(slot, endpoint);
  if ((slot->said_of_operation.flags & YGR_HAS_LISTS) != 0) ygr_ask_watch_lists(slot, endpoint);
  result = ygr_act(slot, ygr_conclude(slot), YGR_BY_ERROR);
  ygr_give_slot(slot);
  return result;
}
