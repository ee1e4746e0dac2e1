#pragma once

/*
 * What the tests' containers run: one static program that does one named thing, under whatever name
 * it was put into the image. Verbs return the exit status: 0 it was done, 1 it was refused, 2 bad
 * usage.
 */

struct verb {
  const char* name;
  int (*act)(int argc, char** argv); /* argv[0] is the verb's name */
};

extern const struct verb kFileVerbs[];
extern const struct verb kProcessVerbs[];
extern const struct verb kNetworkVerbs[];
extern const struct verb kEvasionVerbs[];

/* Like execvp, without attempts in directories that do not have the program. */
int execute(char** argv);

/* fork, execute, wait: the status of the program, 127 where it could not be started. */
int run_program(char** argv);

/* Prints "actor: WHAT: errno's text" and returns 1. */
int refused(const char* what);

/* These act on the script's own process: a network namespace for the steps behind, listeners they
 * reach. */
int enter_network(int argc, char** argv);
int listen_here(int argc, char** argv);
