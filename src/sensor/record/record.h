#pragma once

/*
 * What kernel programs tell user space, and what capture files hold. Read by C (BPF) and C++.
 *
 * A record is a header, then sections, each with a header of 4 bytes and padded with zeros to a
 * multiple of 8. Every section stands at most once; their order means nothing. All numbers are in
 * the machine's byte order. What a path or an address says is what the process or the kernel said:
 * untrusted bytes without a terminating zero.
 *
 * Kernel programs know no names of calls: user space gives the number of the event type for each
 * call when it loads them (see probe/call_plans.hpp), and it comes back in ygr_header.type.
 */

#ifdef __cplusplus
#include <cstdint>
typedef std::uint8_t ygr_u8;
typedef std::uint16_t ygr_u16;
typedef std::uint32_t ygr_u32;
typedef std::uint64_t ygr_u64;
typedef std::int32_t ygr_s32;
typedef std::int64_t ygr_s64;
#define YGR_ASSERT_SIZE(type, size) static_assert(sizeof(struct type) == (size))
#else
typedef unsigned char ygr_u8;
typedef unsigned short ygr_u16;
typedef unsigned int ygr_u32;
typedef unsigned long long ygr_u64;
typedef int ygr_s32;
typedef long long ygr_s64;
#define YGR_ASSERT_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "size of " #type)
#endif

enum {
  YGR_MAX_RECORD = 32768,  /* whole records, header included */
  YGR_MAX_PATH = 4096,     /* any path, raw or resolved */
  YGR_MAX_ARGV = 16384,    /* arguments of a program */
  YGR_MAX_ENV = 4096,      /* its environment */
  YGR_MAX_DATA = 2048,     /* bytes of a buffer */
  YGR_MAX_COMPONENTS = 48, /* names of a resolved path */
};

/* What a record is. Only YGR_CALL, YGR_EXEC, YGR_FORK and YGR_EXIT are events that rules judge. */
enum ygr_kind {
  YGR_CALL = 0, /* a system call has ended; also operations of io_uring (YGR_FROM_IO_URING) */
  YGR_EXEC = 1, /* a program was started; failed calls are YGR_CALL */
  YGR_FORK = 2, /* a task was made; tid and pid are the child's, YGR_S_TASK describes it */
  YGR_EXIT = 3, /* a task is gone */
  YGR_CGROUP_MADE = 4, /* cgroup_id is the new one; YGR_S_PATH0 its path in its hierarchy */
  YGR_CGROUP_GONE = 5,
  YGR_CGROUP_MOVED = 6, /* a task moved; cgroup_id is where to */
  YGR_VERDICT = 7,      /* an enforcement program decided; YGR_S_VERDICT */
  YGR_DNS = 8,          /* a DNS message was received or sent: YGR_S_DATA, YGR_S_SOCKET */
  YGR_TASK = 9,         /* start-up: a task that was there before us; sections as of YGR_EXEC */
  YGR_LIBRARY = 10,     /* a file was mapped executable: YGR_S_FD, YGR_S_FD_PATH */
  YGR_KINDS
};

/* ygr_header.flags */
enum {
  YGR_FROM_IO_URING = 1, /* the call was an operation of io_uring; arguments are the kernel's own */
  YGR_COMPAT = 2,        /* a 32-bit call on a 64-bit kernel */
  YGR_SECTION_LOST = 4, /* a section did not fit or could not be read: what is missing is unknown */
};

struct ygr_header {
  ygr_u32 size;      /* of the whole record, a multiple of 8 */
  ygr_u8 kind;       /* enum ygr_kind */
  ygr_u8 sections;   /* how many follow */
  ygr_u16 type;      /* rules::EventType of the program that loaded the probe */
  ygr_u64 time_ns;   /* CLOCK_BOOTTIME */
  ygr_u64 sequence;  /* of this CPU and ring, from 1; a gap is what was lost there */
  ygr_u64 cgroup_id; /* of the current task in the cgroup2 hierarchy: the directory's inode */
  ygr_u32 tid;       /* host's */
  ygr_u32 pid;       /* thread group, host's */
  ygr_u32 uid;       /* real uid in the initial user namespace */
  ygr_u16 cpu;
  ygr_u16 flags;
  ygr_s64 result; /* of the call: >= 0 or -errno; YGR_EXIT: the status as wait() tells it */
};
YGR_ASSERT_SIZE(ygr_header, 56);

