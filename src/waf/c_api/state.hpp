#pragma once

// The objects behind the opaque pointers of yagura_waf.h.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "waf/c_api/line_file.hpp"
#include "waf/c_api/shared_collections.hpp"
#include "waf/c_api/shared_memory.hpp"
#include "waf/c_api/yagura_waf.h"
#include "waf/engine/transaction.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf::c_api {

[[nodiscard]] inline std::string_view view(yagura_waf_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
[[nodiscard]] inline yagura_waf_text text(std::string_view view) {
  return {.data = view.data(), .size = view.size()};
}
inline void say(yagura_waf_line report, void* context, bool is_error, std::string_view line) {
  if (report != nullptr) report(context, is_error ? 1 : 0, text(line));
}

}  // namespace yagura::waf::c_api

// A rule set, and how many hold it: the caller and the transactions under it.
struct yagura_waf_rules {
  std::shared_ptr<const yagura::waf::RuleSet> rule_set;
  std::optional<yagura::waf::AuditLog> audit_log;
  std::uint64_t generation = 0;
  std::atomic<std::uint32_t> holders{1};
};

struct yagura_waf_worker {
  explicit yagura_waf_worker(yagura::waf::SharedMemory shared) : memory(std::move(shared)) {}
  yagura::waf::SharedMemory memory;
  yagura::waf::LineFile events, blocks;
};

struct yagura_waf_transaction {
  yagura_waf_transaction(yagura_waf_worker& its_worker, yagura_waf_rules& its_rules,
                         const yagura_waf_options& options);
  yagura_waf_transaction(const yagura_waf_transaction&) = delete;
  yagura_waf_transaction& operator=(const yagura_waf_transaction&) = delete;
  ~yagura_waf_transaction();

  [[nodiscard]] yagura::waf::SharedCounters& counters() const { return worker.memory.counters(); }

  // Calls `step` unless the engine has failed already. An exception is counted and ends the
  // inspection by the failure policy: the transaction then passes, or is refused with 503.
  template <typename Step>
  void guard(Step&& step) {
    if (failed) return;
    try {
      step(transaction);
    } catch (...) {
      give_up();
    }
  }
  // The same where `step` gives a verdict.
  template <typename Step>
  [[nodiscard]] yagura_waf_verdict judge(Step&& step) {
    yagura_waf_verdict verdict{.action = YAGURA_WAF_PASS, .status = 200, .url = {nullptr, 0}};
    guard([&](yagura::waf::Transaction& engine) { verdict = to_c(step(engine)); });
    return failed ? verdict_of_failure() : verdict;
  }
  void report_new(yagura_waf_line report, void* context);
  void finish(yagura_waf_line report, void* context);

  yagura_waf_worker& worker;
  yagura_waf_rules& rules;
  const bool fail_open;
  yagura::waf::SharedCollections collections;
  yagura::waf::EngineServices services;
  yagura::waf::Transaction transaction;
  std::size_t reported = 0;       // detections whose lines are out
  bool errors_only = false;       // no lines of detections that decided nothing
  bool refusal_reported = false;  // and that of a refusal by no rule
  std::uint64_t request_bytes = 0, response_bytes = 0;
  bool failed = false;
  bool finished = false;

 private:
  [[nodiscard]] static yagura_waf_verdict to_c(const yagura::waf::Verdict& verdict);
  [[nodiscard]] yagura_waf_verdict verdict_of_failure() const;
  void give_up();
  void record();
};
