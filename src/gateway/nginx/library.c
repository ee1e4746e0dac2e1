/* Loads the engine's library and the rules. Runs while the configuration is read, in the master. */
#include <dlfcn.h>

#include "gateway/nginx/ngx_http_yagura_module.h"

const yagura_waf_api* ngx_http_yagura_api;
yagura_waf_worker* ngx_http_yagura_worker;

/* Of the library that is loaded: another one needs a restart of nginx. */
static char* loaded_library;

typedef const yagura_waf_api* (*get_api_function)(unsigned version);

static char* refuse(ngx_conf_t* cf, const char* what, const char* path, const char* why) {
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "yagura: %s \"%s\": %s", what, path, why);
  return NGX_CONF_ERROR;
}

static char* open_library(ngx_conf_t* cf, const char* path) {
  /* Never closed: the rule sets of old cycles and the worker live in it. */
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return refuse(cf, "cannot load the engine", path, dlerror());
  void* symbol = dlsym(handle, "yagura_waf_get_api");
  if (symbol == NULL) return refuse(cf, "not an engine", path, "no yagura_waf_get_api in it");
  get_api_function get_api;
  ngx_memcpy(&get_api, &symbol, sizeof(get_api)); /* ISO C has no cast from object to function */
  const yagura_waf_api* api = get_api(YAGURA_WAF_API_VERSION);
  if (api == NULL) return refuse(cf, "cannot use the engine", path, "it is older than the module");
  loaded_library = strdup(path);
  if (loaded_library == NULL) return NGX_CONF_ERROR;
  ngx_http_yagura_api = api;
  return NGX_CONF_OK;
}

char* ngx_http_yagura_load_engine(ngx_conf_t* cf, const ngx_http_yagura_main_conf_t* conf) {
  const char* path =
      conf->library.len == 0 ? YAGURA_DEFAULT_LIBRARY : (const char*)conf->library.data;
  if (ngx_http_yagura_api == NULL) return open_library(cf, path);
  if (ngx_strcmp(loaded_library, path) != 0) {
    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "yagura: still using \"%s\": another yagura_library needs a restart",
                       loaded_library);
  }
  return NGX_CONF_OK;
}

static void log_line(void* context, int is_error, yagura_waf_text line) {
  ngx_conf_log_error(is_error ? NGX_LOG_EMERG : NGX_LOG_WARN, (ngx_conf_t*)context, 0,
                     "yagura: %*s", line.size, line.data);
}

static ngx_flag_t equal(const ngx_str_t* left, const ngx_str_t* right) {
  return left->len == right->len && ngx_memcmp(left->data, right->data, left->len) == 0;
}

static yagura_waf_rules* find_rules(const ngx_http_yagura_main_conf_t* main_conf,
                                    const ngx_http_yagura_loc_conf_t* conf) {
  const ngx_http_yagura_rule_set_t* set = main_conf->rule_sets->elts;
  for (ngx_uint_t i = 0; i < main_conf->rule_sets->nelts; i++) {
    if (equal(&set[i].path, &conf->rules_path) && equal(&set[i].settings, &conf->settings) &&
        equal(&set[i].directives, &conf->directives) && equal(&set[i].shadow, &conf->shadow)) {
      return set[i].rules;
    }
  }
  return NULL;
}

char* ngx_http_yagura_load_rules(ngx_conf_t* cf, ngx_http_yagura_main_conf_t* main_conf,
                                 ngx_http_yagura_loc_conf_t* conf) {
  if (conf->rules_path.len == 0 && conf->directives.len == 0) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "yagura: it is switched on, but there is no yagura_rules for it");
    return NGX_CONF_ERROR;
  }
  char* loaded = ngx_http_yagura_load_engine(cf, main_conf);
  if (loaded != NGX_CONF_OK) return loaded;
  conf->rules = find_rules(main_conf, conf);
  if (conf->rules != NULL) return NGX_CONF_OK;

  ngx_http_yagura_rule_set_t* set = ngx_array_push(main_conf->rule_sets);
  if (set == NULL) return NGX_CONF_ERROR;
  set->path = conf->rules_path;
  set->settings = conf->settings;
  set->directives = conf->directives;
  set->shadow = conf->shadow;
  set->rules = ngx_http_yagura_api->rules_load(
      ngx_http_yagura_text(&set->path), ngx_http_yagura_text(&set->settings),
      ngx_http_yagura_text(&set->directives), ngx_http_yagura_text(&main_conf->cache),
      ngx_http_yagura_text(&set->shadow), log_line, cf);
  if (set->rules == NULL) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "yagura: the rules cannot be used");
    return NGX_CONF_ERROR;
  }
  conf->rules = set->rules;
  return NGX_CONF_OK;
}

ngx_int_t ngx_http_yagura_open_worker(ngx_conf_t* cf, const ngx_http_yagura_main_conf_t* conf) {
  if (ngx_http_yagura_load_engine(cf, conf) != NGX_CONF_OK) return NGX_ERROR;
  if (ngx_http_yagura_worker != NULL) return NGX_OK; /* a reload: the counters go on */
  const yagura_waf_text none = {NULL, 0};
  ngx_http_yagura_worker =
      ngx_http_yagura_api->worker_create(none, none, conf->shared_memory, log_line, cf);
  return ngx_http_yagura_worker != NULL ? NGX_OK : NGX_ERROR;
}
