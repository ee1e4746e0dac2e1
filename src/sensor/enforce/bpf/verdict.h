#pragma once

/* What a verdict does and tells. YGR_TIER is 'A' or 'B', see lsm.bpf.c and fallback.bpf.c. */

#include "sensor/enforce/bpf/path.h"

/* What the compiler may not compute in another form than the verifier can follow. */
#define YGR_OPAQUE(value) __asm__ volatile("" : "+r"(value))

/* How the program that asks can refuse. */
enum ygr_means { YGR_BY_ERROR = 0, YGR_BY_KILL = 1 };

YGR_INLINE ygr_u32 ygr_put_section(struct ygr_slot* slot, ygr_u32 at, ygr_u8 id, ygr_u8 flags,
                                   ygr_u16 size) {
  struct ygr_section* section = (struct ygr_section*)(slot->record + (at & 255));
  section->id = id;
  section->flags = flags;
  section->size = size;
  return at + sizeof(struct ygr_section);
}

YGR_INLINE ygr_u32 ygr_put_path_section(struct ygr_slot* slot, ygr_u32 at) {
  ygr_u32 size;
  ygr_u8* end;
  ygr_write_path(slot);
  size = YGR_MAX_PATH - slot->text_at;
  YGR_OPAQUE(size);
  if (size > YGR_MAX_PATH) size = YGR_MAX_PATH;
  at = ygr_put_section(slot, at, YGR_S_FD_PATH, slot->walk_end == YGR_END_NONE ? YGR_TRUNCATED : 0,
                       size);
  bpf_probe_read_kernel(slot->record + (at & 255), size,
                        slot->text + (slot->text_at & (YGR_MAX_PATH - 1)));
  end = slot->record + (at & 255) + size;
  for (int i = 0; i < 8; ++i) end[i] = 0;
  return (at + size + 7) & ~7U;
}

YGR_INLINE ygr_u32 ygr_put_text_section(struct ygr_slot* slot, ygr_u32 at) {
  ygr_u32 size = slot->text_size;
  ygr_u8* end;
  YGR_OPAQUE(size);
  if (size > YGR_MAX_PATH) size = YGR_MAX_PATH;
  at = ygr_put_section(slot, at, YGR_S_PATH0, 0, size);
  bpf_probe_read_kernel(slot->record + (at & 255), size, slot->text);
  end = slot->record + (at & 255) + size;
  for (int i = 0; i < 8; ++i) end[i] = 0;
  return (at + size + 7) & ~7U;
}

YGR_INLINE void ygr_fill_header(struct ygr_slot* slot, ygr_u8 action) {
  struct ygr_header* header = (struct ygr_header*)slot->record;
  struct ygr_enforce_counts* counted = ygr_counts();
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  header->kind = YGR_VERDICT;
  header->type = 0;
  header->time_ns = bpf_ktime_get_boot_ns();
  header->sequence = counted ? __sync_fetch_and_add(&counted->sequence, 1) + 1 : 0;
  /* Not by helpers: old kernels have none of them in programs of control groups. */
  header->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  header->tid = BPF_CORE_READ(task, pid);
  header->pid = BPF_CORE_READ(task, tgid);
  header->uid = BPF_CORE_READ(task, cred, uid.val);
  header->cpu = bpf_get_smp_processor_id();
  header->flags = 0;
  header->result = action == YGR_BLOCKED ? -YGR_EPERM : 0;
}

YGR_INLINE ygr_u32 ygr_put_comm(struct ygr_slot* slot, ygr_u32 at) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  ygr_u32 length = 0;
  bpf_probe_read_kernel(slot->name, 16, &task->comm);
  for (int i = 0; i < 16; ++i) {
    if (slot->name[i] == 0) break;
    slot->record[(at & 127) + sizeof(struct ygr_section) + i] = slot->name[i];
    ++length;
  }
  ygr_put_section(slot, at, YGR_S_COMM, 0, length);
  return (at + sizeof(struct ygr_section) + length + 7) & ~7U;
}

