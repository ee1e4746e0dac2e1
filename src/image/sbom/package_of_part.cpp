// What one component of an SBOM says of a package: its purl first, then the properties that Trivy,
// Syft and cdxgen add, then plain name and version.

#include <algorithm>
#include <array>
#include <optional>

#include "image/model/purl.hpp"
#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// PEP 503.
std::string python_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) {
      out.push_back(lower(c));
    } else if (!out.ends_with('-')) {
      out.push_back('-');
    }
  }
  return out;
}

std::string full_name(const Purl& purl, PackageType type) {
  if (type == PackageType::kPypi) return python_name(purl.name);
  const bool of_distribution = is_distribution_package(type);
  if (of_distribution || purl.namespace_.empty()) return purl.name;
  return purl.namespace_ + (type == PackageType::kMaven ? ":" : "/") + purl.name;
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

// "openssl-3.0.7-1.el9.src.rpm": name, version and release between the last two hyphens.
void set_source_rpm(std::string_view file, Package& package) {
  for (const std::string_view end : {".rpm", ".src", ".nosrc"}) {
    if (file.ends_with(end)) file.remove_suffix(end.size());
  }
  const auto release = file.rfind('-');
  if (release == std::string_view::npos || release == 0) return;
  const auto version = file.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return;
  package.source_name = file.substr(0, version);
  package.source_version = file.substr(version + 1);
}

void set_upstream(std::string_view upstream, Package& package) {
  if (upstream.ends_with(".rpm")) return set_source_rpm(upstream, package);
  const auto at = upstream.rfind('@');
  package.source_name = upstream.substr(0, at);
  if (at != std::string_view::npos) package.source_version = upstream.substr(at + 1);
}

void apply_purl(const Purl& purl, Package& package) {
  package.type = package_type(purl.type).value_or(PackageType::kGeneric);
  package.name = full_name(purl, package.type);
  package.version = purl.version;
  if (!is_distribution_package(package.type)) return;
  const std::string_view epoch = purl.qualifier("epoch");
  if (!epoch.empty() && epoch != "0" && !package.version.contains(':')) {
    package.version = std::string(epoch) + ":" + package.version;
  }
  package.architecture = purl.qualifier("arch");
  package.module_label = first_of({purl.qualifier("rpmmod"), purl.qualifier("modularitylabel")});
  set_upstream(purl.qualifier("upstream"), package);
}

// aquasecurity.github.io/trivy, "CycloneDX", properties.
void apply_trivy(const Properties& properties, Package& package) {
  const auto value = [&properties](std::string_view name) {
    return property(properties, std::string("aquasecurity:trivy:").append(name));
  };
  if (const auto name = value("SrcName"); !name.empty()) {
    package.source_name = name;
    std::string version(value("SrcVersion"));
    if (const auto release = value("SrcRelease"); !release.empty()) {
      version.append("-").append(release);
    }
    const auto epoch = value("SrcEpoch");
    if (!epoch.empty() && epoch != "0") version = std::string(epoch) + ":" + version;
    package.source_version = version;
  }
  if (const auto label = value("Modularitylabel"); !label.empty()) package.module_label = label;
  constexpr std::array<std::string_view, 4> kBinaries{"gobinary", "rustbinary", "jar",
                                                      "dotnet-core"};
  constexpr std::array<std::string_view, 16> kLocks{
      "npm",     "yarn",     "pnpm",   "bun",         "gomod", "cargo",
      "pip",     "pipenv",   "poetry", "uv",          "pom",   "gradle-lockfile",
      "bundler", "composer", "nuget",  "sbt-lockfile"};
  const auto type = first_of({value("PkgType"), value("Type")});
  if (std::ranges::find(kBinaries, type) != kBinaries.end()) {
    package.evidence = PackageEvidence::kBinary;
  } else if (std::ranges::find(kLocks, type) != kLocks.end()) {
    package.evidence = PackageEvidence::kLocked;
  }
}

// Syft writes the members of its package metadata, flattened.
void apply_syft(const Properties& properties, Package& package) {
  const auto value = [&properties](std::string_view name) {
    return property(properties, std::string("syft:metadata:").append(name));
  };
  if (const auto file = value("sourceRpm"); !file.empty()) set_source_rpm(file, package);
  if (const auto name = first_of({value("source"), value("originPackage")});
      !name.empty() && is_distribution_package(package.type)) {
    package.source_name = name;
    package.source_version = value("sourceVersion");
  }
  if (const auto label = value("modularityLabel"); !label.empty()) package.module_label = label;
  if (package.architecture.empty() && is_distribution_package(package.type)) {
    package.architecture = value("architecture");
  }
  const auto kind = property(properties, "syft:package:metadataType");
  if (kind.contains("go-module-buildinfo") || kind.contains("java-archive") ||
      kind.contains("rust-cargo-audit")) {
    package.evidence = PackageEvidence::kBinary;
  } else if (kind.contains("lock")) {
    package.evidence = PackageEvidence::kLocked;
  }
}

void split_licenses(const std::vector<std::string>& texts, Package& package) {
  constexpr std::string_view kAnd = " AND ";
  for (std::string_view text : texts) {
    // Only a plain list comes apart: what is in parentheses stays one.
    while (!text.contains('(')) {
      const auto at = text.find(kAnd);
      if (at == std::string_view::npos) break;
      package.licenses.emplace_back(text.substr(0, at));
      text.remove_prefix(at + kAnd.size());
    }
    package.licenses.emplace_back(text);
  }
}

}  // namespace

std::string_view property(const Properties& properties, std::string_view name) {
  for (const auto& [key, value] : properties) {
    if (key == name) return value;
  }
  return {};
}

Package package_of(const Part& part, const Distro& /*distro*/) {
  Package package;
  package.name = part.name;
  package.version = part.version;
  if (const auto purl = parse_purl(part.purl)) {
    apply_purl(*purl, package);
    if (package.version.empty()) package.version = part.version;
  }
  if (!part.source_name.empty()) {
    package.source_name = part.source_name;
    package.source_version = part.source_version;
  }
  apply_trivy(part.properties, package);
  apply_syft(part.properties, package);
  if (package.source_version == package.version) package.source_version.clear();
  if (package.source_name == package.name && package.source_version.empty()) {
    package.source_name.clear();
  }
  package.maintainer = part.supplier;
  split_licenses(part.licenses, package);
  for (const auto& [algorithm, value] : part.hashes) {
    if (package.digest.empty()) package.digest = algorithm + ":" + value;
  }
  package.development =
      part.excluded || property(part.properties, "cdx:npm:package:development") == "true";
  return package;
}

}  // namespace yagura::image::sbom
