#pragma once

// Names of ecosystems and of packages in them, brought to the one form that the index knows.

#include <string>
#include <string_view>

namespace yagura::vuln {

// One name for what feeds and inventories call differently:
//   "Ubuntu:22.04:LTS" -> "Ubuntu:22.04", "Ubuntu:Pro:22.04:LTS" -> "Ubuntu:Pro:22.04"
//   "Alpine:3.19" -> "Alpine:v3.19", "Rocky Linux:9.3" -> "Rocky Linux:9" (AlmaLinux likewise)
//   "Red Hat:enterprise_linux:9::appstream" -> "Red Hat:9"; "Red Hat:rhel_eus:9.2::baseos" ->
//   "Red Hat:rhel_eus:9.2" (extended streams have versions of their own)
//   "SUSE:Linux Enterprise Module for Basesystem 15 SP5" -> "SUSE:15.5",
//   "openSUSE:Leap 15.5" -> "openSUSE:15.5", "openSUSE:Tumbleweed" -> "openSUSE:tumbleweed"
//   "Wolfi:rolling" -> "Wolfi", "Maven:https://…" -> "Maven"
// Others stay as they are.
[[nodiscard]] std::string canonical_ecosystem(std::string_view ecosystem);

// What stands before the first colon: "Debian" of "Debian:12". Shards are named by it.
[[nodiscard]] std::string_view ecosystem_base(std::string_view ecosystem);

// The package's name as the ecosystem compares names: PEP 503 for PyPI, lower case for NuGet and
// Packagist, as it is for others.
[[nodiscard]] std::string canonical_package(std::string_view ecosystem, std::string_view name);

// Whether advisories of the ecosystem speak of RPM packages.
[[nodiscard]] bool is_rpm_ecosystem(std::string_view ecosystem);

// "12" of "bookworm", "22.04" of "jammy"; names that we don't know as they are.
[[nodiscard]] std::string_view debian_release(std::string_view codename);
[[nodiscard]] std::string_view ubuntu_release(std::string_view codename);

}  // namespace yagura::vuln
