#include "wafcheck/in_process_driver.hpp"

#include "waf/log/log.hpp"
#include "wafcheck/backend.hpp"
#include "wafcheck/exchange.hpp"
#include "wafcheck/ftw_request.hpp"
#include "wafcheck/http_server.hpp"

namespace yagura::wafcheck {

namespace {

constexpr std::size_t kMaxCollectionMembers = 10'000;
constexpr std::chrono::seconds kCollectionTimeout{3600};

Observed refused(HttpFault fault) {
  return {.status = 400, .response = "HTTP/1.1 400 Bad Request: " + std::string(describe(fault))};
}

}  // namespace

InProcessDriver::InProcessDriver(std::shared_ptr<const waf::RuleSet> rules)
    : rules_(std::move(rules)),
      collections_(waf::make_memory_collection_store(kMaxCollectionMembers, kCollectionTimeout)) {
  services_.collections = collections_.get();
}

Result<Observed> InProcessDriver::run(const StageInput& input) {
  const std::string bytes = build_request(input);
  YAGURA_TRY(const HttpRequest request, read_http_request(bytes));
  if (const auto fault = refusal_of(request)) return refused(*fault);

  // No budget of time: a verdict must not depend on how busy the machine is.
  waf::Transaction transaction(rules_, services_, {.time_budget = std::chrono::microseconds(0)});
  transaction.set_connection("127.0.0.1", 50'000, input.dest_addr, input.port);
  const BackendResponse response = exchange(transaction, request, served_fields(request));

  Observed observed{.status = response.status, .response = response.body};
  if (request.is_simple()) {  // an answer of HTTP/0.9 has no status line: clients can't read it
    observed.error = true;
    observed.error_text = "a response without a status line";
  }
  for (const waf::Detection& detection : transaction.detections()) {
    if (detection.logged) observed.log.push_back(waf::error_log_line(transaction, detection));
  }
  return observed;
}

}  // namespace yagura::wafcheck
