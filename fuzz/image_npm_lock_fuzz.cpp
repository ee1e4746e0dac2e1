// package-lock.json, bun.lock and package.json.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/npm/bun_lock.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/npm/package_json.hpp"
#include "image/packages/npm/package_lock.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kNpm, [&](FileFacts& facts) { read_package_lock(text, facts); });
  check_reader(PackageType::kNpm, [&](FileFacts& facts) { read_bun_lock(text, facts); });
  FileFacts installed;
  read_package_json(text, installed);
  check_facts(installed, PackageType::kNpm);
  YAGURA_CHECK(installed.packages.size() <= 1, "one file, one package");
  for (const Package& package : installed.packages) {
    YAGURA_CHECK(is_npm_name(package.name) && !package.version.empty(), "named and versioned");
  }
  return 0;
}
