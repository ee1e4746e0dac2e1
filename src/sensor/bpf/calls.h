#pragma once

/* The end of a system call: looks the plan up and does what it says. */

#include "sensor/bpf/call_registers.h"
#include "sensor/bpf/files.h"
#include "sensor/bpf/messages.h"
#include "sensor/bpf/scoped.h"
#include "sensor/bpf/tasks.h"
#include "sensor/bpf/text.h"

enum {
  YGR_ARGUMENTS_AT = sizeof(struct ygr_header) + sizeof(struct ygr_section),
  YGR_AT_FDCWD = -100,
  YGR_O_WRITES = 01 | 02 | 0100 | 01000, /* O_WRONLY, O_RDWR, O_CREAT, O_TRUNC */
  YGR_DNS_DATA = 1024,
  YGR_PROT_EXEC = 4,
};

/* Not 0: `plans` has something for the call of this number, native or of 32 bits. */
unsigned char ygr_is_planned[YGR_CALLS];

/* Argument `from` (1 … 6) of the call whose record is being made. */
YGR_INLINE ygr_u64 ygr_argument(struct ygr_scratch* scratch, ygr_u32 from) {
  ygr_u64 index = (from - 1) & 7;
  return *(ygr_u64*)(scratch->bytes + YGR_ARGUMENTS_AT + index * 8);
}

YGR_INLINE ygr_u64 ygr_length(struct ygr_scratch* scratch, ygr_u32 from, ygr_s64 result) {
  if (from == YGR_FROM_RESULT) return result > 0 ? result : 0;
  if (from >= YGR_FROM_POINTER) {
    ygr_u32 length = 0;
    bpf_probe_read_user(&length, sizeof(length),
                        (const void*)ygr_argument(scratch, from - YGR_FROM_POINTER));
    return length;
  }
  return ygr_argument(scratch, from);
}

/* A text, and if it is relative the directory that it starts from. */
YGR_INLINE void ygr_put_name(struct ygr_scratch* scratch, ygr_u32 text, ygr_u32 directory,
                             ygr_u32 id, ygr_u32 directory_id, const int typed) {
  if (typed) {
    ygr_put_text(scratch, ygr_argument(scratch, text), id);
  } else {
    ygr_put_user_text(ygr_argument(scratch, text), id);
  }
  if (directory == 0 || scratch->first_byte == '/') return;
  if (directory != YGR_FROM_CWD) {
    ygr_s32 fd = (ygr_s32)ygr_argument(scratch, directory);
    if (fd != YGR_AT_FDCWD) {
      ygr_put_directory(fd, directory_id);
      return;
    }
  }
  if (typed) {
    ygr_put_cwd_typed(directory_id);
  } else {
    ygr_put_cwd(directory_id);
  }
}

/*
 * The rest of an open, for kernels from 6.2 on: what is done below for any call, but with
 * everything in one function. Programs open more than they do anything else, and where returning
 * from a function is guarded against speculation, each call costs as much as reading a few fields.
 * `slot`: where the struct file of the result stands; 0 of failed calls.
 */
YGR_INLINE void ygr_tell_open(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                              ygr_u64 slot, ygr_s64 result) {
  ygr_put_name(scratch, plan->text[0], plan->directory[0], YGR_S_PATH0, YGR_S_DIR0, 1);
  if (slot != 0) ygr_describe_file(scratch, ygr_word(scratch, slot), (ygr_s32)result, 0, 1);
  ygr_send_from(scratch, YGR_RING_EVENTS);
}

YGR_INLINE ygr_s32 ygr_descriptor(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                                  ygr_u32 from, ygr_s64 result) {
  if (from == YGR_FROM_RESULT) return result;
  if (from == YGR_FROM_BLOB) {
    ygr_s32 fd = -1;
    bpf_probe_read_user(&fd, sizeof(fd), (const void*)ygr_argument(scratch, plan->blob));
    return fd;
  }
  return (ygr_s32)ygr_argument(scratch, from);
}

YGR_INLINE void ygr_put_blob(struct ygr_scratch* scratch, const struct ygr_call_plan* plan) {
  ygr_u64 size = plan->blob_size;
  if (plan->blob_count != 0) {
    ygr_u64 count = ygr_argument(scratch, plan->blob_count);
    if (count > YGR_MAX_BLOB) count = YGR_MAX_BLOB;
    size *= count;
  }
  ygr_put_user_bytes(ygr_argument(scratch, plan->blob), size, YGR_MAX_BLOB, YGR_S_BLOB);
}

