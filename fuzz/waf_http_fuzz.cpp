// The reader of raw requests: every part is a piece of the text, the request ends where it says,
// and what it made out, written again, is read as the same request.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "wafcheck/http_request.hpp"
#include "wafcheck/http_server.hpp"

namespace {

using namespace yagura::wafcheck;

bool is_part_of(std::string_view part, std::string_view text) {
  return part.empty() ||
         (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

void check_parts(const HttpRequest& request, std::string_view text) {
  YAGURA_CHECK(request.head_size <= request.size && request.size <= text.size(),
               "a request ends within its text");
  YAGURA_CHECK(is_part_of(request.method, text) && is_part_of(request.target, text) &&
                   is_part_of(request.protocol, text),
               "the request line is part of the text");
  for (const HttpField& field : request.fields) {
    YAGURA_CHECK(is_part_of(field.name, text) && is_part_of(field.value, text),
                 "fields are parts of the text");
  }
  YAGURA_CHECK(request.body().size() <= text.size(), "no body is larger than its text");
  for (const HttpProblem& problem : request.problems) {
    YAGURA_CHECK(problem.offset <= text.size() && !describe(problem.fault).empty(),
                 "each problem has a place and a name");
  }
}

// A request that a strict server serves, written from its parts.
std::string written(const HttpRequest& request) {
  std::string text = std::string(request.method) + ' ' + std::string(request.target) + ' ' +
                     std::string(request.protocol) + "\r\n";
  for (const ServedField& field : served_fields(request)) {
    if (equal_ignoring_case(field.name, "Transfer-Encoding")) continue;
    if (equal_ignoring_case(field.name, "Content-Length")) continue;
    text += std::string(field.name) + ": " + field.value + "\r\n";
  }
  text += "Content-Length: " + std::to_string(request.body().size()) + "\r\n\r\n";
  return text + std::string(request.body());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = read_http_request(text);
  YAGURA_CHECK(request.has_value(), "small texts reach no limit");
  check_parts(*request, text);
  const auto with_rest = read_http_request(text, BodyWithoutLength::kRest);
  YAGURA_CHECK(with_rest.has_value() && with_rest->size >= request->size,
               "taking the rest never takes less");
  check_parts(*with_rest, text);
  if (refusal_of(*request) || request->is_simple() || request->fields.size() > 100) return 0;
  const std::string again = written(*request);
  const auto second = read_http_request(again);
  YAGURA_CHECK(second.has_value() && !refusal_of(*second), "what was served is served again");
  YAGURA_CHECK(second->target == request->target && second->body() == request->body(),
               "and is the same request");
  YAGURA_CHECK(second->size == again.size(), "and nothing is left over");
  return 0;
}
