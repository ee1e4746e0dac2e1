#pragma once

/*
 * Reading the kernel's structures with few calls: a helper copies a piece of a structure at once
 * into scratch memory, and fields are picked from there. Their offsets are constants by the time
 * the verifier sees them, so that it follows only one branch of ygr_pick…; a field that lies
 * outside of the piece in some kernel is read by itself.
 */

#include "sensor/bpf/helpers.h"
#include "sensor/bpf/kernel_types.h"
#include "sensor/bpf/maps.h"

#define YGR_OFFSET(type, field) \
  __builtin_preserve_field_info(((struct type*)0)->field, BPF_FIELD_BYTE_OFFSET)
#define YGR_EXISTS(type, field) \
  __builtin_preserve_field_info(((struct type*)0)->field, BPF_FIELD_EXISTS)

/*
 * From 6.2 on the verifier takes our word for the type of an address, and the fields of a structure
 * are plain loads that read zero where the address is bad: a tenth of a helper's price. What lies
 * on the path of every open exists in both forms: `typed` is a constant, and the other form is not
 * compiled into the program. Programs of either form stand in the object; user space loads one.
 */
extern void* bpf_rdonly_cast(const void* address, __u32 type) __ksym __weak;
#define YGR_TYPED(type, address) \
  ((struct type*)bpf_rdonly_cast((const void*)(address), bpf_core_type_id_kernel(struct type)))

/* Any word of the kernel's memory by a plain load: as if it were the beginning of a list_head. */
#define YGR_WORD(address) ((ygr_u64)YGR_TYPED(list_head, address)->next)

enum { YGR_CHUNK = 256 };

/* `base`: offset in the structure at `address` where the chunk begins. */
YGR_INLINE ygr_u64 ygr_pick64(const ygr_u8* chunk, ygr_u64 size, ygr_u64 address, ygr_u64 base,
                              ygr_u64 offset) {
  ygr_u64 value = 0;
  ygr_u64 delta = offset - base;
  if (delta <= size - 8) return *(const ygr_u64*)(chunk + delta);
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)(address + offset));
  return value;
}
YGR_INLINE ygr_u32 ygr_pick32(const ygr_u8* chunk, ygr_u64 size, ygr_u64 address, ygr_u64 base,
                              ygr_u64 offset) {
  ygr_u32 value = 0;
  ygr_u64 delta = offset - base;
  if (delta <= size - 4) return *(const ygr_u32*)(chunk + delta);
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)(address + offset));
  return value;
}
YGR_INLINE ygr_u16 ygr_pick16(const ygr_u8* chunk, ygr_u64 size, ygr_u64 address, ygr_u64 base,
                              ygr_u64 offset) {
  ygr_u16 value = 0;
  ygr_u64 delta = offset - base;
  if (delta <= size - 2) return *(const ygr_u16*)(chunk + delta);
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)(address + offset));
  return value;
}

YGR_INLINE ygr_u64 ygr_read64(ygr_u64 address) {
  ygr_u64 value = 0;
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)address);
  return value;
}
YGR_INLINE ygr_u32 ygr_read32(ygr_u64 address) {
  ygr_u32 value = 0;
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)address);
  return value;
}
