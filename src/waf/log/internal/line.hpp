#pragma once

// Pieces of ModSecurity's line that its audit records hold too.

#include <string>

#include "waf/engine/transaction.hpp"
#include "waf/log/internal/sanitise.hpp"

namespace yagura::waf::log {

// `Matched "Operator `Rx' with parameter … against variable … (Value: … )`, escaped and cut; empty
// for a SecAction.
[[nodiscard]] std::string what_matched(const Transaction& transaction, const Detection& detection,
                                       const Sanitiser& sanitiser);
// Where the value is: "v12,5", its offset in the query or body and its size. (ModSecurity's counts
// on through the whole request and says where in the value an operator matched.)
[[nodiscard]] std::string reference(const Detection& detection);

}  // namespace yagura::waf::log
