/* The location `yagura_metrics`: counters of all worker processes in Prometheus' text format. */
#include "gateway/nginx/ngx_http_yagura_module.h"

typedef struct {
  ngx_pool_t* pool;
  ngx_chain_t* first;
  ngx_chain_t** end;
  off_t size;
  ngx_flag_t failed;
} collected_t;

static void collect(void* context, int is_error, yagura_waf_text piece) {
  (void)is_error;
  collected_t* collected = context;
  if (collected->failed || piece.size == 0) return;
  ngx_buf_t* buf = ngx_create_temp_buf(collected->pool, piece.size);
  ngx_chain_t* link = ngx_alloc_chain_link(collected->pool);
  if (buf == NULL || link == NULL) {
    collected->failed = 1;
    return;
  }
  buf->last = ngx_cpymem(buf->pos, piece.data, piece.size);
  link->buf = buf;
  link->next = NULL;
  *collected->end = link;
  collected->end = &link->next;
  collected->size += (off_t)piece.size;
}

static ngx_buf_t* last_of(const collected_t* collected) {
  const ngx_chain_t* link = collected->first;
  while (link->next != NULL) link = link->next;
  return link->buf;
}

ngx_int_t ngx_http_yagura_metrics_handler(ngx_http_request_t* r) {
  if (!(r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) return NGX_HTTP_NOT_ALLOWED;
  const ngx_int_t discarded = ngx_http_discard_request_body(r);
  if (discarded != NGX_OK) return discarded;
  collected_t collected = {r->pool, NULL, NULL, 0, 0};
  collected.end = &collected.first;
  ngx_http_yagura_api->metrics(ngx_http_yagura_worker, collect, &collected);
  if (collected.failed || collected.first == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  r->headers_out.status = NGX_HTTP_OK;
  ngx_str_set(&r->headers_out.content_type, "text/plain; version=0.0.4; charset=utf-8");
  r->headers_out.content_type_len = sizeof("text/plain") - 1;
  r->headers_out.content_length_n = collected.size;
  const ngx_int_t sent = ngx_http_send_header(r);
  if (sent == NGX_ERROR || sent > NGX_OK || r->header_only) return sent;
  ngx_buf_t* last = last_of(&collected);
  last->last_buf = (r == r->main) ? 1 : 0;
  last->last_in_chain = 1;
  return ngx_http_output_filter(r, collected.first);
}
