#pragma once

#include "sensor/enforce/bpf/lsm_files.h"

enum { YGR_PTRACE_MODE_ATTACH = 2, YGR_CLONE_NEWUSER = 0x10000000, YGR_CAP_SYS_ADMIN = 21 };

/* Numbers of calls on this architecture, from user space; those of 32-bit programs are fixed. */
const volatile int ygr_call_unshare = -1;
const volatile int ygr_call_setns = -1;
#if defined(__TARGET_ARCH_arm64)
enum { YGR_COMPAT_UNSHARE = 337, YGR_COMPAT_SETNS = 375 };
#define YGR_CALL_OF(regs) BPF_CORE_READ(regs, syscallno)
#define YGR_FIRST_OF(regs) BPF_CORE_READ(regs, orig_x0)
#define YGR_SECOND_OF(regs) BPF_CORE_READ(regs, regs[1])
#define YGR_COMPAT_FIRST_OF YGR_FIRST_OF
#define YGR_COMPAT_SECOND_OF YGR_SECOND_OF
#define YGR_IS_COMPAT(task) ((BPF_CORE_READ(task, thread_info.flags) >> 22) & 1)
#else
enum { YGR_COMPAT_UNSHARE = 310, YGR_COMPAT_SETNS = 346 };
#define YGR_CALL_OF(regs) ((int)BPF_CORE_READ(regs, orig_ax))
#define YGR_FIRST_OF(regs) BPF_CORE_READ(regs, di)
#define YGR_SECOND_OF(regs) BPF_CORE_READ(regs, si)
#define YGR_COMPAT_FIRST_OF(regs) BPF_CORE_READ(regs, bx)
#define YGR_COMPAT_SECOND_OF(regs) BPF_CORE_READ(regs, cx)
#define YGR_IS_COMPAT(task) ((BPF_CORE_READ(task, thread_info.status) & 2) != 0)
#endif

/*
 * The namespaces that the current call is about, if it is one. No hook stands before unshare and
 * setns, but each of them asks for CAP_SYS_ADMIN before it does anything, and that has a hook.
 */
YGR_INLINE ygr_u64 ygr_namespaces_of_call(void) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct pt_regs* regs = (struct pt_regs*)bpf_task_pt_regs(task);
  int is_compat = YGR_IS_COMPAT(task);
  int call = YGR_CALL_OF(regs);
  ygr_u64 kinds = 0;
  if (call == (is_compat ? YGR_COMPAT_UNSHARE : ygr_call_unshare)) {
    kinds = is_compat ? YGR_COMPAT_FIRST_OF(regs) : YGR_FIRST_OF(regs);
  } else if (call == (is_compat ? YGR_COMPAT_SETNS : ygr_call_setns)) {
    kinds = is_compat ? YGR_COMPAT_SECOND_OF(regs) : YGR_SECOND_OF(regs);
    if (kinds == 0) kinds = YGR_ANY_NAMESPACE;
  }
  return kinds & YGR_ANY_NAMESPACE;
}

SEC("lsm/capable")
int BPF_PROG(lsm_capable, const struct cred* cred, void* user_namespace, int capability) {
  YGR_GROUP_OR_LEAVE(group);
  if (capability == YGR_CAP_SYS_ADMIN && ygr_find_operation(group, YGR_OP_NAMESPACE)) {
    ygr_u64 kinds = ygr_namespaces_of_call();
    if (kinds != 0 && ygr_check_namespaces(group, kinds, YGR_BY_ERROR)) return -YGR_EPERM;
  }
  return ygr_result(ygr_check_number(group, YGR_OP_CAPABILITY, (ygr_u32)capability, YGR_BY_ERROR));
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(lsm_ptrace, struct task_struct* other, unsigned int mode) {
  if ((mode & YGR_PTRACE_MODE_ATTACH) == 0) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(
      ygr_check_number(group, YGR_OP_PTRACE, (ygr_u32)BPF_CORE_READ(other, tgid), YGR_BY_ERROR));
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(lsm_traceme, struct task_struct* parent) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(
      ygr_check_number(group, YGR_OP_PTRACE, (ygr_u32)BPF_CORE_READ(parent, tgid), YGR_BY_ERROR));
}

SEC("lsm/sb_mount")
int BPF_PROG(lsm_mount, const char* device, struct path* path) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_MOUNT, path));
}

SEC("lsm/move_mount")
int BPF_PROG(lsm_move_mount, struct path* from, struct path* to) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_MOUNT, to));
}

SEC("lsm/sb_umount")
int BPF_PROG(lsm_umount, struct vfsmount* mount) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_path(group, YGR_OP_MOUNT, (ygr_u64)BPF_CORE_READ(mount, mnt_root),
                                   ygr_number_of(mount), YGR_BY_ERROR));
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(lsm_pivot_root, struct path* old, struct path* new) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_MOUNT, new));
}

/* finit_module, init_module, and modules that the kernel loads for somebody. */
SEC("lsm/kernel_read_file")
int BPF_PROG(lsm_read_module, struct file* file, int what) {
  if (what != (int)bpf_core_enum_value(enum kernel_read_file_id, READING_MODULE)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR));
}

SEC("lsm/kernel_load_data")
int BPF_PROG(lsm_load_module, int what) {
  if (what != (int)bpf_core_enum_value(enum kernel_load_data_id, LOADING_MODULE)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR));
}

SEC("lsm/kernel_module_request")
int BPF_PROG(lsm_request_module, char* name) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR));
}

SEC("lsm/bpf")
int BPF_PROG(lsm_bpf, int command) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_BPF, (ygr_u32)command, YGR_BY_ERROR));
}

SEC("lsm/task_fix_setuid")
int BPF_PROG(lsm_setuid, struct cred* new, const struct cred* old) {
  ygr_u32 uid = BPF_CORE_READ(new, euid.val);
  if (uid == BPF_CORE_READ(old, euid.val)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_SETUID, uid, YGR_BY_ERROR));
}

/* From 6.1 on. Until then users without CAP_SYS_ADMIN make them unasked. */
SEC("lsm/userns_create")
int BPF_PROG(lsm_userns, const struct cred* cred) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_NAMESPACE, YGR_CLONE_NEWUSER, YGR_BY_ERROR));
}

SEC("lsm/task_alloc")
int BPF_PROG(lsm_clone, struct task_struct* task, unsigned long flags) {
  YGR_GROUP_OR_LEAVE(group);
  if ((flags & YGR_ANY_NAMESPACE) != 0 && ygr_check_namespaces(group, flags, YGR_BY_ERROR)) {
    return -YGR_EPERM;
  }
  ygr_mark_inmate(task);
  return 0;
}

/* What these calls make is a file without a place, and the kernel asks before it makes one. */
SEC("lsm/inode_init_security_anon")
int BPF_PROG(lsm_anonymous, struct inode* inode, const struct qstr* name) {
  ygr_u8 text[16] = {};
  YGR_GROUP_OR_LEAVE(group);
  bpf_probe_read_kernel_str(text, sizeof(text), BPF_CORE_READ(name, name));
  if (__builtin_memcmp(text, "[io_uring]", 10) == 0) {
    return ygr_result(ygr_check_number(group, YGR_OP_IO_URING, 0, YGR_BY_ERROR));
  }
  if (__builtin_memcmp(text, "[userfaultfd]", 13) == 0) {
    return ygr_result(ygr_check_number(group, YGR_OP_USERFAULTFD, 0, YGR_BY_ERROR));
  }
  return 0;
}
