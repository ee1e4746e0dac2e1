/*
 * Entry, scripts and markers. `script STEP… ;; STEP…` runs programs one after the other; a step
 * that begins with `?` may fail. Steps `mark`, `netns` and `listen` happen in the script's own
 * process.
 */
#define _GNU_SOURCE
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int refused(const char* what) {
  fprintf(stderr, "actor: %s: %s\n", what, strerror(errno));
  return 1;
}

/* execvp tries one directory after the other, and each attempt that fails is an event. */
int execute(char** argv) {
  static char program[4096];
  const char* directory = getenv("PATH");
  if (strchr(argv[0], '/') || !directory) return execv(argv[0], argv);
  while (*directory) {
    const size_t length = strcspn(directory, ":");
    snprintf(program, sizeof program, "%.*s/%s", (int)length, directory, argv[0]);
    if (access(program, X_OK) == 0) return execv(program, argv);
    directory += length + (directory[length] == ':');
  }
  errno = ENOENT;
  return -1;
}

int run_program(char** argv) {
  const pid_t child = fork();
  if (child < 0) return refused("fork");
  if (child == 0) {
    execute(argv);
    refused(argv[0]);
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return refused("waitpid");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The file need not be there: the attempt is the mark. */
static int mark(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = open(argv[1], O_RDONLY);
  if (fd >= 0) close(fd);
  return 0;
}

static int run_step(int argc, char** argv) {
  if (strcmp(argv[0], "mark") == 0) return mark(argc, argv);
  if (strcmp(argv[0], "netns") == 0) return enter_network(argc, argv);
  if (strcmp(argv[0], "listen") == 0) return listen_here(argc, argv);
  return run_program(argv);
}

static int script(int argc, char** argv) {
  int at = 1;
  while (at < argc) {
    int end = at;
    while (end < argc && strcmp(argv[end], ";;") != 0) ++end;
    if (end > at) {
      char* last = argv[end];
      argv[end] = NULL;
      const int may_fail = strcmp(argv[at], "?") == 0;
      at += may_fail;
      const int status = run_step(end - at, argv + at);
      if (status != 0 && (!may_fail || status == 127)) {
        fprintf(stderr, "actor: step '%s %s' ended with %d\n", argv[at],
                argv[at + 1] ? argv[at + 1] : "", status);
        return 1;
      }
      argv[end] = last;
    }
    at = end + 1;
  }
  return 0;
}

static int run(int argc, char** argv) { return argc < 2 ? 2 : run_program(argv + 1); }
static int noop(int argc, char** argv) {
  (void)argc;
  (void)argv;
  return 0;
}
/* Until the container is stopped. */
static int wait_for_end(int argc, char** argv) {
  (void)argc;
  (void)argv;
  for (;;) pause();
  return 0;
}

static const struct verb kOwnVerbs[] = {{"script", script}, {"run", run},           {"mark", mark},
                                        {"noop", noop},     {"wait", wait_for_end}, {NULL, NULL}};

static const struct verb* find(const struct verb* verbs, const char* name) {
  for (; verbs->name; ++verbs) {
    if (strcmp(verbs->name, name) == 0) return verbs;
  }
  return NULL;
}

int main(int argc, char** argv) {
  const char* slash = strrchr(argv[0] ? argv[0] : "", '/');
  const char* own_name = slash ? slash + 1 : argv[0];
  /* Under a tool's name, arguments that are no verb are the tool's: it is the start that counts. */
  const int unknown_status = own_name && strcmp(own_name, "actor") == 0 ? 2 : 0;
  if (argc < 2) return unknown_status;
  const struct verb* const tables[] = {kOwnVerbs, kFileVerbs, kProcessVerbs, kNetworkVerbs,
                                       kEvasionVerbs};
  for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; ++i) {
    const struct verb* verb = find(tables[i], argv[1]);
    if (verb) return verb->act(argc - 1, argv + 1);
  }
  if (unknown_status != 0) fprintf(stderr, "actor: no such verb: %s\n", argv[1]);
  return unknown_status;
}
