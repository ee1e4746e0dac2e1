/* Privileges, namespaces, tracing, kernel interfaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

/* as UID PROGRAM…: becomes that user (by setresuid alone) and is the program from then on. */
static int as_user(int argc, char** argv) {
  if (argc < 3) return 2;
  const uid_t id = (uid_t)strtoul(argv[1], NULL, 10);
  if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, id, id, id) != 0 ||
      syscall(SYS_setresuid, id, id, id) != 0) {
    return refused("setresuid");
  }
  execute(argv + 2);
  return refused(argv[2]);
}

static int set_user(int argc, char** argv) {
  if (argc != 2) return 2;
  return syscall(SYS_setuid, (uid_t)strtoul(argv[1], NULL, 10)) == 0 ? 0 : refused("setuid");
}

/* A child that waits to be traced; it goes when we do. */
static pid_t start_victim(void) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  return child;
}

static int attach(int argc, char** argv) {
  (void)argc;
  (void)argv;
  const pid_t victim = start_victim();
  if (victim < 0) return refused("fork");
  const long result = ptrace(PTRACE_ATTACH, victim, 0, 0);
  if (result == 0) waitpid(victim, NULL, 0);
  kill(victim, SIGKILL);
  waitpid(victim, NULL, 0);
  return result == 0 ? 0 : refused("ptrace");
}

static int trace_me(int argc, char** argv) {
  (void)argc;
  (void)argv;
  return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 ? 0 : refused("ptrace");
}

/* setns NAME: into its own namespace of that name. */
static int enter_namespace(int argc, char** argv) {
  if (argc != 2) return 2;
  char path[64] = "/proc/self/ns/";
  strncat(path, argv[1], 16);
  const int fd = open(path, O_RDONLY);
  if (fd < 0) return refused(path);
  return setns(fd, 0) == 0 ? 0 : refused("setns");
}

static int unshare_user(int argc, char** argv) {
  (void)argc;
  (void)argv;
  return unshare(CLONE_NEWUSER) == 0 ? 0 : refused("unshare");
}

/* What no kernel takes as a module. */
static int load_module(int argc, char** argv) {
  (void)argc;
  (void)argv;
  static char image[] = "no module";
  return syscall(SYS_init_module, image, sizeof image, "") == 0 ? 0 : refused("init_module");
}

/* bpf COMMAND: with attributes that the kernel refuses. */
static int call_bpf(int argc, char** argv) {
  if (argc != 2) return 2;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  return syscall(SYS_bpf, (int)strtol(argv[1], NULL, 10), &attributes, sizeof attributes) >= 0
             ? 0
             : refused("bpf");
}

static int user_fault(int argc, char** argv) {
  (void)argc;
  (void)argv;
  const int kUserModeOnly = 1;
  return syscall(SYS_userfaultfd, O_CLOEXEC | kUserModeOnly) >= 0 ? 0 : refused("userfaultfd");
}

/* A descriptor of a file without a name that holds this program. */
static int copy_to_memory(const char* name) {
  const int from = open("/proc/self/exe", O_RDONLY);
  const int to = (int)syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */);
  static char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read(from, buffer, sizeof buffer);
    if (got == 0) break;
    if (got < 0 || write(to, buffer, (size_t)got) != got) return -1;
  }
  close(from);
  return to;
}

/* memfd NAME ARGUMENT…: this program from memory, called NAME. */
static int run_from_memory(int argc, char** argv) {
  if (argc < 2) return 2;
  const int fd = copy_to_memory(argv[1]);
  if (fd < 0) return refused("memfd_create");
  extern char** environ;
  syscall(SYS_execveat, fd, "", argv + 1, environ, AT_EMPTY_PATH);
  return refused("execveat");
}

/* shm: W and X at once. */
static int map_writable_code(int argc, char** argv) {
  (void)argc;
  (void)argv;
  void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return refused("mmap");
  return mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0 ? 0 : refused("mprotect");
}

const struct verb kProcessVerbs[] = {{"as", as_user},
                                     {"setuid", set_user},
                                     {"attach", attach},
                                     {"traceme", trace_me},
                                     {"setns", enter_namespace},
                                     {"unshare-user", unshare_user},
                                     {"module", load_module},
                                     {"bpf", call_bpf},
                                     {"userfault", user_fault},
                                     {"memfd", run_from_memory},
                                     {"wx", map_writable_code},
                                     {NULL, NULL}};
