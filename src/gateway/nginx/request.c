/* Phases 1, 2 and 5: handlers of nginx's rewrite, preaccess and log phases. */
#include "gateway/nginx/ngx_http_yagura_module.h"

enum { kFileChunk = 64 * 1024 };

ngx_int_t ngx_http_yagura_rewrite_handler(ngx_http_request_t* r) {
  /* Subrequests are made by nginx; the transaction keeps the rules of the location where it began.
   */
  if (r != r->main || ngx_http_yagura_context(r) != NULL) return NGX_DECLINED;
  const ngx_http_yagura_loc_conf_t* conf = ngx_http_get_module_loc_conf(r, ngx_http_yagura_module);
  if (conf->mode == YAGURA_WAF_MODE_OFF) return NGX_DECLINED;
  ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_begin(r, conf);
  if (ctx == NULL) return conf->fail_open ? NGX_DECLINED : NGX_HTTP_SERVICE_UNAVAILABLE;
  return ngx_http_yagura_obey(r, ctx, ngx_http_yagura_api->request_headers_done(ctx->transaction));
}

/* A body in nginx's temporary file, a chunk at a time. NGX_DECLINED, or the status to answer with.
 */
static ngx_int_t feed_file(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, const ngx_buf_t* buf,
                           u_char* chunk) {
  for (off_t position = buf->file_pos; position < buf->file_last;) {
    const size_t wanted = (size_t)ngx_min(buf->file_last - position, (off_t)kFileChunk);
    const ssize_t got = ngx_read_file(buf->file, chunk, wanted, position);
    if (got <= 0) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    position += got;
    const yagura_waf_text text = {(const char*)chunk, (size_t)got};
    const ngx_int_t rc =
        ngx_http_yagura_obey(r, ctx, ngx_http_yagura_api->request_body(ctx->transaction, text));
    if (rc != NGX_DECLINED) return rc;
    if (!ngx_http_yagura_api->wants_request_body(ctx->transaction)) break;
  }
  return NGX_DECLINED;
}

static ngx_int_t feed_buffer(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx,
                             const ngx_buf_t* buf, u_char** chunk) {
  if (ngx_buf_in_memory(buf)) {
    const yagura_waf_text text = {(const char*)buf->pos, (size_t)(buf->last - buf->pos)};
    if (text.size == 0) return NGX_DECLINED;
    return ngx_http_yagura_obey(r, ctx, ngx_http_yagura_api->request_body(ctx->transaction, text));
  }
  if (!buf->in_file) return NGX_DECLINED;
  if (*chunk == NULL) *chunk = ngx_palloc(r->pool, kFileChunk);
  if (*chunk == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return feed_file(r, ctx, buf, *chunk);
}

static ngx_int_t feed_body(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  if (r->request_body == NULL) return NGX_DECLINED;
  u_char* chunk = NULL;
  ngx_int_t rc = NGX_DECLINED;
  for (const ngx_chain_t* link = r->request_body->bufs; link != NULL; link = link->next) {
    rc = feed_buffer(r, ctx, link->buf, &chunk);
    if (rc != NGX_DECLINED || !ngx_http_yagura_api->wants_request_body(ctx->transaction)) break;
  }
  if (chunk != NULL) ngx_pfree(r->pool, chunk);
  return rc;
}

static ngx_int_t judge_request(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  ctx->request_done = 1;
  const ngx_int_t rc =
      ngx_http_yagura_obey(r, ctx, ngx_http_yagura_api->request_body_done(ctx->transaction));
  if (rc == NGX_DECLINED) ngx_http_yagura_report(r, ctx);
  return rc;
}

/* nginx has the whole body. Goes on with the phases where the preaccess handler left them. */
static void on_body(ngx_http_request_t* r) {
  ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r);
  ctx->request_done = 1;
  ngx_int_t rc = feed_body(r, ctx);
  if (rc == NGX_DECLINED) rc = judge_request(r, ctx);
  ctx->refusal = rc == NGX_DECLINED ? 0 : rc;
  r->preserve_body = 1; /* error pages and redirects may still send it on */
  r->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(r);
}

ngx_int_t ngx_http_yagura_preaccess_handler(ngx_http_request_t* r) {
  if (r != r->main) return NGX_DECLINED;
  ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r);
  if (ctx == NULL) return NGX_DECLINED;
  if (ctx->refusal != 0) {
    const ngx_int_t refusal = ctx->refusal;
    ctx->refusal = 0; /* once: its error page passes here again */
    return refusal;
  }
  if (ctx->request_done || ctx->blocked || ctx->response_seen) return NGX_DECLINED;
  if (!ngx_http_yagura_api->wants_request_body(ctx->transaction)) return judge_request(r, ctx);
  if (ctx->body_requested) return NGX_DONE;
  ctx->body_requested = 1;
  const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
  if (rc >= NGX_HTTP_SPECIAL_RESPONSE) return rc;
  ngx_http_finalize_request(r, NGX_DONE);
  return NGX_DONE;
}

ngx_int_t ngx_http_yagura_log_handler(ngx_http_request_t* r) {
  if (r != r->main) return NGX_OK;
  ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r);
  if (ctx == NULL) return NGX_OK;
  if (!ctx->response_seen) {
    ngx_http_yagura_api->response(ctx->transaction, (unsigned)r->headers_out.status,
                                  ngx_http_yagura_text(&r->http_protocol));
  }
  ngx_http_yagura_finish(r, ctx);
  return NGX_OK;
}
