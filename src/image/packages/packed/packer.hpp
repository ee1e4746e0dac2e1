#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "image/packages/object/object_file.hpp"

namespace yagura::image {

// How a program was packed, and by what that is seen.
struct PackedBy {
  std::string packer;  // "UPX", "PyInstaller", "an unknown packer"
  std::string detail;
};

// UPX by its magic behind the program headers or in its trailer (ELF, Mach-O), by names of sections
// (PE, other packers too); PyInstaller by the cookie at its end; and any ELF program without
// section headers whose code is as random as compressed or encrypted bytes are. Linear: at most 4
// MiB are counted.
[[nodiscard]] std::optional<PackedBy> packer_of(const ObjectFile& object);

// Bits a byte, 0 to 8.
[[nodiscard]] double entropy_of(std::string_view bytes);

}  // namespace yagura::image
