#pragma once

// Directives that stand between the engine's own (load.hpp: base_directives()) and a rule set's,
// for RuleSource::directives_before.

#include <optional>
#include <string>
#include <string_view>

namespace yagura::wafcheck {

// What the published runs of the CRS tests set: DetectionOnly, paranoia level 4, the limits of
// arguments and files that the tests assume; and the rule that logs a marker request (header
// X-CRS-Test) and switches all others off for it.
[[nodiscard]] std::string_view crs_test_settings();

// By the name that --setup takes: "crs-tests", or "none".
[[nodiscard]] std::optional<std::string_view> settings_named(std::string_view name);

// Paranoia level and anomaly thresholds, for CRS 3 and 4 alike. 0: as the rules say.
[[nodiscard]] std::string crs_level_settings(unsigned paranoia, unsigned threshold);

}  // namespace yagura::wafcheck
