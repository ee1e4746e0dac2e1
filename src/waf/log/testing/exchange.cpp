#include "waf/log/testing/exchange.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf::testing {

std::shared_ptr<const RuleSet> compiled(std::string_view rules) {
  Diagnostics diagnostics;
  auto compiled = compile(seclang::parse_text(std::string(rules), "rules.conf", ".", diagnostics),
                          {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    ADD_FAILURE() << to_string(diagnostic) << "\n" << rules;
  }
  return compiled;
}

std::unique_ptr<Transaction> exchange(const std::shared_ptr<const RuleSet>& rules,
                                      const Request& request) {
  auto transaction = std::make_unique<Transaction>(
      rules, EngineServices{},
      TransactionOptions{.time_budget = std::chrono::microseconds(0), .unique_id = request.id});
  transaction->set_connection(request.client, 4711, "198.51.100.2", 80);
  transaction->set_request_line(request.method, request.uri, request.protocol);
  transaction->add_request_header("Host", request.host);
  for (const auto& [name, value] : request.headers) transaction->add_request_header(name, value);
  if (!request.type.empty()) {
    transaction->add_request_header("Content-Type", request.type);
    transaction->add_request_header("Content-Length", std::to_string(request.body.size()));
  }
  (void)transaction->process_request_headers();
  if (!request.body.empty()) (void)transaction->append_request_body(request.body);
  (void)transaction->process_request_body();
  transaction->set_response(200, "HTTP/1.1");
  for (const auto& [name, value] : request.response_headers) {
    transaction->add_response_header(name, value);
  }
  (void)transaction->process_response_headers();
  (void)transaction->append_response_body(request.response);
  (void)transaction->process_response_body();
  transaction->finish();
  return transaction;
}

std::size_t detections_of(const Transaction& transaction, RuleId rule) {
  return static_cast<std::size_t>(std::ranges::count_if(
      transaction.detections(),
      [&](const Detection& detection) { return detection.rule->id == rule; }));
}

bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

}  // namespace yagura::waf::testing
