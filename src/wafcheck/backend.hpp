#pragma once

// The service behind the engine in the published runs: it answers 200 to everything, and
// POST /reflect answers with what the request's JSON asks for:
//   {"status": 200, "headers": {"Name": "value"}, "body": "…", "encodedBody": "base64…"}

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yagura::wafcheck {

struct BackendResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// `path` is the target without its query. A body of /reflect that is no JSON object is answered
// with 400. A response with a body and without a Content-Type gets the one that its first bytes
// look like, as Go's net/http does (sniffed_type).
[[nodiscard]] BackendResponse answer(std::string_view method, std::string_view target,
                                     std::string_view body);

// By the WHATWG's MIME sniffing standard, section 7.1, as far as text goes: text/html, text/xml,
// text/plain (each with charset=utf-8) or application/octet-stream.
[[nodiscard]] std::string_view sniffed_type(std::string_view body);

}  // namespace yagura::wafcheck
