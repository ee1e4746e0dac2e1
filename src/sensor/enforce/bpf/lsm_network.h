#pragma once

#include "sensor/enforce/bpf/lsm_files.h"
#include "sensor/enforce/bpf/network.h"

/* 0: no address of IPv4 or IPv6. `address` lies in the kernel. */
YGR_INLINE int ygr_read_endpoint(struct socket* socket, const void* address,
                                 int is_unspecified_ipv4, struct ygr_endpoint* endpoint) {
  ygr_u16 family = 0;
  ygr_u16 port = 0;
  ygr_u16 own;
  struct sock* sock = BPF_CORE_READ(socket, sk);
  if (!address || !sock) return 0;
  own = BPF_CORE_READ(sock, __sk_common.skc_family);
  if (own != YGR_AF_INET && own != YGR_AF_INET6) return 0;
  __builtin_memset(endpoint, 0, sizeof(*endpoint));
  endpoint->protocol = BPF_CORE_READ((struct sock___protocol*)sock, sk_protocol);
  bpf_probe_read_kernel(&family, sizeof(family), address);
  bpf_probe_read_kernel(&port, sizeof(port), address + 2);
  endpoint->port = bpf_ntohs(port);
  /* IPv4 takes AF_UNSPEC for its own where a call makes no use of "unspecified". */
  if (family == YGR_AF_UNSPEC && is_unspecified_ipv4 && own == YGR_AF_INET) family = YGR_AF_INET;
  if (family == YGR_AF_INET) {
    ygr_u32 ipv4 = 0;
    bpf_probe_read_kernel(&ipv4, sizeof(ipv4), address + 4);
    ygr_set_ipv4(endpoint, ipv4);
    return 1;
  }
  if (family != YGR_AF_INET6) return 0;
  bpf_probe_read_kernel(endpoint->address, 16, address + 8);
  endpoint->family = family;
  return 1;
}

SEC("lsm/socket_connect")
int BPF_PROG(lsm_connect, struct socket* socket, void* address) {
  struct ygr_endpoint endpoint;
  YGR_GROUP_OR_LEAVE(group);
  if (!ygr_read_endpoint(socket, address, 0, &endpoint)) return 0;
  return ygr_result(ygr_check_endpoint(group, YGR_OP_EGRESS, &endpoint));
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(lsm_sendmsg, struct socket* socket, struct msghdr* message) {
  struct ygr_endpoint endpoint;
  void* address = BPF_CORE_READ(message, msg_name);
  if (!address) return 0;
  YGR_GROUP_OR_LEAVE(group);
  if (!ygr_read_endpoint(socket, address, 1, &endpoint)) return 0;
  return ygr_result(ygr_check_endpoint(group, YGR_OP_EGRESS, &endpoint));
}

SEC("lsm/socket_bind")
int BPF_PROG(lsm_bind, struct socket* socket, void* address) {
  struct ygr_endpoint endpoint;
  YGR_GROUP_OR_LEAVE(group);
  if (!ygr_read_endpoint(socket, address, 1, &endpoint)) return 0;
  return ygr_result(ygr_check_endpoint(group, YGR_OP_BIND, &endpoint));
}

SEC("lsm/socket_listen")
int BPF_PROG(lsm_listen, struct socket* socket, int backlog) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_LISTEN, 0, YGR_BY_ERROR));
}

/* By family, and by family and type. */
SEC("lsm/socket_create")
int BPF_PROG(lsm_socket, int family, int type, int protocol, int is_kernels) {
  ygr_u64 subject = (ygr_u32)family;
  int result;
  if (is_kernels) return 0;
  YGR_GROUP_OR_LEAVE(group);
  result =
      ygr_check_number(group, YGR_OP_SOCKET, subject | (ygr_u64)(type & 15) << 16, YGR_BY_ERROR);
  return ygr_result(result != 0 ? result
                                : ygr_check_number(group, YGR_OP_SOCKET, subject, YGR_BY_ERROR));
}