/* Of the case in slot `index`. */
YGR_CHECKED int ygr_tell_slot(ygr_u32 index, ygr_u32 action) {
  struct ygr_slot* slot = bpf_map_lookup_elem(&slots, &index);
  struct ygr_header* header;
  struct ygr_verdict* verdict;
  ygr_u32 at = sizeof(struct ygr_header);
  ygr_u8 sections = 2;
  if (!slot) return 0;
  header = (struct ygr_header*)slot->record;
  __builtin_memset(slot->record, 0, 256);
  ygr_fill_header(slot, action);
  at = ygr_put_section(slot, at, YGR_S_VERDICT, 0, sizeof(*verdict));
  verdict = (struct ygr_verdict*)(slot->record + at);
  verdict->policy = slot->policy;
  verdict->rule = slot->rule;
  verdict->operation = slot->operation;
  verdict->action = action;
  verdict->tier = YGR_TIER;
  verdict->subject = slot->subject;
  at += sizeof(*verdict) + 4;
  at = ygr_put_comm(slot, at);
  if (slot->has_file) {
    at = ygr_put_section(slot, at, YGR_S_FD, 0, sizeof(struct ygr_file));
    __builtin_memcpy(slot->record + (at & 255), &slot->file, sizeof(struct ygr_file));
    at += sizeof(struct ygr_file) + 4;
    ++sections;
  }
  if (slot->address_size != 0) {
    at = ygr_put_section(slot, at, YGR_S_ADDRESS, 0, slot->address_size);
    __builtin_memcpy(slot->record + (at & 255), slot->address, 28);
    at = (at + slot->address_size + 7) & ~7U;
    ++sections;
  }
  if (slot->text_size != 0) {
    at = ygr_put_text_section(slot, at);
    ++sections;
  } else if (slot->path_dentry != 0) {
    at = ygr_put_path_section(slot, at);
    ++sections;
  }
  header->size = at;
  header->sections = sections;
  if (at > sizeof(slot->record)) return 0; /* for the verifier */
  if (bpf_ringbuf_output(&verdicts, slot->record, at, 0) == 0) {
    YGR_COUNT(verdicts);
  } else {
    YGR_COUNT(verdicts_lost);
  }
  return 0;
}

YGR_INLINE void ygr_tell(struct ygr_slot* slot, ygr_u32 action) {
  ygr_tell_slot(slot->index, action);
}

/* Whether the policy still blocks; counts the denial. */
YGR_INLINE int ygr_still_blocks(struct ygr_slot* slot) {
  struct ygr_policy_state* state = bpf_map_lookup_elem(&policies, &slot->policy);
  if (!state) return 1;
  if (state->is_reverted) return 0;
  if ((state->deadline_ns != 0 && bpf_ktime_get_boot_ns() >= state->deadline_ns) ||
      (state->max_denials != 0 && state->denials >= state->max_denials)) {
    state->is_reverted = 1;
    return 0;
  }
  __sync_fetch_and_add(&state->denials, 1);
  return 1;
}

/* -EPERM where the caller is to refuse. */
YGR_INLINE int ygr_act(struct ygr_slot* slot, ygr_u32 mode, enum ygr_means means) {
  ygr_u32 action = YGR_OBSERVED;
  if (mode == 0) return 0;
  if (mode == YGR_MODE_ALERT) action = YGR_WOULD_BLOCK;
  if (mode == YGR_MODE_BLOCK) {
    action = YGR_WOULD_BLOCK;
    if (YGR_TIER != 'C' && ygr_still_blocks(slot)) {
      if (means == YGR_BY_ERROR) {
        action = YGR_BLOCKED;
      } else if (bpf_send_signal(9) == 0) {
        action = YGR_KILLED;
      }
    }
  }
  ygr_tell(slot, action);
  return action == YGR_BLOCKED ? -YGR_EPERM : 0;
}
