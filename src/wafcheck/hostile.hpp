#pragma once

// One exchange that means harm, from its first byte to its verdict, and what it cost. For tests.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/engine/transaction.hpp"

namespace yagura::wafcheck {

struct HostileExchange {
  std::string method = "POST", uri = "/";
  std::vector<std::pair<std::string, std::string>> headers;  // besides Host, User-Agent, Accept
  std::string body;
  std::size_t chunk = 64 << 10;  // bytes of the body at once
  // Of the response; empty: there is none.
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::string response_body;
};

struct HostileOutcome {
  waf::Verdict verdict;
  waf::RuleId rule = 0;                                // that decided
  std::vector<waf::RuleId> matched;                    // logged rules, in order
  std::string body_error;                              // REQBODY_ERROR_MSG
  bool inbound_error = false, outbound_error = false;  // INBOUND_DATA_ERROR, OUTBOUND_DATA_ERROR
  std::size_t arguments = 0;
  std::uint32_t not_evaluated = 0;
  std::uint64_t body_limits = 0, body_errors = 0, over_time = 0, fail_open = 0, fail_closed = 0;
  std::uint64_t memory = 0;  // most bytes of this process over what it had before
};

// Through all five phases. No time budget, so that nothing but what is tested cuts it short; or the
// one given.
[[nodiscard]] HostileOutcome send(const std::shared_ptr<const waf::RuleSet>& rules,
                                  const HostileExchange& exchange,
                                  std::optional<waf::TransactionOptions> options = std::nullopt);

// Most memory of this process since the start of a watch.
class MemoryWatch {
 public:
  MemoryWatch();  // forgets the peak so far
  [[nodiscard]] std::uint64_t growth() const;

 private:
  std::uint64_t base_ = 0;
};

}  // namespace yagura::wafcheck
