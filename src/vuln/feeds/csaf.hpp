#pragma once

#include <string_view>

#include "vuln/feeds/json.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// CSAF 2.0 (docs.oasis-open.org/csaf/csaf/v2.0) as Red Hat and SUSE publish it: an advisory of
// several vulnerabilities, or the VEX document of one. What is read:
//   product_tree   platforms (by cpe:…, or "SUSE Linux Enterprise …"), RPM packages (by purl, or by
//                  name-version-release.arch), and which package belongs to which platform
//   product_status fixed: affected below that version; known_affected: all versions;
//                  known_not_affected: none; under_investigation: nothing is said
//   remediations   no_fix_planned: kWontFix (its text "Out of support scope": kEndOfLife);
//                  none_available: kNotFixed ("Fix deferred": kDeferred)
//   scores, threats (impact), cwe, notes, references
// One record a vulnerability of the document ("CVE-…"), with the advisory's id among its aliases if
// the document is one. Other products than RPM packages (containers) are left out. Linear.
void read_csaf(const json::Object& root, std::string_view file, Parsed& parsed);

}  // namespace yagura::vuln
