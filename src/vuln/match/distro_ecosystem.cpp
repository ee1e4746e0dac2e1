#include "vuln/match/distro_ecosystem.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {

namespace {

using image::Distro;
using image::PackageType;

std::string_view major_of(std::string_view version) { return version.substr(0, version.find('.')); }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string debian(const Distro& distro) {
  if (!distro.version_id.empty()) return "Debian:" + std::string(major_of(distro.version_id));
  // testing and unstable have no number: "trixie", "sid", or "trixie/sid" in debian_version.
  for (const std::string_view text :
       {std::string_view(distro.codename), std::string_view(distro.version)}) {
    const std::string_view first = text.substr(0, text.find('/'));
    if (first == "sid") return "Debian:sid";
    if (const auto release = debian_release(first); is_number(release)) {
      return "Debian:" + std::string(release);
    }
    if (is_number(major_of(first))) return "Debian:" + std::string(major_of(first));
  }
  return "Debian:sid";
}

std::string alpine(const Distro& distro) {
  const std::string& version = distro.version_id;
  const bool pre_release =
      version.find("_alpha") != std::string::npos || distro.name.find("edge") != std::string::npos;
  if (version.empty() || pre_release) return "Alpine:edge";
  return canonical_ecosystem("Alpine:" + version);
}

std::string ubuntu_version(const Distro& distro) {
  if (!distro.version_id.empty()) return distro.version_id;
  return std::string(ubuntu_release(distro.codename));
}

// Ecosystems whose version is the major number, or the whole of VERSION_ID.
struct Plain {
  std::string_view id;
  std::string_view ecosystem;
  bool major_alone;
};
constexpr Plain kPlain[] = {
    {"rhel", "Red Hat", true},         {"centos", "Red Hat", true},
    {"ubi", "Red Hat", true},          {"almalinux", "AlmaLinux", true},
    {"rocky", "Rocky Linux", true},    {"ol", "Oracle Linux", true},
    {"amzn", "Amazon Linux", true},    {"fedora", "Fedora", true},
    {"sles", "SUSE", false},           {"sled", "SUSE", false},
    {"suse", "SUSE", false},           {"opensuse-leap", "openSUSE", false},
    {"opensuse", "openSUSE", false},   {"sle-micro", "SUSE:micro", false},
    {"sl-micro", "SUSE:micro", false}, {"azurelinux", "Azure Linux", true},
    {"mariner", "Azure Linux", true},  {"photon", "Photon OS", false},
    {"mageia", "Mageia", true},        {"openeuler", "openEuler", false},
    {"alpaquita", "Alpaquita", false}, {"raspbian", "Debian", true},
};

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string plain(const Plain& found, const Distro& distro) {
  std::string version(found.major_alone ? major_of(distro.version_id)
                                        : std::string_view(distro.version_id));
  if (found.ecosystem == "SUSE:micro") return "SUSE:micro " + version;
  if (found.ecosystem.ends_with("SUSE") && version.find('.') == std::string::npos) version += ".0";
  return std::string(found.ecosystem) + ":" + version;
}

}  // namespace

std::vector<std::string> ecosystems_of(const Distro& distro, std::string_view package_version) {
  const std::string id = lowered(distro.id);
  if (id == "debian" || id == "distroless") return {debian(distro)};
  if (id == "ubuntu") {
    const std::string version = ubuntu_version(distro);
    std::vector<std::string> out = {"Ubuntu:" + version};
    // What Ubuntu Pro installed is compared with Pro's fixes; others can't have them.
    if (package_version.find("esm") != std::string_view::npos) {
      out.push_back("Ubuntu:Pro:" + version);
    }
    return out;
  }
  if (id == "alpine") return {alpine(distro)};
  if (id == "wolfi") return {"Wolfi"};
  if (id == "chainguard") return {"Chainguard", "Wolfi"};
  if (id == "minimos") return {"MinimOS"};
  if (id == "opensuse-tumbleweed") return {"openSUSE:tumbleweed"};
  if (distro.version_id.empty()) return {};
  const auto* found = std::ranges::find(kPlain, std::string_view(id), &Plain::id);
  if (found == std::end(kPlain)) return {};
  return {plain(*found, distro)};
}

std::string_view ecosystem_of(PackageType type) {
  switch (type) {
    case PackageType::kNpm:
      return "npm";
    case PackageType::kPypi:
      return "PyPI";
    case PackageType::kGo:
      return "Go";
    case PackageType::kMaven:
      return "Maven";
    case PackageType::kGem:
      return "RubyGems";
    case PackageType::kComposer:
      return "Packagist";
    case PackageType::kCargo:
      return "crates.io";
    case PackageType::kNuget:
      return "NuGet";
    case PackageType::kDeb:
    case PackageType::kApk:
    case PackageType::kRpm:
    case PackageType::kOpkg:
    case PackageType::kConda:
    case PackageType::kGeneric:
      return {};
  }
  return {};
}

PackageNaming naming_of(std::string_view ecosystem) {
  static constexpr std::array<std::string_view, 5> kByBinary = {
      "AlmaLinux", "Rocky Linux", "Oracle Linux", "Amazon Linux", "Fedora"};
  const std::string_view base = ecosystem_base(ecosystem);
  if (base == "Debian" || base == "Ubuntu") return PackageNaming::kSource;
  return std::ranges::find(kByBinary, base) != kByBinary.end() ? PackageNaming::kBinary
                                                               : PackageNaming::kBoth;
}

}  // namespace yagura::vuln
