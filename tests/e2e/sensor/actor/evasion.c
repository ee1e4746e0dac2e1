/* What an attacker does so as not to be seen. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

struct ring {
  int fd;
  struct io_uring_params params;
  unsigned char* submissions;
  unsigned char* completions;
  struct io_uring_sqe* entries;
};

static int open_ring(struct ring* ring) {
  memset(ring, 0, sizeof *ring);
  ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->params);
  if (ring->fd < 0) return -1;
  const struct io_sqring_offsets* sq = &ring->params.sq_off;
  const struct io_cqring_offsets* cq = &ring->params.cq_off;
  const int kBoth = PROT_READ | PROT_WRITE;
  ring->submissions = mmap(NULL, sq->array + ring->params.sq_entries * sizeof(unsigned), kBoth,
                           MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
  ring->completions = mmap(NULL, cq->cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe),
                           kBoth, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
  ring->entries = mmap(NULL, ring->params.sq_entries * sizeof(struct io_uring_sqe), kBoth,
                       MAP_SHARED, ring->fd, IORING_OFF_SQES);
  return ring->submissions == MAP_FAILED || ring->completions == MAP_FAILED ||
                 ring->entries == MAP_FAILED
             ? -1
             : 0;
}

/* One operation, waited for: its result; 0 of one that completes without a word. */
static int submit(struct ring* ring, const struct io_uring_sqe* entry) {
  const int is_silent = (entry->flags & IOSQE_CQE_SKIP_SUCCESS) != 0;
  ring->entries[0] = *entry;
  ((unsigned*)(ring->submissions + ring->params.sq_off.array))[0] = 0;
  atomic_fetch_add((_Atomic unsigned*)(ring->submissions + ring->params.sq_off.tail), 1U);
  if (syscall(SYS_io_uring_enter, ring->fd, 1, !is_silent, IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
    return -1;
  }
  if (is_silent) return 0;
  return ((struct io_uring_cqe*)(ring->completions + ring->params.cq_off.cqes))[0].res;
}

/* uring-open PATH [async|silent]: by a worker thread of the kernel; without a completion. */
static int open_by_ring(int argc, char** argv) {
  if (argc < 2) return 2;
  struct ring ring;
  if (open_ring(&ring) != 0) return refused("io_uring_setup");
  struct io_uring_sqe entry;
  memset(&entry, 0, sizeof entry);
  entry.opcode = IORING_OP_OPENAT;
  entry.fd = AT_FDCWD;
  entry.addr = (unsigned long)argv[1];
  entry.open_flags = O_RDONLY;
  if (argc > 2) entry.flags = strcmp(argv[2], "async") == 0 ? IOSQE_ASYNC : IOSQE_CQE_SKIP_SUCCESS;
  return submit(&ring, &entry) >= 0 ? 0 : refused("io_uring_enter");
}

static int remove_by_ring(int argc, char** argv) {
  if (argc != 2) return 2;
  struct ring ring;
  if (open_ring(&ring) != 0) return refused("io_uring_setup");
  struct io_uring_sqe entry;
  memset(&entry, 0, sizeof entry);
  entry.opcode = IORING_OP_UNLINKAT;
  entry.fd = AT_FDCWD;
  entry.addr = (unsigned long)argv[1];
  return submit(&ring, &entry) >= 0 ? 0 : refused("io_uring_enter");
}

/* uring-connect ADDRESS PORT */
static int connect_by_ring(int argc, char** argv) {
  if (argc != 3) return 2;
  struct ring ring;
  if (open_ring(&ring) != 0) return refused("io_uring_setup");
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10))};
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  struct io_uring_sqe entry;
  memset(&entry, 0, sizeof entry);
  entry.opcode = IORING_OP_CONNECT;
  entry.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  entry.addr = (unsigned long)&address;
  entry.off = sizeof address;
  return submit(&ring, &entry) == 0 ? 0 : refused("io_uring_enter");
}

