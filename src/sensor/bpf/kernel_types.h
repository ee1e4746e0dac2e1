#pragma once

/*
 * The parts of the kernel's structures that our programs read (those that watch and those of
 * enforce/), and nothing else of them. Places are
 * found when the object is loaded (CO-RE), so that their order and what lies between says nothing.
 * A name with ___ in it is another form that the same structure has in other kernels.
 */

#include "sensor/record/record.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_arm64)
struct user_pt_regs_words;
struct pt_regs {
  ygr_u64 regs[31];
  ygr_u64 orig_x0;
  ygr_s32 syscallno;
};
#else
struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
};
#endif

struct thread_info {
  unsigned long flags; /* arm64: TIF_32BIT */
  ygr_u32 status;      /* x86: TS_COMPAT */
};

struct list_head {
  struct list_head *next, *prev;
};

typedef struct {
  ygr_u32 val;
} kuid_t;
typedef struct {
  ygr_u32 val;
} kgid_t;
/* u32[2] until 6.2, u64 from then on: 8 bytes in the same order, read as such. */
typedef struct {
  char first;
} kernel_cap_t;

struct ns_common {
  unsigned int inum;
};
struct user_namespace {
  struct ns_common ns;
};
struct uts_namespace {
  struct ns_common ns;
};
struct ipc_namespace {
  struct ns_common ns;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct cgroup_namespace {
  struct ns_common ns;
};
struct net {
  struct ns_common ns;
};
struct task_struct;
struct pid_namespace {
  struct task_struct* child_reaper;
  unsigned int level;
  struct ns_common ns;
};
struct nsproxy {
  struct uts_namespace* uts_ns;
  struct ipc_namespace* ipc_ns;
  struct mnt_namespace* mnt_ns;
  struct pid_namespace* pid_ns_for_children;
  struct net* net_ns;
  struct cgroup_namespace* cgroup_ns;
};

struct upid {
  int nr;
  struct pid_namespace* ns;
};
struct pid {
  unsigned int level;
  struct upid numbers[1];
};

struct cred {
  kuid_t uid;
  kgid_t gid;
  kuid_t suid;
  kgid_t sgid;
  kuid_t euid;
  kgid_t egid;
  kuid_t fsuid;
  kgid_t fsgid;
  kernel_cap_t cap_inheritable;
  kernel_cap_t cap_permitted;
  kernel_cap_t cap_effective;
  kernel_cap_t cap_bset;
  kernel_cap_t cap_ambient;
  struct user_namespace* user_ns;
};

struct rlimit {
  unsigned long rlim_cur;
  unsigned long rlim_max;
};
struct tty_driver {
  int major;
  int minor_start;
};
struct tty_struct {
  struct tty_driver* driver;
  int index;
};
typedef struct {
  int counter;
} atomic_t;
typedef struct {
  ygr_s64 counter;
} atomic_long_t;
struct signal_struct {
  atomic_t live;
  int group_exit_code;
  unsigned int flags;
  struct pid* pids[4]; /* PIDTYPE_PID, TGID, PGID, SID */
  struct tty_struct* tty;
  struct rlimit rlim[16];
};

struct qstr {
  ygr_u32 len;
  const unsigned char* name;
};
struct super_block {
  ygr_u32 s_dev;
  unsigned long s_magic;
};
typedef struct {
  ygr_s64 tv_sec;
  long tv_nsec;
} ygr_timespec;
struct timespec64 {
  ygr_s64 tv_sec;
  long tv_nsec;
};
struct inode {
  unsigned short i_mode;
  kuid_t i_uid;
  kgid_t i_gid;
  struct super_block* i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  ygr_s64 i_size;
};
struct inode___seconds { /* from 6.11 on */
  ygr_s64 i_mtime_sec;
  ygr_s64 i_ctime_sec;
  ygr_u32 i_mtime_nsec;
  ygr_u32 i_ctime_nsec;
};
struct inode___mtime { /* until 6.6 */
  struct timespec64 i_mtime;
};
struct inode___ctime { /* until 6.5 */
  struct timespec64 i_ctime;
};
struct inode___hidden_mtime { /* 6.7 to 6.10 */
  struct timespec64 __i_mtime;
};
struct inode___hidden_ctime { /* 6.6 to 6.10 */
  struct timespec64 __i_ctime;
};
struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
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
  void* private_data;
};
struct fs_struct {
  struct path root;
  struct path pwd;
};
struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};
struct files_struct {
  struct fdtable* fdt;
};

