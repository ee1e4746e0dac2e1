/* The table of yagura_waf.h from C, as a server uses it: the library is loaded at run time, rules
 * are read, exchanges run through all phases. Usage: waf_c_api_test LIBRARY. Prints what is wrong;
 * exit code 0 where all is right. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "waf/c_api/yagura_waf.h"

static int failures;

#define EXPECT(condition)                                            \
  do {                                                               \
    if (!(condition)) {                                              \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      failures++;                                                    \
    }                                                                \
  } while (0)

static const yagura_waf_api* api;

static yagura_waf_text text(const char* string) {
  yagura_waf_text result = {string, strlen(string)};
  return result;
}

/* What a line callback was given. */
typedef struct {
  char all[65536];
  int lines, errors;
} seen;

static void note(void* context, int is_error, yagura_waf_text line) {
  seen* to = context;
  const size_t used = strlen(to->all);
  to->lines++;
  to->errors += is_error;
  if (used + line.size + 2 > sizeof(to->all)) return;
  memcpy(to->all + used, line.data, line.size);
  to->all[used + line.size] = '\n';
  to->all[used + line.size + 1] = '\0';
}

static const char kRules[] =
    "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\nSecResponseBodyMimeType "
    "text/html\n"
    "SecRule ARGS:q \"@contains evil\" \"id:1,phase:1,deny,status:406,log,msg:'evil argument'\"\n"
    "SecRule ARGS_POST \"@contains evil\" \"id:2,phase:2,deny,log,msg:'evil field'\"\n"
    "SecRule ARGS:q \"@contains odd\" \"id:3,phase:1,pass,log,msg:'odd argument'\"\n"
    "SecRule ARGS:q \"@contains away\" \"id:4,phase:1,redirect:https://example.org/no,log\"\n"
    "SecRule RESPONSE_BODY \"@contains secret\" \"id:5,phase:4,deny,status:502,log,msg:'a secret "
    "leaves'\"\n"
    "SecRule ARGS:q \"@contains shade\" \"id:6,phase:1,deny,log,msg:'in the shade'\"\n";

static yagura_waf_rules* load(const char* directives, seen* problems) {
  return api->rules_load(text(""), text(""), text(directives), text(""), text("6"), note, problems);
}

typedef struct {
  yagura_waf_verdict verdict;
  seen lines;
} outcome;

static yagura_waf_transaction* start(yagura_waf_worker* worker, yagura_waf_rules* rules, int mode,
                                     const char* uri, const char* body) {
  const yagura_waf_options options = {mode, 0, 0, text("")};
  yagura_waf_transaction* t = api->begin(worker, rules, &options);
  api->connection(t, text("192.0.2.7"), 4711, text("192.0.2.1"), 80);
  api->request_line(t, text(body == NULL ? "GET" : "POST"), text(uri), text("HTTP/1.1"));
  api->request_header(t, text("Host"), text("shop.example"));
  if (body != NULL) {
    api->request_header(t, text("Content-Type"), text("application/x-www-form-urlencoded"));
  }
  return t;
}

/* One exchange through the phases, until a verdict stops it. */
static outcome run(yagura_waf_worker* worker, yagura_waf_rules* rules, int mode, const char* uri,
                   const char* body, const char* response) {
  outcome result;
  memset(&result, 0, sizeof(result));
  yagura_waf_transaction* t = start(worker, rules, mode, uri, body);
  result.verdict = api->request_headers_done(t);
  if (result.verdict.action == YAGURA_WAF_PASS) {
    if (body != NULL && api->wants_request_body(t)) api->request_body(t, text(body));
    result.verdict = api->request_body_done(t);
  }
  if (result.verdict.action == YAGURA_WAF_PASS) {
    api->response(t, 200, text("HTTP/1.1"));
    api->response_header(t, text("Content-Type"), text("text/html"));
    result.verdict = api->response_headers_done(t);
    if (api->wants_response_body(t)) api->response_body(t, text(response));
    result.verdict = api->response_body_done(t);
  }
  api->report_detections(t, note, &result.lines);
  const int early = result.lines.lines;
  api->finish(t, note, &result.lines);
  EXPECT(result.lines.lines == early); /* each line once */
  EXPECT(api->unique_id(t).size > 0);
  if (result.verdict.action == YAGURA_WAF_REDIRECT) {
    EXPECT(result.verdict.url.size == strlen("https://example.org/no"));
  }
  api->end(t);
  return result;
}

static void verdicts(yagura_waf_worker* worker, yagura_waf_rules* rules) {
  outcome o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=good", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_PASS && o.lines.lines == 0);

  o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_DENY && o.verdict.status == 406);
  EXPECT(o.lines.errors == 1);
  EXPECT(strncmp(o.lines.all,
                 "[client 192.0.2.7] ModSecurity: Access denied with code 406 (phase 1).",
                 70) == 0);
  EXPECT(strstr(o.lines.all, "[id \"1\"]") != NULL);

  o = run(worker, rules, YAGURA_WAF_MODE_DETECT, "/?q=evil", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_PASS && o.lines.lines == 1 && o.lines.errors == 0);
  EXPECT(strncmp(o.lines.all, "ModSecurity: Warning. ", 22) == 0);

  o = run(worker, rules, YAGURA_WAF_MODE_OFF, "/?q=evil", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_PASS && o.lines.lines == 0);

  o = run(worker, rules, YAGURA_WAF_MODE_RULES, "/", "a=1&b=evil", "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_DENY && o.verdict.status == 403);
  EXPECT(strstr(o.lines.all, "[id \"2\"]") != NULL);

  o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=odd", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_PASS && o.lines.lines == 1);

  o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=away", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_REDIRECT && o.verdict.status == 302);

  o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/", NULL, "the secret");
  EXPECT(o.verdict.action == YAGURA_WAF_DENY && o.verdict.status == 502);

  o = run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=shade", NULL, "ok");
  EXPECT(o.verdict.action == YAGURA_WAF_PASS);
}

