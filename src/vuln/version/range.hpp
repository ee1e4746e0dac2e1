#pragma once

#include <optional>
#include <string_view>

#include "vuln/version/scheme.hpp"

namespace yagura::vuln {

// Whether the version is in the range, as the scheme's ecosystem writes ranges:
//   npm, SemVer, Pub  "^1.2.3 || ~2.1 || 3.x || 4.0 - 5.1", ">=1.0 <2.0"
//   Cargo             "1.2, <1.9": a bare version is "^"
//   Packagist         "~1.2|^2.0", "1.2.*"
//   RubyGems, Hex     "~> 1.2, != 1.2.5"
//   PyPI              "~=1.4, !=1.5.*": PEP 440, pre-releases let in
//   Maven, NuGet      "[1.0,2.0),(3,]"; bare: that version (Maven), that or newer (NuGet)
//   all               comparators: "< 1.2, >= 1.0", "<< 1.2-3", "= 1.0 || = 1.1"
// Pre-releases are versions as others, as advisories need it: what a package manager would rather
// not install is still affected. Nothing where the range is none, or longer than 4 KiB.
[[nodiscard]] std::optional<bool> satisfies(Scheme scheme, std::string_view version,
                                            std::string_view range);

}  // namespace yagura::vuln