/* ygr_section.flags */
enum {
  YGR_TRUNCATED = 1, /* a limit cut it: what is there is a prefix; of resolved paths, a suffix */
};

struct ygr_section {
  ygr_u8 id; /* enum ygr_section_id */
  ygr_u8 flags;
  ygr_u16 size; /* of the bytes that follow, without padding */
};

enum ygr_section_id {
  YGR_S_NONE = 0,
  YGR_S_ARGS = 1,  /* struct ygr_args: the call's arguments as the registers had them */
  YGR_S_PATH0 = 2, /* text arguments as the caller gave them, in the call's order */
  YGR_S_PATH1 = 3,
  YGR_S_PATH2 = 4,
  YGR_S_DIR0 = 5, /* absolute directory that PATH0 is relative to; only where PATH0 is relative */
  YGR_S_DIR1 = 6, /* the same for PATH1 */
  YGR_S_FD = 7,   /* struct ygr_file: the descriptor that the call works on or returned */
  YGR_S_FD_PATH =
      8, /* its resolved path; a unix socket's name; "pipe:[…]"-like names are user space's */
  YGR_S_SOCKET = 9,   /* struct ygr_socket: of the same descriptor, after the call */
  YGR_S_ADDRESS = 10, /* sockaddr that the caller gave, as it is, at most 128 bytes */
  YGR_S_DATA = 11,    /* head of the buffer that the call read or wrote */
  YGR_S_BLOB =
      12, /* a structure that an argument points to: open_how, clone_args, two descriptors */
  YGR_S_TASK = 13,        /* struct ygr_task */
  YGR_S_CREDENTIALS = 14, /* struct ygr_credentials, after the call */
  YGR_S_COMM = 15,        /* the task's name */
  YGR_S_EXE_PATH = 16,    /* resolved path of the executable */
  YGR_S_EXE = 17,         /* struct ygr_file of the executable; fd is -1 */
  YGR_S_ARGV = 18,        /* arguments, each ended by a zero */
  YGR_S_ENV = 19,         /* environment, the same */
  YGR_S_CWD = 20,         /* absolute working directory */
  YGR_S_VERDICT = 21,     /* struct ygr_verdict */
  YGR_S_FDS = 22, /* YGR_EXEC: struct ygr_file of descriptors 0, 1, 2 that are open, an array */
  YGR_S_FDS_SOCKETS =
      23,              /* struct ygr_socket of those of them that are sockets, in the same order */
  YGR_S_FILENAME = 24, /* YGR_EXEC: what was asked to be executed, as bprm has it */
  YGR_S_OTHER_FD =
      25, /* struct ygr_file of a second descriptor: dup's old one, sendfile's source */
  YGR_SECTION_IDS
};

struct ygr_args {
  ygr_u64 value[6];
};
YGR_ASSERT_SIZE(ygr_args, 48);

/* ygr_file.layer */
enum { YGR_LAYER_NONE = 0, YGR_LAYER_UPPER = 1, YGR_LAYER_LOWER = 2 };

/* ygr_file.flags */
enum {
  YGR_FILE_MEMFD = 1,    /* of tmpfs, and never had a name there: memfd_create, shared memory */
  YGR_FILE_UNLINKED = 2, /* no name left (or never one) */
  YGR_FILE_ANON_INODE =
      4, /* eventfd, epoll, io_uring, bpf …: the name is in FD_PATH, "[eventpoll]" */
  YGR_FILE_WRITABLE = 8, /* exec: the caller may write the executable's inode by its mode bits */
  YGR_FILE_CREATED = 16, /* open: it was made by this call (FMODE_CREATED) */
};

