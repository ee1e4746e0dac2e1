#pragma once

// What the server in front of the engine does with a request before any rule sees it, for tests
// without a server: refuse what RFC 9112 forbids, and settle what it leaves open the way the server
// of the published runs does.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wafcheck/http_request.hpp"

namespace yagura::wafcheck {

// The fault for which a strict server answers 400 without looking further; none: it serves the
// request. Both framing fields at once are no reason: RFC 9112, 6.3 lets a server go by the
// encoding.
[[nodiscard]] std::optional<HttpFault> refusal_of(const HttpRequest& request);

struct ServedField {
  std::string_view name;
  std::string value;
};
// The header fields as that server hands them on: Content-Length is dropped beside
// Transfer-Encoding (RFC 9112, 6.3), and fields of one name are joined with a comma (RFC 9110,
// 5.3; Cookie with a semicolon).
[[nodiscard]] std::vector<ServedField> served_fields(const HttpRequest& request);

}  // namespace yagura::wafcheck
