#pragma once

#include "imagescan/report/image_report.hpp"
#include "report/report.hpp"

namespace yagura::imagescan {

// The same findings in the words of model::Finding, for the formats that all scans share (SARIF,
// JUnit, OCSF, Markdown, HTML, PolicyReport): a vulnerability is a control of category "cve", the
// component that has it a resource of kind "Package" whose file is the path that tells of it.
// Suppressed ones are "ignored", with their reason; what was not seen are diagnostics. Linear but
// for maps.
[[nodiscard]] report::Report to_report(const ImageReport& report);

// The line for a fix: "upgrade openssl to 3.0.14-1~deb12u1", "no fix yet", …
[[nodiscard]] std::string fix_text(const image::Component& component, const vuln::Finding& finding);

}  // namespace yagura::imagescan
