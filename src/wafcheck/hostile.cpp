#include "wafcheck/hostile.hpp"

#include <malloc.h>

#include <charconv>
#include <fstream>

namespace yagura::wafcheck {
namespace {

// Bytes of a line of /proc/self/status ("VmRSS", "VmHWM").
std::uint64_t status_bytes(std::string_view name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    std::uint64_t kilobytes = 0;
    const std::size_t at = line.find_first_of("0123456789");
    if (at != std::string::npos) {
      std::from_chars(line.data() + at, line.data() + line.size(), kilobytes);
    }
    return kilobytes << 10;
  }
  return 0;
}

void feed_body(waf::Transaction& transaction, const HostileExchange& exchange) {
  std::string_view rest = exchange.body;
  while (!rest.empty() && transaction.wants_request_body()) {
    const std::string_view chunk = rest.substr(0, exchange.chunk);
    if (transaction.append_request_body(chunk).interrupts()) return;
    rest.remove_prefix(chunk.size());
  }
}

void feed_response(waf::Transaction& transaction, const HostileExchange& exchange) {
  transaction.set_response(200, "HTTP/1.1");
  for (const auto& [name, value] : exchange.response_headers) {
    transaction.add_response_header(name, value);
  }
  if (transaction.process_response_headers().interrupts()) return;
  std::string_view rest = exchange.response_body;
  while (!rest.empty() && transaction.wants_response_body()) {
    const std::string_view chunk = rest.substr(0, exchange.chunk);
    if (transaction.append_response_body(chunk).interrupts()) return;
    rest.remove_prefix(chunk.size());
  }
  transaction.process_response_body();
}

// As a server does it: what comes after a refusal is not read.
void run_phases(waf::Transaction& transaction, const HostileExchange& exchange) {
  transaction.set_connection("192.0.2.7", 40'000, "198.51.100.1", 80);
  transaction.set_request_line(exchange.method, exchange.uri, "HTTP/1.1");
  transaction.add_request_header("Host", "shop.example.org");
  transaction.add_request_header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)");
  transaction.add_request_header("Accept", "text/html,*/*");
  if (exchange.method == "POST") {
    transaction.add_request_header("Content-Length", std::to_string(exchange.body.size()));
  }
  for (const auto& [name, value] : exchange.headers) transaction.add_request_header(name, value);
  if (!transaction.process_request_headers().interrupts()) {
    feed_body(transaction, exchange);
    transaction.process_request_body();
  }
  if (!transaction.verdict().interrupts() && !exchange.response_headers.empty()) {
    feed_response(transaction, exchange);
  }
  transaction.finish();
}

}  // namespace

MemoryWatch::MemoryWatch() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM begins anew (proc(5))
  base_ = status_bytes("VmRSS");
}

std::uint64_t MemoryWatch::growth() const {
  const std::uint64_t peak = status_bytes("VmHWM");
  return peak > base_ ? peak - base_ : 0;
}

HostileOutcome send(const std::shared_ptr<const waf::RuleSet>& rules,
                    const HostileExchange& exchange,
                    std::optional<waf::TransactionOptions> options) {
  waf::EngineCounters counters{};
  waf::EngineServices services;
  services.counters = &counters;
  if (!options) options = waf::TransactionOptions{.time_budget = {}, .unique_id = {}};
  HostileOutcome outcome;
  const MemoryWatch watch;
  {
    waf::Transaction transaction(rules, services, *options);
    run_phases(transaction, exchange);
    outcome.memory = watch.growth();
    outcome.verdict = transaction.verdict();
    if (outcome.verdict.rule != nullptr) outcome.rule = outcome.verdict.rule->id;
    outcome.verdict.redirect_url = {};
    for (const waf::Detection& detection : transaction.detections()) {
      if (detection.logged) outcome.matched.push_back(detection.rule->id);
    }
    outcome.body_error = transaction.single(waf::Variable::kReqbodyErrorMsg);
    outcome.inbound_error = transaction.single(waf::Variable::kInboundDataError) == "1";
    outcome.outbound_error = transaction.single(waf::Variable::kOutboundDataError) == "1";
    transaction.for_each(waf::Variable::kArgs, [&](const waf::ValueView&) { ++outcome.arguments; });
    outcome.not_evaluated = transaction.rules_not_evaluated();
  }
  outcome.body_limits = counters.body_limit_reached;
  outcome.body_errors = counters.body_errors;
  outcome.over_time = counters.time_budget_exceeded;
  outcome.fail_open = counters.fail_open;
  outcome.fail_closed = counters.fail_closed;
  return outcome;
}

}  // namespace yagura::wafcheck
