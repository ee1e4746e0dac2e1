#pragma once

// The bytes that a stage sends: its input put together the way go-ftw 1.x and 2.x do it, since the
// tests were written against that.

#include <string>
#include <string_view>

#include "wafcheck/ftw_test.hpp"

namespace yagura::wafcheck {

// - encoded_request is sent as it is.
// - Headers go out sorted by name; names are compared in any case.
// - With headers to be completed: data without a Content-Type gets
//   application/x-www-form-urlencoded; data of that type that holds neither `%` nor `+` is encoded,
//   names and values apart; `Connection: close` and, with data or for POST, PUT, PATCH and DELETE,
//   Content-Length are added at the end where they are missing.
// - Data of multipart/form-data gets CRLF for every LF.
[[nodiscard]] std::string build_request(const StageInput& input);

// Encodes as Go's url.QueryEscape: all but letters, digits and -_.~ ; a blank becomes +.
[[nodiscard]] std::string query_escape(std::string_view text);

}  // namespace yagura::wafcheck