static int open_by_openat2(int argc, char** argv) {
  if (argc != 2) return 2;
  struct open_how how = {.flags = O_RDONLY};
  return syscall(SYS_openat2, AT_FDCWD, argv[1], &how, sizeof how) >= 0 ? 0 : refused("openat2");
}

/* openat DIRECTORY PATH: relative to a descriptor of the directory. */
static int open_relative(int argc, char** argv) {
  if (argc != 3) return 2;
  const int directory = open(argv[1], O_PATH | O_DIRECTORY);
  if (directory < 0) return refused(argv[1]);
  return openat(directory, argv[2], O_RDONLY) >= 0 ? 0 : refused(argv[2]);
}

/* chdir DIRECTORY PROGRAM… */
static int change_directory(int argc, char** argv) {
  if (argc < 3) return 2;
  if (chdir(argv[1]) != 0) return refused(argv[1]);
  execute(argv + 2);
  return refused(argv[2]);
}

/* chroot DIRECTORY PROGRAM… */
static int change_root(int argc, char** argv) {
  if (argc < 3) return 2;
  if (chroot(argv[1]) != 0 || chdir("/") != 0) return refused(argv[1]);
  execute(argv + 2);
  return refused(argv[2]);
}

struct racer {
  char* path;
  const char* harmless;
  const char* wanted;
  atomic_int stop;
};

static void* swap_paths(void* argument) {
  struct racer* racer = argument;
  while (!atomic_load_explicit(&racer->stop, memory_order_relaxed)) {
    strcpy(racer->path, racer->harmless);
    strcpy(racer->path, racer->wanted);
  }
  return NULL;
}

/* race HARMLESS WANTED: a thread changes the path while the call reads it, until WANTED was what
 * the kernel opened a hundred times. The two paths are of equal length, so that no mixture has
 * another end. */
static int race(int argc, char** argv) {
  if (argc != 3 || strlen(argv[1]) != strlen(argv[2])) return 2;
  static char path[256];
  static char link[256];
  static char self[64];
  struct racer racer = {.path = path, .harmless = argv[1], .wanted = argv[2]};
  strcpy(path, argv[1]);
  pthread_t thread;
  if (pthread_create(&thread, NULL, swap_paths, &racer) != 0) return 1;
  int hits = 0;
  for (int tries = 0; tries < 200000 && hits < 100; ++tries) {
    const int fd = open(path, O_RDONLY);
    if (fd < 0) continue;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(self, link, sizeof link - 1);
    if (size > 0) {
      link[size] = 0;
      hits += strcmp(link, argv[2]) == 0;
    }
    close(fd);
  }
  atomic_store(&racer.stop, 1);
  pthread_join(thread, NULL);
  fprintf(stdout, "%d\n", hits);
  return hits > 0 ? 0 : 1;
}

/* comm NAME VERB…: under a task name of its choice, the verb in this process. */
static int spoof_comm(int argc, char** argv) {
  if (argc < 4 || strcmp(argv[2], "open") != 0) return 2;
  prctl(PR_SET_NAME, argv[1], 0, 0, 0);
  return open(argv[3], O_RDONLY) >= 0 ? 0 : refused(argv[3]);
}

/* argv0 NAME PROGRAM ARGUMENT…: the program's zeroth argument is NAME. */
static int spoof_argv(int argc, char** argv) {
  if (argc < 3) return 2;
  const char* program = argv[2];
  argv[2] = argv[1];
  execv(program, argv + 2);
  return refused(program);
}

