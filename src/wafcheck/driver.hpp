#pragma once

// How a stage's request reaches an engine and what is seen of it. Two ways: in this process, and
// over the network to a server that has the engine in it.

#include "core/result.hpp"
#include "wafcheck/ftw_test.hpp"
#include "wafcheck/verdict.hpp"

namespace yagura::wafcheck {

class Driver {
 public:
  virtual ~Driver() = default;
  // An error: the stage could not be tried at all (no connection, no marker in the log). What a
  // test expects to go wrong is in Observed. One call at a time.
  [[nodiscard]] virtual Result<Observed> run(const StageInput& input) = 0;
};

}  // namespace yagura::wafcheck
