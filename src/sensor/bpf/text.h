#pragma once

/* Texts and bytes of the task's memory. */

#include "sensor/bpf/scratch.h"

YGR_INLINE void ygr_put_text(struct ygr_scratch* scratch, ygr_u64 pointer, ygr_u32 id) {
  ygr_u8* place;
  long length;
  scratch->first_byte = '/';
  if (pointer == 0) return;
  if (!ygr_has_room(scratch, YGR_MAX_PATH + 1)) {
    ygr_section_lost(scratch);
    return;
  }
  place = ygr_at(scratch, scratch->position + sizeof(struct ygr_section));
  length = bpf_probe_read_user_str(place, YGR_MAX_PATH + 1, (const void*)pointer);
  if (length <= 0) {
    ygr_unreadable(scratch);
    return;
  }
  --length; /* the zero */
  length &= 8191;
  scratch->first_byte = length == 0 ? 0 : *place;
  ygr_end_section(scratch, id, length == YGR_MAX_PATH ? YGR_TRUNCATED : 0, length);
}

/* A string of the task's; null pointers give no section. Remembers its first byte. */
__noinline int ygr_put_user_text(ygr_u64 pointer, ygr_u32 id) {
  struct ygr_scratch* scratch = ygr_scratch();
  if (scratch) ygr_put_text(scratch, pointer, id);
  return 0;
}

/* A string of the kernel's. */
__noinline int ygr_put_kernel_text(ygr_u64 pointer, ygr_u32 id) {
  struct ygr_scratch* scratch = ygr_scratch();
  long length;
  if (!scratch || pointer == 0) return 0;
  if (!ygr_has_room(scratch, YGR_MAX_PATH + 1)) {
    ygr_section_lost(scratch);
    return 0;
  }
  length =
      bpf_probe_read_kernel_str(ygr_at(scratch, scratch->position + sizeof(struct ygr_section)),
                                YGR_MAX_PATH + 1, (const void*)pointer);
  if (length <= 0) {
    ygr_unreadable(scratch);
    return 0;
  }
  --length;
  length &= 8191;
  ygr_end_section(scratch, id, length == YGR_MAX_PATH ? YGR_TRUNCATED : 0, length);
  return 0;
}

/*
 * `size` bytes of the task's, of which at most `most` are kept. What lies on pages that are not
 * there ends it: pages are tried one by one then.
 */
__noinline int ygr_put_user_bytes(ygr_u64 pointer, ygr_u64 size, ygr_u32 most, ygr_u32 id) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u8 flags = 0;
  ygr_u64 kept = size;
  ygr_u64 done = 0;
  if (!scratch || pointer == 0) return 0;
  if (most > YGR_MAX_ARGV) most = YGR_MAX_ARGV;
  if (kept > most) {
    kept = most;
    flags = YGR_TRUNCATED;
  }
  if (!ygr_has_room(scratch, kept)) {
    ygr_section_lost(scratch);
    return 0;
  }
  if (bpf_probe_read_user(ygr_at(scratch, scratch->position + sizeof(struct ygr_section)),
                          ygr_masked(kept), (const void*)pointer) == 0) {
    done = kept;
  } else {
    ygr_unreadable(scratch);
    flags = YGR_TRUNCATED;
    for (int page = 0; page < YGR_MAX_ARGV / 4096 + 1; ++page) {
      ygr_u64 here = 4096 - ((pointer + done) & 4095);
      if (done >= kept) break;
      if (here > kept - done) here = kept - done;
      if (bpf_probe_read_user(
              ygr_at(scratch, scratch->position + sizeof(struct ygr_section) + done),
              ygr_masked(here), (const void*)(pointer + done)) != 0) {
        break;
      }
      done += here;
    }
  }
  ygr_end_section(scratch, id, flags, done);
  return 0;
}
