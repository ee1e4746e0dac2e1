#pragma once

// For tests: rules as text, one exchange under them, and what came of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/compile/compile.hpp"
#include "waf/engine/transaction.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf::testing_engine {

[[nodiscard]] inline std::shared_ptr<const RuleSet> rules_of(std::string_view text,
                                                             const CompileOptions& options = {}) {
  Diagnostics diagnostics;
  const seclang::Document document =
      seclang::parse_text(text, "a.conf", "/nonexistent", diagnostics);
  auto rules = compile(document, options, diagnostics);
  for (const Diagnostic& each : diagnostics.list()) {
    if (each.level == DiagnosticLevel::kError) ADD_FAILURE() << to_string(each);
  }
  return rules;
}

struct Exchange {
  std::string method = "GET", uri = "/", protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::size_t chunk = 1 << 20;  // the body comes in pieces of this size
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> response_headers = {
      {"Content-Type", "text/html"}};
  std::string response_body = {};
};

[[nodiscard]] inline Exchange get(std::string uri) { return {.uri = std::move(uri)}; }
[[nodiscard]] inline Exchange post(std::string type, std::string body) {
  return {
      .method = "POST", .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}
[[nodiscard]] inline Exchange form(std::string body) {
  return post("application/x-www-form-urlencoded", std::move(body));
}

// All phases, as a server goes through them: after an interruption only the last.
inline Verdict pass_through(Transaction& transaction, const Exchange& exchange) {
  transaction.set_connection("192.0.2.7", 40'000, "198.51.100.1", 80);
  transaction.set_request_line(exchange.method, exchange.uri, exchange.protocol);
  for (const auto& [name, value] : exchange.headers) transaction.add_request_header(name, value);
  const auto feed = [&](std::string_view body, auto&& append) {
    while (!body.empty()) {
      const std::string chunk(body.substr(0, exchange.chunk));  // gone after the call
      if (append(chunk).interrupts()) return;
      body.remove_prefix(chunk.size());
    }
  };
  const auto request = [&] {
    if (transaction.process_request_headers().interrupts()) return;
    if (transaction.wants_request_body()) {
      feed(exchange.body, [&](std::string_view c) { return transaction.append_request_body(c); });
    }
    if (!transaction.verdict().interrupts()) transaction.process_request_body();
  };
  const auto response = [&] {
    transaction.set_response(exchange.status, exchange.protocol);
    for (const auto& [name, value] : exchange.response_headers) {
      transaction.add_response_header(name, value);
    }
    if (transaction.process_response_headers().interrupts()) return;
    if (transaction.wants_response_body()) {
      feed(exchange.response_body,
           [&](std::string_view c) { return transaction.append_response_body(c); });
    }
    if (!transaction.verdict().interrupts()) transaction.process_response_body();
  };
  request();
  if (!transaction.verdict().interrupts()) response();
  transaction.finish();
  return transaction.verdict();
}

// One exchange under `rules`; kept so that tests can look into the transaction.
class Trial {
 public:
  Trial(std::shared_ptr<const RuleSet> rules, const Exchange& exchange,
        const EngineServices& services = {},
        TransactionOptions options = {.time_budget = std::chrono::microseconds(0)})
      : transaction_(std::move(rules), services, std::move(options)) {
    pass_through(transaction_, exchange);
  }
  Trial(std::string_view rules, const Exchange& exchange, const EngineServices& services = {},
        TransactionOptions options = {.time_budget = std::chrono::microseconds(0)})
      : Trial(rules_of("SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n" +
                       std::string(rules)),
              exchange, services, std::move(options)) {}

  [[nodiscard]] Transaction& transaction() { return transaction_; }
  [[nodiscard]] const std::vector<Detection>& detections() const {
    return transaction_.detections();
  }
  [[nodiscard]] Verdict verdict() const { return transaction_.verdict(); }
  [[nodiscard]] std::string tx(std::string_view name) const {
    return std::string(transaction_.tx(name));
  }
  // Of the detections, in order, each once where it comes several times in a row.
  [[nodiscard]] std::vector<RuleId> ids() const {
    std::vector<RuleId> ids;
    for (const Detection& each : transaction_.detections()) ids.push_back(each.rule->id);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }
  [[nodiscard]] bool detected(RuleId id) const {
    const auto all = ids();
    return std::find(all.begin(), all.end(), id) != all.end();
  }
  // The last detection of a rule.
  [[nodiscard]] const Detection& detection(RuleId id) const {
    static const Detection kNothing;
    const auto& all = transaction_.detections();
    const auto found = std::find_if(all.rbegin(), all.rend(),
                                    [&](const Detection& each) { return each.rule->id == id; });
    if (found == all.rend()) ADD_FAILURE() << "rule " << id << " did not match";
    return found == all.rend() ? kNothing : *found;
  }

 private:
  Transaction transaction_;
};

// The value of a single variable or of the first member, as rules see it in `phase`.
[[nodiscard]] inline std::string value_of(std::string_view variable, const Exchange& exchange,
                                          int phase = 2) {
  const std::string rules = "SecAction \"id:1,phase:" + std::to_string(phase) +
                            ",pass,nolog,setvar:'tx.seen=%{" + std::string(variable) + "}'\"";
  return Trial(rules, exchange).tx("seen");
}

}  // namespace yagura::waf::testing_engine
