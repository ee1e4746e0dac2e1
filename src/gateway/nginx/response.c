/* Phases 3 and 4: filters of the response's headers and body. They stand behind nginx's copy filter
 * (files are in memory by then) and before add_header, gzip, ranges' headers and chunks: they see
 * what the upstream said. */
#include "gateway/nginx/ngx_http_yagura_module.h"

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

static yagura_waf_text literal(const char* text) {
  yagura_waf_text result = {text, ngx_strlen(text)};
  return result;
}

static void give_header(ngx_http_yagura_ctx_t* ctx, const char* name, const ngx_str_t* value) {
  ngx_http_yagura_api->response_header(ctx->transaction, literal(name),
                                       ngx_http_yagura_text(value));
}

/* Content-Type and Content-Length are fields of their own in nginx, not members of the list. */
static void give_own_headers(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  if (r->headers_out.content_type.len != 0) {
    ngx_str_t type = r->headers_out.content_type;
    const ngx_str_t* charset = &r->headers_out.charset;
    if (charset->len != 0 && r->headers_out.content_type_len == type.len) {
      const size_t room = type.len + sizeof("; charset=") - 1 + charset->len;
      u_char* text = ngx_pnalloc(r->pool, room);
      if (text != NULL) {
        type.len = (size_t)(ngx_snprintf(text, room, "%V; charset=%V", &type, charset) - text);
        type.data = text;
      }
    }
    give_header(ctx, "Content-Type", &type);
  }
  if (r->headers_out.content_length_n >= 0 && r->headers_out.content_length == NULL) {
    u_char buffer[NGX_OFF_T_LEN];
    ngx_str_t length = {0, buffer};
    length.len = (size_t)(ngx_sprintf(buffer, "%O", r->headers_out.content_length_n) - buffer);
    give_header(ctx, "Content-Length", &length);
  }
}

static void give_headers(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx) {
  ngx_http_yagura_api->response(ctx->transaction, (unsigned)r->headers_out.status,
                                ngx_http_yagura_text(&r->http_protocol));
  give_own_headers(r, ctx);
  for (const ngx_list_part_t* list = &r->headers_out.headers.part; list != NULL;
       list = list->next) {
    const ngx_table_elt_t* header = list->elts;
    for (ngx_uint_t i = 0; i < list->nelts; i++) {
      if (header[i].hash == 0) continue;
      ngx_http_yagura_api->response_header(ctx->transaction, ngx_http_yagura_text(&header[i].key),
                                           ngx_http_yagura_text(&header[i].value));
    }
  }
}

static ngx_flag_t has_no_body(const ngx_http_request_t* r) {
  const ngx_uint_t status = r->headers_out.status;
  return r->header_only || r->method == NGX_HTTP_HEAD || status < NGX_HTTP_OK ||
         status == NGX_HTTP_NO_CONTENT || status == NGX_HTTP_NOT_MODIFIED;
}

/* A redirect instead of the upstream's response, whose rest is thrown away. */
static ngx_int_t send_redirect(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx,
                               yagura_waf_verdict verdict) {
  ngx_http_clean_header(r);
  const ngx_int_t status = ngx_http_yagura_obey(r, ctx, verdict);
  r->headers_out.status = (ngx_uint_t)status;
  r->headers_out.content_length_n = 0;
  r->allow_ranges = 0;
  ctx->discarding = 1;
  const ngx_int_t rc = next_header_filter(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) return rc;
  ngx_buf_t* buf = ngx_calloc_buf(r->pool);
  if (buf == NULL) return NGX_ERROR;
  buf->last_buf = 1;
  ngx_chain_t out = {buf, NULL};
  return next_body_filter(r, &out);
}

/* The engine refused a response of which nothing has been sent. */
static ngx_int_t refuse(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx,
                        yagura_waf_verdict verdict) {
  ctx->holding = 0;
  ctx->held = NULL;
  ctx->held_end = &ctx->held;
  if (verdict.action == YAGURA_WAF_REDIRECT) return send_redirect(r, ctx, verdict);
  const ngx_int_t status = ngx_http_yagura_obey(r, ctx, verdict);
  if (status == NGX_HTTP_CLOSE) return NGX_ERROR; /* nothing sent: the connection ends */
  return ngx_http_filter_finalize_request(r, &ngx_http_yagura_module, status);
}

