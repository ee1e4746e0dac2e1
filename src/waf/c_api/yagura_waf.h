/* The engine for servers written in C (the nginx module). A table of functions behind one symbol,
 * so that the library can be replaced without building its users again: functions are only ever
 * added at the end of the table.
 *
 * Strings are pointer and length, need no NUL, and are copied unless said otherwise. No function
 * throws, exits or prints. Objects belong to the caller until the function that ends them. */
#ifndef YAGURA_WAF_H
#define YAGURA_WAF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define YAGURA_WAF_API_VERSION 2u

typedef struct yagura_waf_rules yagura_waf_rules; /* a rule set; counted; any thread */
typedef struct yagura_waf_worker
    yagura_waf_worker; /* what one worker process keeps between transactions */
typedef struct yagura_waf_transaction
    yagura_waf_transaction; /* one exchange; one thread at a time */

typedef struct {
  const char* data;
  size_t size;
} yagura_waf_text;

enum {
  YAGURA_WAF_MODE_OFF = 0,
  YAGURA_WAF_MODE_DETECT = 1,
  YAGURA_WAF_MODE_BLOCK = 2,
  YAGURA_WAF_MODE_RULES = 3 /* SecRuleEngine decides */
};
enum { YAGURA_WAF_PASS = 0, YAGURA_WAF_DENY = 1, YAGURA_WAF_DROP = 2, YAGURA_WAF_REDIRECT = 3 };

typedef struct {
  int action;          /* YAGURA_WAF_PASS … */
  int status;          /* HTTP status to answer with */
  yagura_waf_text url; /* for a redirect; lives as long as the transaction */
} yagura_waf_verdict;

typedef struct {
  int mode;
  int fail_open; /* 1: a request passes when the engine gives up; 0: it is refused with 503 */
  unsigned time_budget_us;   /* CPU time of the thread, in inspection; 0: none */
  yagura_waf_text unique_id; /* empty: one is made */
} yagura_waf_options;

typedef void (*yagura_waf_line)(void* context, int is_error, yagura_waf_text line);

typedef struct {
  unsigned
      version; /* YAGURA_WAF_API_VERSION of the library; at least what the caller was built for */

  /* Loads rules. `path`: a file, or a folder (see waf/load/load.hpp). `settings` and `directives`:
   * SecLang text read before and after its rules; may be empty. Every problem goes to `report`.
   * NULL: there was an error. `cache_folder` may be empty. `shadow`: ids, ranges, tags by comma. */
  yagura_waf_rules* (*rules_load)(yagura_waf_text path, yagura_waf_text settings,
                                  yagura_waf_text directives, yagura_waf_text cache_folder,
                                  yagura_waf_text shadow, yagura_waf_line report, void* context);
  void (*rules_release)(yagura_waf_rules* rules);

  /* Once before workers fork: memory that all workers share (counters, persistent collections).
   * `shared_size` bytes are mapped. */
  yagura_waf_worker* (*worker_create)(yagura_waf_text event_file, yagura_waf_text block_file,
                                      size_t shared_size, yagura_waf_line report, void* context);
  void (*worker_free)(yagura_waf_worker* worker);

  yagura_waf_transaction* (*begin)(yagura_waf_worker* worker, yagura_waf_rules* rules,
                                   const yagura_waf_options* options);
  void (*end)(
      yagura_waf_transaction* transaction); /* runs phase 5 if it has not run, writes logs, frees */

  void (*connection)(yagura_waf_transaction*, yagura_waf_text client, unsigned client_port,
                     yagura_waf_text server, unsigned server_port);
  void (*request_line)(yagura_waf_transaction*, yagura_waf_text method, yagura_waf_text uri,
                       yagura_waf_text protocol);
  void (*request_header)(yagura_waf_transaction*, yagura_waf_text name, yagura_waf_text value);
  yagura_waf_verdict (*request_headers_done)(yagura_waf_transaction*);
  int (*wants_request_body)(yagura_waf_transaction*);
  yagura_waf_verdict (*request_body)(yagura_waf_transaction*, yagura_waf_text chunk);
  yagura_waf_verdict (*request_body_done)(yagura_waf_transaction*);
  void (*response)(yagura_waf_transaction*, unsigned status, yagura_waf_text protocol);
  void (*response_header)(yagura_waf_transaction*, yagura_waf_text name, yagura_waf_text value);
  yagura_waf_verdict (*response_headers_done)(yagura_waf_transaction*);
  int (*wants_response_body)(yagura_waf_transaction*);
  yagura_waf_verdict (*response_body)(yagura_waf_transaction*, yagura_waf_text chunk);
  yagura_waf_verdict (*response_body_done)(yagura_waf_transaction*);
  /* Phase 5. Lines for the server's error log go to `report`, in ModSecurity's format. */
  void (*finish)(yagura_waf_transaction*, yagura_waf_line report, void* context);
  yagura_waf_text (*unique_id)(yagura_waf_transaction*);

  /* Prometheus text of all workers that share `worker`'s memory, to `report` in pieces. */
  void (*metrics)(yagura_waf_worker*, yagura_waf_line report, void* context);

  /* Lines of the detections since the last call (finish() writes the rest): called before an answer
   * leaves, so that whoever has it finds them in the log. `is_error` is set where the detection
   * decided the transaction. */
  void (*report_detections)(yagura_waf_transaction*, yagura_waf_line report, void* context);

  /* Opens the files anew (rotation, other names); counters and collections go on. 0: one could not
   * be opened, the old one stays. */
  int (*worker_reopen)(yagura_waf_worker*, yagura_waf_text event_file, yagura_waf_text block_file,
                       yagura_waf_line report, void* context);

  /* Since version 2. Events and block records go to these descriptors from now on (-1: nowhere), in
   * place of files that were opened by name. They stay the caller's: for servers that open and
   * reopen their logs themselves. Costs two comparisons where nothing changes. */
  void (*worker_use_files)(yagura_waf_worker*, int event_descriptor, int block_descriptor);

  /* Since version 2. With `errors_only` report_detections() and finish() make no lines but those
   * with `is_error`: where the server's log would drop the others. */
  void (*report_errors_only)(yagura_waf_transaction*, int errors_only);
} yagura_waf_api;

/* The one symbol. NULL where the library is older than `version`. */
const yagura_waf_api* yagura_waf_get_api(unsigned version);

#ifdef __cplusplus
}
#endif
#endif
