#pragma once

#include <string>

namespace yagura::waf::internal {

// Does the libhs that this process runs with find what it must? Some releases lose matches that lie
// across the edge of a vector register (Vectorscan 5.4.9, in the
// acceleration of two-byte sequences). Empty where it does; else what it missed. Checked once, in
// about a millisecond.
[[nodiscard]] const std::string& library_problem();

}  // namespace yagura::waf::internal
