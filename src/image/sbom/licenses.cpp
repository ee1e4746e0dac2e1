// Which licence texts may stand where a format wants an id of the SPDX licence list. Only common
// ones: what is not here is written as a name, which is always right.

#include <algorithm>
#include <array>

#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

// Bytewise sorted.
constexpr std::array<std::string_view, 62> kIds{"0BSD",
                                                "AFL-2.1",
                                                "AGPL-3.0-only",
                                                "AGPL-3.0-or-later",
                                                "Apache-1.1",
                                                "Apache-2.0",
                                                "Artistic-1.0",
                                                "Artistic-2.0",
                                                "BSD-1-Clause",
                                                "BSD-2-Clause",
                                                "BSD-3-Clause",
                                                "BSD-4-Clause",
                                                "BSL-1.0",
                                                "BlueOak-1.0.0",
                                                "CC-BY-3.0",
                                                "CC-BY-4.0",
                                                "CC-BY-SA-4.0",
                                                "CC0-1.0",
                                                "CDDL-1.0",
                                                "CDDL-1.1",
                                                "CPL-1.0",
                                                "EPL-1.0",
                                                "EPL-2.0",
                                                "EUPL-1.2",
                                                "FSFAP",
                                                "FTL",
                                                "GFDL-1.3-only",
                                                "GPL-1.0-only",
                                                "GPL-1.0-or-later",
                                                "GPL-2.0",
                                                "GPL-2.0-only",
                                                "GPL-2.0-or-later",
                                                "GPL-3.0",
                                                "GPL-3.0-only",
                                                "GPL-3.0-or-later",
                                                "HPND",
                                                "ICU",
                                                "IJG",
                                                "ISC",
                                                "LGPL-2.0-only",
                                                "LGPL-2.0-or-later",
                                                "LGPL-2.1",
                                                "LGPL-2.1-only",
                                                "LGPL-2.1-or-later",
                                                "LGPL-3.0",
                                                "LGPL-3.0-only",
                                                "LGPL-3.0-or-later",
                                                "Libpng",
                                                "MIT",
                                                "MIT-0",
                                                "MPL-1.1",
                                                "MPL-2.0",
                                                "OFL-1.1",
                                                "OpenSSL",
                                                "PHP-3.01",
                                                "PSF-2.0",
                                                "Python-2.0",
                                                "Ruby",
                                                "Unlicense",
                                                "WTFPL",
                                                "X11",
                                                "Zlib"};
static_assert(std::ranges::is_sorted(kIds));

}  // namespace

bool is_known_license(std::string_view id) { return std::ranges::binary_search(kIds, id); }

bool is_known_expression(std::string_view text) {
  bool wants_id = true;
  while (!text.empty()) {
    const auto blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    if (wants_id ? !is_known_license(word) : word != "AND" && word != "OR") return false;
    wants_id = !wants_id;
  }
  return !wants_id;
}

}  // namespace yagura::image::sbom