struct percpu_counter {
  ygr_s64 count;
};
struct mm_struct {
  unsigned long total_vm;
  unsigned long arg_start, arg_end, env_start, env_end;
  struct file* exe_file;
};
struct mm_struct___percpu { /* from 6.2 on */
  struct percpu_counter rss_stat[4];
};
struct mm_rss_stat {
  atomic_long_t count[4];
};
struct mm_struct___plain {
  struct mm_rss_stat rss_stat;
};

struct kernfs_node {
  ygr_u64 id;
};
struct kernfs_node___parent { /* until 6.14 */
  struct kernfs_node* parent;
};
struct kernfs_node___hidden_parent {
  struct kernfs_node* __parent;
};
struct cgroup_root {
  int hierarchy_id;
};
struct cgroup;
struct cgroup_subsys_state {
  struct cgroup* cgroup;
  struct cgroup_subsys_state* parent;
};
struct cgroup {
  struct cgroup_subsys_state self;
  struct kernfs_node* kn;
  struct cgroup_root* root;
};
struct css_set {
  struct cgroup* dfl_cgrp;
};
struct seccomp {
  int mode;
};

struct task_struct {
  struct thread_info thread_info;
  void* stack;
  unsigned int flags;
  struct mm_struct* mm;
  int exit_code;
  int pid;
  int tgid;
  struct task_struct* real_parent;
  struct task_struct* group_leader;
  struct pid* thread_pid;
  ygr_u64 start_boottime;
  const struct cred* real_cred;
  const struct cred* cred;
  char comm[16];
  struct fs_struct* fs;
  struct files_struct* files;
  struct nsproxy* nsproxy;
  struct signal_struct* signal;
  struct css_set* cgroups;
  struct seccomp seccomp;
};
struct task_struct___audit { /* with CONFIG_AUDIT */
  kuid_t loginuid;
  unsigned int sessionid;
};

struct linux_binprm {
  struct file* file;
  const char* filename;
  unsigned int secureexec : 1;
};

struct in6_addr {
  ygr_u8 bytes[16];
};
struct sock_common {
  unsigned short skc_family;
  volatile unsigned char skc_state;
  ygr_u32 skc_daddr;
  ygr_u32 skc_rcv_saddr;
  ygr_u16 skc_dport;
  ygr_u16 skc_num;
};
struct sock_common___ipv6 { /* with CONFIG_IPV6 */
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};
struct sock {
  struct sock_common __sk_common;
  ygr_u16 sk_type;
};
struct sock___protocol { /* a bit field until 5.5 */
  ygr_u16 sk_protocol;
};
struct socket {
  struct sock* sk;
};
struct sockaddr_un {
  unsigned short sun_family;
};
struct unix_address {
  int len;
  struct sockaddr_un name[0];
};
struct unix_sock {
  struct sock sk;
  struct unix_address* addr;
  struct sock* peer;
};

/* Requests of io_uring: the structure of an operation lies at the beginning of its request. */
struct filename {
  const char* name;
};
struct io_cqe {
  ygr_s32 res;
};
struct io_kiocb {
  struct file* file;
  ygr_u8 opcode;
  ygr_u32 flags; /* 64 bits since 6.9 */
  struct io_cqe cqe;
};
struct io_open {
  int dfd;
  ygr_u32 file_slot;
  struct filename* filename;
};
struct io_unlink {
  int dfd;
  struct filename* filename;
};
struct io_mkdir {
  int dfd;
  struct filename* filename;
};
struct io_rename {
  int old_dfd;
  int new_dfd;
  struct filename* oldpath;
  struct filename* newpath;
};
struct io_link {
  int old_dfd;
  int new_dfd;
  struct filename* oldpath;
  struct filename* newpath;
};
struct msghdr {
  void* msg_name;
  int msg_namelen;
};

/* Their values are those of the kernel that loads the object. */
enum kernel_read_file_id { READING_MODULE = 2 };
enum kernel_load_data_id { LOADING_MODULE = 2 };

#pragma clang attribute pop
