// The table of yagura_waf.h. Every function is a step into C++ that nothing is thrown out of.

#include <malloc.h>

#include <atomic>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "core/diagnostics.hpp"
#include "waf/c_api/metrics.hpp"
#include "waf/c_api/state.hpp"
#include "waf/load/load.hpp"

namespace yagura::waf::c_api {
namespace {

// ---- rules

std::atomic<std::uint64_t> g_generations{0};

void say_all(const Diagnostics& diagnostics, yagura_waf_line report, void* context) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.level == DiagnosticLevel::kNote) continue;
    say(report, context, diagnostic.level == DiagnosticLevel::kError, to_string(diagnostic));
  }
}

yagura_waf_rules* load(const RuleSource& source, yagura_waf_line report, void* context) {
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> rule_set = load_rules(source, diagnostics);
  say_all(diagnostics, report, context);
  if (rule_set == nullptr) return nullptr;
  auto rules = std::make_unique<yagura_waf_rules>();
  if (rule_set->options.audit.engine != AuditOptions::Engine::kOff) {
    auto audit_log = AuditLog::open(rule_set->options.audit);
    if (!audit_log) {
      say(report, context, true, "the audit log: " + audit_log.error().message);
      return nullptr;
    }
    rules->audit_log = *std::move(audit_log);
  }
  rules->rule_set = std::move(rule_set);
  // What compiling needed goes back before workers fork, so that none inherits it.
  ::malloc_trim(0);
  rules->generation = g_generations.fetch_add(1, std::memory_order_relaxed) + 1;
  return rules.release();
}

yagura_waf_rules* rules_load(yagura_waf_text path, yagura_waf_text settings,
                             yagura_waf_text directives, yagura_waf_text cache_folder,
                             yagura_waf_text shadow, yagura_waf_line report,
                             void* context) noexcept {
  try {
    const RuleSource source{.path = std::string(view(path)),
                            .directives = std::string(view(directives)),
                            .directives_before = std::string(view(settings)),
                            .cache_folder = std::string(view(cache_folder)),
                            .shadow = std::string(view(shadow))};
    return load(source, report, context);
  } catch (const std::exception& error) {
    say(report, context, true, error.what());
  } catch (...) {
    say(report, context, true, "an unknown error");
  }
  return nullptr;
}

