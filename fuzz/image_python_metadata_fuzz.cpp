// Core metadata, RECORD and installed-files.txt.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/python/metadata.hpp"
#include "image/packages/python/python_name.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  constexpr std::string_view kPath = "usr/lib/python3/site-packages/Foo_Bar-1.0.dist-info/METADATA";
  check_reader(PackageType::kPypi, [&](FileFacts& facts) {
    read_python_headers(kPath, text, facts);
    read_python_record(kPath, text, facts);
    read_python_installed_files("usr/lib/foo-1.egg-info/installed-files.txt", text, facts);
  });
  FileFacts facts;
  read_python_headers(kPath, text, facts);
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(package.name == normalized_python_name(package.name), "normalised");
    YAGURA_CHECK(!package.version.empty(), "with a version");
  }
  return 0;
}
