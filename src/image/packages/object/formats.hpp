#pragma once

#include <optional>

#include "image/packages/object/object_file.hpp"

namespace yagura::image {

[[nodiscard]] std::optional<ObjectFile> read_elf(std::string_view bytes);
[[nodiscard]] std::optional<ObjectFile> read_pe(std::string_view bytes);
[[nodiscard]] std::optional<ObjectFile> read_macho(std::string_view bytes);
// Of a universal file; empty where it is none.
[[nodiscard]] std::vector<std::string_view> macho_slices(std::string_view bytes);

}  // namespace yagura::image
