#include "wafcheck/http_server.hpp"

#include <algorithm>

namespace yagura::wafcheck {

std::optional<HttpFault> refusal_of(const HttpRequest& request) {
  for (const HttpProblem& problem : request.problems) {
    if (problem.fault != HttpFault::kLengthAndChunked) return problem.fault;
  }
  return std::nullopt;
}

std::vector<ServedField> served_fields(const HttpRequest& request) {
  std::vector<ServedField> served;
  const bool drop_length = request.has(HttpFault::kLengthAndChunked);
  for (const HttpField& field : request.fields) {
    if (drop_length && equal_ignoring_case(field.name, "Content-Length")) continue;
    const auto same = std::find_if(served.begin(), served.end(), [&](const ServedField& other) {
      return equal_ignoring_case(other.name, field.name);
    });
    if (same == served.end()) {
      served.push_back({.name = field.name, .value = std::string(field.value)});
    } else {
      same->value += equal_ignoring_case(field.name, "Cookie") ? "; " : ", ";
      same->value += field.value;
    }
  }
  return served;
}

}  // namespace yagura::wafcheck
