#pragma once

// How bad a vulnerability is, of all that was said about it. In this order:
//   1. the word of the source that speaks for the package (the distribution's urgency or impact,
//      GitHub's severity in its own records); Debian's "unimportant" and Ubuntu's "negligible" are
//      kInfo
//   2. CVSS of that source's record: 4.0, else 3.1, 3.0, 2.0
//   3. words, then CVSS, of other records of the same vulnerability
//   4. nothing: kMedium, with severity_known false
// Packages made to do harm (OSV ids "MAL-…") are kCritical.

#include <optional>
#include <span>
#include <string_view>

#include "model/severity.hpp"
#include "vuln/model/vulnerability.hpp"

namespace yagura::vuln {

// "important", "Moderate", "negligible", …: any source's word; nothing for "unknown" and the like.
[[nodiscard]] std::optional<model::Severity> severity_of_word(std::string_view word);

// Of ratings in order of their authority: the best word, else the newest CVSS version's first.
[[nodiscard]] std::optional<model::Severity> severity_of_ratings(std::span<const Rating> ratings);

}  // namespace yagura::vuln
