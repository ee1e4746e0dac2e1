#include "vuln/version/scheme.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "vuln/version/internal/orders.hpp"

namespace yagura::vuln {
namespace {

using Entry = std::pair<std::string_view, Scheme>;

// Names of ossf.github.io/osv-schema, "Defined ecosystems", bytewise sorted.
constexpr std::array kEcosystems{
    Entry{"Alpaquita", Scheme::kApk},
    Entry{"AlmaLinux", Scheme::kRpm},
    Entry{"Alpine", Scheme::kApk},
    Entry{"Amazon Linux", Scheme::kRpm},
    Entry{"Azure Linux", Scheme::kRpm},
    Entry{"BellSoft Hardened Containers", Scheme::kApk},
    Entry{"Bioconductor", Scheme::kCran},
    Entry{"Bitnami", Scheme::kSemver},
    Entry{"CBL-Mariner", Scheme::kRpm},
    Entry{"CRAN", Scheme::kCran},
    Entry{"CentOS", Scheme::kRpm},
    Entry{"Chainguard", Scheme::kApk},
    Entry{"CleanStart", Scheme::kApk},
    Entry{"ConanCenter", Scheme::kGeneric},
    Entry{"Conda", Scheme::kConda},
    Entry{"Debian", Scheme::kDebian},
    Entry{"Echo", Scheme::kDebian},
    Entry{"Fedora", Scheme::kRpm},
    Entry{"GHC", Scheme::kHackage},
    Entry{"GitHub Actions", Scheme::kSemver},
    Entry{"Go", Scheme::kGo},
    Entry{"Hackage", Scheme::kHackage},
    Entry{"Hex", Scheme::kSemver},
    Entry{"Julia", Scheme::kSemver},
    Entry{"Mageia", Scheme::kRpm},
    Entry{"Maven", Scheme::kMaven},
    Entry{"MinimOS", Scheme::kApk},
    Entry{"NuGet", Scheme::kNuget},
    Entry{"Oracle Linux", Scheme::kRpm},
    Entry{"Packagist", Scheme::kPackagist},
    Entry{"Photon OS", Scheme::kRpm},
    Entry{"Pub", Scheme::kPub},
    Entry{"PyPI", Scheme::kPypi},
    Entry{"Red Hat", Scheme::kRpm},
    Entry{"Rocky Linux", Scheme::kRpm},
    Entry{"RubyGems", Scheme::kRubygems},
    Entry{"SUSE", Scheme::kRpm},
    Entry{"SwiftURL", Scheme::kSemver},
    Entry{"Ubuntu", Scheme::kDebian},
    Entry{"VSCode", Scheme::kSemver},
    Entry{"Wolfi", Scheme::kApk},
    Entry{"crates.io", Scheme::kCargo},
    Entry{"npm", Scheme::kNpm},
    Entry{"opam", Scheme::kDebian},
    Entry{"openEuler", Scheme::kRpm},
    Entry{"openSUSE", Scheme::kRpm},
};

constexpr std::array kPurlTypes{
    Entry{"alpm", Scheme::kRpm},           Entry{"apk", Scheme::kApk},
    Entry{"bitnami", Scheme::kSemver},     Entry{"cargo", Scheme::kCargo},
    Entry{"composer", Scheme::kPackagist}, Entry{"conda", Scheme::kConda},
    Entry{"cran", Scheme::kCran},          Entry{"deb", Scheme::kDebian},
    Entry{"gem", Scheme::kRubygems},       Entry{"generic", Scheme::kGeneric},
    Entry{"golang", Scheme::kGo},          Entry{"hackage", Scheme::kHackage},
    Entry{"hex", Scheme::kSemver},         Entry{"julia", Scheme::kSemver},
    Entry{"maven", Scheme::kMaven},        Entry{"npm", Scheme::kNpm},
    Entry{"nuget", Scheme::kNuget},        Entry{"opam", Scheme::kDebian},
    Entry{"opkg", Scheme::kDebian},        Entry{"pub", Scheme::kPub},
    Entry{"pypi", Scheme::kPypi},          Entry{"rpm", Scheme::kRpm},
    Entry{"swift", Scheme::kSemver},
};

template <class Table>
std::optional<Scheme> find(const Table& table, std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &Entry::first);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::strong_ordering compare(Scheme scheme, std::string_view a, std::string_view b) {
  using version::SemverKind;
  if (a == b) return std::strong_ordering::equal;
  switch (scheme) {
    case Scheme::kDebian:
      return version::compare_debian(a, b);
    case Scheme::kRpm:
      return version::compare_rpm(a, b);
    case Scheme::kApk:
      return version::compare_apk(a, b);
    case Scheme::kSemver:
    case Scheme::kNpm:
    case Scheme::kCargo:
      return version::compare_semver(a, b, SemverKind::kPlain);
    case Scheme::kGo:
      return version::compare_semver(a, b, SemverKind::kGo);
    case Scheme::kPub:
      return version::compare_semver(a, b, SemverKind::kPub);
    case Scheme::kNuget:
      return version::compare_semver(a, b, SemverKind::kNuget);
    case Scheme::kPypi:
      return version::compare_pypi(a, b);
    case Scheme::kMaven:
      return version::compare_maven(a, b);
    case Scheme::kRubygems:
      return version::compare_rubygems(a, b);
    case Scheme::kPackagist:
      return version::compare_packagist(a, b);
    case Scheme::kCran:
    case Scheme::kHackage:
      return version::compare_dotted(a, b);
    case Scheme::kConda:
      return version::compare_conda(a, b);
    case Scheme::kGeneric:
      return version::compare_generic(a, b);
  }
  return version::compare_generic(a, b);
}

std::optional<Scheme> scheme_of_ecosystem(std::string_view osv_ecosystem) {
  return find(kEcosystems, osv_ecosystem.substr(0, osv_ecosystem.find(':')));
}

std::optional<Scheme> scheme_of_purl_type(std::string_view purl_type) {
  return find(kPurlTypes, purl_type);
}

}  // namespace yagura::vuln
