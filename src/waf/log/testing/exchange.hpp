#pragma once

// Rules and one request through a transaction, for the tests of this folder.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/engine/transaction.hpp"

namespace yagura::waf::testing {

// Fails the running test where the rules do not compile.
[[nodiscard]] std::shared_ptr<const RuleSet> compiled(std::string_view rules);

struct Request {
  std::string method = "GET", uri = "/", protocol = "HTTP/1.1", host = "shop.example";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string type, body;  // Content-Type
  std::string id = "id-1", client = "192.0.2.1";
  std::string response = "answer";
  std::vector<std::pair<std::string, std::string>> response_headers = {
      {"Content-Type", "text/plain"}};
};

// All five phases, whatever a phase's verdict.
[[nodiscard]] std::unique_ptr<Transaction> exchange(const std::shared_ptr<const RuleSet>& rules,
                                                    const Request& request);

// The detections of one rule.
[[nodiscard]] std::size_t detections_of(const Transaction& transaction, RuleId rule);

// Valid JSON (another's reader says so).
[[nodiscard]] bool is_json(std::string_view text);

}  // namespace yagura::waf::testing
