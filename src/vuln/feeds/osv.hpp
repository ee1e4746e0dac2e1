#pragma once

// OSV records (ossf.github.io/osv-schema, 1.0 to 1.7).

#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "vuln/feeds/json.hpp"
#include "vuln/feeds/record.hpp"

namespace yagura::vuln {

// One record. Members that are missing or of another type are as if they were not there; an error
// is what leaves nothing to use: no object, no id, no usable `affected` of the right shape.
// Ranges of commits (GIT) are left out. `source` of the record is "osv".
[[nodiscard]] Result<Record> read_osv(const json::Element& document);
[[nodiscard]] Result<Record> read_osv(std::string_view bytes, json::Reader& reader);

}  // namespace yagura::vuln
