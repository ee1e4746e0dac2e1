// yarn.lock, of both kinds.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/npm/yarn_lock.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  FileFacts facts;
  read_yarn_lock(text, facts);
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(is_npm_name(package.name) && !package.version.empty(), "named and versioned");
  }
  check_reader(PackageType::kNpm, [&](FileFacts& out) { read_yarn_lock(text, out); });
  return 0;
}
