#pragma once

/* Buffers that are given in pieces: iovec arrays and msghdr. 64-bit layouts only. */

#include "sensor/bpf/sockets.h"
#include "sensor/bpf/text.h"

enum {
  YGR_MAX_PIECES = 8,
  YGR_MAX_ADDRESS = 128,
  YGR_UDP = 17,
  YGR_DNS_PORT = 53,
};

struct ygr_internet_address {
  ygr_u16 family;
  ygr_u16 port;
};

struct ygr_user_vector {
  ygr_u64 base;
  ygr_u64 length;
};

struct ygr_user_message {
  ygr_u64 name;
  ygr_u32 name_length;
  ygr_u32 padding;
  ygr_u64 vector;
  ygr_u64 vector_count;
  ygr_u64 control;
  ygr_u64 control_length;
  ygr_u32 flags;
  ygr_u32 length; /* of mmsghdr: bytes that were moved */
};

/* Head of at most `total` bytes that lie in `count` pieces, as YGR_S_DATA. */
__noinline int ygr_put_vector(ygr_u64 pointer, ygr_u64 count, ygr_u64 total, ygr_u32 most) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u64 done = 0;
  ygr_u8 flags = 0;
  if (!scratch || pointer == 0) return 0;
  if (most > YGR_MAX_DATA) most = YGR_MAX_DATA;
  if (!ygr_has_room(scratch, most)) {
    ygr_section_lost(scratch);
    return 0;
  }
  for (int i = 0; i < YGR_MAX_PIECES; ++i) {
    struct ygr_user_vector piece;
    ygr_u64 here;
    if ((ygr_u64)i >= count || done >= total) break;
    if (done >= most) {
      flags = YGR_TRUNCATED;
      break;
    }
    if (bpf_probe_read_user(&piece, sizeof(piece), (const void*)(pointer + 16 * i))) {
      ygr_unreadable(scratch);
      break;
    }
    here = piece.length;
    if (here > total - done) here = total - done;
    if (here > most - done) {
      here = most - done;
      flags = YGR_TRUNCATED;
    }
    if (bpf_probe_read_user(ygr_at(scratch, scratch->position + sizeof(struct ygr_section) + done),
                            ygr_masked(here), (const void*)piece.base)) {
      ygr_unreadable(scratch);
      break;
    }
    done += here;
  }
  ygr_end_section(scratch, YGR_S_DATA, flags, done);
  return 0;
}

/* A sockaddr of the task's as YGR_S_ADDRESS; takes note of its port. */
YGR_INLINE void ygr_put_user_address(struct ygr_scratch* scratch, ygr_u64 pointer, ygr_u64 length) {
  ygr_u32 start = scratch->position + sizeof(struct ygr_section);
  const struct ygr_internet_address* address;
  ygr_put_user_bytes(pointer, length, YGR_MAX_ADDRESS, YGR_S_ADDRESS);
  if (scratch->position < start + sizeof(*address)) return;
  address = (const struct ygr_internet_address*)ygr_at(scratch, start);
  if (address->family == YGR_AF_INET || address->family == YGR_AF_INET6) {
    scratch->remote_port = __builtin_bswap16(address->port);
  }
}

/* How much of a buffer is told: of DNS messages all that is of use. */
YGR_INLINE int ygr_is_dns(const struct ygr_scratch* scratch) {
  return scratch->protocol == YGR_UDP && scratch->remote_port == YGR_DNS_PORT;
}

YGR_INLINE ygr_u64 ygr_message_length(ygr_u64 pointer) {
  struct ygr_user_message message = {};
  bpf_probe_read_user(&message, sizeof(message), (const void*)pointer);
  return message.length;
}

/* Address, data and up to `control_most` bytes of control messages of a msghdr. */
__noinline int ygr_put_message(ygr_u64 pointer, ygr_u64 total, ygr_u32 most, ygr_u32 dns_most,
                               ygr_u32 control_most) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_user_message message = {};
  if (!scratch || bpf_probe_read_user(&message, 56, (const void*)pointer)) return 0;
  if (message.name_length != 0) {
    ygr_put_user_address(scratch, message.name, message.name_length);
  }
  if (ygr_is_dns(scratch) && most < dns_most) most = dns_most;
  ygr_put_vector(message.vector, message.vector_count, total, most);
  if (control_most != 0 && message.control_length != 0) {
    ygr_put_user_bytes(message.control, message.control_length, control_most, YGR_S_BLOB);
  }
  return 0;
}
