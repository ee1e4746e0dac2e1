#pragma once

/*
 * Operations of io_uring, which no system call ends. Two moments of a request are watched: when it
 * is submitted, its names lie in the kernel's own memory, where nobody changes them any more; when
 * it completes, its result is known, but the names are gone. Operations that make a descriptor are
 * told at their completion, by what the descriptor is; those that only have names at submission,
 * where their result is not known and told as 0. So are opens whose result is no descriptor of the
 * process: into a slot of the ring, or without a completion (IOSQE_CQE_SKIP_SUCCESS).
 */

#include "sensor/bpf/files.h"
#include "sensor/bpf/scoped.h"
#include "sensor/bpf/text.h"
#include "sensor/bpf/uring_plan.h"

enum {
  YGR_URING_CWD = -100,     /* AT_FDCWD */
  YGR_URING_SKIPS = 1 << 6, /* REQ_F_CQE_SKIP: the bit of IOSQE_CQE_SKIP_SUCCESS */
};

/* A name in the kernel's memory, and if it is relative the directory that it starts from. */
YGR_INLINE void ygr_put_request_name(ygr_u64 filename, ygr_s32 directory, ygr_u32 id,
                                     ygr_u32 directory_id) {
  ygr_u64 name;
  ygr_u8 first = 0;
  if (filename == 0 || !YGR_EXISTS(filename, name)) return;
  name = ygr_read64(filename + YGR_OFFSET(filename, name));
  ygr_put_kernel_text(name, id);
  bpf_probe_read_kernel(&first, 1, (const void*)name);
  if (first == '/' || directory_id == 0) return;
  if (directory == YGR_URING_CWD) {
    ygr_put_cwd(directory_id);
  } else {
    ygr_put_directory(directory, directory_id);
  }
}

#define YGR_REQUEST_NAME(request, type, name, directory, id, directory_id)                   \
  do {                                                                                       \
    if (YGR_EXISTS(type, name)) {                                                            \
      ygr_put_request_name(ygr_read64((request) + YGR_OFFSET(type, name)),                   \
                           (ygr_s32)ygr_read32((request) + YGR_OFFSET(type, directory)), id, \
                           directory_id);                                                    \
    }                                                                                        \
  } while (0)

__noinline int ygr_put_request_names(ygr_u64 request, ygr_u32 names) {
  if (names == YGR_URING_OPEN) {
    YGR_REQUEST_NAME(request, io_open, filename, dfd, YGR_S_PATH0, YGR_S_DIR0);
  } else if (names == YGR_URING_UNLINK) {
    YGR_REQUEST_NAME(request, io_unlink, filename, dfd, YGR_S_PATH0, YGR_S_DIR0);
  } else if (names == YGR_URING_MKDIR) {
    YGR_REQUEST_NAME(request, io_mkdir, filename, dfd, YGR_S_PATH0, YGR_S_DIR0);
  } else if (names == YGR_URING_RENAME) {
    YGR_REQUEST_NAME(request, io_rename, oldpath, old_dfd, YGR_S_PATH0, YGR_S_DIR0);
    YGR_REQUEST_NAME(request, io_rename, newpath, new_dfd, YGR_S_PATH1, YGR_S_DIR1);
  } else if (names == YGR_URING_LINK) {
    YGR_REQUEST_NAME(request, io_link, oldpath, old_dfd, YGR_S_PATH0, YGR_S_DIR0);
    YGR_REQUEST_NAME(request, io_link, newpath, new_dfd, YGR_S_PATH1, YGR_S_DIR1);
  } else if (names == YGR_URING_SYMLINK) {
    YGR_REQUEST_NAME(request, io_link, oldpath, new_dfd, YGR_S_PATH0, 0);
    YGR_REQUEST_NAME(request, io_link, newpath, new_dfd, YGR_S_PATH1, YGR_S_DIR1);
  }
  return 0;
}

YGR_INLINE struct ygr_uring_plan* ygr_plan_of_request(ygr_u64 request) {
  ygr_u8 opcode = 0;
  ygr_u32 key;
  if (!YGR_EXISTS(io_kiocb, opcode)) return 0;
  bpf_probe_read_kernel(&opcode, 1, (const void*)(request + YGR_OFFSET(io_kiocb, opcode)));
  key = opcode;
  return bpf_map_lookup_elem(&uring_plans, &key);
}

/* Whether its completion will not tell what it opened. */
YGR_INLINE int ygr_has_no_descriptor(ygr_u64 request, const struct ygr_uring_plan* plan) {
  if ((ygr_read32(request + YGR_OFFSET(io_kiocb, flags)) & YGR_URING_SKIPS) != 0) return 1;
  return plan->names == YGR_URING_OPEN && YGR_EXISTS(io_open, file_slot) &&
         ygr_read32(request + YGR_OFFSET(io_open, file_slot)) != 0;
}

YGR_INLINE int ygr_request_submitted(const void* pointer) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_uring_plan* plan;
  ygr_u64 request;
  if (!scratch) return 0;
  request = ygr_untyped(scratch, pointer);
  plan = ygr_plan_of_request(request);
  if (!plan || plan->type == 0 || plan->names == 0 || !ygr_is_wanted_task()) return 0;
  if (plan->object != YGR_URING_NOTHING && !ygr_has_no_descriptor(request, plan)) return 0;
  ygr_begin(scratch, YGR_CALL, plan->type, 0);
  ygr_header_of(scratch)->flags = YGR_FROM_IO_URING;
  ygr_put_request_names(request, plan->names);
  ygr_send(YGR_RING_EVENTS);
  return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(ygr_uring_submitted, void* pointer) { return ygr_request_submitted(pointer); }

/* Its name until 6.3. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(ygr_uring_submitted_before, void* pointer) { return ygr_request_submitted(pointer); }

/* The request is the second argument since 5.18, the result in it since 5.19. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(ygr_uring_completed, void* ring, void* pointer) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_uring_plan* plan;
  ygr_u64 request;
  ygr_s32 result;
  if (!scratch || !YGR_EXISTS(io_kiocb, cqe)) return 0;
  request = ygr_untyped(scratch, pointer);
  if (request == 0) return 0;
  plan = ygr_plan_of_request(request);
  if (!plan || plan->type == 0 || plan->object == YGR_URING_NOTHING) return 0;
  if (!ygr_is_wanted_task()) return 0;
  result = (ygr_s32)ygr_read32(request + YGR_OFFSET(io_kiocb, cqe.res));
  if (plan->object == YGR_URING_RESULT && (result < 0 || ygr_has_no_descriptor(request, plan)))
    return 0;
  ygr_begin(scratch, YGR_CALL, plan->type, result);
  ygr_header_of(scratch)->flags = YGR_FROM_IO_URING;
  if (plan->object == YGR_URING_RESULT) {
    ygr_put_descriptor(result, plan->is_server);
  } else {
    ygr_put_open_file(ygr_read64(request + YGR_OFFSET(io_kiocb, file)), -1, 0);
  }
  ygr_send(YGR_RING_EVENTS);
  return 0;
}
