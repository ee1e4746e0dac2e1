/* Files: open, write, create, copy. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

static int open_file(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = open(argv[1], O_RDONLY);
  if (fd < 0) return refused(argv[1]);
  char byte;
  (void)!read(fd, &byte, 1);
  close(fd);
  return 0;
}

static int write_file(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = open(argv[1], O_WRONLY | O_CREAT, 0644);
  if (fd < 0 || write(fd, "x", 1) != 1) return refused(argv[1]);
  close(fd);
  return 0;
}

/* create PATH MODE(octal) */
static int create_file(int argc, char** argv) {
  if (argc != 3) return 2;
  const int fd = open(argv[1], O_WRONLY | O_CREAT, (mode_t)strtoul(argv[2], NULL, 8));
  if (fd < 0) return refused(argv[1]);
  close(fd);
  return 0;
}

/* openlate MILLISECONDS PATH: when this process is that old. */
static int open_late(int argc, char** argv) {
  if (argc != 3) return 2;
  const long ms = strtol(argv[1], NULL, 10);
  struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
  return open_file(2, argv + 1);
}

/* openwrite PATH: nothing is created. */
static int open_for_writing(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = open(argv[1], O_WRONLY);
  if (fd < 0) return refused(argv[1]);
  close(fd);
  return 0;
}

const struct verb kFileVerbs[] = {
    {"open", open_file},     {"write", write_file},           {"create", create_file},
    {"openlate", open_late}, {"openwrite", open_for_writing}, {NULL, NULL}};
