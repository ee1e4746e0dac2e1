#pragma once

// Directives that stand in front of a rule set's own, where yagura runs it without a server's
// configuration.

#include <string>
#include <string_view>

namespace yagura::waf::testing {

// What ModSecurity's recommended configuration sets: bodies are read (XML and JSON by their content
// type), malformed ones are noticed (rules 200000 to 200007), limits are those of that file, and
// PCRE's limits are high enough for every rule. SecRuleEngine On.
[[nodiscard]] std::string_view recommended_settings();

// The recommended settings as the published runs of the CRS tests change them: DetectionOnly,
// paranoia level 4, the limits of arguments and files that the tests assume, responses inspected in
// text/plain, text/html, text/xml and application/json; and the rule that logs a marker request.
[[nodiscard]] std::string crs_test_settings();

// Which --setup names a text of directives; empty: there is none of that name.
//   crs-tests, recommended, none
[[nodiscard]] std::string settings_named(std::string_view name, bool& known);

// Paranoia level and threshold as SecLang that works for CRS 3 and 4; 0: as the rules say.
[[nodiscard]] std::string crs_level_settings(unsigned paranoia, unsigned threshold);

}  // namespace yagura::waf::testing
