#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/model/package.hpp"
#include "image/packages/rpm/header.hpp"

namespace yagura::image {

// What the packages of one database may take in all. Names and paths of a header may point at the
// same bytes again and again, so the database's size bounds nothing.
struct RpmBudget {
  std::size_t packages = 100'000;
  std::size_t relations = 500'000;            // names of what is needed and provided
  std::size_t paths_text = 64 * 1024 * 1024;  // bytes of paths
  bool relations_left_out = false;
  bool paths_left_out = false;

  static constexpr std::size_t kMaxText = 1024;  // bytes of a name, a version, an architecture
  static constexpr std::size_t kMaxPath = 4096;  // bytes of a path
  static constexpr std::size_t kMaxDirectories = 200'000;  // of one package
};

// The package that a header tells of. Its files are those that are there by their recorded state
// and are no directories. Fails where the header has no name, version or release.
[[nodiscard]] Result<Package> rpm_package(const RpmHeader& header, RpmBudget& budget);

// "name-version-release.src.rpm" (SOURCERPM) into name and version-release; empty where the text
// has another form.
struct RpmSource {
  std::string_view name;
  std::string_view version;
};
[[nodiscard]] RpmSource parse_source_rpm(std::string_view file);

// Sets what advisories of the source package speak of. `own_version` is without epoch: a source
// package has its own version and no word of its epoch, so that the package's own counts where both
// are the same.
void set_rpm_source(std::string_view source_rpm, std::string_view own_version, Package& package);

}  // namespace yagura::image
