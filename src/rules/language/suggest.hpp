#pragma once

// The name that was meant.

#include <string>
#include <string_view>
#include <vector>

namespace yagura::rules {

// The candidate that is nearest to `name` by edits (insert, delete, change, swap neighbours), if it
// is near enough to be a slip: at most a third of the name's length. Empty: none. Linear in the
// candidates.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            const std::vector<std::string_view>& candidates);

// "did you mean "x"?", or `otherwise`.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string_view>& candidates,
                                       std::string_view otherwise = {});

}  // namespace yagura::rules
