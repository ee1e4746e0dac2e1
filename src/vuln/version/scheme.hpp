#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace yagura::vuln {

// How an ecosystem orders its versions. Each is that ecosystem's own order, told in the file that
// has its name.
enum class Scheme : std::uint8_t {
  kDebian,     // dpkg: deb-version(7); opam has the same
  kRpm,        // rpm: [epoch:]version[-release], with ~ and ^
  kApk,        // apk-tools 3
  kSemver,     // SemVer 2.0.0: hex, Swift, Bitnami, GitHub Actions
  kNpm,        // the same order; ranges as node-semver reads them
  kCargo,      // the same order; ranges as Cargo reads them
  kGo,         // the same order; also "go1.21rc1" of Go's own releases
  kPub,        // SemVer, and build metadata counts
  kNuget,      // SemVer, up to four numbers, letters of either case
  kPypi,       // PEP 440; what it doesn't know is older, in the order of the old setuptools
  kMaven,      // ComparableVersion
  kRubygems,   // Gem::Version
  kPackagist,  // PHP's version_compare
  kCran,       // R's package_version: CRAN, Bioconductor
  kHackage,    // Data.Version: Hackage, GHC
  kConda,      // conda's VersionOrder
  kGeneric,    // nobody's: runs of digits and letters, pre-release words before the end
};

// Which of two versions is older. Versions that the ecosystem takes as the same are equal ("1.0"
// and "1.0.0" in PyPI). Every text is a version: what the ecosystem would refuse has a place in the
// order too, mostly before what it would take. A total order, with two exceptions that are
// the ecosystems' own: "#" as a part of a Packagist version is PHP's sign for any number, and equal
// to all of them; and Maven's relation is not transitive where a word stands behind a dot
// ("1" < "1-1" < "1.0.rc" < "1"). Linear in the lengths,
// without allocation (unless both are no PEP 440), numbers of any length. Thread-safe.
[[nodiscard]] std::strong_ordering compare(Scheme scheme, std::string_view a, std::string_view b);

// The scheme of an ecosystem as OSV names it, with or without what stands behind the colon
// ("Debian:12", "Ubuntu:22.04:LTS", "PyPI", "crates.io", "Red Hat:enterprise_linux:9::baseos").
// Nothing for ecosystems that compare commits or that we don't know.
[[nodiscard]] std::optional<Scheme> scheme_of_ecosystem(std::string_view osv_ecosystem);

// The same for the type of a purl ("deb", "golang", "cargo", "gem", …).
[[nodiscard]] std::optional<Scheme> scheme_of_purl_type(std::string_view purl_type);

}  // namespace yagura::vuln
