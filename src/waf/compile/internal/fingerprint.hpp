#pragma once

#include <string>

#include "waf/compile/compile.hpp"

namespace yagura::waf::internal {

// 32 hex digits of FNV-1a (128 bits, http://www.isthe.com/chongo/tech/comp/fnv) over every
// directive and over the shadow options: the same text gives the same rules. No defence against
// forgery.
[[nodiscard]] std::string fingerprint(const seclang::Document& document,
                                      const CompileOptions& options);

}  // namespace yagura::waf::internal
