#pragma once

/* What a descriptor is: inode facts with a path, or a socket. */

#include "sensor/bpf/paths.h"
#include "sensor/bpf/sockets.h"

enum {
  YGR_OVERLAY_MAGIC = 0x794c7630,
  YGR_TMPFS_MAGIC = 0x01021994,
  YGR_ANON_INODE_MAGIC = 0x09041934,
  YGR_S_IFMT = 0170000,
  YGR_S_IFSOCK = 0140000,
  YGR_S_IFDIR = 0040000,
};

/* struct file of the current task's descriptor; 0: none. */
YGR_INLINE ygr_u64 ygr_file_of(ygr_s32 fd) {
  ygr_u64 slots;
  ygr_u32 most;
  if (fd < 0) return 0;
  if (ygr_has_task_btf) {
    struct task_struct* task = bpf_get_current_task_btf();
    struct fdtable* table = task->files->fdt;
    most = table->max_fds;
    slots = (ygr_u64)table->fd;
  } else {
    struct task_struct* task = (struct task_struct*)bpf_get_current_task();
    struct fdtable* table = BPF_CORE_READ(task, files, fdt);
    most = BPF_CORE_READ(table, max_fds);
    slots = (ygr_u64)BPF_CORE_READ(table, fd);
  }
  if ((ygr_u32)fd >= most) return 0;
  return ygr_read64(slots + 8 * (ygr_u64)(ygr_u32)fd);
}

YGR_INLINE ygr_u64 ygr_nanoseconds(ygr_u64 address) {
  struct timespec64 time;
  bpf_probe_read_kernel(&time, sizeof(time), (const void*)address);
  return (ygr_u64)time.tv_sec * 1000000000ULL + (ygr_u64)time.tv_nsec;
}

/* Times stand in four forms in the kernels since 5.8. */
YGR_INLINE void ygr_read_times(const ygr_u8* chunk, ygr_u64 size, ygr_u64 inode,
                               struct ygr_file* file) {
  if (YGR_EXISTS(inode___seconds, i_ctime_sec)) {
    ygr_u64 seconds = ygr_pick64(chunk, size, inode, 0, YGR_OFFSET(inode___seconds, i_ctime_sec));
    /* The highest bit says that somebody has asked for it (since 6.13). */
    file->ctime_ns =
        seconds * 1000000000ULL +
        (ygr_pick32(chunk, size, inode, 0, YGR_OFFSET(inode___seconds, i_ctime_nsec)) & 0x7fffffff);
    seconds = ygr_pick64(chunk, size, inode, 0, YGR_OFFSET(inode___seconds, i_mtime_sec));
    file->mtime_ns = seconds * 1000000000ULL +
                     ygr_pick32(chunk, size, inode, 0, YGR_OFFSET(inode___seconds, i_mtime_nsec));
    return;
  }
  if (YGR_EXISTS(inode___hidden_ctime, __i_ctime)) {
    file->ctime_ns = ygr_nanoseconds(inode + YGR_OFFSET(inode___hidden_ctime, __i_ctime));
  } else {
    file->ctime_ns = ygr_nanoseconds(inode + YGR_OFFSET(inode___ctime, i_ctime));
  }
  if (YGR_EXISTS(inode___hidden_mtime, __i_mtime)) {
    file->mtime_ns = ygr_nanoseconds(inode + YGR_OFFSET(inode___hidden_mtime, __i_mtime));
  } else {
    file->mtime_ns = ygr_nanoseconds(inode + YGR_OFFSET(inode___mtime, i_mtime));
  }
}

/* An overlay's inode has the upper layer's dentry right behind the common inode. */
YGR_INLINE ygr_u8 ygr_layer_of(ygr_u64 inode) {
  ygr_u64 upper = ygr_read64(inode + bpf_core_type_size(struct inode));
  return upper != 0 ? YGR_LAYER_UPPER : YGR_LAYER_LOWER;
}

