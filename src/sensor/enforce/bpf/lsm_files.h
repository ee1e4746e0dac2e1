#pragma once

/* Programs and files. */

#include "sensor/enforce/bpf/executable.h"

#define YGR_GROUP_OR_LEAVE(group)      \
  ygr_u32 group = ygr_judging_group(); \
  if (group == 0) return 0

enum {
  YGR_FMODE_EXEC = 0x20, /* the kernel opens it to start it */
  YGR_O_ACCMODE = 3,
  YGR_O_WRONLY = 1,
  YGR_O_RDWR = 2,
  YGR_O_TRUNC = 01000,
  YGR_S_IFMT = 0170000,
  YGR_S_IFREG = 0100000,
  YGR_PROT_WRITE = 2,
  YGR_PROT_EXEC = 4,
};

/* The verifier does not know what a function gives that it looked at by itself. */
YGR_INLINE int ygr_result(int checked) {
  YGR_OPAQUE(checked);
  return checked != 0 ? -YGR_EPERM : 0;
}

/* A pointer as a number: functions that are verified by themselves take nothing else. */
YGR_INLINE ygr_u64 ygr_number_of(const void* pointer) {
  const void* copy = pointer;
  ygr_u64 number = 0;
  bpf_probe_read_kernel(&number, sizeof(number), &copy);
  return number;
}

#define YGR_MOUNT_OF(path) ((ygr_u64)BPF_CORE_READ(path, mnt))
#define YGR_CHECK_PATH(operation, path)                                                      \
  ygr_check_path(group, operation, (ygr_u64)BPF_CORE_READ(path, dentry), YGR_MOUNT_OF(path), \
                 YGR_BY_ERROR)
/* A name in a directory. */
#define YGR_CHECK_NAME(operation, directory, dentry) \
  ygr_check_path(group, operation, ygr_number_of(dentry), YGR_MOUNT_OF(directory), YGR_BY_ERROR)

SEC("lsm/bprm_check_security")
int BPF_PROG(lsm_exec, struct linux_binprm* bprm) {
  struct file* file = BPF_CORE_READ(bprm, file);
  ygr_u32 group = ygr_judging_group_of_exec(file);
  return group == 0 ? 0 : ygr_result(ygr_check_executable(group, file, YGR_BY_ERROR));
}

SEC("lsm/file_open")
int BPF_PROG(lsm_open, struct file* file) {
  ygr_u32 flags;
  int result = 0;
  YGR_GROUP_OR_LEAVE(group);
  flags = BPF_CORE_READ(file, f_flags);
  if ((flags & YGR_FMODE_EXEC) != 0) return 0;
  if ((flags & YGR_O_ACCMODE) != YGR_O_WRONLY) result = YGR_CHECK_PATH(YGR_OP_READ, &file->f_path);
  if (result == 0 && ((flags & YGR_O_ACCMODE) != 0 || (flags & YGR_O_TRUNC) != 0)) {
    result = YGR_CHECK_PATH(YGR_OP_WRITE, &file->f_path);
  }
  return ygr_result(result);
}

SEC("lsm/path_truncate")
int BPF_PROG(lsm_truncate, struct path* path) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_WRITE, path));
}

SEC("lsm/path_unlink")
int BPF_PROG(lsm_unlink, struct path* directory, struct dentry* dentry) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_NAME(YGR_OP_DELETE, directory, dentry));
}

SEC("lsm/path_rmdir")
int BPF_PROG(lsm_rmdir, struct path* directory, struct dentry* dentry) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_NAME(YGR_OP_DELETE, directory, dentry));
}

SEC("lsm/path_mkdir")
int BPF_PROG(lsm_mkdir, struct path* directory, struct dentry* dentry) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_NAME(YGR_OP_MKDIR, directory, dentry));
}

/* Also files that open() makes. */
SEC("lsm/path_mknod")
int BPF_PROG(lsm_mknod, struct path* directory, struct dentry* dentry, ygr_u32 mode) {
  ygr_u32 type = mode & YGR_S_IFMT;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_NAME(type == 0 || type == YGR_S_IFREG ? YGR_OP_CREATE : YGR_OP_MKNOD,
                                   directory, dentry));
}

SEC("lsm/path_symlink")
int BPF_PROG(lsm_symlink, struct path* directory, struct dentry* dentry) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_NAME(YGR_OP_SYMLINK, directory, dentry));
}

/* Both names lie on the same mount. */
SEC("lsm/path_link")
int BPF_PROG(lsm_link, struct dentry* old, struct path* directory, struct dentry* dentry) {
  int result;
  YGR_GROUP_OR_LEAVE(group);
  result = YGR_CHECK_NAME(YGR_OP_LINK, directory, old);
  return ygr_result(result != 0 ? result : YGR_CHECK_NAME(YGR_OP_LINK, directory, dentry));
}

SEC("lsm/path_rename")
int BPF_PROG(lsm_rename, struct path* old_directory, struct dentry* old, struct path* directory,
             struct dentry* dentry) {
  int result;
  YGR_GROUP_OR_LEAVE(group);
  result = YGR_CHECK_NAME(YGR_OP_RENAME, old_directory, old);
  return ygr_result(result != 0 ? result : YGR_CHECK_NAME(YGR_OP_RENAME, directory, dentry));
}

SEC("lsm/path_chmod")
int BPF_PROG(lsm_chmod, struct path* path) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_CHMOD, path));
}

SEC("lsm/path_chown")
int BPF_PROG(lsm_chown, struct path* path) {
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(YGR_CHECK_PATH(YGR_OP_CHOWN, path));
}

SEC("lsm/mmap_file")
int BPF_PROG(lsm_mmap, struct file* file, unsigned long asked, unsigned long protection) {
  if ((protection & YGR_PROT_WRITE) == 0 || (protection & YGR_PROT_EXEC) == 0) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_WX_MEMORY, protection, YGR_BY_ERROR));
}

SEC("lsm/file_mprotect")
int BPF_PROG(lsm_mprotect, void* area, unsigned long asked, unsigned long protection) {
  if ((protection & YGR_PROT_WRITE) == 0 || (protection & YGR_PROT_EXEC) == 0) return 0;
  YGR_GROUP_OR_LEAVE(group);
  return ygr_result(ygr_check_number(group, YGR_OP_WX_MEMORY, protection, YGR_BY_ERROR));
}
