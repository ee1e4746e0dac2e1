#pragma once

// States that a thread keeps for its next transactions, so that one allocates nearly nothing after
// the first.

#include <memory>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

[[nodiscard]] std::unique_ptr<State> take_state();
void give_back(std::unique_ptr<State> state);

}  // namespace yagura::waf::internal
