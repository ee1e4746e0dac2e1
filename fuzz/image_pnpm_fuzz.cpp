// pnpm-lock.yaml.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/npm/pnpm_lock.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kNpm, [&](FileFacts& facts) { read_pnpm_lock(text, facts); });
  FileFacts facts;
  read_pnpm_lock(text, facts);
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(is_npm_name(package.name), "a name of npm");
    YAGURA_CHECK(package.version.empty() || is_semantic_version(package.version), "or no version");
  }
  return 0;
}
