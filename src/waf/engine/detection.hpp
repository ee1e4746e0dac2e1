#pragma once

// A rule that matched, with all that a log line, an event and an explanation need. Made only for
// rules that matched. All texts are views: of the transaction's memory, or of the rule set.

#include <cstdint>
#include <span>
#include <string_view>

#include "waf/compile/rule_set.hpp"

namespace yagura::waf {

// A value that one of a chain's rules matched.
struct ChainMatch {
  static constexpr std::size_t kMost = 64;  // of one chain
  std::uint32_t link = 0;                   // the rule's place in the chain, from 0
  Variable variable = Variable::kArgs;
  std::string_view name;
  bool is_certain = false;  // without that value there is no such match
};

struct Detection {
  const Rule* rule = nullptr;  // the chain's head; lives as long as the transaction's rule set
  std::uint8_t phase = 0;
  Variable variable = Variable::kArgs;  // of the (last) value that matched
  // "ARGS:q", "REQUEST_HEADERS:User-Agent", "TX:blocking_inbound_anomaly_score"
  std::string_view address;
  std::uint32_t body_offset =
      kNoOffset;  // where the value's raw bytes begin in the body, for a JSON pointer
  bool in_body = false;
  std::span<const ChainMatch> chain_matches;  // in order; empty: no chain, or more than kMost
  std::string_view value;    // decoded value before transformations; cut at kMaxValue
  std::string_view matched;  // what the operator matched, after transformations; cut at kMaxValue
  std::string_view message, log_data;  // expanded
  std::span<const std::string_view> tags;
  bool logged = false;  // the rule says log
  bool audited = false;
  bool shadow = false;
  bool disrupted = false;      // this match decided the transaction
  bool would_disrupt = false;  // it would have, were the mode not DetectionOnly
  static constexpr std::size_t kMaxValue = 1024;
};

}  // namespace yagura::waf