struct ygr_file {
  ygr_s32 fd;
  ygr_u32 mode;       /* st_mode */
  ygr_u32 open_flags; /* f_flags: O_… */
  ygr_u32 links;
  ygr_u64 dev; /* the kernel's encoding: major << 20 | minor */
  ygr_u64 ino;
  ygr_u64 ctime_ns; /* since 1970 */
  ygr_u64 mtime_ns;
  ygr_u64 size;
  ygr_u32 uid; /* owner, initial user namespace */
  ygr_u32 gid;
  ygr_u8 layer; /* of an overlay */
  ygr_u8 flags;
  ygr_u16 reserved;
  ygr_u32 fs_magic; /* super_block.s_magic */
};
YGR_ASSERT_SIZE(ygr_file, 72);

struct ygr_socket {
  ygr_u16 family;     /* AF_INET, AF_INET6, AF_UNIX, AF_PACKET, … */
  ygr_u16 type;       /* SOCK_STREAM, … */
  ygr_u16 protocol;   /* IPPROTO_… */
  ygr_u8 state;       /* TCP_ESTABLISHED … as the kernel numbers them */
  ygr_u8 is_server;   /* 1: accepted, or listening */
  ygr_u16 local_port; /* host byte order */
  ygr_u16 remote_port;
  ygr_u32 reserved;
  ygr_u8 local[16]; /* IPv4: the first 4 bytes */
  ygr_u8 remote[16];
};
YGR_ASSERT_SIZE(ygr_socket, 48);

struct ygr_credentials {
  ygr_u32 uid, euid, suid, fsuid; /* all in the initial user namespace */
  ygr_u32 gid, egid, sgid, fsgid;
  ygr_u64 cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
};
YGR_ASSERT_SIZE(ygr_credentials, 72);

/* ygr_task.flags */
enum {
  YGR_TASK_KERNEL_THREAD = 1,
  YGR_TASK_SETUID_EXEC = 2, /* exec: the file's mode bits or capabilities gave privileges */
  YGR_TASK_MAIN_THREAD = 4,
  YGR_TASK_GROUP_GONE = 8, /* YGR_EXIT: no thread of the process is left */
};

struct ygr_task {
  ygr_u64 start_ns;        /* of the thread, CLOCK_BOOTTIME */
  ygr_u64 parent_start_ns; /* of the parent's thread group leader: (pid, start) names a process for
                              ever */
  ygr_u32 tid, pid;
  ygr_u32 parent_pid;  /* thread group that gets the exit signal now: real_parent's */
  ygr_u32 creator_tid; /* YGR_FORK: who made it; else 0 */
  ygr_u32 pgid, sid;   /* host's numbers */
  ygr_u32 vtid, vpid;  /* in the task's own PID namespace */
  ygr_u32 vpgid, vsid;
  ygr_u32 login_uid;  /* 0xffffffff: none */
  ygr_u32 session_id; /* audit session; 0xffffffff: none */
  ygr_u32 tty;        /* as tty_nr of /proc/PID/stat: 34816 is pts/0; 0 none */
  ygr_u32 flags;
  ygr_u32 mnt_ns, pid_ns, net_ns, user_ns; /* inode numbers */
  ygr_u32 uts_ns, ipc_ns, cgroup_ns;
  ygr_u32 seccomp_mode;
  ygr_u64 clone_flags;     /* YGR_FORK */
  ygr_u64 pid_ns_start_ns; /* start of the namespace's init; 0 unknown */
  ygr_u64 vm_size_kb, vm_rss_kb, vm_swap_kb;
  ygr_u64 fd_limit;
};
YGR_ASSERT_SIZE(ygr_task, 152);

/* ygr_verdict.action */
enum ygr_action {
  YGR_OBSERVED = 0,
  YGR_WOULD_BLOCK = 1, /* mode alert, or nothing on this node can refuse it */
  YGR_BLOCKED = 2,     /* EPERM before the effect */
  YGR_KILLED = 3,      /* the process got SIGKILL; the call may have had its effect */
};

struct ygr_verdict {
  ygr_u32 policy;    /* number that user space gave */
  ygr_u32 rule;      /* within the policy */
  ygr_u16 operation; /* enum of enforce/operations.h */
  ygr_u8 action;     /* enum ygr_action */
  ygr_u8 tier;       /* 'A', 'B', 'C' */
  ygr_u32 reserved;
  ygr_u64 subject; /* capability number, port, namespace flags …, by operation */
};
YGR_ASSERT_SIZE(ygr_verdict, 24);
