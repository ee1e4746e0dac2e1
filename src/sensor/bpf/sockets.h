#pragma once

/* What a socket is, as it is after the call. */

#include "sensor/bpf/scratch.h"

enum {
  YGR_AF_UNIX = 1,
  YGR_AF_INET = 2,
  YGR_AF_INET6 = 10,
  YGR_TCP_LISTEN = 10,
  YGR_SOCK_STREAM = 1,
  YGR_MAX_UNIX_NAME = 128,
};

/* Fills `socket` of a struct sock. Uses scratch->chunk. */
YGR_INLINE void ygr_read_sock(struct ygr_scratch* scratch, ygr_u64 sock, ygr_u32 is_server,
                              struct ygr_socket* socket) {
  const ygr_u64 size = 128;
  ygr_u8* chunk = scratch->chunk;
  ygr_u32 state;
  __builtin_memset(socket, 0, sizeof(*socket));
  bpf_probe_read_kernel(chunk, size, (const void*)sock);
  socket->family = ygr_pick16(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_family));
  state = ygr_pick16(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_state)) & 255;
  socket->state = state;
  socket->is_server = is_server || state == YGR_TCP_LISTEN;
  bpf_probe_read_kernel(&socket->type, 2, (const void*)(sock + YGR_OFFSET(sock, sk_type)));
  if (YGR_EXISTS(sock___protocol, sk_protocol)) {
    bpf_probe_read_kernel(&socket->protocol, 2,
                          (const void*)(sock + YGR_OFFSET(sock___protocol, sk_protocol)));
  }
  if (socket->family != YGR_AF_INET && socket->family != YGR_AF_INET6) return;
  socket->local_port = ygr_pick16(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_num));
  socket->remote_port =
      __builtin_bswap16(ygr_pick16(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_dport)));
  if (socket->family == YGR_AF_INET) {
    ygr_u32 address = ygr_pick32(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_rcv_saddr));
    __builtin_memcpy(socket->local, &address, 4);
    address = ygr_pick32(chunk, size, sock, 0, YGR_OFFSET(sock_common, skc_daddr));
    __builtin_memcpy(socket->remote, &address, 4);
  } else if (YGR_EXISTS(sock_common___ipv6, skc_v6_daddr)) {
    bpf_probe_read_kernel(socket->local, 16,
                          (const void*)(sock + YGR_OFFSET(sock_common___ipv6, skc_v6_rcv_saddr)));
    bpf_probe_read_kernel(socket->remote, 16,
                          (const void*)(sock + YGR_OFFSET(sock_common___ipv6, skc_v6_daddr)));
  }
}

/* The name of a unix socket, or of the one it is connected to, as YGR_S_FD_PATH. */
__noinline int ygr_put_unix_name(ygr_u64 sock) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u64 address = ygr_read64(sock + YGR_OFFSET(unix_sock, addr));
  ygr_u32 length;
  if (!scratch) return 0;
  if (address == 0) {
    ygr_u64 peer = ygr_read64(sock + YGR_OFFSET(unix_sock, peer));
    if (peer == 0) return 0;
    address = ygr_read64(peer + YGR_OFFSET(unix_sock, addr));
    if (address == 0) return 0;
  }
  length = ygr_read32(address + YGR_OFFSET(unix_address, len));
  if (length <= 2 || !ygr_has_room(scratch, YGR_MAX_UNIX_NAME)) return 0;
  length -= 2; /* the family */
  if (length > YGR_MAX_UNIX_NAME) length = YGR_MAX_UNIX_NAME;
  ygr_u8* place = ygr_at(scratch, scratch->position + sizeof(struct ygr_section));
  bpf_probe_read_kernel(place, length, (const void*)(address + YGR_OFFSET(unix_address, name) + 2));
  /* A path's zero belongs to its length; an abstract name begins with one and ends where it ends.
   */
  if (place[0] != 0) {
    long text = bpf_probe_read_kernel_str(
        place, YGR_MAX_UNIX_NAME, (const void*)(address + YGR_OFFSET(unix_address, name) + 2));
    if (text > 0 && (ygr_u32)text - 1 < length) length = (ygr_u32)text - 1;
  }
  ygr_end_section(scratch, YGR_S_FD_PATH, 0, length);
  return 0;
}

/* Remembers a connection that was accepted, and recognises it in later calls. */
YGR_INLINE void ygr_mark_server(ygr_u64 sock, ygr_u32 is_accepted, struct ygr_socket* socket) {
  ygr_u32 ports = (ygr_u32)socket->local_port << 16 | socket->remote_port;
  ygr_u32* known;
  if (socket->type != YGR_SOCK_STREAM || socket->remote_port == 0) return;
  if (is_accepted) {
    bpf_map_update_elem(&accepted, &sock, &ports, BPF_ANY);
    return;
  }
  known = bpf_map_lookup_elem(&accepted, &sock);
  if (known && *known == ports) socket->is_server = 1;
}

/* YGR_S_SOCKET of a struct socket. */
__noinline int ygr_put_socket(ygr_u64 address, ygr_u32 is_server) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u64 sock = ygr_read64(address + YGR_OFFSET(socket, sk));
  struct ygr_socket* socket;
  if (!scratch || sock == 0) return 0;
  socket = ygr_structure(scratch, sizeof(*socket));
  if (!socket) return 0;
  ygr_read_sock(scratch, sock, is_server, socket);
  ygr_mark_server(sock, is_server, socket);
  int is_unix = socket->family == YGR_AF_UNIX;
  scratch->protocol = socket->protocol;
  scratch->remote_port = socket->remote_port;
  ygr_end_section(scratch, YGR_S_SOCKET, 0, sizeof(*socket));
  if (is_unix) ygr_put_unix_name(sock);
  return 0;
}
