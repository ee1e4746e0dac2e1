#pragma once

// What every server does with a transaction that is over: figures, events, the record of a block,
// the audit log.

#include <cstdint>

#include "waf/c_api/line_file.hpp"
#include "waf/c_api/shared_memory.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

struct RecordTargets {
  SharedCounters& counters;
  LineFile& events;  // closed ones are left out
  LineFile& blocks;
  AuditLog* audit_log = nullptr;
};

// After finish(). A line that cannot be written is counted in counters.lines_lost. Thread-safe as
// its targets are.
void record_transaction(Transaction& transaction, const RecordTargets& targets,
                        std::uint64_t request_bytes, std::uint64_t response_bytes);

}  // namespace yagura::waf