/* Fills facts about an inode. Uses scratch->chunk. */
YGR_INLINE void ygr_read_inode(struct ygr_scratch* scratch, ygr_u64 inode, struct ygr_file* file) {
  const ygr_u64 size = 192;
  ygr_u8* chunk = scratch->chunk;
  ygr_u64 super;
  bpf_probe_read_kernel(chunk, size, (const void*)inode);
  file->mode = ygr_pick16(chunk, size, inode, 0, YGR_OFFSET(inode, i_mode));
  file->links = ygr_pick32(chunk, size, inode, 0, YGR_OFFSET(inode, i_nlink));
  file->ino = ygr_pick64(chunk, size, inode, 0, YGR_OFFSET(inode, i_ino));
  file->size = ygr_pick64(chunk, size, inode, 0, YGR_OFFSET(inode, i_size));
  file->uid = ygr_pick32(chunk, size, inode, 0, YGR_OFFSET(inode, i_uid));
  file->gid = ygr_pick32(chunk, size, inode, 0, YGR_OFFSET(inode, i_gid));
  super = ygr_pick64(chunk, size, inode, 0, YGR_OFFSET(inode, i_sb));
  ygr_read_times(chunk, size, inode, file);
  file->dev = ygr_read32(super + YGR_OFFSET(super_block, s_dev));
  file->fs_magic = (ygr_u32)ygr_read64(super + YGR_OFFSET(super_block, s_magic));
  file->flags = 0;
  file->layer = YGR_LAYER_NONE;
  if (file->links == 0) file->flags |= YGR_FILE_UNLINKED;
  if (file->fs_magic == YGR_OVERLAY_MAGIC) file->layer = ygr_layer_of(inode);
  if (file->fs_magic == YGR_ANON_INODE_MAGIC) file->flags |= YGR_FILE_ANON_INODE;
}

/* Fills a ygr_file of a struct file and says what else there is to tell. */
struct ygr_file_parts {
  ygr_u64 dentry;
  ygr_u64 mount;
  ygr_u64 private_data;
};

YGR_INLINE void ygr_read_file(struct ygr_scratch* scratch, ygr_u64 address, ygr_s32 fd,
                              struct ygr_file* file, struct ygr_file_parts* parts) {
  const ygr_u64 size = 128;
  ygr_u8* chunk = scratch->chunk;
  ygr_u64 inode;
  bpf_probe_read_kernel(chunk, size, (const void*)address);
  file->fd = fd;
  file->reserved = 0;
  file->open_flags = ygr_pick32(chunk, size, address, 0, YGR_OFFSET(file, f_flags));
  inode = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_inode));
  parts->dentry = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_path.dentry));
  parts->mount = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_path.mnt));
  parts->private_data = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, private_data));
  ygr_read_inode(scratch, inode, file);
  if (file->fs_magic == YGR_TMPFS_MAGIC && file->links == 0 &&
      ygr_read64(parts->dentry + YGR_OFFSET(dentry, d_parent)) == parts->dentry) {
    file->flags |= YGR_FILE_MEMFD;
  }
}

/* Section `id` of a struct file, and its path as `path_id` if that is not 0. */
__noinline int ygr_put_file(ygr_u64 address, ygr_s32 fd, ygr_u32 id, ygr_u32 path_id) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  struct ygr_file* file;
  if (!scratch || address == 0) return 0;
  file = ygr_structure(scratch, sizeof(*file));
  if (!file) return 0;
  ygr_read_file(scratch, address, fd, file, &parts);
  ygr_end_section(scratch, id, 0, sizeof(*file));
  if (path_id != 0) ygr_put_path(parts.dentry, parts.mount, path_id);
  return 0;
}

/*
 * YGR_S_FD with YGR_S_FD_PATH or YGR_S_SOCKET of a struct file; `fd` -1: no descriptor is known.
 * `is_server`: of a socket, that it was accepted.
 */
__noinline int ygr_put_open_file(ygr_u64 address, ygr_s32 fd, ygr_u32 is_server) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  struct ygr_file* file;
  if (!scratch || address == 0) return 0;
  file = ygr_structure(scratch, sizeof(*file));
  if (!file) return 0;
  ygr_read_file(scratch, address, fd, file, &parts);
  int is_socket = (file->mode & YGR_S_IFMT) == YGR_S_IFSOCK;
  ygr_end_section(scratch, YGR_S_FD, 0, sizeof(*file));
  if (is_socket) {
    ygr_put_socket(parts.private_data, is_server);
  } else {
    ygr_put_path(parts.dentry, parts.mount, YGR_S_FD_PATH);
  }
  return 0;
}

YGR_INLINE void ygr_put_descriptor(ygr_s32 fd, ygr_u32 is_server) {
  ygr_put_open_file(ygr_file_of(fd), fd, is_server);
}

/* Path of the directory that a descriptor is open on. */
__noinline int ygr_put_directory(ygr_s32 fd, ygr_u32 id) {
  ygr_u64 address = ygr_file_of(fd);
  if (address == 0) return 0;
  ygr_put_path(ygr_read64(address + YGR_OFFSET(file, f_path.dentry)),
               ygr_read64(address + YGR_OFFSET(file, f_path.mnt)), id);
  return 0;
}
