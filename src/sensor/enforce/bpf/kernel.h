#pragma once

/*
 * The parts of the kernel's structures that enforcing programs read. Places are found when the
 * object is loaded (CO-RE).
 */

/* The helpers need the types first. */
// clang-format off
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
// clang-format on

#include "sensor/record/record.h"

#define YGR_INLINE static __always_inline
#define YGR_NOINLINE static __attribute__((noinline))
/* Verified once by itself, whatever calls it and how often. */
#define YGR_CHECKED __attribute__((noinline))

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_arm64)
struct pt_regs {
  ygr_u64 regs[31];
  ygr_u64 orig_x0;
  ygr_s32 syscallno;
};
#else
struct pt_regs {
  unsigned long bx, cx, dx, si, di, r8, r9, r10, orig_ax;
};
#endif

typedef struct {
  ygr_u32 val;
} kuid_t;
struct cred {
  kuid_t uid, euid;
};

struct qstr {
  ygr_u32 len;
  const unsigned char* name;
};
struct super_block {
  ygr_u32 s_dev;
  unsigned long s_magic;
};
struct timespec64 {
  ygr_s64 tv_sec;
  long tv_nsec;
};
struct inode {
  unsigned short i_mode;
  kuid_t i_uid;
  struct super_block* i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  ygr_s64 i_size;
};
struct inode___seconds { /* from 6.11 on */
  ygr_s64 i_ctime_sec;
  ygr_u32 i_ctime_nsec;
};
struct inode___ctime { /* until 6.5 */
  struct timespec64 i_ctime;
};
struct inode___hidden_ctime { /* 6.6 to 6.10 */
  struct timespec64 __i_ctime;
};
struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
};
struct ns_common {
  unsigned int inum;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct vfsmount {
  struct dentry* mnt_root;
};
struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
  struct mnt_namespace* mnt_ns;
};
struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};
struct file {
  struct path f_path;
  struct inode* f_inode;
  unsigned int f_flags;
};
struct linux_binprm {
  struct file* file;
};
struct fs_struct {
  struct path root, pwd;
};
struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};
struct files_struct {
  struct fdtable* fdt;
};
struct nsproxy {
  struct mnt_namespace* mnt_ns;
};
struct mm_struct {
  struct file* exe_file;
};

struct kernfs_node {
  ygr_u64 id;
};
struct cgroup;
struct cgroup_subsys_state {
  struct cgroup* cgroup;
  struct cgroup_subsys_state* parent;
};
struct cgroup {
  struct cgroup_subsys_state self;
  struct kernfs_node* kn;
};
struct css_set {
  struct cgroup* dfl_cgrp;
};
struct thread_info {
  unsigned long flags; /* arm64: TIF_32BIT */
  ygr_u32 status;      /* x86: TS_COMPAT */
};
struct task_struct {
  struct thread_info thread_info;
  int pid;
  int tgid;
  struct task_struct* group_leader;
  struct task_struct* real_parent;
  ygr_u64 start_boottime;
  struct mm_struct* mm;
  struct fs_struct* fs;
  struct files_struct* files;
  struct nsproxy* nsproxy;
  struct css_set* cgroups;
  const struct cred* cred;
  char comm[16];
};

struct sock_common {
  unsigned short skc_family;
};
struct sock {
  struct sock_common __sk_common;
  ygr_u16 sk_protocol;
};
struct socket {
  struct sock* sk;
};
struct msghdr {
  void* msg_name;
  int msg_namelen;
};

enum kernel_read_file_id { READING_MODULE = 2 };
enum kernel_load_data_id { LOADING_MODULE = 2 };

#pragma clang attribute pop

enum { YGR_EPERM = 1, YGR_OVERLAY_MAGIC = 0x794c7630 };
