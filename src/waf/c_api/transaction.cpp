// A transaction behind the C API: the engine's, with its lines, counters and records.

#include <utility>

#include "waf/c_api/record.hpp"
#include "waf/c_api/state.hpp"

namespace {

using yagura::waf::Detection;
using yagura::waf::EngineMode;
using yagura::waf::Transaction;
using yagura::waf::TransactionOptions;
using yagura::waf::Verdict;
namespace c_api = yagura::waf::c_api;

constexpr int kRefusedStatus = 503;

EngineMode engine_mode(int mode) {
  switch (mode) {
    case YAGURA_WAF_MODE_OFF:
      return EngineMode::kOff;
    case YAGURA_WAF_MODE_DETECT:
      return EngineMode::kDetectionOnly;
    default:
      return EngineMode::kOn;
  }
}

TransactionOptions engine_options(const yagura_waf_options& options) {
  return {.mode = engine_mode(options.mode),
          .use_rule_set_mode = options.mode == YAGURA_WAF_MODE_RULES,
          .time_budget = std::chrono::microseconds(options.time_budget_us),
          .fail_open = options.fail_open != 0,
          .unique_id = std::string(c_api::view(options.unique_id))};
}

}  // namespace

yagura_waf_transaction::yagura_waf_transaction(yagura_waf_worker& its_worker,
                                               yagura_waf_rules& its_rules,
                                               const yagura_waf_options& options)
    : worker(its_worker),
      rules(its_rules),
      fail_open(options.fail_open != 0),
      collections(its_worker.memory,
                  std::chrono::seconds(its_rules.rule_set->options.collection_timeout_seconds)),
      services{.collections = &collections,
               .counters = &its_worker.memory.counters().engine,
               .listener = nullptr,
               .clock = {}},
      transaction(its_rules.rule_set, services, engine_options(options)) {
  rules.holders.fetch_add(1, std::memory_order_relaxed);
}

void yagura_waf_transaction::give_up() {
  failed = true;
  counters().engine_failures.fetch_add(1, std::memory_order_relaxed);
  (fail_open ? counters().failed_open : counters().failed_closed)
      .fetch_add(1, std::memory_order_relaxed);
}

yagura_waf_verdict yagura_waf_transaction::verdict_of_failure() const {
  if (fail_open) return {.action = YAGURA_WAF_PASS, .status = 200, .url = {nullptr, 0}};
  return {.action = YAGURA_WAF_DENY, .status = kRefusedStatus, .url = {nullptr, 0}};
}

yagura_waf_verdict yagura_waf_transaction::to_c(const Verdict& verdict) {
  static constexpr int kActions[] = {YAGURA_WAF_PASS, YAGURA_WAF_DENY, YAGURA_WAF_DROP,
                                     YAGURA_WAF_REDIRECT};
  return {.action = kActions[static_cast<std::size_t>(verdict.action)],
          .status = verdict.status,
          .url = c_api::text(verdict.redirect_url)};
}

void yagura_waf_transaction::report_new(yagura_waf_line report, void* context) {
  if (report == nullptr) return;
  const std::vector<Detection>& detections = transaction.detections();
  for (; reported < detections.size(); ++reported) {
    const Detection& detection = detections[reported];
    if (!detection.logged || (errors_only && !detection.disrupted)) continue;
    std::string line = yagura::waf::error_log_line(transaction, detection);
    // ModSecurity names the client only in the lines of what it refused.
    if (detection.disrupted) {
      line.insert(0, "[client " + std::string(transaction.client_address()) + "] ");
    }
    c_api::say(report, context, detection.disrupted, line);
  }
  if (refusal_reported || !transaction.verdict().interrupts()) return;
  refusal_reported = true;
  const std::string line = yagura::waf::refusal_log_line(transaction);
  if (!line.empty()) {
    c_api::say(report, context, true,
               "[client " + std::string(transaction.client_address()) + "] " + line);
  }
}

void yagura_waf_transaction::record() {
  yagura::waf::record_transaction(transaction,
                                  {.counters = counters(),
                                   .events = worker.events,
                                   .blocks = worker.blocks,
                                   .audit_log = rules.audit_log ? &*rules.audit_log : nullptr},
                                  request_bytes, response_bytes);
}

void yagura_waf_transaction::finish(yagura_waf_line report, void* context) {
  if (finished) return;
  finished = true;
  guard([&](Transaction& engine) {
    engine.finish();
    report_new(report, context);
    record();
  });
}

yagura_waf_transaction::~yagura_waf_transaction() { finish(nullptr, nullptr); }
