#include "vuln/model/finding.hpp"

namespace yagura::vuln {

std::string_view to_string(FixState state) {
  switch (state) {
    case FixState::kFixed:
      return "fixed";
    case FixState::kNotFixed:
      return "not-fixed";
    case FixState::kDeferred:
      return "deferred";
    case FixState::kWontFix:
      return "will-not-fix";
    case FixState::kEndOfLife:
      return "end-of-life";
    case FixState::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace yagura::vuln
