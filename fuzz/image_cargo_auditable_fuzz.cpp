// The section of cargo-auditable: as it is, and as what it should inflate to.

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/rust/auditable.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kCargo, [&](FileFacts& facts) { read_audit_section(text, facts); });
  uLongf packed_size = compressBound(static_cast<uLong>(size));
  std::string packed(packed_size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &packed_size, data,
                static_cast<uLong>(size), 1) != Z_OK) {
    return 0;
  }
  packed.resize(packed_size);
  check_reader(PackageType::kCargo, [&](FileFacts& facts) { read_audit_section(packed, facts); });
  return 0;
}