static ngx_int_t header_filter(ngx_http_request_t* r) {
  if (r != r->main) return next_header_filter(r);
  ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r);
  if (ctx == NULL || ctx->blocked || ctx->response_seen) return next_header_filter(r);
  ctx->response_seen = 1;
  give_headers(r, ctx);
  yagura_waf_verdict verdict = ngx_http_yagura_api->response_headers_done(ctx->transaction);
  if (verdict.action != YAGURA_WAF_PASS) return refuse(r, ctx, verdict);
  if (!has_no_body(r) && ngx_http_yagura_api->wants_response_body(ctx->transaction)) {
    ctx->holding = 1;
    r->main_filter_need_in_memory = 1;
    r->allow_ranges = 0; /* the range filters' two halves stand before and behind this one */
    return NGX_OK;
  }
  verdict = ngx_http_yagura_api->response_body_done(ctx->transaction);
  if (verdict.action != YAGURA_WAF_PASS) return refuse(r, ctx, verdict);
  ngx_http_yagura_report(r, ctx);
  return next_header_filter(r);
}

static ngx_int_t hold(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, ngx_buf_t* copy) {
  ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
  if (link == NULL) return NGX_ERROR;
  link->buf = copy;
  link->next = NULL;
  *ctx->held_end = link;
  ctx->held_end = &link->next;
  return NGX_OK;
}

/* Keeps a copy: the upstream wants its buffers back before the verdict is there. */
static ngx_int_t hold_data(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, ngx_buf_t* buf) {
  const size_t size = (size_t)(buf->last - buf->pos);
  ngx_buf_t* copy = ngx_create_temp_buf(r->pool, size);
  if (copy == NULL) return NGX_ERROR;
  copy->last = ngx_cpymem(copy->pos, buf->pos, size);
  return hold(r, ctx, copy);
}

static void consume(ngx_buf_t* buf) {
  buf->pos = buf->last;
  if (buf->in_file) buf->file_pos = buf->file_last;
}

/* Phase 4 passed, or the engine wants no more: headers, what was held, and what follows go out. */
static ngx_int_t release(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, ngx_chain_t* rest,
                         ngx_flag_t is_last) {
  ctx->holding = 0;
  ngx_http_yagura_report(r, ctx);
  const ngx_int_t rc = next_header_filter(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) return rc;
  if (is_last) {
    ngx_buf_t* end = ngx_calloc_buf(r->pool);
    if (end == NULL) return NGX_ERROR;
    end->last_buf = 1;
    end->last_in_chain = 1;
    if (hold(r, ctx, end) != NGX_OK) return NGX_ERROR;
  }
  *ctx->held_end = rest;
  ngx_chain_t* out = ctx->held;
  ctx->held = NULL;
  ctx->held_end = &ctx->held;
  return out == NULL ? NGX_OK : next_body_filter(r, out);
}

static ngx_int_t judge_body(ngx_http_request_t* r, ngx_http_yagura_ctx_t* ctx, ngx_chain_t* rest,
                            ngx_flag_t is_last) {
  const yagura_waf_verdict verdict = ngx_http_yagura_api->response_body_done(ctx->transaction);
  if (verdict.action != YAGURA_WAF_PASS) return refuse(r, ctx, verdict);
  return release(r, ctx, rest, is_last);
}

static ngx_int_t discard(ngx_chain_t* in) {
  for (; in != NULL; in = in->next) consume(in->buf);
  return NGX_OK;
}

static ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) {
  ngx_http_yagura_ctx_t* ctx = ngx_http_get_module_ctx(r, ngx_http_yagura_module);
  if (ctx == NULL || r != r->main || (!ctx->holding && !ctx->discarding)) {
    return next_body_filter(r, in);
  }
  if (ctx->discarding) return discard(in);
  for (ngx_chain_t* link = in; link != NULL; link = link->next) {
    ngx_buf_t* buf = link->buf;
    if (ngx_buf_in_memory(buf) && buf->pos != buf->last) {
      const yagura_waf_text text = {(const char*)buf->pos, (size_t)(buf->last - buf->pos)};
      const yagura_waf_verdict verdict = ngx_http_yagura_api->response_body(ctx->transaction, text);
      if (verdict.action != YAGURA_WAF_PASS) return refuse(r, ctx, verdict);
      if (hold_data(r, ctx, buf) != NGX_OK) return NGX_ERROR;
    }
    const ngx_flag_t is_last = buf->last_buf;
    consume(buf);
    if (is_last) return judge_body(r, ctx, NULL, 1);
    if (!ngx_http_yagura_api->wants_response_body(ctx->transaction)) {
      return judge_body(r, ctx, link->next, 0);
    }
  }
  return NGX_OK;
}

void ngx_http_yagura_install_filters(void) {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = header_filter;
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = body_filter;
}