YGR_INLINE void ygr_put_data(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                             ygr_s64 result) {
  ygr_u64 pointer = ygr_argument(scratch, plan->data);
  ygr_u32 dns_most = (plan->flags & YGR_PLAN_DNS) != 0 ? YGR_DNS_DATA : 0;
  ygr_u32 most = plan->data_max;
  ygr_u64 total = ~0ULL;
  if (plan->data_kind == YGR_DATA_BUFFER) {
    ygr_u64 size =
        plan->data_length == 0 ? plan->data_size : ygr_length(scratch, plan->data_length, result);
    if (ygr_is_dns(scratch) && most < dns_most) most = dns_most;
    if (size != 0) ygr_put_user_bytes(pointer, size, most, YGR_S_DATA);
    return;
  }
  if (plan->data_length == YGR_FROM_RESULT) total = result > 0 ? result : 0;
  if (plan->data_kind == YGR_DATA_VECTOR) {
    ygr_put_vector(pointer, ygr_argument(scratch, plan->data_count), total, most);
    return;
  }
  if (plan->data_kind == YGR_DATA_MESSAGES && plan->data_length == YGR_FROM_RESULT) {
    total = result > 0 ? ygr_message_length(pointer) : 0;
  }
  ygr_put_message(pointer, total, most, dns_most, plan->blob_size);
}

YGR_INLINE int ygr_is_about_result(const struct ygr_call_plan* plan, ygr_s64 result) {
  return (plan->when & (result < 0 ? YGR_WHEN_FAILURE : YGR_WHEN_SUCCESS)) != 0;
}

/* mmap: executable, and of a file. */
YGR_INLINE int ygr_is_library(struct ygr_scratch* scratch) {
  return (ygr_argument(scratch, 3) & YGR_PROT_EXEC) != 0 && (ygr_s32)ygr_argument(scratch, 5) >= 0;
}

/* What may be told without the rest of the record: opens that can't change anything, maps. */
YGR_INLINE int ygr_is_worth_it(struct ygr_scratch* scratch, const struct ygr_call_plan* plan) {
  if ((plan->flags & YGR_PLAN_NOT_READ_ONLY) != 0) {
    return (ygr_argument(scratch, plan->open_flags) & YGR_O_WRITES) != 0;
  }
  if (plan->flags == (YGR_PLAN_EXECUTABLE_MAP | YGR_PLAN_NO_EVENT)) return ygr_is_library(scratch);
  return 1;
}

YGR_INLINE void ygr_begin_call(struct ygr_scratch* scratch, struct task_struct* task,
                               const struct ygr_call_plan* plan, int is_compat, ygr_s64 result) {
  struct ygr_section* section = (struct ygr_section*)(scratch->bytes + sizeof(struct ygr_header));
  ygr_begin_of(scratch, task, YGR_CALL, plan->type, result);
  if (is_compat) ygr_header_of(scratch)->flags = YGR_COMPAT;
  section->id = YGR_S_ARGS;
  section->flags = 0;
  section->size = sizeof(struct ygr_args);
  *(ygr_u32*)(scratch->bytes + YGR_ARGUMENTS_AT + sizeof(struct ygr_args)) = 0;
  ygr_header_of(scratch)->sections = 1;
  scratch->position = YGR_ARGUMENTS_AT + sizeof(struct ygr_args) + 4;
  scratch->protocol = 0;
  scratch->remote_port = 0;
  scratch->file_ino = 0;
}

/* YGR_S_FD and what belongs to it, credentials, task, working directory. */
YGR_INLINE void ygr_put_objects(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                                ygr_s64 result, const int typed) {
  ygr_u32 flags = plan->flags;
  if (plan->descriptor != 0) {
    ygr_s32 fd = ygr_descriptor(scratch, plan, plan->descriptor, result);
    ygr_u32 is_server = (flags & YGR_PLAN_SERVER) != 0;
    if (typed) {
      ygr_put_descriptor_typed(fd, is_server);
    } else {
      ygr_put_descriptor(fd, is_server);
    }
  }
  if (plan->other_descriptor != 0) {
    ygr_s32 fd = ygr_descriptor(scratch, plan, plan->other_descriptor, result);
    ygr_put_file(ygr_file_of(fd), fd, YGR_S_OTHER_FD, 0);
  }
  if ((flags & (YGR_PLAN_CREDENTIALS | YGR_PLAN_TASK)) != 0) {
    struct task_struct* task = (struct task_struct*)bpf_get_current_task();
    if ((flags & YGR_PLAN_CREDENTIALS) != 0) {
      ygr_put_credentials((ygr_u64)BPF_CORE_READ(task, cred));
    }
    if ((flags & YGR_PLAN_TASK) != 0) ygr_put_task((ygr_u64)task, 0, 0, 0);
  }
  if ((flags & YGR_PLAN_CWD) != 0) ygr_put_cwd(YGR_S_CWD);
}

