#pragma once

/* What a descriptor is: inode facts with a path, or a socket. */

#include "sensor/bpf/paths_typed.h"
#include "sensor/bpf/sockets.h"

enum {
  YGR_OVERLAY_MAGIC = 0x794c7630,
  YGR_TMPFS_MAGIC = 0x01021994,
  YGR_ANON_INODE_MAGIC = 0x09041934,
  YGR_S_IFMT = 0170000,
  YGR_S_IFSOCK = 0140000,
  YGR_S_IFDIR = 0040000,
};

/* Where the struct file of the current task's descriptor stands; 0: there is none. `task`: see
 * ygr_current. */
YGR_INLINE ygr_u64 ygr_slot_of(struct task_struct* task, ygr_s32 fd) {
  ygr_u64 slots;
  ygr_u32 most;
  if (fd < 0) return 0;
  if (ygr_has_task_btf) {
    struct fdtable* table = task->files->fdt;
    most = table->max_fds;
    slots = (ygr_u64)table->fd;
  } else {
    task = (struct task_struct*)bpf_get_current_task();
    struct fdtable* table = BPF_CORE_READ(task, files, fdt);
    most = BPF_CORE_READ(table, max_fds);
    slots = (ygr_u64)BPF_CORE_READ(table, fd);
  }
  if ((ygr_u32)fd >= most) return 0;
  return slots + 8 * (ygr_u64)(ygr_u32)fd;
}

/* struct file of the current task's descriptor; 0: none. */
YGR_INLINE ygr_u64 ygr_file_of(ygr_s32 fd) {
  ygr_u64 slot = ygr_slot_of(ygr_current(), fd);
  return slot == 0 ? 0 : ygr_read64(slot);
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
YGR_INLINE ygr_u8 ygr_layer_of(struct ygr_scratch* scratch, ygr_u64 inode, const int typed) {
  ygr_u64 place = inode + bpf_core_type_size(struct inode);
  ygr_u64 upper = typed ? ygr_word(scratch, place) : ygr_read64(place);
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
}

/* Fills a ygr_file of a struct file and says what else there is to tell. */
struct ygr_file_parts {
  ygr_u64 inode;
  ygr_u64 dentry;
  ygr_u64 mount;
  ygr_u64 private_data;
};

/* The same by plain loads. */
YGR_INLINE void ygr_read_times_typed(struct inode* inode, struct ygr_file* file) {
  if (YGR_EXISTS(inode___seconds, i_ctime_sec)) {
    struct inode___seconds* times = (struct inode___seconds*)inode;
    file->ctime_ns =
        (ygr_u64)times->i_ctime_sec * 1000000000ULL + (times->i_ctime_nsec & 0x7fffffff);
    file->mtime_ns = (ygr_u64)times->i_mtime_sec * 1000000000ULL + times->i_mtime_nsec;
    return;
  }
  if (YGR_EXISTS(inode___hidden_ctime, __i_ctime)) {
    struct inode___hidden_ctime* times = (struct inode___hidden_ctime*)inode;
    file->ctime_ns = (ygr_u64)times->__i_ctime.tv_sec * 1000000000ULL + times->__i_ctime.tv_nsec;
  } else {
    struct inode___ctime* times = (struct inode___ctime*)inode;
    file->ctime_ns = (ygr_u64)times->i_ctime.tv_sec * 1000000000ULL + times->i_ctime.tv_nsec;
  }
  if (YGR_EXISTS(inode___hidden_mtime, __i_mtime)) {
    struct inode___hidden_mtime* times = (struct inode___hidden_mtime*)inode;
    file->mtime_ns = (ygr_u64)times->__i_mtime.tv_sec * 1000000000ULL + times->__i_mtime.tv_nsec;
  } else {
    struct inode___mtime* times = (struct inode___mtime*)inode;
    file->mtime_ns = (ygr_u64)times->i_mtime.tv_sec * 1000000000ULL + times->i_mtime.tv_nsec;
  }
}

YGR_INLINE void ygr_read_file_typed(struct ygr_scratch* scratch, ygr_u64 address, ygr_s32 fd,
                                    struct ygr_file* out, struct ygr_file_parts* parts) {
  struct file* file = YGR_TYPED(file, address);
  struct inode* inode = file->f_inode;
  struct super_block* super = inode->i_sb;
  out->fd = fd;
  out->open_flags = file->f_flags;
  out->mode = inode->i_mode;
  out->links = inode->i_nlink;
  out->ino = inode->i_ino;
  out->size = inode->i_size;
  out->uid = inode->i_uid.val;
  out->gid = inode->i_gid.val;
  ygr_read_times_typed(inode, out);
  out->dev = super->s_dev;
  out->fs_magic = super->s_magic;
  parts->inode = ygr_untyped(scratch, inode);
  parts->dentry = ygr_untyped(scratch, file->f_path.dentry);
  parts->mount = ygr_untyped(scratch, file->f_path.mnt);
  parts->private_data = ygr_untyped(scratch, file->private_data);
}

YGR_INLINE void ygr_read_file_untyped(struct ygr_scratch* scratch, ygr_u64 address, ygr_s32 fd,
                                      struct ygr_file* file, struct ygr_file_parts* parts) {
  const ygr_u64 size = 128;
  ygr_u8* chunk = scratch->chunk;
  bpf_probe_read_kernel(chunk, size, (const void*)address);
  file->fd = fd;
  file->open_flags = ygr_pick32(chunk, size, address, 0, YGR_OFFSET(file, f_flags));
  parts->inode = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_inode));
  parts->dentry = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_path.dentry));
  parts->mount = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, f_path.mnt));
  parts->private_data = ygr_pick64(chunk, size, address, 0, YGR_OFFSET(file, private_data));
  ygr_read_inode(scratch, parts->inode, file);
}

