#pragma once

#include <optional>
#include <string_view>

#include "vuln/version/scheme.hpp"

namespace yagura::vuln::version {

std::optional<bool> in_comparators(Scheme scheme, std::string_view version, std::string_view range);
// "[1,2),(3,]": Maven and NuGet.
std::optional<bool> in_intervals(Scheme scheme, std::string_view version, std::string_view range);
// PEP 440, "Version specifiers".
std::optional<bool> in_specifiers(std::string_view version, std::string_view range);

}  // namespace yagura::vuln::version
