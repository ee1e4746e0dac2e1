#pragma once

/* Number and arguments of the system call that a task is in. */

#include "sensor/bpf/scratch.h"

#if defined(__TARGET_ARCH_arm64)

enum { YGR_TIF_32BIT = 1 << 22 };

#define YGR_CALL_NUMBER(regs) ((regs)->syscallno)
/* `task`: see ygr_current. */
YGR_INLINE int ygr_is_compat_task(struct task_struct* task) {
  if (ygr_has_task_btf) return (task->thread_info.flags & YGR_TIF_32BIT) != 0;
  task = (struct task_struct*)bpf_get_current_task();
  return (BPF_CORE_READ(task, thread_info.flags) & YGR_TIF_32BIT) != 0;
}
/* `regs` may be read by plain loads. The first argument's register holds the result by now. */
#define YGR_READ_ARGUMENTS(regs, is_compat, out) \
  do {                                           \
    (out)[0] = (regs)->orig_x0;                  \
    (out)[1] = (regs)->regs[1];                  \
    (out)[2] = (regs)->regs[2];                  \
    (out)[3] = (regs)->regs[3];                  \
    (out)[4] = (regs)->regs[4];                  \
    (out)[5] = (regs)->regs[5];                  \
  } while (0)

#else

enum { YGR_TS_COMPAT = 2 };

#define YGR_CALL_NUMBER(regs) ((int)(regs)->orig_ax)
/* `task`: see ygr_current. */
YGR_INLINE int ygr_is_compat_task(struct task_struct* task) {
  if (ygr_has_task_btf) return (task->thread_info.status & YGR_TS_COMPAT) != 0;
  task = (struct task_struct*)bpf_get_current_task();
  return (BPF_CORE_READ(task, thread_info.status) & YGR_TS_COMPAT) != 0;
}
/* All argument registers keep their values until the call's end. */
#define YGR_READ_ARGUMENTS(regs, is_compat, out) \
  do {                                           \
    if (is_compat) {                             \
      (out)[0] = (ygr_u32)(regs)->bx;            \
      (out)[1] = (ygr_u32)(regs)->cx;            \
      (out)[2] = (ygr_u32)(regs)->dx;            \
      (out)[3] = (ygr_u32)(regs)->si;            \
      (out)[4] = (ygr_u32)(regs)->di;            \
      (out)[5] = (ygr_u32)(regs)->bp;            \
    } else {                                     \
      (out)[0] = (regs)->di;                     \
      (out)[1] = (regs)->si;                     \
      (out)[2] = (regs)->dx;                     \
      (out)[3] = (regs)->r10;                    \
      (out)[4] = (regs)->r8;                     \
      (out)[5] = (regs)->r9;                     \
    }                                            \
  } while (0)

#endif

YGR_INLINE int ygr_is_compat(void) { return ygr_is_compat_task(ygr_current()); }
