// Any bytes as a program: lists and texts stay in their bounds, and what is said was in the file.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "image/programs/elf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& read : {yagura::image::read_program(bytes), yagura::image::read_script(bytes)}) {
    if (!read) continue;
    if (read->needed.size() > 1000 || read->run_path.size() > 1000) std::abort();
    if (bytes.find(read->interpreter) == bytes.npos || bytes.find(read->soname) == bytes.npos)
      std::abort();
    for (const auto& name : read->needed) {
      if (name.empty() || bytes.find(name) == bytes.npos) std::abort();
    }
  }
  return 0;
}
