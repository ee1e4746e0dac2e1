#pragma once

// One request through all phases of a transaction, with an answer to it.

#include <optional>
#include <vector>

#include "waf/engine/transaction.hpp"
#include "wafcheck/backend.hpp"
#include "wafcheck/http_server.hpp"

namespace yagura::wafcheck {

// Runs phases 1 to 5 and returns what the client gets: the response (of the tests' backend unless
// one is given), or the status of the rule that interrupted. A phase that interrupts ends the
// exchange; phase 5 always runs.
BackendResponse exchange(waf::Transaction& transaction, const HttpRequest& request,
                         const std::vector<ServedField>& fields,
                         const std::optional<BackendResponse>& response = std::nullopt);

}  // namespace yagura::wafcheck
