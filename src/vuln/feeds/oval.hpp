#pragma once

#include <string_view>

#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// OVAL definitions (oval.mitre.org, 5.x) of Linux distributions: Red Hat, SUSE, Oracle, Debian,
// Ubuntu. A definition says which packages below which version (evr "less than") have the
// vulnerabilities that it refers to, on which platform and in which RPM module; "is installed" or
// "is affected" without a version means all versions, "is not affected" none. States of
// advisory/affected/resolution tell whether a fix will come. One record a definition of the classes
// "patch" and "vulnerability".
//
// Read as a stream (libxml2), no entity is expanded, nothing is fetched. Elements deeper than 64
// and criteria above the limits of oval_document.hpp end the reading with a problem.
void read_oval(std::string_view bytes, std::string_view file, Parsed& parsed);

}  // namespace yagura::vuln
