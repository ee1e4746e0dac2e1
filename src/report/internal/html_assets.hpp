#pragma once

#include <string_view>

namespace yagura::report {

// The page's style and script, and their SHA-256 in base64 for the content security policy;
// html_test.cpp checks that they belong together and tests/e2e/report does so in a browser's terms.
extern const std::string_view kStyle;
extern const std::string_view kStyleHash;
extern const std::string_view kScript;
extern const std::string_view kScriptHash;
extern const std::string_view kLogo;  // SVG element

}  // namespace yagura::report
