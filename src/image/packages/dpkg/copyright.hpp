#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::image {

// Longer copyright files are read to here.
inline constexpr std::size_t kMaxCopyrightText = std::size_t{1} << 20;
inline constexpr std::size_t kMaxCopyrightLicenses = 64;

// The licences that a Debian copyright file names, each once, in the order of the file. The
// machine-readable form (copyright-format 1.0) names them itself: well-known short names become
// SPDX ids and expressions ("GPL-2.0-or-later OR Artistic-1.0"), others stay as written. Of free
// text the files of /usr/share/common-licenses that it points to are told by their names ("GPL-2").
[[nodiscard]] std::vector<std::string> read_copyright(std::string_view text);

// "GPL-2+ or Expat" to "GPL-2.0-or-later OR MIT"; text that has a name we don't know is returned as
// it is.
[[nodiscard]] std::string spdx_from_debian_license(std::string_view text);

}  // namespace yagura::image
