#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/model/distro.hpp"
#include "image/model/package.hpp"

namespace yagura::vuln {

// The ecosystems whose advisories speak for packages of the distribution, in their canonical form:
//   debian 12, bookworm, distroless   Debian:12         debian trixie/sid  Debian:13 or Debian:sid
//   ubuntu 22.04                      Ubuntu:22.04      versions with "esm": Ubuntu:Pro:22.04 too
//   alpine 3.19.1                     Alpine:v3.19      alpine edge        Alpine:edge
//   rhel, centos 9                    Red Hat:9         rocky, almalinux   their own
//   sles, sled 15.5                   SUSE:15.5         opensuse-leap      openSUSE:15.5
//   chainguard                        Chainguard, Wolfi (its packages are of both)
// Empty: a distribution without advisories that we know.
[[nodiscard]] std::vector<std::string> ecosystems_of(const image::Distro& distro,
                                                     std::string_view package_version);

// The ecosystem of language packages; "" for those that have none.
[[nodiscard]] std::string_view ecosystem_of(image::PackageType type);

// How advisories of an ecosystem name packages of a distribution.
enum class PackageNaming {
  kSource,  // Debian, Ubuntu
  kBinary,  // AlmaLinux, Rocky Linux, and others made from errata
  kBoth,    // others: fixes by binary packages and open ones by source package, or either
};
[[nodiscard]] PackageNaming naming_of(std::string_view ecosystem);

}  // namespace yagura::vuln
