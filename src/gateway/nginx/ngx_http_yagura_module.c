/* Directives, their inheritance, and where the module hooks into nginx. */
#include "gateway/nginx/ngx_http_yagura_module.h"

static void* create_main_conf(ngx_conf_t* cf);
static char* init_main_conf(ngx_conf_t* cf, void* conf);
static void* create_loc_conf(ngx_conf_t* cf);
static char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child);
static ngx_int_t add_variables(ngx_conf_t* cf);
static ngx_int_t install_handlers(ngx_conf_t* cf);
static char* add_text(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
static char* set_metrics(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
static char* set_path(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
static char* set_lines_file(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

enum { kDefaultTimeBudgetMs = 50, kDefaultSharedMemory = 16 * 1024 * 1024 };

static ngx_conf_enum_t modes[] = {{ngx_string("off"), YAGURA_WAF_MODE_OFF},
                                  {ngx_string("detect"), YAGURA_WAF_MODE_DETECT},
                                  {ngx_string("on"), YAGURA_WAF_MODE_BLOCK},
                                  {ngx_string("rules"), YAGURA_WAF_MODE_RULES},
                                  {ngx_null_string, 0}};

static ngx_conf_enum_t fail_policies[] = {
    {ngx_string("closed"), 0}, {ngx_string("open"), 1}, {ngx_null_string, 0}};

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1)
#define LOC(member) NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_yagura_loc_conf_t, member)
#define MAIN(member) NGX_HTTP_MAIN_CONF_OFFSET, offsetof(ngx_http_yagura_main_conf_t, member)

static ngx_command_t commands[] = {
    {ngx_string("yagura"), ANYWHERE, ngx_conf_set_enum_slot, LOC(mode), modes},
    {ngx_string("yagura_rules"), ANYWHERE, set_path, LOC(rules_path), NULL},
    {ngx_string("yagura_settings"), ANYWHERE, add_text, LOC(settings), NULL},
    {ngx_string("yagura_directives"), ANYWHERE, add_text, LOC(directives), NULL},
    {ngx_string("yagura_shadow"), ANYWHERE, ngx_conf_set_str_slot, LOC(shadow), NULL},
    {ngx_string("yagura_fail"), ANYWHERE, ngx_conf_set_enum_slot, LOC(fail_open), fail_policies},
    {ngx_string("yagura_time_budget"), ANYWHERE, ngx_conf_set_msec_slot, LOC(time_budget), NULL},
    {ngx_string("yagura_transaction_id"), ANYWHERE, ngx_http_set_complex_value_slot,
     LOC(transaction_id), NULL},
    {ngx_string("yagura_metrics"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_metrics,
     NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("yagura_library"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_str_slot,
     MAIN(library), NULL},
    {ngx_string("yagura_cache"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_path, MAIN(cache), NULL},
    {ngx_string("yagura_events"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_lines_file, MAIN(events),
     NULL},
    {ngx_string("yagura_blocks"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_lines_file, MAIN(blocks),
     NULL},
    {ngx_string("yagura_shared_memory"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     ngx_conf_set_size_slot, MAIN(shared_memory), NULL},
    ngx_null_command};

static ngx_http_module_t context = {add_variables,   install_handlers, create_main_conf,
                                    init_main_conf,  NULL /* srv */,   NULL,
                                    create_loc_conf, merge_loc_conf};

ngx_module_t ngx_http_yagura_module = {NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE,
                                       NULL,          NULL,     NULL,     NULL,
                                       NULL,          NULL,     NULL,     NGX_MODULE_V1_PADDING};

static void release_rule_sets(void* data) {
  const ngx_array_t* sets = data;
  ngx_http_yagura_rule_set_t* set = sets->elts;
  for (ngx_uint_t i = 0; i < sets->nelts; i++) {
    if (set[i].rules != NULL) ngx_http_yagura_api->rules_release(set[i].rules);
  }
}

static void* create_main_conf(ngx_conf_t* cf) {
  ngx_http_yagura_main_conf_t* conf = ngx_pcalloc(cf->pool, sizeof(*conf));
  if (conf == NULL) return NULL;
  conf->shared_memory = NGX_CONF_UNSET_SIZE;
  conf->rule_sets = ngx_array_create(cf->pool, 4, sizeof(ngx_http_yagura_rule_set_t));
  /* The rule sets live as long as the cycle: in a worker until its last request is done. */
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cf->pool, 0);
  if (conf->rule_sets == NULL || cleanup == NULL) return NULL;
  cleanup->handler = release_rule_sets;
  cleanup->data = conf->rule_sets;
  return conf;
}

static char* init_main_conf(ngx_conf_t* cf, void* conf) {
  (void)cf;
  ngx_http_yagura_main_conf_t* main_conf = conf;
  ngx_conf_init_size_value(main_conf->shared_memory, kDefaultSharedMemory);
  return NGX_CONF_OK;
}

static void* create_loc_conf(ngx_conf_t* cf) {
  ngx_http_yagura_loc_conf_t* conf = ngx_pcalloc(cf->pool, sizeof(*conf));
  if (conf == NULL) return NULL;
  conf->mode = NGX_CONF_UNSET_UINT;
  conf->fail_open = NGX_CONF_UNSET_UINT;
  conf->time_budget = NGX_CONF_UNSET_MSEC;
  return conf;
}

/* child := parent, a line end, child. */
static ngx_int_t append_to_parent(ngx_pool_t* pool, const ngx_str_t* parent, ngx_str_t* child) {
  if (parent->len == 0) return NGX_OK;
  if (child->len == 0) {
    *child = *parent;
    return NGX_OK;
  }
  const size_t length = parent->len + 1 + child->len;
  u_char* data = ngx_pnalloc(pool, length);
  if (data == NULL) return NGX_ERROR;
  u_char* end = ngx_cpymem(data, parent->data, parent->len);
  *end++ = '\n';
  ngx_memcpy(end, child->data, child->len);
  child->data = data;
  child->len = length;
  return NGX_OK;
}

static char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) {
  const ngx_http_yagura_loc_conf_t* prev = parent;
  ngx_http_yagura_loc_conf_t* conf = child;
  ngx_conf_merge_uint_value(conf->mode, prev->mode, YAGURA_WAF_MODE_OFF);
  ngx_conf_merge_uint_value(conf->fail_open, prev->fail_open, 0);
  ngx_conf_merge_msec_value(conf->time_budget, prev->time_budget, kDefaultTimeBudgetMs);
  ngx_conf_merge_str_value(conf->rules_path, prev->rules_path, "");
  ngx_conf_merge_str_value(conf->shadow, prev->shadow, "");
  if (conf->transaction_id == NULL) conf->transaction_id = prev->transaction_id;
  if (append_to_parent(cf->pool, &prev->settings, &conf->settings) != NGX_OK ||
      append_to_parent(cf->pool, &prev->directives, &conf->directives) != NGX_OK) {
    return NGX_CONF_ERROR;
  }
  if (conf->mode == YAGURA_WAF_MODE_OFF) return NGX_CONF_OK;
  return ngx_http_yagura_load_rules(
      cf, ngx_http_conf_get_module_main_conf(cf, ngx_http_yagura_module), conf);
}

/* Each use adds lines; they are read in order, the parents' first. */
static char* add_text(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) {
  ngx_str_t* text = (ngx_str_t*)(void*)((char*)conf + cmd->offset);
  const ngx_str_t* value = cf->args->elts;
  ngx_str_t added = value[1];
  if (append_to_parent(cf->pool, text, &added) != NGX_OK) return NGX_CONF_ERROR;
  *text = added;
  return NGX_CONF_OK;
}

/* A path; relative to the folder of nginx.conf. */
static char* set_path(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) {
  char* result = ngx_conf_set_str_slot(cf, cmd, conf);
  if (result != NGX_CONF_OK) return result;
  ngx_str_t* path = (ngx_str_t*)(void*)((char*)conf + cmd->offset);
  if (path->len == 0) return NGX_CONF_OK;
  if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) return NGX_CONF_ERROR;
  return NGX_CONF_OK;
}

/* nginx would let everybody read the file, and it holds what clients sent. It calls this before it
 * opens the file anew, too. Where it fails nginx fails in the same way, and says so. */
static void create_private(ngx_open_file_t* file, ngx_log_t* log) {
  (void)log;
  const int descriptor =
      open((const char*)file->name.data, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor >= 0) close(descriptor);
}

/* A file that nginx opens as its own logs: its path is relative to nginx's prefix. */
static char* set_lines_file(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) {
  ngx_open_file_t** file = (ngx_open_file_t**)(void*)((char*)conf + cmd->offset);
  ngx_str_t* value = cf->args->elts;
  if (*file != NULL) return "is duplicate";
  if (value[1].len == 0) return NGX_CONF_OK;
  *file = ngx_conf_open_file(cf->cycle, &value[1]);
  if (*file == NULL) return NGX_CONF_ERROR;
  create_private(*file, cf->log);
  if ((*file)->flush == NULL) (*file)->flush = create_private;
  return NGX_CONF_OK;
}

static char* set_metrics(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) {
  (void)cmd;
  (void)conf;
  ngx_http_core_loc_conf_t* core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
  ngx_http_yagura_main_conf_t* main_conf =
      ngx_http_conf_get_module_main_conf(cf, ngx_http_yagura_module);
  core->handler = ngx_http_yagura_metrics_handler;
  main_conf->has_metrics = 1;
  return NGX_CONF_OK;
}

/* $yagura_id: for error pages ("quote this number") and access logs. */
static ngx_int_t id_variable(ngx_http_request_t* r, ngx_http_variable_value_t* value,
                             uintptr_t data) {
  (void)data;
  const ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r->main);
  if (ctx == NULL) {
    value->not_found = 1;
    return NGX_OK;
  }
  const yagura_waf_text id = ngx_http_yagura_api->unique_id(ctx->transaction);
  value->data = ngx_pnalloc(r->pool, id.size);
  if (value->data == NULL) return NGX_ERROR;
  ngx_memcpy(value->data, id.data, id.size);
  value->len = (unsigned)id.size;
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = 0;
  return NGX_OK;
}

/* $yagura_verdict: "blocked", "passed", or "-" where nothing was inspected. */
static ngx_int_t verdict_variable(ngx_http_request_t* r, ngx_http_variable_value_t* value,
                                  uintptr_t data) {
  (void)data;
  static ngx_str_t blocked = ngx_string("blocked");
  static ngx_str_t passed = ngx_string("passed");
  const ngx_http_yagura_ctx_t* ctx = ngx_http_yagura_context(r->main);
  if (ctx == NULL) {
    value->not_found = 1;
    return NGX_OK;
  }
  const ngx_str_t* text = ctx->blocked ? &blocked : &passed;
  value->data = text->data;
  value->len = (unsigned)text->len;
  value->valid = 1;
  value->no_cacheable = 1;
  value->not_found = 0;
  return NGX_OK;
}

static ngx_int_t add_variable(ngx_conf_t* cf, ngx_str_t name, ngx_http_get_variable_pt getter) {
  ngx_http_variable_t* variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
  if (variable == NULL) return NGX_ERROR;
  variable->get_handler = getter;
  return NGX_OK;
}

static ngx_int_t add_variables(ngx_conf_t* cf) {
  ngx_str_t id = ngx_string("yagura_id");
  ngx_str_t verdict = ngx_string("yagura_verdict");
  if (add_variable(cf, id, id_variable) != NGX_OK) return NGX_ERROR;
  return add_variable(cf, verdict, verdict_variable);
}

static ngx_int_t add_handler(ngx_conf_t* cf, ngx_uint_t phase, ngx_http_handler_pt handler) {
  ngx_http_core_main_conf_t* core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
  ngx_http_handler_pt* slot = ngx_array_push(&core->phases[phase].handlers);
  if (slot == NULL) return NGX_ERROR;
  *slot = handler;
  return NGX_OK;
}

static ngx_int_t install_handlers(ngx_conf_t* cf) {
  const ngx_http_yagura_main_conf_t* conf =
      ngx_http_conf_get_module_main_conf(cf, ngx_http_yagura_module);
  if (conf->rule_sets->nelts == 0 && !conf->has_metrics) return NGX_OK;
  if (ngx_http_yagura_open_worker(cf, conf) != NGX_OK) return NGX_ERROR;
  /* Rewrite: the location is known and nothing has been answered yet; the last one added runs
   * first, so a `return` of the location is inspected too. Preaccess: the location is final. */
  if (add_handler(cf, NGX_HTTP_REWRITE_PHASE, ngx_http_yagura_rewrite_handler) != NGX_OK ||
      add_handler(cf, NGX_HTTP_PREACCESS_PHASE, ngx_http_yagura_preaccess_handler) != NGX_OK ||
      add_handler(cf, NGX_HTTP_LOG_PHASE, ngx_http_yagura_log_handler) != NGX_OK) {
    return NGX_ERROR;
  }
  ngx_http_yagura_install_filters();
  return NGX_OK;
}
