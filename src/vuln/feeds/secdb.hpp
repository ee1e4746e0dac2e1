#pragma once

#include <string_view>

#include "vuln/feeds/json.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// Alpine's secdb (secdb.alpinelinux.org, gitlab.alpinelinux.org/alpine/security/secdb), and
// Wolfi's and Chainguard's security.json, which have its form: package -> fixed version -> ids.
// Version "0": never affected. Affected are the versions below. Ids may have a CVE and other names
// in one text. One record an id and file.
void read_secdb(const json::Object& root, std::string_view file, Parsed& parsed);

}  // namespace yagura::vuln
