/*
 * Processes that live as shortly as they can: `short_lived N` makes N of them, one after the other,
 * each of which executes this very program, which is linked statically, reads a file and ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int live(void) {
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) close(fd);
  return 0;
}

int main(int count, char** words) {
  char* const child_words[] = {words[0], NULL};
  char* const environment[] = {"PATH=/usr/bin:/bin", "HOME=/root", "LANG=C.UTF-8", NULL};
  long times = count > 1 ? atol(words[1]) : 0;
  if (count < 2) return live();
  for (long i = 0; i < times; ++i) {
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
      execve("/proc/self/exe", child_words, environment);
      _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      fprintf(stderr, "process %ld of %ld failed\n", i, times);
      return 1;
    }
  }
  return 0;
}
