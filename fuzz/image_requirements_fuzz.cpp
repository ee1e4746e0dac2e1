// Requirements files.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/python/python_name.hpp"
#include "image/packages/python/requirements.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kPypi,
               [&](FileFacts& facts) { read_requirements("requirements.txt", text, facts); });
  FileFacts facts;
  read_requirements("requirements.txt", text, facts);
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(package.name == normalized_python_name(package.name), "normalised");
    YAGURA_CHECK(package.version.find_first_of(" ,<>*") == std::string::npos, "a pin");
  }
  return 0;
}
