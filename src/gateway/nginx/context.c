/* The transaction of a request: made once, found again after internal redirects, ended with the
 * request's pool. */
#include "gateway/nginx/ngx_http_yagura_module.h"

/* Each time before something may be written: nginx opens its files anew for rotation, and a cycle
 * that ends has other descriptors than the one that begins. */
static void use_files(ngx_http_request_t* r) {
  const ngx_http_yagura_main_conf_t* conf =
      ngx_http_get_module_main_conf(r, ngx_http_yagura_module);
  ngx_http_yagura_api->worker_use_files(ngx_http_yagura_worker,
                                        conf->events == NULL ? NGX_INVALID_FILE : conf->events->fd,
                                        conf->blocks == NULL ? NGX_INVALID_FILE : conf->blocks->fd);
}

static void end_transaction(void* data) {
  ngx_http_yagura_ctx_t* ctx = data;
  if (ctx->transaction == NULL) return;
  if (!ctx->finished) use_files(ctx->request);
  ngx_http_yagura_api->end(ctx->transaction);
  ctx->transaction = NULL;
}

ngx_http_yagura_ctx_t* ngx_http_yagura_context(ngx_http_request_t* r) {
  ngx_http_yagura_ctx_t* ctx = ngx_http_get_module_ctx(r, ngx_http_yagura_module);
  if (ctx != NULL || (!r->internal && !r->filter_finalize)) return ctx;
  for (ngx_pool_cleanup_t* cleanup = r->pool->cleanup; cleanup != NULL; cleanup = cleanup->next) {
    if (cleanup->handler != end_transaction) continue;
    ctx = cleanup->data;
    ngx_http_set_ctx(r, ctx, ngx_http_yagura_module);
    return ctx;
  }
  return NULL;
}

static unsigned port_of(struct sockaddr* address) {
  return address == NULL ? 0 : (unsigned)ngx_inet_get_port(address);
}

static void give_connection(ngx_http_request_t* r, yagura_waf_transaction* transaction) {
  ngx_connection_t* connection = r->connection;
  u_char buffer[NGX_SOCKADDR_STRLEN];
  ngx_str_t server = {sizeof(buffer), buffer};
  unsigned server_port = 0;
  if (ngx_connection_local_sockaddr(connection, &server, 0) == NGX_OK) {
    server_port = port_of(connection->local_sockaddr);
  } else {
    ngx_str_null(&server);
  }
  ngx_http_yagura_api->connection(transaction, ngx_http_yagura_text(&connection->addr_text),
                                  port_of(connection->sockaddr), ngx_http_yagura_text(&server),
                                  server_port);
}

static yagura_waf_text part(const u_char* begin, const u_char* end) {
  yagura_waf_text text = {(const char*)begin, (size_t)(end - begin)};
  return text;
}

/* As the client wrote it: error pages and rewrites change r->method and r->uri, never
 * r->request_line. */
static void give_request_line(ngx_http_request_t* r, yagura_waf_transaction* transaction) {
  static ngx_str_t oldest = ngx_string("HTTP/0.9");
  const ngx_str_t* protocol = r->http_protocol.len == 0 ? &oldest : &r->http_protocol;
  yagura_waf_text method = ngx_http_yagura_text(&r->method_name);
  yagura_waf_text uri = ngx_http_yagura_text(&r->unparsed_uri);
  u_char* begin = r->request_line.data;
  u_char* end = begin + r->request_line.len;
  u_char* first = begin == NULL ? NULL : ngx_strlchr(begin, end, ' ');
  if (first != NULL && first != begin) {
    method = part(begin, first);
    const u_char* uri_begin = first;
    while (uri_begin < end && *uri_begin == ' ') uri_begin++;
    const u_char* uri_end = end;
    if (r->http_protocol.len != 0) {
      while (uri_end > uri_begin && uri_end[-1] == ' ') uri_end--;
      while (uri_end > uri_begin && uri_end[-1] != ' ') uri_end--;
    }
    while (uri_end > uri_begin && uri_end[-1] == ' ') uri_end--;
    if (uri_end > uri_begin) uri = part(uri_begin, uri_end);
  }
  ngx_http_yagura_api->request_line(transaction, method, uri, ngx_http_yagura_text(protocol));
}

static void give_headers(ngx_http_request_t* r, yagura_waf_transaction* transaction) {
  for (const ngx_list_part_t* list = &r->headers_in.headers.part; list != NULL; list = list->next) {
    const ngx_table_elt_t* header = list->elts;
    for (ngx_uint_t i = 0; i < list->nelts; i++) {
      ngx_http_yagura_api->request_header(transaction, ngx_http_yagura_text(&header[i].key),
                                          ngx_http_yagura_text(&header[i].value));
    }
  }
}

