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
#include "waf/engine/testing/exchange.hpp"
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

[[nodiscard]] inline Exchange get(std::string uri) { return {.uri = std::move(uri)}; }
[[nodiscard]] inline Exchange post(std::string type, std::string body) {
  return {
      .method = "POST", .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}
[[nodiscard]] inline Exchange form(std::string body) {
  return post("application/x-www-form-urlencoded", std::move(body));
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