static void transactions_outlive_their_rules(yagura_waf_worker* worker) {
  seen problems = {{0}, 0, 0};
  yagura_waf_rules* rules = load(kRules, &problems);
  yagura_waf_transaction* t = start(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL);
  api->rules_release(rules);
  EXPECT(api->request_headers_done(t).status == 406);
  api->end(t);
}

static void workers_share_counters(yagura_waf_worker* worker, yagura_waf_rules* rules) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 1000; i++)
      run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL, "ok");
    _exit(failures != 0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  seen metrics = {{0}, 0, 0};
  api->metrics(worker, note, &metrics);
  EXPECT(strstr(metrics.all, "yagura_waf_requests_total{verdict=\"denied\"} 100") != NULL);
  EXPECT(strstr(metrics.all, "yagura_waf_rule_hits_total{rule=\"1\",kind=\"decided\"} 100") !=
         NULL);
}

static void makes_no_lines_that_nobody_wants(yagura_waf_worker* worker, yagura_waf_rules* rules) {
  for (int errors_only = 0; errors_only < 2; errors_only++) {
    seen lines = {{0}, 0, 0};
    yagura_waf_transaction* t = start(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=odd", NULL);
    api->report_errors_only(t, errors_only);
    api->request_headers_done(t);
    api->request_body_done(t);
    api->finish(t, note, &lines);
    api->end(t);
    EXPECT(lines.lines == !errors_only);
    t = start(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL);
    api->report_errors_only(t, errors_only);
    api->request_headers_done(t);
    api->finish(t, note, &lines);
    api->end(t);
    EXPECT(lines.errors == 1);
  }
}

static int lines_of(const char* path, const char* part) {
  FILE* file = fopen(path, "r");
  char line[16384];
  int lines = 0;
  while (file != NULL && fgets(line, sizeof(line), file) != NULL)
    lines += strstr(line, part) != NULL;
  if (file != NULL) fclose(file);
  return lines;
}

static void uses_the_servers_files(yagura_waf_worker* worker, yagura_waf_rules* rules,
                                   const char* folder) {
  char path[64];
  snprintf(path, sizeof(path), "%s/servers", folder);
  const int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  EXPECT(descriptor >= 0);
  api->worker_use_files(worker, descriptor, -1);
  run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL, "ok");
  api->worker_use_files(worker, -1, -1);
  run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL, "ok");
  EXPECT(close(descriptor) == 0); /* it was left open */
  EXPECT(lines_of(path, "{") == 1);
  unlink(path);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    printf("%s\n", dlerror());
    return 1;
  }
  const yagura_waf_api* (*get)(unsigned) = NULL;
  void* symbol = dlsym(library, "yagura_waf_get_api");
  memcpy(&get, &symbol, sizeof(get));
  EXPECT(get(YAGURA_WAF_API_VERSION + 1) == NULL);
  api = get(YAGURA_WAF_API_VERSION);
  EXPECT(api != NULL && api->version == YAGURA_WAF_API_VERSION);

  seen problems = {{0}, 0, 0};
  EXPECT(load("SecRulle x\nSecRule ARGS \"@rx (\" \"id:1,phase:2,deny\"\n", &problems) == NULL);
  EXPECT(problems.errors >= 1 && strstr(problems.all, ":1:") != NULL);
  EXPECT(api->worker_create(text("/nothing/here"), text(""), 0, note, &problems) == NULL);

  char folder[] = "/tmp/yagura-c-api-XXXXXX";
  char events[64], blocks[64];
  EXPECT(mkdtemp(folder) != NULL);
  snprintf(events, sizeof(events), "%s/events", folder);
  snprintf(blocks, sizeof(blocks), "%s/blocks", folder);
  seen none = {{0}, 0, 0};
  yagura_waf_worker* worker = api->worker_create(text(events), text(blocks), 1 << 20, note, &none);
  yagura_waf_rules* rules = load(kRules, &none);
  EXPECT(worker != NULL && rules != NULL && none.lines == 0);
  if (worker != NULL && rules != NULL) {
    verdicts(worker, rules);
    EXPECT(lines_of(blocks, "{") == 5); /* four refused, one that detection alone let pass */
    EXPECT(lines_of(events, "{") == 7);
    transactions_outlive_their_rules(worker);
    makes_no_lines_that_nobody_wants(worker, rules);
    workers_share_counters(worker, rules);
    unlink(events);
    EXPECT(api->worker_reopen(worker, text(events), text(blocks), note, &none) == 1);
    run(worker, rules, YAGURA_WAF_MODE_BLOCK, "/?q=evil", NULL, "ok");
    EXPECT(lines_of(events, "{") == 1);
    uses_the_servers_files(worker, rules, folder);
    EXPECT(lines_of(events, "{") == 1);
    api->rules_release(rules);
    api->worker_free(worker);
  }
  unlink(events);
  unlink(blocks);
  rmdir(folder);
  if (failures == 0) printf("all right\n");
  return failures != 0;
}
