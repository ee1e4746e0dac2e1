#pragma once

// Which known name did the user mean?

#include <span>
#include <string_view>

namespace yagura::waf::internal {

// Insertions, deletions and replacements that make `a` to `b`, ASCII letters in any case.
// O(|a| * |b|).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The one of `names` (none empty) with the smallest distance; the first of those.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            std::span<const std::string_view> names);

}  // namespace yagura::waf::internal
