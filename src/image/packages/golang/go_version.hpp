#pragma once

#include <string>
#include <string_view>

namespace yagura::image {

// Go's release names as semantic versions, which advisories of "stdlib" are written in: "go1.22.3"
// is "1.22.3", "go1.21" is "1.21.0", "go1.21rc2" is "1.21.0-rc.2". What a distributor added
// ("go1.22.5 (Red Hat …)", " X:experiment") is left out; "devel go1.23-1a2b" is "1.23.0-devel".
// Empty where it is none.
[[nodiscard]] std::string semantic_go_version(std::string_view go_version);

// The release that linker flags set: of -ldflags="-X main.version=v1.2.3 …" the "v1.2.3", where the
// variable is called "version" (buildVersion, gitVersion …) and is of package main, or of the main
// module. Empty where there is none, or it is no version.
[[nodiscard]] std::string version_of_linker_flags(std::string_view flags,
                                                  std::string_view main_module);

}  // namespace yagura::image