ngx_http_yagura_ctx_t* ngx_http_yagura_begin(ngx_http_request_t* r,
                                             const ngx_http_yagura_loc_conf_t* conf) {
  ngx_http_yagura_ctx_t* ctx = ngx_pcalloc(r->pool, sizeof(*ctx));
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, 0);
  if (ctx == NULL || cleanup == NULL) return NULL;
  ngx_str_t id = ngx_null_string;
  if (conf->transaction_id != NULL &&
      ngx_http_complex_value(r, conf->transaction_id, &id) != NGX_OK) {
    return NULL;
  }
  const yagura_waf_options options = {.mode = (int)conf->mode,
                                      .fail_open = (int)conf->fail_open,
                                      .time_budget_us = (unsigned)conf->time_budget * 1000u,
                                      .unique_id = ngx_http_yagura_text(&id)};
  ctx->request = r;
  ctx->held_end = &ctx->held;
  ctx->transaction = ngx_http_yagura_api->begin(ngx_http_yagura_worker, conf->rules, &options);
  if (ctx->transaction == NULL) return NULL;
  cleanup->handler = end_transaction;
  cleanup->data = ctx;
  ngx_http_set_ctx(r, ctx, ngx_http_yagura_module);
  give_connection(r, ctx->transaction);
  give_request_line(r, ctx->transaction);
  give_headers(r, ctx->transaction);
  return ctx;
}

static void log_line(void* context, int is_error, yagura_waf_text line) {
  /* The levels of ModSecurity's connector. */
  const ngx_uint_t level = is_error ? NGX_LOG_ERR : NGX_LOG_INFO;
  ngx_log_error(level, (ngx_log_t*)context, 0, "%*s", line.size, line.data);
}

typedef void (*report_function)(yagura_waf_transaction*, yagura_waf_line, void*);

static void report_with(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, report_function report) {
  /* Without nginx's " while …" in the middle of the line: what reads ModSecurity's log knows no
   * such thing. */
  ngx_log_t* log = r->connection->log;
  ngx_http_yagura_api->report_errors_only(ctx->transaction, log->log_level < NGX_LOG_INFO);
  char* action = log->action;
  log->action = NULL;
  report(ctx->transaction, log_line, log);
  log->action = action;
}

void ngx_http_yagura_report(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  report_with(r, ctx, ngx_http_yagura_api->report_detections);
}

void ngx_http_yagura_finish(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  if (ctx->finished) return;
  ctx->finished = 1;
  use_files(r);
  report_with(r, ctx, ngx_http_yagura_api->finish);
}

static ngx_int_t set_location(ngx_http_request_t* r, yagura_waf_text url) {
  ngx_table_elt_t* header = ngx_list_push(&r->headers_out.headers);
  u_char* copy = ngx_pnalloc(r->pool, url.size + 1);
  if (header == NULL || copy == NULL) {
    if (header != NULL) header->hash = 0;
    return NGX_ERROR;
  }
  ngx_memcpy(copy, url.data, url.size);
  copy[url.size] = '\0';
  ngx_memzero(header, sizeof(*header));
  header->hash = 1;
  ngx_str_set(&header->key, "Location");
  header->value.data = copy;
  header->value.len = url.size;
  ngx_http_clear_location(r);
  r->headers_out.location = header;
  return NGX_OK;
}

/* What nginx can answer with: 3xx to 5xx. */
static ngx_int_t usable_status(int status) {
  return status >= NGX_HTTP_SPECIAL_RESPONSE && status <= 599 ? status : NGX_HTTP_FORBIDDEN;
}

ngx_int_t ngx_http_yagura_obey(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx,
                               yagura_waf_verdict verdict) {
  if (verdict.action == YAGURA_WAF_PASS) return NGX_DECLINED;
  ctx->blocked = 1;
  /* Before the answer leaves, so that whoever has the answer finds the lines. */
  ngx_http_yagura_report(r, ctx);
  if (verdict.action == YAGURA_WAF_DROP) return NGX_HTTP_CLOSE;
  if (verdict.action != YAGURA_WAF_REDIRECT) return usable_status(verdict.status);
  if (set_location(r, verdict.url) != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return verdict.status >= 301 && verdict.status <= 308 ? verdict.status
                                                        : NGX_HTTP_MOVED_TEMPORARILY;
}
