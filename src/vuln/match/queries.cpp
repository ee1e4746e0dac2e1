#include "vuln/match/queries.hpp"

#include <utility>

#include "vuln/match/distro_ecosystem.hpp"

namespace yagura::vuln {

namespace {

using image::Distro;
using image::Package;
using image::PackageType;

// RPM's source packages are named without the epoch that their binaries have.
std::string source_version_of(const Package& package) {
  const std::string& own = package.version;
  const std::string& source = package.source_or_own_version();
  const auto epoch = own.find(':');
  if (package.type != PackageType::kRpm || epoch == std::string::npos ||
      source.find(':') != std::string::npos) {
    return source;
  }
  return own.substr(0, epoch + 1) + source;
}

std::vector<Query> distribution_queries(const Distro& distro, const Package& package) {
  std::vector<Query> out;
  for (const std::string& ecosystem : ecosystems_of(distro, package.version)) {
    const PackageNaming naming = naming_of(ecosystem);
    Query query{.ecosystem = ecosystem,
                .name = package.source(),
                .version = source_version_of(package),
                .module_label = package.module_label,
                .is_distribution = true};
    if (naming != PackageNaming::kBinary) out.push_back(query);
    if (naming == PackageNaming::kSource) continue;
    if (naming == PackageNaming::kBoth && package.name == package.source()) continue;
    query.name = package.name;
    query.version = package.version;
    out.push_back(std::move(query));
  }
  return out;
}

std::vector<Query> language_queries(const Package& package) {
  const std::string_view ecosystem = ecosystem_of(package.type);
  if (ecosystem.empty()) return {};
  return {{.ecosystem = std::string(ecosystem),
           .name = package.name,
           .version = package.version,
           .module_label = {},
           .is_distribution = false}};
}

}  // namespace

bool has_version(const Package& package) {
  return !package.version.empty() && package.version != "(devel)" && package.version != "unknown" &&
         !package.version.starts_with("${");
}

std::vector<Query> queries_of(const Distro& distro, const Package& package) {
  return image::is_distribution_package(package.type) ? distribution_queries(distro, package)
                                                      : language_queries(package);
}

}  // namespace yagura::vuln
