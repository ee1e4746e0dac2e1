// A whole transaction over a raw HTTP request: with the first stage and without, in one piece and
// in many, the engine says the same; and what it says is bounded.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/compile/compile.hpp"
#include "waf/engine/testing/random_exchange.hpp"
#include "waf/engine/transaction.hpp"
#include "waf/load/load.hpp"
#include "waf/seclang/parse.hpp"
#include "wafcheck/http_request.hpp"
#include "wafcheck/http_server.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;
using testing_engine::Exchange;

constexpr std::size_t kMaxInput = std::size_t{64} << 10;

std::shared_ptr<const RuleSet> rules_with(bool use_prefilter) {
  Diagnostics diagnostics;
  // YAGURA_FUZZ_RULES: a folder of the Core Rule Set, for long runs.
  const char* folder = std::getenv("YAGURA_FUZZ_RULES");
  const seclang::Document document =
      folder != nullptr ? read_rules({.path = folder}, diagnostics)
                        : seclang::parse_text(testing_engine::varied_rules(), "rules",
                                              "/nonexistent", diagnostics);
  auto rules = compile(document, {.use_prefilter = use_prefilter}, diagnostics);
  YAGURA_CHECK(rules != nullptr, "the rules compile");
  return rules;
}

Exchange exchange_of(const wafcheck::HttpRequest& request) {
  Exchange exchange{.method = std::string(request.method),
                    .uri = std::string(request.target),
                    .protocol = std::string(request.protocol)};
  for (const wafcheck::HttpField& field : request.fields) {
    exchange.headers.emplace_back(field.name, field.value);
  }
  exchange.body = request.body();
  exchange.response_body = request.body();
  return exchange;
}

void check_views(const Transaction& transaction) {
  for (std::size_t i = 0; i < kVariableCount; ++i) {
    const auto variable = static_cast<Variable>(i);
    std::size_t bytes = 0;
    transaction.for_each(variable, [&](const ValueView& value) {
      for (const char c : value.name) bytes += static_cast<unsigned char>(c);
      for (const char c : value.value) bytes += static_cast<unsigned char>(c);
    });
    YAGURA_CHECK(bytes < std::size_t{1} << 40, "every value can be read to its end");
  }
}

std::string run(const std::shared_ptr<const RuleSet>& rules, const Exchange& exchange) {
  Transaction transaction(rules, {},
                          {.time_budget = std::chrono::microseconds(0), .unique_id = "same"});
  const Verdict verdict = testing_engine::pass_through(transaction, exchange);
  std::string told = std::to_string(static_cast<int>(verdict.action)) + " " +
                     std::to_string(verdict.status) + " " +
                     std::to_string(transaction.rules_not_evaluated()) + "\n";
  for (const Detection& each : transaction.detections()) {
    YAGURA_CHECK(each.rule != nullptr && each.phase >= 1 && each.phase <= kPhaseCount,
                 "a detection has a rule and a phase");
    YAGURA_CHECK(
        each.value.size() <= Detection::kMaxValue && each.matched.size() <= Detection::kMaxValue,
        "values of detections are cut");
    YAGURA_CHECK(!each.disrupted || verdict.interrupts(), "what disrupts interrupts");
    told += std::to_string(each.rule->id) + " " + std::string(transaction.address_of(each));
    for (const std::string_view text : {each.value, each.matched, each.message, each.log_data}) {
      told.append(" ").append(text);
    }
    told += "\n";
  }
  check_views(transaction);
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMaxInput) return 0;
  static const auto kFast = rules_with(true);
  static const auto kDirect = rules_with(false);
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto request =
      wafcheck::read_http_request(text, wafcheck::BodyWithoutLength::kRest, {.max_fields = 200});
  if (!request) return 0;
  Exchange exchange = exchange_of(*request);
  const std::string fast = run(kFast, exchange);
  YAGURA_CHECK(fast == run(kDirect, exchange), "the first stage changes no answer");
  exchange.chunk = 1U + data[0];
  YAGURA_CHECK(fast == run(kFast, exchange), "pieces make the same answer as the whole");
  return 0;
}
