// Headers of RPM packages, as they stand in databases, and the manifest of distroless images.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "image/packages/rpm/header.hpp"
#include "image/packages/rpm/manifest.hpp"
#include "image/packages/rpm/package.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto header = RpmHeader::parse(bytes)) {
    RpmBudget budget{.relations = 5000, .paths_text = 20'000};
    if (const auto package = rpm_package(*header, budget)) {
      YAGURA_CHECK(!package->name.empty() && package->version.find('-') != std::string::npos,
                   "a package has a name, a version and a release");
      YAGURA_CHECK(package->name.find('\0') == std::string::npos, "texts end at their NUL");
      YAGURA_CHECK(package->depends.size() + package->provides.size() + budget.relations == 5000,
                   "relations are counted");
      std::size_t paths_text = 0;
      for (const std::string_view path : package->files) {
        YAGURA_CHECK(!path.empty() && !path.starts_with('/'), "paths are relative to the root");
        paths_text += path.size();
      }
      YAGURA_CHECK(paths_text + budget.paths_text == 20'000, "paths are counted");
    }
  }
  RpmBudget budget{.packages = 100};
  FileFacts facts;
  read_rpm_manifest(bytes, budget, facts);
  YAGURA_CHECK(facts.packages.size() + budget.packages == 100, "packages are counted");
  YAGURA_CHECK(facts.problems.size() <= 12, "problems are few");
  return 0;
}
