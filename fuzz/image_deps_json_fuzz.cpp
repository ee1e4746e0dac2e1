// NuGet's files.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/dotnet/dotnet_files.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  for (const auto reader :
       {read_deps_json, read_project_assets, read_packages_lock, read_packages_config}) {
    check_reader(PackageType::kNuget, [&](FileFacts& facts) { reader(text, facts); });
  }
  return 0;
}
