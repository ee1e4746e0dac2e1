#pragma once

// Stages against the engine itself, without a socket: the request's bytes are read and answered as
// a strict server would (http_server.hpp), else they go through the five phases of a Transaction,
// with the tests' backend (backend.hpp) behind it.

#include <memory>

#include "waf/engine/transaction.hpp"
#include "wafcheck/driver.hpp"

namespace yagura::wafcheck {

class InProcessDriver final : public Driver {
 public:
  explicit InProcessDriver(std::shared_ptr<const waf::RuleSet> rules);
  [[nodiscard]] Result<Observed> run(const StageInput& input) override;

 private:
  std::shared_ptr<const waf::RuleSet> rules_;
  std::unique_ptr<waf::CollectionStore> collections_;
  waf::EngineServices services_;
};

}  // namespace yagura::wafcheck