YGR_INLINE void ygr_read_file(struct ygr_scratch* scratch, ygr_u64 address, ygr_s32 fd,
                              struct ygr_file* file, struct ygr_file_parts* parts,
                              const int typed) {
  if (typed) {
    ygr_read_file_typed(scratch, address, fd, file, parts);
  } else {
    ygr_read_file_untyped(scratch, address, fd, file, parts);
  }
  file->reserved = 0;
  file->flags = file->links == 0 ? YGR_FILE_UNLINKED : 0;
  file->layer = YGR_LAYER_NONE;
  if (file->fs_magic == YGR_OVERLAY_MAGIC) file->layer = ygr_layer_of(scratch, parts->inode, typed);
  if (file->fs_magic == YGR_ANON_INODE_MAGIC) file->flags |= YGR_FILE_ANON_INODE;
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
  ygr_read_file(scratch, address, fd, file, &parts, 0);
  ygr_end_section(scratch, id, 0, sizeof(*file));
  if (path_id != 0) ygr_put_path(parts.dentry, parts.mount, path_id);
  return 0;
}

YGR_INLINE void ygr_describe_file(struct ygr_scratch* scratch, ygr_u64 address, ygr_s32 fd,
                                  ygr_u32 is_server, const int typed) {
  struct ygr_file_parts parts;
  struct ygr_file* file;
  int is_socket;
  if (address == 0) return;
  file = ygr_structure(scratch, sizeof(*file));
  if (!file) return;
  ygr_read_file(scratch, address, fd, file, &parts, typed);
  is_socket = (file->mode & YGR_S_IFMT) == YGR_S_IFSOCK;
  scratch->file_dev = file->dev;
  scratch->file_ino = file->ino;
  ygr_end_section(scratch, YGR_S_FD, 0, sizeof(*file));
  if (is_socket) {
    ygr_put_socket(parts.private_data, is_server);
  } else if (typed) {
    ygr_put_path_typed(scratch, parts.dentry, parts.mount, YGR_S_FD_PATH);
  } else {
    ygr_put_path(parts.dentry, parts.mount, YGR_S_FD_PATH);
  }
}

/*
 * YGR_S_FD with YGR_S_FD_PATH or YGR_S_SOCKET of a struct file; `fd` -1: no descriptor is known.
 * `is_server`: of a socket, that it was accepted.
 */
__noinline int ygr_put_open_file(ygr_u64 address, ygr_s32 fd, ygr_u32 is_server) {
  struct ygr_scratch* scratch = ygr_scratch();
  if (scratch) ygr_describe_file(scratch, address, fd, is_server, 0);
  return 0;
}

YGR_INLINE void ygr_put_descriptor(ygr_s32 fd, ygr_u32 is_server) {
  ygr_put_open_file(ygr_file_of(fd), fd, is_server);
}
__noinline int ygr_put_descriptor_typed(ygr_s32 fd, ygr_u32 is_server) {
  struct ygr_scratch* scratch = ygr_scratch();
  ygr_u64 slot = ygr_slot_of(ygr_current(), fd);
  if (!scratch || slot == 0) return 0;
  ygr_describe_file(scratch, ygr_word(scratch, slot), fd, is_server, 1);
  return 0;
}

/* Path of the directory that a descriptor is open on. */
__noinline int ygr_put_directory(ygr_s32 fd, ygr_u32 id) {
  ygr_u64 address = ygr_file_of(fd);
  if (address == 0) return 0;
  ygr_put_path(ygr_read64(address + YGR_OFFSET(file, f_path.dentry)),
               ygr_read64(address + YGR_OFFSET(file, f_path.mnt)), id);
  return 0;
}
