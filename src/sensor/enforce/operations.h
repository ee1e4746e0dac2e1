#pragma once

/*
 * What policies speak of: ygr_verdict.operation. Read by C (BPF) and C++. Numbers are kept:
 * captures hold them.
 */

enum ygr_operation {
  YGR_OP_EXEC = 0,       /* start a program; subject: none, the path says which */
  YGR_OP_EXEC_UPPER = 1, /* start one that lies in the container's writable layer */
  YGR_OP_EXEC_MEMFD = 2, /* start one without a name: memfd, unlinked */
  YGR_OP_EXEC_HASH = 3,  /* start one by what it consists of */
  YGR_OP_READ = 4,       /* open a file for reading */
  YGR_OP_WRITE = 5,      /* open for writing, truncate */
  YGR_OP_CREATE = 6,     /* make a file */
  YGR_OP_DELETE = 7,     /* unlink, rmdir */
  YGR_OP_RENAME = 8,     /* away from a name, or over it */
  YGR_OP_CHMOD = 9,
  YGR_OP_CHOWN = 10,
  YGR_OP_LINK = 11,    /* a hard link to it, or by this name */
  YGR_OP_SYMLINK = 12, /* a symbolic link of this name */
  YGR_OP_MKDIR = 13,
  YGR_OP_MKNOD = 14,   /* devices, pipes and sockets */
  YGR_OP_EGRESS = 15,  /* connect, send to; subject: port */
  YGR_OP_INGRESS = 16, /* packets from outside; subject: port */
  YGR_OP_BIND = 17,    /* subject: port */
  YGR_OP_LISTEN = 18,
  YGR_OP_SOCKET = 19,     /* subject: family, type << 16 */
  YGR_OP_CAPABILITY = 20, /* subject: its number */
  YGR_OP_MOUNT = 21,      /* mount, unmount, move, pivot_root */
  YGR_OP_PTRACE = 22,     /* also process_vm_*, /proc/PID/mem; subject: the other's pid */
  YGR_OP_NAMESPACE = 23,  /* unshare, clone, setns; subject: CLONE_NEW… */
  YGR_OP_MODULE = 24,
  YGR_OP_BPF = 25,       /* subject: the command */
  YGR_OP_SETUID = 26,    /* subject: the new effective uid */
  YGR_OP_WX_MEMORY = 27, /* memory that is writable and executable; subject: PROT_… */
  YGR_OP_IO_URING = 28,
  YGR_OP_USERFAULTFD = 29,
  YGR_OPERATIONS = 30
};
