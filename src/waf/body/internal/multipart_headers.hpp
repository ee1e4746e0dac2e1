#pragma once

// The two header values that a multipart body hangs on: Content-Type, which names the boundary, and
// each part's Content-Disposition. Both are read as strictly as ModSecurity reads them: what two
// parsers could read in two ways is refused or flagged.

#include <string>
#include <string_view>

#include "waf/body/body.hpp"

namespace yagura::waf::internal {

inline constexpr std::size_t kMaxContentTypeBytes = 1024;

// The boundary (RFC 2046, section 5.1.1), or empty with `error` set. Sets boundary_quoted,
// boundary_whitespace and missing_semicolon.
[[nodiscard]] std::string read_boundary(std::string_view content_type, MultipartFlags& flags,
                                        std::string& error);

// What `form-data; name="a"; filename="b"` says (RFC 7578, section 4.2).
struct Disposition {
  std::string name;
  std::string file_name;  // of filename=, or of filename*= (RFC 5987), decoded
};

// False: `error` says why. Sets invalid_quoting.
[[nodiscard]] bool read_disposition(std::string_view value, MultipartFlags& flags, Disposition& out,
                                    std::string& error);

[[nodiscard]] inline bool is_space(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}
[[nodiscard]] inline char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}
[[nodiscard]] bool same_but_for_case(std::string_view a, std::string_view b);

}  // namespace yagura::waf::internal
