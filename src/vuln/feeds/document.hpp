#pragma once

#include <string_view>

#include "vuln/feeds/json.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// Reads one document of any known format, told by its content (and by `name` where contents are
// alike). What it can't use becomes a problem, never a failure. JSON Lines of OSV records, arrays
// of them, and {"vulns": […]} are read as well. Linear in the size of the document.
void read_document(std::string_view name, std::string_view bytes, json::Reader& reader,
                   Parsed& parsed);

}  // namespace yagura::vuln
