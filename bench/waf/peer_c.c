#include "waf/peer_c.h"

#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>
#include <stdlib.h>

struct peer_engine {
  ModSecurity *engine;
  RulesSet *rules;
};

static void ignore_log(void *context, const void *line) {
  (void)context;
  (void)line;
}

static const unsigned char *bytes(const char *text) { return (const unsigned char *)text; }

static int interrupted(Transaction *transaction) {
  ModSecurityIntervention what = {.status = 200, .pause = 0, .url = NULL, .log = NULL, .disruptive = 0};
  int is = msc_intervention(transaction, &what);
  free(what.url);
  free(what.log);
  return is != 0;
}

static int give_request(Transaction *transaction, const peer_request *request) {
  msc_process_connection(transaction, "127.0.0.1", 50000, "127.0.0.1", 80);
  msc_process_uri(transaction, request->target, request->method, request->version);
  for (size_t i = 0; i < request->field_count; ++i) {
    const peer_field *field = &request->fields[i];
    msc_add_n_request_header(transaction, bytes(field->name.data), field->name.size,
                             bytes(field->value.data), field->value.size);
  }
  msc_process_request_headers(transaction);
  if (interrupted(transaction)) return 1;
  if (request->body.size > 0) {
    msc_append_request_body(transaction, bytes(request->body.data), request->body.size);
  }
  msc_process_request_body(transaction);
  return interrupted(transaction);
}

static int give_response(Transaction *transaction) {
  msc_add_response_header(transaction, bytes("Content-Type"), bytes("text/html"));
  msc_add_response_header(transaction, bytes("Content-Length"), bytes("0"));
  msc_process_response_headers(transaction, 200, "HTTP 1.1");
  if (interrupted(transaction)) return 1;
  msc_process_response_body(transaction);
  return interrupted(transaction);
}

peer_engine *peer_load(const char *directives, const char **error) {
  peer_engine *peer = calloc(1, sizeof(*peer));
  if (peer == NULL) return NULL;
  peer->engine = msc_init();
  msc_set_connector_info(peer->engine, "yagura-bench");
  msc_set_log_cb(peer->engine, ignore_log);
  peer->rules = msc_create_rules_set();
  if (msc_rules_add(peer->rules, directives, error) >= 0) return peer;
  peer_free(peer);
  return NULL;
}

void peer_free(peer_engine *peer) {
  msc_rules_cleanup(peer->rules);
  msc_cleanup(peer->engine);
  free(peer);
}

int peer_inspect(peer_engine *peer, const peer_request *request) {
  Transaction *transaction = msc_new_transaction(peer->engine, peer->rules, NULL);
  int stopped = give_request(transaction, request) || give_response(transaction);
  msc_process_logging(transaction);
  msc_transaction_cleanup(transaction);
  return stopped;
}
