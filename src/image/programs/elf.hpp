#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/executable.hpp"

namespace yagura::image {

// What an ELF file says that it needs (System V ABI, chapters 4 and 5; both classes and byte
// orders): interpreter, needed libraries, run path, soname, build id. Nothing where the bytes are
// no ELF file of a program or library. Texts are bounded by 4 KiB, lists by 1,000; a damaged part
// is left out.
[[nodiscard]] std::optional<Executable> read_program(std::string_view bytes);

// "#!interpreter argument", the rest split at blanks as env(1) -S would. Nothing where there is
// none.
[[nodiscard]] std::optional<Executable> read_script(std::string_view bytes);

}  // namespace yagura::image
