#include "waf/testing/exchange.hpp"

namespace yagura::waf::testing {

namespace {

// Nothing: no rule interrupted.
Verdict give_request(Transaction& transaction, const HttpRequest& request,
                     const std::vector<ServedField>& fields) {
  transaction.set_request_line(request.method, request.target,
                               request.is_simple() ? "HTTP/0.9" : request.protocol);
  for (const ServedField& field : fields) transaction.add_request_header(field.name, field.value);
  if (const Verdict verdict = transaction.process_request_headers(); verdict.interrupts()) {
    return verdict;
  }
  if (transaction.wants_request_body() && !request.body().empty()) {
    const Verdict verdict = transaction.append_request_body(request.body());
    if (verdict.interrupts()) return verdict;
  }
  return transaction.process_request_body();
}

Verdict give_response(Transaction& transaction, const BackendResponse& response,
                      std::string_view protocol) {
  transaction.set_response(static_cast<std::uint16_t>(response.status), protocol);
  for (const auto& [name, value] : response.headers) transaction.add_response_header(name, value);
  if (const Verdict verdict = transaction.process_response_headers(); verdict.interrupts()) {
    return verdict;
  }
  if (transaction.wants_response_body() && !response.body.empty()) {
    const Verdict verdict = transaction.append_response_body(response.body);
    if (verdict.interrupts()) return verdict;
  }
  return transaction.process_response_body();
}

BackendResponse refusal(const Verdict& verdict) {
  BackendResponse response{.status = verdict.status, .headers = {}, .body = {}};
  if (verdict.action == VerdictAction::kRedirect) {
    response.headers.emplace_back("Location", verdict.redirect_url);
  }
  return response;
}

}  // namespace

BackendResponse exchange(Transaction& transaction, const HttpRequest& request,
                         const std::vector<ServedField>& fields,
                         const std::optional<BackendResponse>& response) {
  Verdict verdict = give_request(transaction, request, fields);
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

}  // namespace yagura::waf::testing
