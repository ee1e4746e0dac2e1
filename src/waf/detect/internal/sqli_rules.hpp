#pragma once

// The grammar: which shapes change the meaning of the statement that they are pasted into.

#include "waf/detect/internal/sqli_fold.hpp"

namespace yagura::waf::sqli {

[[nodiscard]] bool is_attack(const Shape& shape, std::string_view text);

}  // namespace yagura::waf::sqli
