#include "image/packages/object/object_file.hpp"

#include <algorithm>
#include <array>

#include "image/packages/object/formats.hpp"

namespace yagura::image {

const ObjectSection* ObjectFile::section(std::string_view name) const {
  const auto found = std::ranges::find(sections, name, &ObjectSection::name);
  return found == sections.end() ? nullptr : &*found;
}

std::string_view ObjectFile::at_address(std::uint64_t address) const {
  for (const ObjectSection& segment : segments) {
    if (address < segment.address) continue;
    const std::uint64_t offset = address - segment.address;
    if (offset < segment.bytes.size()) return segment.bytes.substr(offset);
  }
  return {};
}

bool looks_like_object(std::string_view head) {
  constexpr std::array<std::string_view, 5> kMagics{
      "\x7f"
      "ELF",
      "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xfe\xed\xfa\xcf", "\xfe\xed\xfa\xce"};
  if (head.size() < 64) return false;
  if (head.starts_with("MZ")) return true;
  // The version of a class stands where a universal file counts its objects, and begins at 45.
  if (head.starts_with("\xca\xfe\xba\xbe") || head.starts_with("\xca\xfe\xba\xbf")) {
    return head.substr(4, 3) == std::string_view("\0\0\0", 3) && head[7] > 0 && head[7] < 40;
  }
  return std::ranges::find(kMagics, head.substr(0, 4)) != kMagics.end();
}

std::vector<ObjectFile> read_objects(std::string_view bytes) {
  std::vector<ObjectFile> out;
  if (!looks_like_object(bytes)) return out;
  for (const auto reader : {read_elf, read_pe, read_macho}) {
    if (auto object = reader(bytes)) out.push_back(*std::move(object));
  }
  for (const std::string_view slice : macho_slices(bytes)) {
    if (auto object = read_macho(slice)) out.push_back(*std::move(object));
  }
  return out;
}

}  // namespace yagura::image
