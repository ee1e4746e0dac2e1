#pragma once

#include <string_view>

#include "vuln/feeds/json.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// CISA's catalogue of known exploited vulnerabilities (KEV, its JSON).
void read_kev(const json::Object& root, std::string_view file, Parsed& parsed);

// FIRST's EPSS table: "#model_version:…,score_date:…", "cve,epss,percentile", a line a CVE.
void read_epss(std::string_view bytes, std::string_view file, Parsed& parsed);
[[nodiscard]] bool is_epss(std::string_view bytes);

}  // namespace yagura::vuln
