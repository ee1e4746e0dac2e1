#pragma once

#include "sensor/enforce/bpf/lsm_files.h"

enum { YGR_PTRACE_MODE_ATTACH = 2, YGR_CLONE_NEWUSER = 0x10000000 };

SEC("lsm/capable")
int BPF_PROG(lsm_capable, const struct cred* cred, void* user_namespace, int capability) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_CAPABILITY, (ygr_u32)capability, YGR_BY_ERROR);
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(lsm_ptrace, struct task_struct* other, unsigned int mode) {
  if ((mode & YGR_PTRACE_MODE_ATTACH) == 0) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_PTRACE, (ygr_u32)BPF_CORE_READ(other, tgid), YGR_BY_ERROR);
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(lsm_traceme, struct task_struct* parent) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_PTRACE, (ygr_u32)BPF_CORE_READ(parent, tgid), YGR_BY_ERROR);
}

SEC("lsm/sb_mount")
int BPF_PROG(lsm_mount, const char* device, struct path* path) {
  YGR_GROUP_OR_LEAVE(group);
  return YGR_CHECK_PATH(YGR_OP_MOUNT, path);
}

SEC("lsm/move_mount")
int BPF_PROG(lsm_move_mount, struct path* from, struct path* to) {
  YGR_GROUP_OR_LEAVE(group);
  return YGR_CHECK_PATH(YGR_OP_MOUNT, to);
}

SEC("lsm/sb_umount")
int BPF_PROG(lsm_umount, struct vfsmount* mount) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_path(group, YGR_OP_MOUNT, (ygr_u64)BPF_CORE_READ(mount, mnt_root),
                        (ygr_u64)mount, YGR_BY_ERROR);
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(lsm_pivot_root, struct path* old, struct path* new) {
  YGR_GROUP_OR_LEAVE(group);
  return YGR_CHECK_PATH(YGR_OP_MOUNT, new);
}

/* finit_module, init_module, and modules that the kernel loads for somebody. */
SEC("lsm/kernel_read_file")
int BPF_PROG(lsm_read_module, struct file* file, int what) {
  if (what != (int)bpf_core_enum_value(enum kernel_read_file_id, READING_MODULE)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR);
}

SEC("lsm/kernel_load_data")
int BPF_PROG(lsm_load_module, int what) {
  if (what != (int)bpf_core_enum_value(enum kernel_load_data_id, LOADING_MODULE)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR);
}

SEC("lsm/kernel_module_request")
int BPF_PROG(lsm_request_module, char* name) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_MODULE, 0, YGR_BY_ERROR);
}

SEC("lsm/bpf")
int BPF_PROG(lsm_bpf, int command) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_BPF, (ygr_u32)command, YGR_BY_ERROR);
}

SEC("lsm/task_fix_setuid")
int BPF_PROG(lsm_setuid, struct cred* new, const struct cred* old) {
  ygr_u32 uid = BPF_CORE_READ(new, euid.val);
  if (uid == BPF_CORE_READ(old, euid.val)) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_SETUID, uid, YGR_BY_ERROR);
}

/* From 6.1 on; unshare and clone below say the same. */
SEC("lsm/userns_create")
int BPF_PROG(lsm_userns, const struct cred* cred) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_number(group, YGR_OP_NAMESPACE, YGR_CLONE_NEWUSER, YGR_BY_ERROR);
}

SEC("lsm/task_alloc")
int BPF_PROG(lsm_clone, struct task_struct* task, unsigned long flags) {
  if ((flags & 0x7e020080) == 0) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_namespaces(group, flags, YGR_BY_ERROR);
}

/*
 * Calls that no LSM hook stands before: the programs replace their results. User space names the
 * functions ("__x64_sys_unshare", and "__ia32_sys_unshare" for 32-bit calls).
 */
#if defined(__TARGET_ARCH_arm64)
#define YGR_ARGUMENT0(regs) BPF_CORE_READ(regs, regs[0])
#define YGR_ARGUMENT1(regs) BPF_CORE_READ(regs, regs[1])
#define YGR_COMPAT_ARGUMENT0 YGR_ARGUMENT0
#define YGR_COMPAT_ARGUMENT1 YGR_ARGUMENT1
#else
#define YGR_ARGUMENT0(regs) BPF_CORE_READ(regs, di)
#define YGR_ARGUMENT1(regs) BPF_CORE_READ(regs, si)
#define YGR_COMPAT_ARGUMENT0(regs) BPF_CORE_READ(regs, bx)
#define YGR_COMPAT_ARGUMENT1(regs) BPF_CORE_READ(regs, cx)
#endif

SEC("fmod_ret/unshare")
int BPF_PROG(call_unshare, struct pt_regs* regs) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_namespaces(group, YGR_ARGUMENT0(regs), YGR_BY_ERROR);
}
SEC("fmod_ret/unshare32")
int BPF_PROG(call_unshare32, struct pt_regs* regs) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_namespaces(group, YGR_COMPAT_ARGUMENT0(regs), YGR_BY_ERROR);
}

/* A type of 0 is any: whatever kind is denied. */
YGR_INLINE int ygr_check_setns(ygr_u32 group, ygr_u64 type) {
  return ygr_check_namespaces(group, type == 0 ? 0x7e020080 : type, YGR_BY_ERROR);
}
SEC("fmod_ret/setns")
int BPF_PROG(call_setns, struct pt_regs* regs) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_setns(group, YGR_ARGUMENT1(regs));
}
SEC("fmod_ret/setns32")
int BPF_PROG(call_setns32, struct pt_regs* regs) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_check_setns(group, YGR_COMPAT_ARGUMENT1(regs));
}

#define YGR_WHOLE_CALL(name, section, operation)                \
  SEC("fmod_ret/" section)                                      \
  int BPF_PROG(name, struct pt_regs* regs) {                    \
    YGR_GROUP_OR_LEAVE(group);                                  \
    return ygr_check_number(group, operation, 0, YGR_BY_ERROR); \
  }
YGR_WHOLE_CALL(call_io_uring_setup, "io_uring_setup", YGR_OP_IO_URING)
YGR_WHOLE_CALL(call_io_uring_setup32, "io_uring_setup32", YGR_OP_IO_URING)
YGR_WHOLE_CALL(call_userfaultfd, "userfaultfd", YGR_OP_USERFAULTFD)
YGR_WHOLE_CALL(call_userfaultfd32, "userfaultfd32", YGR_OP_USERFAULTFD)
