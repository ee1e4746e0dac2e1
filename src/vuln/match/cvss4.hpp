#pragma once

#include <optional>
#include <string_view>

namespace yagura::vuln::cvss {

// The part of a CVSS 4.0 vector behind "CVSS:4.0/".
[[nodiscard]] std::optional<double> score4(std::string_view vector);

}  // namespace yagura::vuln::cvss
