/* The nginx module: what its files share. All judgement is behind the C API of the engine
 * (waf/c_api/yagura_waf.h); here is only when nginx asks and what it does with the answer. */
#ifndef NGX_HTTP_YAGURA_MODULE_H
#define NGX_HTTP_YAGURA_MODULE_H

#include <ngx_config.h>
/* nginx's headers need this order. */
#include <ngx_core.h>
#include <ngx_http.h>

#include "waf/c_api/yagura_waf.h"

/* One loaded rule set; locations with equal rules share it. */
typedef struct {
  ngx_str_t path;
  ngx_str_t settings;
  ngx_str_t directives;
  ngx_str_t shadow;
  yagura_waf_rules* rules;
} ngx_http_yagura_rule_set_t;

typedef struct {
  ngx_str_t library;
  ngx_str_t cache;
  ngx_open_file_t* events; /* nginx opens them, and opens them anew when it is told to (USR1) */
  ngx_open_file_t* blocks;
  size_t shared_memory;
  ngx_flag_t has_metrics;
  ngx_array_t* rule_sets; /* of ngx_http_yagura_rule_set_t; released with the cycle's pool */
} ngx_http_yagura_main_conf_t;

typedef struct {
  ngx_uint_t mode; /* YAGURA_WAF_MODE_… */
  ngx_uint_t fail_open;
  ngx_msec_t time_budget;
  ngx_str_t rules_path;
  ngx_str_t settings;   /* read before the rules; the parents' first, then its own */
  ngx_str_t directives; /* read behind the rules; the same */
  ngx_str_t shadow;
  ngx_http_complex_value_t* transaction_id;
  yagura_waf_rules* rules; /* borrowed of the main configuration; null where the mode is off */
} ngx_http_yagura_loc_conf_t;

/* What the module remembers of a request. Internal redirects clear r->ctx, so it is also found
 * through the pool's cleanup handlers (ngx_http_yagura_context). */
typedef struct {
  ngx_http_request_t* request;
  yagura_waf_transaction* transaction;
  ngx_chain_t* held; /* the response's body while it is judged: copies, in order */
  ngx_chain_t** held_end;
  ngx_int_t refusal; /* the status that the request's body earned; 0: none */
  unsigned body_requested : 1;
  unsigned request_done : 1; /* phase 2 has run */
  unsigned blocked : 1;    /* the engine refused: what follows is our answer, not the upstream's */
  unsigned discarding : 1; /* our answer is out: the upstream's rest goes nowhere */
  unsigned response_seen : 1;
  unsigned holding : 1; /* headers and body wait for phase 4 */
  unsigned finished : 1;
} ngx_http_yagura_ctx_t;

extern ngx_module_t ngx_http_yagura_module;

/* The engine, loaded once a process and never unloaded; null before ngx_http_yagura_load_engine. */
extern const yagura_waf_api* ngx_http_yagura_api;
/* Counters and collections that all worker processes share; lives over reloads. */
extern yagura_waf_worker* ngx_http_yagura_worker;

static inline yagura_waf_text ngx_http_yagura_text(const ngx_str_t* text) {
  yagura_waf_text result = {(const char*)text->data, text->len};
  return result;
}

/* library.c */
char* ngx_http_yagura_load_engine(ngx_conf_t* cf, const ngx_http_yagura_main_conf_t* conf);
char* ngx_http_yagura_load_rules(ngx_conf_t* cf, ngx_http_yagura_main_conf_t* main_conf,
                                 ngx_http_yagura_loc_conf_t* conf);
ngx_int_t ngx_http_yagura_open_worker(ngx_conf_t* cf, const ngx_http_yagura_main_conf_t* conf);

/* context.c */
ngx_http_yagura_ctx_t* ngx_http_yagura_context(ngx_http_request_t* r);
ngx_http_yagura_ctx_t* ngx_http_yagura_begin(ngx_http_request_t* r,
                                             const ngx_http_yagura_loc_conf_t* conf);
void ngx_http_yagura_report(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx);
void ngx_http_yagura_finish(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx);
/* NGX_DECLINED to go on, or the status to answer with (NGX_HTTP_CLOSE: none). For a redirect the
 * Location header is set. */
ngx_int_t ngx_http_yagura_obey(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx,
                               yagura_waf_verdict verdict);

/* request.c: phase handlers */
ngx_int_t ngx_http_yagura_rewrite_handler(ngx_http_request_t* r);
ngx_int_t ngx_http_yagura_preaccess_handler(ngx_http_request_t* r);
ngx_int_t ngx_http_yagura_log_handler(ngx_http_request_t* r);

/* response.c */
void ngx_http_yagura_install_filters(void);

/* metrics.c */
ngx_int_t ngx_http_yagura_metrics_handler(ngx_http_request_t* r);

#endif
