/* libmodsecurity's C API, whose headers no C++23 compiler takes. */
#ifndef YAGURA_BENCH_PEER_C_H
#define YAGURA_BENCH_PEER_C_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char* data;
  size_t size;
} peer_text;

typedef struct {
  peer_text name, value;
} peer_field;

typedef struct {
  const char *method, *target, *version; /* "1.1" */
  const peer_field* fields;
  size_t field_count;
  peer_text body;
} peer_request;

typedef struct peer_engine peer_engine;

/* NULL: the rules do not load; *error says why (freed never: it is the engine's). */
peer_engine* peer_load(const char* directives, const char** error);
void peer_free(peer_engine* engine);
/* Phases 1 to 5, with an empty answer of text/html and status 200. 1: it was interrupted. */
int peer_inspect(peer_engine* engine, const peer_request* request);

#ifdef __cplusplus
}
#endif
#endif
