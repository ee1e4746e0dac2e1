#pragma once

#include <vector>

#include "image/model/distro.hpp"
#include "image/model/package.hpp"
#include "vuln/match/verdict.hpp"

namespace yagura::vuln {

// Under which names and versions advisories are looked up for a package; none where there is no
// ecosystem that would speak for it.
[[nodiscard]] std::vector<Query> queries_of(const image::Distro& distro,
                                            const image::Package& package);

// False for what no published version looks like: a module built from a work tree, an unset
// property.
[[nodiscard]] bool has_version(const image::Package& package);

}  // namespace yagura::vuln