YGR_INLINE void ygr_put_texts(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                              const int typed) {
  if (plan->text[0] == 0) return;
  if (plan->text_if != 0 && (ygr_u32)ygr_argument(scratch, plan->text_if) != plan->text_if_value)
    return;
  ygr_put_name(scratch, plan->text[0], plan->directory[0], YGR_S_PATH0, YGR_S_DIR0, typed);
  if (plan->text[1] == 0) return;
  ygr_put_name(scratch, plan->text[1], plan->directory[1], YGR_S_PATH1, YGR_S_DIR1, typed);
  if (plan->text[2] != 0) ygr_put_user_text(ygr_argument(scratch, plan->text[2]), YGR_S_PATH2);
}

/* Whether this process maps this file for the first time, as far as is remembered. */
__noinline int ygr_is_new_library(void) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct ygr_mapped_file key = {};
  ygr_u8 present = 1;
  if (!scratch || scratch->file_ino == 0) return 0;
  key.ino = scratch->file_ino;
  key.dev = scratch->file_dev;
  key.pid = BPF_CORE_READ(task, tgid);
  key.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
  if (bpf_map_lookup_elem(&mapped_files, &key)) return 0;
  bpf_map_update_elem(&mapped_files, &key, &present, BPF_ANY);
  return 1;
}

/* The same record once more, as what it is beyond a call: YGR_DNS, YGR_LIBRARY. */
YGR_INLINE void ygr_tell_others(struct ygr_scratch* scratch, const struct ygr_call_plan* plan,
                                ygr_s64 result) {
  ygr_u8 kind = YGR_DNS;
  if (result <= 0) return;
  if ((plan->flags & YGR_PLAN_DNS) != 0) {
    if (!ygr_is_dns(scratch)) return;
  } else {
    if (!ygr_is_library(scratch) || !ygr_is_new_library()) return;
    kind = YGR_LIBRARY;
  }
  ygr_header_of(scratch)->kind = kind;
  ygr_send(YGR_RING_EVENTS);
}

YGR_INLINE int ygr_call_ended(struct pt_regs* regs, long result, const int typed) {
  ygr_u32 number = YGR_CALL_NUMBER(regs);
  struct ygr_call_plan* plan;
  struct ygr_scratch* scratch;
  struct task_struct* task;
  int is_compat;
  if (number >= YGR_CALLS || ygr_is_planned[number] == 0) return 0;
  task = ygr_current();
  is_compat = ygr_is_compat_task(task);
  if (is_compat) number += YGR_CALLS;
  plan = bpf_map_lookup_elem(&plans, &number);
  if (!plan || plan->when == 0 || !ygr_is_about_result(plan, result)) return 0;
  scratch = ygr_scratch();
  if (!scratch) return 0;
  YGR_READ_ARGUMENTS(regs, is_compat, (ygr_u64*)(scratch->bytes + YGR_ARGUMENTS_AT));
  if (!ygr_is_worth_it(scratch, plan) || !ygr_is_wanted(task)) return 0;

  ygr_begin_call(scratch, task, plan, is_compat, result);
  if (typed && plan->shape == YGR_SHAPE_OPEN) {
    ygr_u64 slot = ygr_slot_of(task, (ygr_s32)result);
    ygr_tell_open(scratch, plan, slot, result);
    return 0;
  }
  ygr_put_texts(scratch, plan, typed);
  ygr_put_objects(scratch, plan, result, typed);
  if (plan->address != 0) {
    ygr_put_user_address(scratch, ygr_argument(scratch, plan->address),
                         ygr_length(scratch, plan->address_length, result));
  }
  if (plan->data != 0) ygr_put_data(scratch, plan, result);
  if (plan->blob != 0) ygr_put_blob(scratch, plan);
  if ((plan->flags & YGR_PLAN_NO_EVENT) == 0) ygr_send(YGR_RING_EVENTS);
  if ((plan->flags & (YGR_PLAN_DNS | YGR_PLAN_EXECUTABLE_MAP)) != 0) {
    ygr_tell_others(scratch, plan, result);
  }
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(ygr_sys_exit, struct pt_regs* regs, long result) {
  return ygr_call_ended(regs, result, 0);
}

/* For kernels from 6.2 on; see read.h. */
SEC("tp_btf/sys_exit")
int BPF_PROG(ygr_sys_exit_typed, struct pt_regs* regs, long result) {
  return ygr_call_ended(regs, result, 1);
}
