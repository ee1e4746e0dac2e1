#pragma once

/*
 * Making a record: begin, put sections, send. Functions that are not inline are verified by
 * themselves, once, whoever calls them: that is why they take numbers only (kernels before 5.13
 * allow nothing else) and find the scratch memory again.
 */

#include "sensor/bpf/knobs.h"
#include "sensor/bpf/read.h"

YGR_INLINE struct ygr_scratch* ygr_scratch(void) {
  ygr_u32 cpu = bpf_get_smp_processor_id();
  return bpf_map_lookup_elem(&scratches, &cpu);
}

/*
 * The bare number of a pointer that the verifier knows the type of. Functions that are verified by
 * themselves take numbers only; on its way through memory the type is forgotten.
 */
YGR_INLINE ygr_u64 ygr_untyped(struct ygr_scratch* scratch, const void* pointer) {
  scratch->pointer = (ygr_u64)pointer;
  return scratch->pointer;
}

YGR_INLINE ygr_u64 ygr_word(struct ygr_scratch* scratch, ygr_u64 address) {
  return ygr_untyped(scratch, (const void*)YGR_WORD(address));
}

YGR_INLINE struct ygr_cpu_counts* ygr_counts(void) {
  ygr_u32 zero = 0;
  return bpf_map_lookup_elem(&counts, &zero);
}

/*
 * A position in a record, or a size, for the verifier to see that it is one. It is both already;
 * the compiler must not know that the mask is needless.
 */
YGR_INLINE ygr_u64 ygr_masked(ygr_u64 number) {
  asm volatile("%0 &= 32767" : "+r"(number));
  return number;
}

YGR_INLINE ygr_u8* ygr_at(struct ygr_scratch* scratch, ygr_u64 position) {
  return scratch->bytes + ygr_masked(position);
}

YGR_INLINE struct ygr_header* ygr_header_of(struct ygr_scratch* scratch) {
  return (struct ygr_header*)scratch->bytes;
}

/* Who the current task is; `task` is null where the kernel does not give it. */
YGR_INLINE void ygr_identify(struct ygr_header* header, struct task_struct* task) {
  if (ygr_has_task_btf) {
    header->tid = task->pid;
    header->pid = task->tgid;
    header->uid = task->cred->uid.val;
    header->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
  } else {
    ygr_u64 ids = bpf_get_current_pid_tgid();
    header->tid = (ygr_u32)ids;
    header->pid = ids >> 32;
    header->uid = (ygr_u32)bpf_get_current_uid_gid();
    header->cgroup_id = bpf_get_current_cgroup_id();
  }
}

/* The current task to be read by plain loads; null where the kernel does not give it. */
YGR_INLINE struct task_struct* ygr_current(void) {
  return ygr_has_task_btf ? bpf_get_current_task_btf() : 0;
}

YGR_INLINE void ygr_begin_of(struct ygr_scratch* scratch, struct task_struct* task, ygr_u8 kind,
                             ygr_u16 type, ygr_s64 result) {
  struct ygr_header* header = ygr_header_of(scratch);
  header->size = 0;
  header->kind = kind;
  header->sections = 0;
  header->type = type;
  header->time_ns = bpf_ktime_get_boot_ns();
  header->sequence = 0;
  ygr_identify(header, task);
  header->cpu = bpf_get_smp_processor_id();
  header->flags = 0;
  header->result = result;
  scratch->position = sizeof(*header);
}

YGR_INLINE void ygr_begin(struct ygr_scratch* scratch, ygr_u8 kind, ygr_u16 type, ygr_s64 result) {
  ygr_begin_of(scratch, ygr_current(), kind, type, result);
}

YGR_INLINE void ygr_section_lost(struct ygr_scratch* scratch) {
  struct ygr_cpu_counts* mine = ygr_counts();
  ygr_header_of(scratch)->flags |= YGR_SECTION_LOST;
  if (mine) ++mine->sections_lost;
}

YGR_INLINE void ygr_unreadable(struct ygr_scratch* scratch) {
  struct ygr_cpu_counts* mine = ygr_counts();
  ygr_header_of(scratch)->flags |= YGR_SECTION_LOST;
  if (mine) ++mine->unreadable;
}

/* Whether `size` more bytes fit behind the header of a section. */
YGR_INLINE int ygr_has_room(struct ygr_scratch* scratch, ygr_u32 size) {
  return scratch->position + sizeof(struct ygr_section) + size + 8 <= YGR_MAX_RECORD;
}

/*
 * Ends a section whose bytes were put behind its header: writes the header and zeros up to the next
 * multiple of 8. Precondition: ygr_has_room(scratch, size).
 */
YGR_INLINE void ygr_end_section(struct ygr_scratch* scratch, ygr_u8 id, ygr_u8 flags,
                                ygr_u32 size) {
  ygr_u32 position = scratch->position;
  struct ygr_section* section = (struct ygr_section*)ygr_at(scratch, position);
  section->id = id;
  section->flags = flags;
  section->size = size;
  *(ygr_u64*)ygr_at(scratch, position + sizeof(*section) + size) = 0;
  scratch->position = (position + sizeof(*section) + size + 7) & ~7U;
  ++ygr_header_of(scratch)->sections;
}

/* Room for a structure of a constant size, or null; ygr_end_section must follow. */
YGR_INLINE void* ygr_structure(struct ygr_scratch* scratch, ygr_u32 size) {
  if (!ygr_has_room(scratch, size)) {
    ygr_section_lost(scratch);
    return 0;
  }
  return ygr_at(scratch, scratch->position + sizeof(struct ygr_section));
}

YGR_INLINE void ygr_send_from(struct ygr_scratch* scratch, ygr_u32 ring) {
  struct ygr_cpu_counts* mine = ygr_counts();
  ygr_u64 wake = BPF_RB_NO_WAKEUP;
  ygr_u64 size;
  long failed;
  if (!mine) return;
  ring &= 1;
  size = scratch->position;
  if (size > YGR_MAX_RECORD) return;
  ygr_header_of(scratch)->size = size;
  ygr_header_of(scratch)->sequence = ++mine->sequence[ring];
  if (mine->unwoken[ring] >= ygr_wake_bytes) wake = BPF_RB_FORCE_WAKEUP;
  if (ring == YGR_RING_EVENTS) {
    failed = bpf_ringbuf_output(&events, scratch->bytes, size, wake);
  } else {
    failed = bpf_ringbuf_output(&vital, scratch->bytes, size, wake);
  }
  if (failed) {
    ++mine->ring_full[ring];
    return;
  }
  if (wake == BPF_RB_FORCE_WAKEUP) mine->unwoken[ring] = 0;
  mine->unwoken[ring] += size;
}

/* Sends what was made. The sequence counts it whether it arrives or not: a gap is a loss. */
__noinline int ygr_send(ygr_u32 ring) {
  struct ygr_scratch* scratch = ygr_scratch();
  if (scratch) ygr_send_from(scratch, ring);
  return 0;
}
