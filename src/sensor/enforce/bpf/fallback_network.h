#pragma once

/* Connections, datagrams and bound ports: 0 is EPERM, 1 lets it be. */

#include "sensor/enforce/bpf/network.h"

YGR_INLINE int ygr_check_ipv4(struct bpf_sock_addr* context, ygr_u32 operation) {
  struct ygr_endpoint endpoint = {};
  ygr_u32 group = ygr_group_of_current() & ~(ygr_u32)YGR_SPARES_RUNTIME; /* it connects nowhere */
  if (group == 0) return 1;
  endpoint.protocol = context->protocol;
  endpoint.port = bpf_ntohs(context->user_port);
  ygr_set_ipv4(&endpoint, context->user_ip4);
  return ygr_check_endpoint(group, operation, &endpoint) == 0;
}

YGR_INLINE int ygr_check_ipv6(struct bpf_sock_addr* context, ygr_u32 operation) {
  struct ygr_endpoint endpoint = {};
  ygr_u32 words[4];
  ygr_u32 group = ygr_group_of_current() & ~(ygr_u32)YGR_SPARES_RUNTIME; /* it connects nowhere */
  if (group == 0) return 1;
  endpoint.protocol = context->protocol;
  endpoint.port = bpf_ntohs(context->user_port);
  endpoint.family = YGR_AF_INET6;
  words[0] = context->user_ip6[0];
  words[1] = context->user_ip6[1];
  words[2] = context->user_ip6[2];
  words[3] = context->user_ip6[3];
  __builtin_memcpy(endpoint.address, words, 16);
  return ygr_check_endpoint(group, operation, &endpoint) == 0;
}

#define YGR_ADDRESS_PROGRAM(name, section, family, operation) \
  SEC("cgroup/" section)                                      \
  int name(struct bpf_sock_addr* context) { return ygr_check_##family(context, operation); }

YGR_ADDRESS_PROGRAM(cgroup_connect4, "connect4", ipv4, YGR_OP_EGRESS)
YGR_ADDRESS_PROGRAM(cgroup_connect6, "connect6", ipv6, YGR_OP_EGRESS)
YGR_ADDRESS_PROGRAM(cgroup_sendmsg4, "sendmsg4", ipv4, YGR_OP_EGRESS)
YGR_ADDRESS_PROGRAM(cgroup_sendmsg6, "sendmsg6", ipv6, YGR_OP_EGRESS)
YGR_ADDRESS_PROGRAM(cgroup_bind4, "bind4", ipv4, YGR_OP_BIND)
YGR_ADDRESS_PROGRAM(cgroup_bind6, "bind6", ipv6, YGR_OP_BIND)