void rules_release(yagura_waf_rules* rules) noexcept {
  if (rules == nullptr || rules->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  delete rules;
  // A rule set is megabytes in small pieces: give them back, so that reloads leave memory flat.
  ::malloc_trim(0);
}

// ---- worker

bool open_into(LineFile& file, yagura_waf_text path, yagura_waf_line report, void* context) {
  auto opened = LineFile::open(std::string(view(path)));
  if (!opened) {
    say(report, context, true, opened.error().message);
    return false;
  }
  file = *std::move(opened);
  return true;
}

int worker_reopen(yagura_waf_worker* worker, yagura_waf_text event_file, yagura_waf_text block_file,
                  yagura_waf_line report, void* context) noexcept {
  try {
    const bool events = open_into(worker->events, event_file, report, context);
    const bool blocks = open_into(worker->blocks, block_file, report, context);
    return events && blocks ? 1 : 0;
  } catch (...) {
    return 0;
  }
}

yagura_waf_worker* worker_create(yagura_waf_text event_file, yagura_waf_text block_file,
                                 size_t shared_size, yagura_waf_line report,
                                 void* context) noexcept {
  try {
    auto memory = SharedMemory::map(shared_size);
    if (!memory) {
      say(report, context, true, memory.error().message);
      return nullptr;
    }
    SharedCollections::initialise(*memory);
    auto worker = std::make_unique<yagura_waf_worker>(*std::move(memory));
    if (worker_reopen(worker.get(), event_file, block_file, report, context) == 0) return nullptr;
    return worker.release();
  } catch (...) {
    say(report, context, true, "out of memory");
    return nullptr;
  }
}

void worker_use_files(yagura_waf_worker* worker, int event_descriptor,
                      int block_descriptor) noexcept {
  worker->events.borrow(event_descriptor);
  worker->blocks.borrow(block_descriptor);
}

void worker_free(yagura_waf_worker* worker) noexcept { delete worker; }

// ---- transaction

void note_generation(SharedCounters& counters, const yagura_waf_rules& rules) {
  std::uint64_t known = counters.generation.load(std::memory_order_relaxed);
  if (known >= rules.generation) return;
  if (!counters.generation.compare_exchange_strong(known, rules.generation)) return;
  counters.generation_rules.store(rules.rule_set->rule_count, std::memory_order_relaxed);
}

yagura_waf_transaction* begin(yagura_waf_worker* worker, yagura_waf_rules* rules,
                              const yagura_waf_options* options) noexcept {
  SharedCounters& counters = worker->memory.counters();
  try {
    note_generation(counters, *rules);
    return new yagura_waf_transaction(*worker, *rules, *options);
  } catch (...) {
    counters.engine_failures.fetch_add(1, std::memory_order_relaxed);
    (options->fail_open != 0 ? counters.failed_open : counters.failed_closed)
        .fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
}

void end(yagura_waf_transaction* transaction) noexcept {
  if (transaction == nullptr) return;
  yagura_waf_rules* rules = &transaction->rules;
  delete transaction;
  rules_release(rules);
}

void connection(yagura_waf_transaction* t, yagura_waf_text client, unsigned client_port,
                yagura_waf_text server, unsigned server_port) noexcept {
  t->guard([&](Transaction& engine) {
    engine.set_connection(view(client), static_cast<std::uint16_t>(client_port), view(server),
                          static_cast<std::uint16_t>(server_port));
  });
}

void request_line(yagura_waf_transaction* t, yagura_waf_text method, yagura_waf_text uri,
                  yagura_waf_text protocol) noexcept {
  t->guard([&](Transaction& engine) {
    engine.set_request_line(view(method), view(uri), view(protocol));
  });
}

void request_header(yagura_waf_transaction* t, yagura_waf_text name,
                    yagura_waf_text value) noexcept {
  t->guard([&](Transaction& engine) { engine.add_request_header(view(name), view(value)); });
}

yagura_waf_verdict request_headers_done(yagura_waf_transaction* t) noexcept {
  return t->judge([](Transaction& engine) { return engine.process_request_headers(); });
}

// Past the limit, where rules look at the part before it, the rest need not be read from anywhere.
int wants_request_body(yagura_waf_transaction* t) noexcept {
  if (t->failed || !t->transaction.wants_request_body()) return 0;
  const EngineOptions& options = t->transaction.rule_set().options;
  const bool has_enough = options.request_at_limit == EngineOptions::AtLimit::kProcessPartial &&
                          t->request_bytes > options.request_limits.max_body;
  return has_enough ? 0 : 1;
}

yagura_waf_verdict request_body(yagura_waf_transaction* t, yagura_waf_text chunk) noexcept {
  t->request_bytes += chunk.size;
  return t->judge([&](Transaction& engine) { return engine.append_request_body(view(chunk)); });
}

yagura_waf_verdict request_body_done(yagura_waf_transaction* t) noexcept {
  return t->judge([](Transaction& engine) { return engine.process_request_body(); });
}

void response(yagura_waf_transaction* t, unsigned status, yagura_waf_text protocol) noexcept {
  t->guard([&](Transaction& engine) {
    engine.set_response(static_cast<std::uint16_t>(status), view(protocol));
  });
}

void response_header(yagura_waf_transaction* t, yagura_waf_text name,
                     yagura_waf_text value) noexcept {
  t->guard([&](Transaction& engine) { engine.add_response_header(view(name), view(value)); });
}

yagura_waf_verdict response_headers_done(yagura_waf_transaction* t) noexcept {
  return t->judge([](Transaction& engine) { return engine.process_response_headers(); });
}

int wants_response_body(yagura_waf_transaction* t) noexcept {
  if (t->failed || !t->transaction.wants_response_body()) return 0;
  const EngineOptions& options = t->transaction.rule_set().options;
  const bool has_enough = options.response_at_limit == EngineOptions::AtLimit::kProcessPartial &&
                          t->response_bytes > options.response_limit;
  return has_enough ? 0 : 1;
}

yagura_waf_verdict response_body(yagura_waf_transaction* t, yagura_waf_text chunk) noexcept {
  t->response_bytes += chunk.size;
  return t->judge([&](Transaction& engine) { return engine.append_response_body(view(chunk)); });
}

yagura_waf_verdict response_body_done(yagura_waf_transaction* t) noexcept {
  return t->judge([](Transaction& engine) { return engine.process_response_body(); });
}

void finish(yagura_waf_transaction* t, yagura_waf_line report, void* context) noexcept {
  t->finish(report, context);
}

yagura_waf_text unique_id(yagura_waf_transaction* t) noexcept {
  return text(t->transaction.unique_id());
}

void metrics(yagura_waf_worker* worker, yagura_waf_line report, void* context) noexcept {
  try {
    say(report, context, false, metrics_text(worker->memory.counters()));
  } catch (...) {
    say(report, context, true, {});
  }
}

void report_detections(yagura_waf_transaction* t, yagura_waf_line report, void* context) noexcept {
  t->guard([&](Transaction&) { t->report_new(report, context); });
}

void report_errors_only(yagura_waf_transaction* t, int errors_only) noexcept {
  t->errors_only = errors_only != 0;
}

constexpr yagura_waf_api kApi = {
    .version = YAGURA_WAF_API_VERSION,
    .rules_load = rules_load,
    .rules_release = rules_release,
    .worker_create = worker_create,
    .worker_free = worker_free,
    .begin = begin,
    .end = end,
    .connection = connection,
    .request_line = request_line,
    .request_header = request_header,
    .request_headers_done = request_headers_done,
    .wants_request_body = wants_request_body,
    .request_body = request_body,
    .request_body_done = request_body_done,
    .response = response,
    .response_header = response_header,
    .response_headers_done = response_headers_done,
    .wants_response_body = wants_response_body,
    .response_body = response_body,
    .response_body_done = response_body_done,
    .finish = finish,
    .unique_id = unique_id,
    .metrics = metrics,
    .report_detections = report_detections,
    .worker_reopen = worker_reopen,
    .worker_use_files = worker_use_files,
    .report_errors_only = report_errors_only,
};

}  // namespace
}  // namespace yagura::waf::c_api

extern "C" __attribute__((visibility("default"))) const yagura_waf_api* yagura_waf_get_api(
    unsigned version) {
  return version <= YAGURA_WAF_API_VERSION ? &yagura::waf::c_api::kApi : nullptr;
}
