// SPDX tag-value: any text is read or refused; what was read comes back from what we write of it.

#include <cstddef>
#include <cstdint>

#include "sbom_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  yagura::fuzz::check_round_trip({reinterpret_cast<const char*>(data), size},
                                 yagura::image::SbomFormat::kSpdx23TagValue);
  return 0;
}
