#pragma once

// "Did you mean": the known name that is closest to a misspelt one.

#include <span>
#include <string>
#include <string_view>

namespace yagura::waf::seclang {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; ASCII case does
// not count), empty where even that is more than a third of the name away. The first of equals.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            std::span<const std::string_view> candidates);
// The same as a hint for a diagnostic: "did you mean SecRule?"; empty where nothing is near.
[[nodiscard]] std::string nearest_hint(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace yagura::waf::seclang
