#pragma once

// What a rule set says of one raw request: the engine's verdict, with every rule that matched, the
// value's address, and the exclusion that would let it pass.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "waf/engine/transaction.hpp"
#include "wafcheck/backend.hpp"

namespace yagura::wafcheck {

struct CheckedMatch {
  waf::RuleId rule = 0;
  int phase = 0;
  int severity = -1;      // 0 emergency to 7 debug; -1: none
  std::string message;    // of the rule, expanded
  std::string data;       // its logdata, expanded
  std::string address;    // "ARGS:q", "/items/0/name" in a JSON body
  std::string matched;    // what the operator matched
  std::string exclusion;  // SecLang; empty where none would be sensible
  std::vector<std::string> tags;
  bool decided = false;  // this match stopped the request, or would have
};

enum class CheckVerdict : std::uint8_t {
  kPass,      // no rule that is logged matched
  kDetected,  // some did, but too little to stop it
  kBlocked,   // stopped, or would be were the engine not in detection mode
};
[[nodiscard]] std::string_view to_string(CheckVerdict verdict);  // "pass", "detected", "blocked"

struct CheckedRequest {
  std::string name;  // of the file; "-": standard input
  std::string request_line;
  CheckVerdict verdict = CheckVerdict::kPass;
  int status = 200;       // that a client would get from the engine; 200: the service's own
  int inbound_score = 0;  // CRS's anomaly scores
  int outbound_score = 0;
  std::vector<CheckedMatch> matches;   // in the order of their happening
  std::vector<std::string> malformed;  // what is wrong with the request as HTTP
  std::uint32_t not_evaluated = 0;     // rules that gave up at a limit
  double microseconds = 0;             // of inspection
};

// Reads a raw response: status line, headers, an empty line, body (all of the rest, or as its
// Content-Length says). An error says what is missing.
[[nodiscard]] Result<BackendResponse> read_response(std::string_view text);

class RequestChecker {
 public:
  explicit RequestChecker(std::shared_ptr<const waf::RuleSet> rules);

  // `text` is a request; one without Content-Length has all of the rest as its body. An error: it
  // has no request line, or is larger than can be read. Malformed requests are inspected
  // nevertheless.
  [[nodiscard]] Result<CheckedRequest> check(std::string name, std::string_view text,
                                             const std::optional<BackendResponse>& response);

 private:
  std::shared_ptr<const waf::RuleSet> rules_;
  std::unique_ptr<waf::CollectionStore> collections_;
  waf::EngineServices services_;
};

// "blocked   15  a.http  942100,949110": the verdict, the score, the name and the rules.
[[nodiscard]] std::string check_line(const CheckedRequest& checked);
// The same for a human who wants to know why: a paragraph a match.
[[nodiscard]] std::string check_details(const CheckedRequest& checked);
[[nodiscard]] std::string check_json(const std::vector<CheckedRequest>& checked);

}  // namespace yagura::wafcheck
