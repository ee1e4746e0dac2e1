#pragma once

// What is written of a transaction: the line that ModSecurity's nginx connector writes, the audit
// log, the event, and the explanation of a block.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/event.hpp"
#include "waf/engine/transaction.hpp"

namespace yagura::waf {

// `ModSecurity: Access denied with code 403 (phase 2). Matched "Operator `Ge' with parameter `5'
// against variable … [file "…"] [line "…"] [id "949110"] [rev ""] [msg "…"] [data "…"] [severity
// "0"] [ver "…"] [maturity "0"] [accuracy "0"] [tag "…"] [hostname "…"] [uri "…"] [unique_id "…"]
// [ref "…"]`, without the leading [client …]. Hostile bytes are written as \xHH.
[[nodiscard]] std::string error_log_line(const Transaction& transaction,
                                         const Detection& detection);

// The same of a transaction that no rule refused: its body is longer than the limits allow, or the
// engine gave up. Empty where that is not so.
[[nodiscard]] std::string refusal_log_line(const Transaction& transaction);

// The audit record as one line of JSON with the parts asked for (ModSecurity 3's field names).
[[nodiscard]] std::string audit_json(Transaction& transaction);
// The same in the native multi-part text form.
[[nodiscard]] std::string audit_native(Transaction& transaction);

// Where audit records go: serial (one file, appended in one write) or concurrent (a file each, and
// an index line). Thread-safe; safe between processes (O_APPEND).
class AuditLog {
 public:
  [[nodiscard]] static Result<AuditLog> open(const AuditOptions& options);
  AuditLog(AuditLog&&) noexcept;
  AuditLog& operator=(AuditLog&&) noexcept;
  ~AuditLog();
  [[nodiscard]] Result<void> write(Transaction& transaction);  // nothing where !audit_wanted()

 private:
  struct State;
  explicit AuditLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The shared form. One event for each detection that is logged; the one that blocked says so.
[[nodiscard]] model::Event to_event(const Transaction& transaction, const Detection& detection);
[[nodiscard]] std::string event_json(const model::Event& event);  // one line

// The narrowest exclusion that would let this value pass this rule, as SecLang. For a rule that
// decides by a score (949110): one line for each rule that raised it. Empty where there is nothing
// to exclude.
[[nodiscard]] std::string exclusion_for(const Transaction& transaction, const Detection& detection);
// The block as kept for `yagura gateway explain ID`: one line of JSON (unique id, time, request
// line, verdict, and each detection with rule, address, pointer, matched text, exclusion), and its
// text for a human.
[[nodiscard]] std::string block_record(const Transaction& transaction);
[[nodiscard]] Result<std::string> explain_block(std::string_view record_line);

}  // namespace yagura::waf
