#include "waf/c_api/record.hpp"

namespace yagura::waf {

namespace {

Ending ending_of(const Transaction& transaction) {
  switch (transaction.verdict().action) {
    case VerdictAction::kDeny:
      return Ending::kDenied;
    case VerdictAction::kDrop:
      return Ending::kDropped;
    case VerdictAction::kRedirect:
      return Ending::kRedirected;
    case VerdictAction::kPass:
      break;
  }
  for (const Detection& detection : transaction.detections()) {
    if (detection.logged && !detection.shadow) return Ending::kDetected;
  }
  return Ending::kPassed;
}

RuleHits::Kind kind_of(const Detection& detection) {
  if (detection.shadow) return RuleHits::Kind::kShadowed;
  return detection.disrupted ? RuleHits::Kind::kDecided : RuleHits::Kind::kMatched;
}

// A request that was stopped, or would have been: `yagura gateway explain` knows it.
bool is_block(const Transaction& transaction) {
  if (transaction.verdict().interrupts()) return true;
  for (const Detection& detection : transaction.detections()) {
    if (detection.would_disrupt && !detection.shadow) return true;
  }
  return false;
}

}  // namespace

void record_transaction(Transaction& transaction, const RecordTargets& targets,
                        std::uint64_t request_bytes, std::uint64_t response_bytes) {
  SharedCounters& shared = targets.counters;
  const auto add = [](Counter& counter, std::uint64_t value) {
    counter.fetch_add(value, std::memory_order_relaxed);
  };
  add(shared.requests[static_cast<std::size_t>(ending_of(transaction))], 1);
  add(shared.request_bytes, request_bytes);
  add(shared.response_bytes, response_bytes);
  shared.inspection.record(transaction.time_spent());
  for (const Detection& detection : transaction.detections()) {
    if (detection.rule == nullptr || !detection.logged) continue;
    shared.rules.record(detection.rule->id, kind_of(detection));
    if (!targets.events.is_open()) continue;
    if (!targets.events.append(event_json(to_event(transaction, detection)))) {
      add(shared.lines_lost, 1);
    }
  }
  if (targets.blocks.is_open() && is_block(transaction)) {
    if (!targets.blocks.append(block_record(transaction))) add(shared.lines_lost, 1);
  }
  if (targets.audit_log != nullptr && !targets.audit_log->write(transaction)) {
    add(shared.lines_lost, 1);
  }
}

}  // namespace yagura::waf
