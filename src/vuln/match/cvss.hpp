#pragma once

#include <optional>
#include <string_view>

#include "model/severity.hpp"

namespace yagura::vuln {

// The score of a CVSS vector, 0.0 to 10.0 in tenths:
//   "CVSS:4.0/…"                 with the threat and environmental metrics that it has (FIRST, 4.0)
//   "CVSS:3.1/…", "CVSS:3.0/…"   the base score; temporal and environmental metrics are checked
//                                for being metrics and left out, as publishers do
//   "AV:N/AC:L/Au:N/C:P/I:P/A:P" the same of 2.0, with or without "CVSS:2.0/" or parentheses
// Nothing where the text is none: an unknown metric or value, one that comes twice, one of the base
// that is missing. Linear.
[[nodiscard]] std::optional<double> cvss_score(std::string_view vector);

// The qualitative scale of CVSS 3 and 4; 0.0 ("none") is kInfo. For 2.0 NVD's scale, which has no
// critical, is not used: it would call alike what is not.
[[nodiscard]] model::Severity severity_of_score(double score);

}  // namespace yagura::vuln
