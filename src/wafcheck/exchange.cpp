#include "wafcheck/exchange.hpp"

namespace yagura::wafcheck {

namespace {

// Nothing: no rule interrupted.
waf::Verdict give_request(waf::Transaction& transaction, const HttpRequest& request,
                          const std::vector<ServedField>& fields) {
  transaction.set_request_line(request.method, request.target,
                               request.is_simple() ? "HTTP/0.9" : request.protocol);
  for (const ServedField& field : fields) transaction.add_request_header(field.name, field.value);
  if (const waf::Verdict verdict = transaction.process_request_headers(); verdict.interrupts()) {
    return verdict;
  }
  if (transaction.wants_request_body() && !request.body().empty()) {
    const waf::Verdict verdict = transaction.append_request_body(request.body());
    if (verdict.interrupts()) return verdict;
  }
  return transaction.process_request_body();
}

waf::Verdict give_response(waf::Transaction& transaction, const BackendResponse& response,
                           std::string_view protocol) {
  transaction.set_response(static_cast<std::uint16_t>(response.status), protocol);
  for (const auto& [name, value] : response.headers) transaction.add_response_header(name, value);
  if (const waf::Verdict verdict = transaction.process_response_headers(); verdict.interrupts()) {
    return verdict;
  }
  if (transaction.wants_response_body() && !response.body.empty()) {
    const waf::Verdict verdict = transaction.append_response_body(response.body);
    if (verdict.interrupts()) return verdict;
  }
  return transaction.process_response_body();
}

BackendResponse refusal(const waf::Verdict& verdict) {
  BackendResponse response{.status = verdict.status, .headers = {}, .body = {}};
  if (verdict.action == waf::VerdictAction::kRedirect) {
    response.headers.emplace_back("Location", verdict.redirect_url);
  }
  return response;
}

}  // namespace

BackendResponse exchange(waf::Transaction& transaction, const HttpRequest& request,
                         const std::vector<ServedField>& fields,
                         const std::optional<BackendResponse>& response) {
  waf::Verdict verdict = give_request(transaction, request, fields);
  BackendResponse given;
  if (!verdict.interrupts()) {
    given = response ? *response : answer(request.method, request.target, request.body());
    if (request.method == "HEAD") given.body.clear();
    verdict =
        give_response(transaction, given, request.is_simple() ? "HTTP/1.1" : request.protocol);
  }
  transaction.finish();
  return verdict.interrupts() ? refusal(verdict) : given;
}

}  // namespace yagura::wafcheck
