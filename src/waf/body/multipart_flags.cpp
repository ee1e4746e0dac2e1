#include "waf/body/body.hpp"

namespace yagura::waf {

// unmatched_boundary and crlf_lf_lines are variables of their own that count for no strictness.
bool MultipartFlags::strict_error() const {
  return failed || boundary_quoted || boundary_whitespace || data_before || data_after ||
         header_folding || lf_line || missing_semicolon || invalid_quoting || invalid_part ||
         invalid_header_folding || file_limit_exceeded;
}

}  // namespace yagura::waf