/* padded BYTES PROGRAM ARGUMENT: that many bytes of arguments before the last one. */
static int run_padded(int argc, char** argv) {
  if (argc != 4) return 2;
  const size_t count = strtoul(argv[1], NULL, 10) / 64;
  char** arguments = calloc(count + 3, sizeof(char*));
  if (!arguments) return 1;
  arguments[0] = argv[2];
  for (size_t i = 0; i < count; ++i) {
    arguments[i + 1] = "-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  }
  arguments[count + 1] = argv[3];
  execute(arguments);
  return refused(argv[2]);
}

/* bind FROM TO: a bind mount. */
static int bind_mount(int argc, char** argv) {
  if (argc != 3) return 2;
  return mount(argv[1], argv[2], NULL, MS_BIND, NULL) == 0 ? 0 : refused("mount");
}

/* badname DIRECTORY: a file whose name is no UTF-8, then the same read. */
static int use_bad_name(int argc, char** argv) {
  if (argc != 2) return 2;
  char path[256];
  snprintf(path, sizeof path, "%s/.\xff\xfe\x80\"\n\x01name", argv[1]);
  return open(path, O_WRONLY | O_CREAT, 0600) >= 0 ? 0 : refused(path);
}

static void* open_in_thread(void* path) { return (void*)(long)open(path, O_RDONLY); }

/* thread PATH: opened by another thread than the first. */
static int open_by_thread(int argc, char** argv) {
  if (argc != 2) return 2;
  pthread_t thread;
  void* fd = NULL;
  if (pthread_create(&thread, NULL, open_in_thread, argv[1]) != 0) return 1;
  pthread_join(thread, &fd);
  return (long)fd >= 0 ? 0 : refused(argv[1]);
}

/* jail DIRECTORY PATH: PATH as it is called below that root. */
static int open_in_jail(int argc, char** argv) {
  if (argc != 3) return 2;
  if (chroot(argv[1]) != 0) return refused(argv[1]);
  return open(argv[2], O_RDONLY) >= 0 ? 0 : refused(argv[2]);
}

#ifdef __x86_64__
/* int80 PATH: opened by a 32-bit call. */
static int open_by_32_bit_call(int argc, char** argv) {
  if (argc != 2) return 2;
  char* path =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (path == MAP_FAILED) return refused("mmap");
  strncpy(path, argv[1], 4095);
  const long kOpen = 5;
  long result = kOpen;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"(path), "c"((long)O_RDONLY), "d"(0L)
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)result >= 0 ? 0 : 1;
}
#else
static int open_by_32_bit_call(int argc, char** argv) { return open_by_openat2(argc, argv); }
#endif

/* Until whoever holds the other end is gone. */
static int wait_for_holders(const int* ends) {
  char byte;
  close(ends[1]);
  return read(ends[0], &byte, 1) == 0 ? 0 : 1;
}

/* orphan PROGRAM…: run by a process whose parent has ended already. */
static int run_orphan(int argc, char** argv) {
  if (argc < 2) return 2;
  int ends[2];
  if (pipe(ends) != 0) return refused("pipe");
  const pid_t child = fork();
  if (child == 0) {
    const pid_t own = getpid();
    if (fork() != 0) _exit(0);
    while (getppid() == own) sched_yield();
    execute(argv + 1);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return wait_for_holders(ends);
}

/* sibling PROGRAM…: run by a process that the kernel takes for our parent's child. */
static int run_sibling(int argc, char** argv) {
  if (argc < 2) return 2;
  int ends[2];
  if (pipe(ends) != 0) return refused("pipe");
  const long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0L, 0L, 0L, 0L);
  if (child < 0) return refused("clone");
  if (child == 0) {
    execute(argv + 1);
    _exit(127);
  }
  return wait_for_holders(ends);
}

const struct verb kEvasionVerbs[] = {{"uring-open", open_by_ring},
                                     {"uring-remove", remove_by_ring},
                                     {"uring-connect", connect_by_ring},
                                     {"openat2", open_by_openat2},
                                     {"openat", open_relative},
                                     {"chdir", change_directory},
                                     {"chroot", change_root},
                                     {"race", race},
                                     {"comm", spoof_comm},
                                     {"argv0", spoof_argv},
                                     {"padded", run_padded},
                                     {"bind", bind_mount},
                                     {"badname", use_bad_name},
                                     {"thread", open_by_thread},
                                     {"jail", open_in_jail},
                                     {"int80", open_by_32_bit_call},
                                     {"orphan", run_orphan},
                                     {"sibling", run_sibling},
                                     {NULL, NULL}};
